/** Views: the modals open in front of users, and their Home tabs. */
import type { Changes } from './changes.js';
import { newId, newSecret } from './ids.js';
import { objectsAt, textAt } from './json.js';
import { nameBlocks } from './messages.js';
import { Refusal } from './refusal.js';
import type { Block, JsonObject, OpenView } from './types.js';

/** What was filled in: block id → action id → the element's state. */
export type ViewState = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

/** Slack stacks at most three. https://docs.slack.dev/reference/methods/views.push */
const mostStacked = 3;

export class Modals {
  #open: readonly OpenView[] = [];
  readonly #states = new Map<string, ViewState>();
  readonly #homes = new Map<string, JsonObject>();
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  get all(): readonly OpenView[] {
    return this.#open;
  }

  get homes(): Readonly<Record<string, JsonObject>> {
    return Object.fromEntries(this.#homes);
  }

  of(userId: string): readonly OpenView[] {
    return this.#open.filter((one) => one.userId === userId);
  }

  /** The view with that id, or the user's topmost. Throws when there is none. */
  shownTo(userId: string, viewId?: string): OpenView {
    const view = this.of(userId).findLast((one) => viewId === undefined || one.id === viewId);
    if (!view) throw new Error(`${userId} has no such modal open.`);
    return view;
  }

  stateOf(viewId: string): ViewState {
    return this.#states.get(viewId) ?? {};
  }

  fill(viewId: string, blockId: string, actionId: string, state: JsonObject): void {
    const before = this.stateOf(viewId);
    this.#states.set(viewId, { ...before, [blockId]: { ...before[blockId], [actionId]: state } });
    this.#changes.note();
  }

  /** Replaces whatever the user had open. */
  open(userId: string, view: JsonObject): OpenView {
    const id = newId('V');
    const opened = { id, rootViewId: id, previousViewId: null, hash: newHash(), userId, errors: {} };
    return this.#add({ ...opened, view: named(view) }, (one) => one.userId !== userId);
  }

  push(userId: string, view: JsonObject): OpenView {
    const stack = this.of(userId);
    const top = stack.at(-1);
    if (!top) return this.open(userId, view);
    if (stack.length >= mostStacked) throw new Refusal('push_limit_reached');
    const pushed = { ...top, id: newId('V'), previousViewId: top.id, hash: newHash(), errors: {} };
    return this.#add({ ...pushed, view: named(view) });
  }

  update(id: string, view: JsonObject): OpenView {
    return this.#replace(id, { view: named(view), hash: newHash(), errors: {} });
  }

  showErrors(id: string, errors: Readonly<Record<string, string>>): void {
    this.#replace(id, { errors });
  }

  close(id: string): void {
    this.#set(this.#open.filter((one) => one.id !== id));
  }

  closeAll(userId: string): void {
    this.#set(this.#open.filter((one) => one.userId !== userId));
  }

  find({ viewId, externalId }: { viewId?: string | undefined; externalId?: string | undefined }) {
    return this.#open.find(
      (one) =>
        one.id === viewId || (externalId !== undefined && textAt(one.view, 'external_id') === externalId),
    );
  }

  publish(userId: string, view: JsonObject): JsonObject {
    const published = { ...named(view), id: newId('V'), hash: newHash() };
    this.#homes.set(userId, published);
    this.#changes.note();
    return published;
  }

  clear(): void {
    this.#states.clear();
    this.#homes.clear();
    this.#set([]);
  }

  #add(view: OpenView, keep: (view: OpenView) => boolean = () => true): OpenView {
    this.#set([...this.#open.filter(keep), view]);
    return view;
  }

  #replace(id: string, change: Partial<OpenView>): OpenView {
    this.#set(this.#open.map((one) => (one.id === id ? { ...one, ...change } : one)));
    const view = this.find({ viewId: id });
    if (!view) throw new Refusal('not_found');
    return view;
  }

  #set(open: readonly OpenView[]): void {
    this.#open = open;
    this.#changes.note();
  }
}

const newHash = () => newSecret(8);

const named = (view: JsonObject): OpenView['view'] => ({
  ...view,
  type: textAt(view, 'type') ?? 'modal',
  blocks: nameBlocks(objectsAt(view, 'blocks') as readonly Block[]),
});
