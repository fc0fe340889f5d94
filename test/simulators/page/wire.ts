/** Prepares Block Kit for the library that draws it, and remembers what its buttons stand for. Pure. */
import type { Block as LibraryBlock } from 'slack-blocks-to-jsx';
import type { Block, JsonObject } from '../slack/types.js';
import { type ConfirmTexts, readConfirm } from './confirm.js';

export interface Action {
  readonly actionId: string;
  readonly blockId?: string;
  readonly value?: string;
}

export interface WiredAction extends Action {
  readonly confirm: ConfirmTexts | null;
}

export interface Wiring {
  readonly drawn: LibraryBlock[];
  /** By the id that the drawn button has on the page. */
  readonly actions: ReadonlyMap<string, WiredAction>;
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null;
const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** `id` must be unique on the page: the library's buttons are known by their id alone. */
export function wire(id: string, text: string, blocks: readonly Block[]): Wiring {
  const actions = new Map<string, WiredAction>();
  const sent = blocks.length > 0 ? blocks : [{ type: 'section', text: { type: 'mrkdwn', text } }];
  const drawn = sent.map((block, index) =>
    prepare(block, asText(block['block_id']), `${id}:${index}`, actions),
  );
  return { drawn: drawn as LibraryBlock[], actions };
}

/** A copy in which each button has an id of its own, and nothing stands that the library takes amiss. */
function prepare(
  part: unknown,
  blockId: string | undefined,
  place: string,
  actions: Map<string, WiredAction>,
): unknown {
  if (Array.isArray(part)) return part.map((one, n) => prepare(one, blockId, `${place}.${n}`, actions));
  if (!isObject(part)) return part;
  if (part['type'] === 'button') actions.set(place, toAction(part, blockId));
  const kept = Object.entries(part).filter(([key]) => !leftOut.has(key));
  const copy = Object.fromEntries(
    kept.map(([key, value]) => [key, prepare(value, blockId, `${place}.${key}`, actions)]),
  );
  if (part['type'] === 'mrkdwn') return { ...copy, text: keepEscaped(String(part['text'])) };
  return part['type'] === 'button' ? { ...copy, action_id: place } : copy;
}

/**
 * The library undoes Slack's escapes before it looks for mentions and links, so that an escaped `<!channel>` would be
 * drawn as a real one. A word joiner, which has no width, keeps the two apart.
 */
const keepEscaped = (text: string): string => text.replace(/&lt;(?=[!@#a-z])/gi, '&lt;\u2060');

/**
 * `verbatim` turns off Slack's own linking and nothing else, but the library then draws no mrkdwn at all.
 * `block_id` becomes an element's id, which several messages may share. `confirm` is asked by the page, since the
 * library tells nobody what was answered.
 */
const leftOut: ReadonlySet<string> = new Set(['verbatim', 'block_id', 'confirm']);

function toAction(button: JsonObject, blockId: string | undefined): WiredAction {
  const value = asText(button['value']);
  return {
    actionId: asText(button['action_id']) ?? '',
    ...(blockId === undefined ? {} : { blockId }),
    ...(value === undefined ? {} : { value }),
    confirm: readConfirm(button['confirm']),
  };
}
