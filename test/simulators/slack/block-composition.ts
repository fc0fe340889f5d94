/**
 * Rules of Block Kit's composition objects.
 * https://docs.slack.dev/reference/block-kit/composition-objects
 */
import { boolean, type Check, list, object, oneOf, string, tagged, url } from './block-checks.js';

const kind = oneOf;

/** `emoji` belongs to plain text and `verbatim` to mrkdwn; Slack refuses them the other way round. */
export const plainText = (max: number): Check =>
  tagged({
    plain_text: object({ type: kind('plain_text'), text: string({ min: 1, max }) }, { emoji: boolean }),
  });

export const mrkdwn = (max: number): Check =>
  tagged({
    mrkdwn: object({ type: kind('mrkdwn'), text: string({ min: 1, max }) }, { verbatim: boolean }),
  });

export const anyText = (max: number): Check =>
  tagged({
    plain_text: plainText(max),
    mrkdwn: mrkdwn(max),
  });

/** https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object */
export const confirm: Check = object(
  { text: anyText(300) },
  { title: plainText(100), confirm: plainText(30), deny: plainText(30), style: oneOf('primary', 'danger') },
);

/** https://docs.slack.dev/reference/block-kit/composition-objects/option-object */
const option = (text: Check, extra: Record<string, Check> = {}): Check =>
  object({ text, value: string({ min: 1, max: 75 }) }, { description: anyText(75), ...extra });

export const menuOption: Check = option(plainText(75));
export const overflowOption: Check = option(plainText(75), { url: url(3000) });
/** Radio buttons and checkboxes take mrkdwn, too. */
export const choiceOption: Check = option(anyText(75));

export const optionGroup: Check = object({
  label: plainText(75),
  options: list(menuOption, { max: 100 }),
});

export const dispatchConfig: Check = object({
  trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), { max: 2 }),
});

export const slackFile: Check = object({}, { id: string({ min: 1 }), url: string({ min: 1 }) });
