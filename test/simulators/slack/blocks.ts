/**
 * What Slack takes as the blocks of a message, a modal or a Home tab.
 * https://docs.slack.dev/reference/block-kit/blocks
 */
import {
  anything,
  atLeastOne,
  boolean,
  type Check,
  every,
  exactlyOne,
  type Fields,
  list,
  object,
  oneOf,
  type Report,
  string,
  tagged,
  url,
} from './block-checks.js';
import { anyText, mrkdwn, plainText, slackFile } from './block-composition.js';
import { elements, imageElement, inputTypes, menuTypes } from './block-elements.js';
import { isObject, objectsAt } from './json.js';

const block = (type: string, required: Fields, optional: Fields = {}): Check =>
  object({ type: oneOf(type), ...required }, { block_id: string({ min: 1, max: 255 }), ...optional });

/** A block whose inside is not checked beyond these fields: newer blocks, which old clients do not draw. */
const roughly =
  (...required: readonly string[]): Check =>
  (value, pointer, report) => {
    for (const name of required) {
      if (isObject(value) && value[name] === undefined) report(`missing required field: ${name}`, pointer);
    }
  };

const pickers = ['datepicker', 'timepicker'];
const choosers = ['checkboxes', 'radio_buttons'];
const pressable = ['button', 'workflow_button', 'overflow'];
const inSection = [...pressable, ...pickers, ...choosers, ...menuTypes, 'image'];
const inActions = [...pressable, ...pickers, 'datetimepicker', ...choosers, ...menuTypes, 'rich_text_input'];
const inInput = [...pickers, 'datetimepicker', ...choosers, ...menuTypes, ...inputTypes];

const contextElement = tagged({ image: imageElement, plain_text: plainText(3000), mrkdwn: mrkdwn(3000) });

const blockTypes: Readonly<Record<string, Check>> = {
  section: every(
    block(
      'section',
      {},
      {
        text: anyText(3000),
        fields: list(anyText(2000), { max: 10 }),
        accessory: tagged(elements, inSection),
        expand: boolean,
      },
    ),
    atLeastOne('text', 'fields'),
  ),
  divider: block('divider', {}),
  header: block('header', { text: plainText(150) }),
  context: block('context', { elements: list(contextElement, { max: 10 }) }),
  actions: block('actions', { elements: list(tagged(elements, inActions), { max: 25 }) }),
  image: every(
    block(
      'image',
      { alt_text: string({ min: 1, max: 2000 }) },
      { image_url: url(3000), slack_file: slackFile, title: plainText(2000) },
    ),
    exactlyOne('image_url', 'slack_file'),
  ),
  input: block(
    'input',
    { label: plainText(2000), element: tagged(elements, inInput) },
    { hint: plainText(2000), optional: boolean, dispatch_action: boolean },
  ),
  context_actions: block('context_actions', {
    elements: list(tagged(elements, ['feedback_buttons', 'icon_button']), { max: 5 }),
  }),
  markdown: block('markdown', { text: string({ min: 1, max: 12_000 }) }),
  rich_text: block('rich_text', { elements: list(anything, { max: 1000, min: 0 }) }),
  table: block(
    'table',
    { rows: list(list(anything, { max: 20 }), { max: 100 }) },
    { column_settings: list(anything, { max: 20 }) },
  ),
  alert: block('alert', { text: anyText(3000) }, { level: string() }),
  card: atLeastOne('hero_image', 'title', 'actions', 'body'),
  carousel: roughly('elements'),
  container: roughly('child_blocks'),
  data_table: roughly('rows', 'caption'),
  plan: roughly('title'),
  task_card: roughly('task_id', 'title', 'status'),
  video: roughly('video_url', 'thumbnail_url', 'alt_text', 'title'),
};

export type Surface = 'message' | 'modal' | 'home';

const mostBlocks: Readonly<Record<Surface, number>> = { message: 50, modal: 100, home: 100 };

/**
 * What is wrong with these blocks, worded and pointed at as Slack does; nothing when Slack would take them.
 * An `action_id` must be unique within its block, a `block_id` within the message or view.
 */
export function problemsOfBlocks(
  blocks: unknown,
  surface: Surface = 'message',
  pointer = '/blocks',
): readonly string[] {
  const problems: string[] = [];
  const report: Report = (sentence, at) => problems.push(`${sentence} [json-pointer:${at}]`);
  list(tagged(blockTypes), { max: mostBlocks[surface], min: 0 })(blocks, pointer, report);
  if (Array.isArray(blocks)) {
    const all = blocks.map((one) => (isObject(one) ? one : {}));
    reportRepeats(all, 'block_id', pointer, report);
    all.forEach((one, index) => {
      reportRepeats(objectsAt(one, 'elements'), 'action_id', `${pointer}/${index}/elements`, report);
    });
  }
  return problems;
}

function reportRepeats(
  items: readonly Readonly<Record<string, unknown>>[],
  key: string,
  pointer: string,
  report: Report,
): void {
  const seen = new Set<unknown>();
  items.forEach((item, index) => {
    const value = item[key];
    if (value !== undefined && seen.has(value)) {
      report(`\`${key}\` ${value} already exists`, `${pointer}/${index}/${key}`);
    }
    seen.add(value);
  });
}
