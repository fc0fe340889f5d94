/** Block elements as people use them: finding the one that is clicked, and what it then says. */
import { isObject, objectsAt, textAt } from './json.js';
import type { ViewState } from './modals.js';
import type { JsonObject } from './types.js';

interface ShownElement {
  readonly blockId: string;
  readonly actionId: string;
  readonly block: JsonObject;
  readonly element: JsonObject;
}

/** All elements with an action id. */
export const shownElements = (blocks: readonly JsonObject[]): readonly ShownElement[] =>
  blocks.flatMap((block) => {
    const { accessory, element } = block;
    const inside = [accessory, element, ...objectsAt(block, 'elements')].filter(isObject);
    return inside.flatMap((one) => {
      const [blockId, actionId] = [textAt(block, 'block_id'), textAt(one, 'action_id')];
      return blockId && actionId ? [{ blockId, actionId, block, element: one }] : [];
    });
  });

/** The one element that is meant. Throws when it is not shown, or when more than one could be meant. */
export function findShown(
  blocks: readonly JsonObject[],
  { actionId, blockId }: { readonly actionId: string; readonly blockId?: string | undefined },
): ShownElement {
  const elements = shownElements(blocks);
  const fitting = elements.filter(
    (one) => one.actionId === actionId && (blockId === undefined || one.blockId === blockId),
  );
  const [only] = fitting;
  if (fitting.length === 1 && only) return only;
  const shown = elements.map((one) => one.actionId).join(', ') || 'nothing to click';
  throw new Error(
    fitting.length === 0
      ? `Nobody can click “${actionId}”: it shows ${shown}.`
      : `“${actionId}” is shown ${fitting.length} times: say in which block.`,
  );
}

const picked: Readonly<Record<string, string>> = {
  users_select: 'selected_user',
  channels_select: 'selected_channel',
  conversations_select: 'selected_conversation',
  datepicker: 'selected_date',
  timepicker: 'selected_time',
};

const initial: Readonly<Record<string, string>> = {
  users_select: 'initial_user',
  channels_select: 'initial_channel',
  conversations_select: 'initial_conversation',
  datepicker: 'initial_date',
  timepicker: 'initial_time',
};

const isMany = (type: string) => type === 'checkboxes' || type.startsWith('multi_');

/** What an element says once a value is chosen or typed, as in an action or in the state. Throws for no such choice. */
export function chosen(element: JsonObject, value: string | undefined): JsonObject {
  const type = textAt(element, 'type') ?? '';
  if (type === 'button' || type === 'workflow_button') return pressed(element, value);
  const key = picked[type];
  if (key) return { type, [key]: value ?? null };
  if (type.endsWith('_input')) return { type, value: value ?? null };
  const options = [element, ...objectsAt(element, 'option_groups')].flatMap((one) =>
    objectsAt(one, 'options'),
  );
  const option = options.find((one) => textAt(one, 'value') === value);
  if (!option && type !== 'external_select')
    throw new Error(`There is no choice “${value}” in that ${type}.`);
  return isMany(type) ? { type, selected_options: [option] } : { type, selected_option: option ?? { value } };
}

function pressed(button: JsonObject, value: string | undefined): JsonObject {
  const { type, text, style, value: own, url } = button;
  if (value !== undefined && own !== value) throw new Error(`That button carries “${own}”, not “${value}”.`);
  return Object.fromEntries(
    Object.entries({ type, text, value: own, style, url }).filter(([, one]) => one !== undefined),
  );
}

/** The state of everything that can be filled in: what was chosen, else what the bot proposed. */
export function stateOf(blocks: readonly JsonObject[], filled: ViewState = {}): ViewState {
  const state: Record<string, Record<string, JsonObject>> = {};
  for (const { blockId, actionId, element } of shownElements(blocks)) {
    const type = textAt(element, 'type') ?? '';
    if (/button|overflow|image/.test(type)) continue;
    state[blockId] = {
      ...state[blockId],
      [actionId]: filled[blockId]?.[actionId] ?? proposed(type, element),
    };
  }
  return state;
}

function proposed(type: string, element: JsonObject): JsonObject {
  const key = picked[type];
  if (key) return { type, [key]: textAt(element, initial[type] ?? '') ?? null };
  const { initial_value = null, initial_option = null, initial_options = [] } = element;
  if (type.endsWith('_input')) return { type, value: initial_value };
  return isMany(type)
    ? { type, selected_options: initial_options }
    : { type, selected_option: initial_option };
}

/** An action as it stands in a `block_actions` payload. */
export const actionOf = (choice: JsonObject, actionId: string, blockId: string, now: number): JsonObject => ({
  ...choice,
  action_id: actionId,
  block_id: blockId,
  action_ts: (now / 1000).toFixed(6),
});

/** True for a state in which nothing is filled in. */
export const isEmptyState = ({ type: _, ...rest }: JsonObject): boolean =>
  Object.values(rest).every((one) => one === null || one === '' || (Array.isArray(one) && one.length === 0));
