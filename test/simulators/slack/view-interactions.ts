/** What people do in modals: clicking, submitting, closing. */
import type { Core } from './core.js';
import type { Deliveries, Delivery } from './deliveries.js';
import { actionOf, chosen, findShown, isEmptyState, shownElements, stateOf } from './elements-in-use.js';
import { newDeliveryId } from './ids.js';
import { isObject, isTrue, objectsAt, textAt } from './json.js';
import { closedPayload, submissionPayload, viewClickPayload } from './payloads.js';
import type { ClickInViewInput, InteractionResult, JsonObject, OpenView, SubmitViewInput } from './types.js';
import { problemsOfView } from './view-checks.js';

export class ViewInteractions {
  readonly #core: Core;
  readonly #deliveries: Deliveries;

  constructor(core: Core, deliveries: Deliveries) {
    this.#core = core;
    this.#deliveries = deliveries;
  }

  click(input: ClickInViewInput): Promise<InteractionResult> {
    const { userId, actionId } = input;
    const shown = this.#core.modals.shownTo(userId, input.viewId);
    const { blockId, block, element } = findShown(objectsAt(shown.view, 'blocks'), input);
    const choice = chosen(element, input.value);
    if (!textAt(choice, 'type')?.includes('button')) {
      this.#core.modals.fill(shown.id, blockId, actionId, choice);
    }
    const { type, dispatch_action } = block;
    if (type === 'input' && !isTrue(dispatch_action)) {
      throw new Error(`“${actionId}” tells the bot nothing before the modal is submitted.`);
    }
    const triggerId = this.#core.triggers.create(userId);
    const action = actionOf(choice, actionId, blockId, this.#core.clock.now());
    const user = this.#core.world.userById(userId);
    const payload = viewClickPayload(user, triggerId, shown, this.#core.modals.stateOf(shown.id), action);
    return this.#deliver(userId, triggerId, payload, `a click on ${actionId}`, { actionId, blockId });
  }

  submit({ userId, viewId, values = {} }: SubmitViewInput): Promise<InteractionResult> {
    const shown = this.#core.modals.shownTo(userId, viewId);
    this.#fill(shown, values);
    const triggerId = this.#core.triggers.create(userId);
    const user = this.#core.world.userById(userId);
    const payload = submissionPayload(user, triggerId, shown, this.#core.modals.stateOf(shown.id));
    return this.#deliver(userId, triggerId, payload, 'a submitted modal', {
      acceptsAnswer: true,
      acked: (body) => this.#answerSubmission(shown, body),
    });
  }

  async close(userId: string): Promise<InteractionResult | null> {
    const shown = this.#core.modals.shownTo(userId);
    const { notify_on_close, clear_on_close } = shown.view;
    const state = this.#core.modals.stateOf(shown.id);
    if (isTrue(clear_on_close)) this.#core.modals.closeAll(userId);
    else this.#core.modals.close(shown.id);
    if (!isTrue(notify_on_close)) return null;
    const triggerId = this.#core.triggers.create(userId);
    const payload = closedPayload(this.#core.world.userById(userId), triggerId, shown, state);
    return this.#deliver(userId, triggerId, payload, 'a closed modal', {});
  }

  /** Fills in the inputs. Throws, as the client would not let it be sent, when a required one stays empty. */
  #fill(shown: OpenView, values: Readonly<Record<string, string>>): void {
    const blocks = objectsAt(shown.view, 'blocks');
    const elements = shownElements(blocks);
    for (const [blockId, value] of Object.entries(values)) {
      const input = elements.find((one) => one.blockId === blockId);
      if (!input) throw new Error(`The modal has nothing to fill in at ${blockId}.`);
      this.#core.modals.fill(shown.id, blockId, input.actionId, chosen(input.element, value));
    }
    const state = stateOf(blocks, this.#core.modals.stateOf(shown.id));
    for (const { blockId, actionId, block } of elements) {
      const filled = state[blockId]?.[actionId];
      const { type, optional } = block;
      if (type === 'input' && !isTrue(optional) && filled && isEmptyState(filled))
        throw new Error(`${blockId} must be filled in.`);
    }
  }

  /** https://docs.slack.dev/surfaces/modals#response_actions */
  #answerSubmission(shown: OpenView, body: unknown): void {
    const { modals } = this.#core;
    const { response_action = 'close', errors, view } = isObject(body) ? body : {};
    if (response_action === 'close') modals.close(shown.id);
    else if (response_action === 'clear') modals.closeAll(shown.userId);
    else if (response_action === 'errors' && isObject(errors)) {
      modals.showErrors(shown.id, errors as Readonly<Record<string, string>>);
    } else this.#show(shown, response_action, view);
  }

  #show(shown: OpenView, action: unknown, view: unknown): void {
    const problems = problemsOfView(view, 'modal');
    if (problems.length > 0 || !isObject(view)) {
      this.#core.journal.violate(`A submission was acked with a view that Slack refuses: ${problems}`);
    } else if (action === 'update') this.#core.modals.update(shown.id, view);
    else if (action === 'push') this.#core.modals.push(shown.userId, view);
  }

  #deliver(
    userId: string,
    triggerId: string,
    payload: JsonObject,
    title: string,
    given: Partial<Pick<Delivery, 'acceptsAnswer' | 'acked'>> & { actionId?: string; blockId?: string },
  ): Promise<InteractionResult> {
    const { actionId = null, blockId = null, acceptsAnswer = false, acked = () => {} } = given;
    return this.#deliveries.deliver({
      deliveryId: newDeliveryId(),
      triggerId,
      type: 'interactive',
      payload,
      title,
      acceptsAnswer,
      acked,
      failed: () => {},
      shown: { kind: 'view', userId, channelId: null, messageTs: null, actionId, blockId },
    });
  }
}
