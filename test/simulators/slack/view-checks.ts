/**
 * What Slack takes as a modal or a Home tab.
 * https://docs.slack.dev/reference/views
 */
import { anything, boolean, type Fields, object, oneOf, type Report, string } from './block-checks.js';
import { plainText } from './block-composition.js';
import { problemsOfBlocks } from './blocks.js';
import { isObject, objectsAt, textAt } from './json.js';

const common: Fields = {
  private_metadata: string({ max: 3000 }),
  callback_id: string({ max: 255 }),
  external_id: string({ max: 255 }),
};

const modal = object(
  { type: oneOf('modal'), title: plainText(24), blocks: anything },
  {
    ...common,
    close: plainText(24),
    submit: plainText(24),
    clear_on_close: boolean,
    notify_on_close: boolean,
    submit_disabled: boolean,
  },
);

const home = object({ type: oneOf('home'), blocks: anything }, common);

/** What is wrong with this view, as Slack says it; nothing when Slack would take it. */
export function problemsOfView(view: unknown, type: 'modal' | 'home'): readonly string[] {
  const problems: string[] = [];
  const report: Report = (sentence, pointer) => problems.push(`${sentence} [json-pointer:${pointer}]`);
  (type === 'modal' ? modal : home)(view, '/view', report);
  if (!isObject(view)) return problems;
  const { blocks = [], submit } = view;
  problems.push(...problemsOfBlocks(blocks, type, '/view/blocks'));
  const asks = objectsAt(view, 'blocks').some((block) => textAt(block, 'type') === 'input');
  if (type === 'modal' && asks && submit === undefined) {
    report('missing required field: submit', '/view');
  }
  return problems;
}
