/**
 * Rules of Block Kit's elements.
 * https://docs.slack.dev/reference/block-kit/block-elements
 */
import {
  anything,
  boolean,
  type Check,
  every,
  exactlyOne,
  type Fields,
  integer,
  list,
  object,
  oneOf,
  pattern,
  string,
  url,
} from './block-checks.js';
import {
  choiceOption,
  confirm,
  dispatchConfig,
  menuOption,
  optionGroup,
  overflowOption,
  plainText,
  slackFile,
} from './block-composition.js';

const named: Fields = { action_id: string({ min: 1, max: 255 }) };
const picking: Fields = { ...named, confirm, focus_on_load: boolean, placeholder: plainText(150) };
const typing: Fields = {
  ...named,
  focus_on_load: boolean,
  placeholder: plainText(150),
  dispatch_action_config: dispatchConfig,
  initial_value: string(),
};
const many: Fields = { ...picking, max_selected_items: integer(1) };

const element = (type: string, required: Fields, optional: Fields): Check =>
  object({ type: oneOf(type), ...required }, optional);

const date = pattern(/^\d{4}-\d{2}-\d{2}$/, 'a date such as 2026-01-31');
const options = list(menuOption, { max: 100 });
const groups = list(optionGroup, { max: 100 });
const choices = list(choiceOption, { max: 10 });
const ids = list(string({ min: 1 }), { max: 1000 });

const menu = (type: string, fields: Fields): Check =>
  every(
    element(type, {}, { options, option_groups: groups, ...fields }),
    exactlyOne('options', 'option_groups'),
  );

const menus: Readonly<Record<string, Check>> = {
  static_select: menu('static_select', { ...picking, initial_option: menuOption }),
  multi_static_select: menu('multi_static_select', {
    ...many,
    initial_options: list(menuOption, { max: 100 }),
  }),
  external_select: element(
    'external_select',
    {},
    { ...picking, initial_option: menuOption, min_query_length: integer(0) },
  ),
  multi_external_select: element(
    'multi_external_select',
    {},
    { ...many, initial_options: options, min_query_length: integer(0) },
  ),
  users_select: element('users_select', {}, { ...picking, initial_user: string() }),
  multi_users_select: element('multi_users_select', {}, { ...many, initial_users: ids }),
  channels_select: element(
    'channels_select',
    {},
    { ...picking, initial_channel: string(), response_url_enabled: boolean },
  ),
  multi_channels_select: element('multi_channels_select', {}, { ...many, initial_channels: ids }),
  conversations_select: element(
    'conversations_select',
    {},
    {
      ...picking,
      initial_conversation: string(),
      default_to_current_conversation: boolean,
      response_url_enabled: boolean,
      filter: anything,
    },
  ),
  multi_conversations_select: element(
    'multi_conversations_select',
    {},
    { ...many, initial_conversations: ids, default_to_current_conversation: boolean, filter: anything },
  ),
};

const inputs: Readonly<Record<string, Check>> = {
  plain_text_input: element(
    'plain_text_input',
    {},
    { ...typing, multiline: boolean, min_length: integer(0, 3000), max_length: integer(1, 3000) },
  ),
  email_text_input: element('email_text_input', {}, typing),
  url_text_input: element('url_text_input', {}, typing),
  number_input: element(
    'number_input',
    { is_decimal_allowed: boolean },
    { ...typing, min_value: string(), max_value: string() },
  ),
  rich_text_input: element(
    'rich_text_input',
    {},
    { ...typing, initial_value: anything, min_lines: integer(1, 100), max_lines: integer(1, 100) },
  ),
  file_input: element('file_input', {}, { ...named, filetypes: ids, max_files: integer(1, 10) }),
};

const button: Check = element(
  'button',
  { text: plainText(75) },
  {
    ...named,
    url: url(3000),
    value: string({ max: 2000 }),
    style: oneOf('primary', 'danger'),
    confirm,
    accessibility_label: string({ max: 75 }),
  },
);

/** https://docs.slack.dev/reference/block-kit/block-elements/image-element */
export const imageElement: Check = every(
  element(
    'image',
    { alt_text: string({ min: 1, max: 2000 }) },
    { image_url: url(3000), slack_file: slackFile },
  ),
  exactlyOne('image_url', 'slack_file'),
);

/** Every element, by type. Which of them may stand where is the blocks' business. */
export const elements: Readonly<Record<string, Check>> = {
  ...menus,
  ...inputs,
  button,
  workflow_button: element(
    'workflow_button',
    { text: plainText(75), workflow: anything },
    { ...named, style: oneOf('primary', 'danger'), accessibility_label: string({ max: 75 }) },
  ),
  image: imageElement,
  overflow: element('overflow', { options: list(overflowOption, { max: 5 }) }, { ...named, confirm }),
  checkboxes: element(
    'checkboxes',
    { options: choices },
    { ...named, initial_options: choices, confirm, focus_on_load: boolean },
  ),
  radio_buttons: element(
    'radio_buttons',
    { options: choices },
    { ...named, initial_option: choiceOption, confirm, focus_on_load: boolean },
  ),
  datepicker: element('datepicker', {}, { ...picking, initial_date: date }),
  datetimepicker: element(
    'datetimepicker',
    {},
    { ...named, initial_date_time: integer(0), confirm, focus_on_load: boolean },
  ),
  timepicker: element('timepicker', {}, { ...picking, initial_time: string(), timezone: string() }),
  feedback_buttons: element(
    'feedback_buttons',
    { positive_button: anything, negative_button: anything },
    named,
  ),
  icon_button: element(
    'icon_button',
    { icon: oneOf('trash'), text: plainText(75) },
    {
      ...named,
      value: string({ max: 2000 }),
      confirm,
      visible_to_user_ids: ids,
      accessibility_label: string(),
    },
  ),
};

export const menuTypes: readonly string[] = Object.keys(menus);
export const inputTypes: readonly string[] = Object.keys(inputs);
