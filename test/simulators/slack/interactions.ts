/** What people do with the bot: commands and clicks on messages. */
import type { Core } from './core.js';
import type { Deliveries, Delivery } from './deliveries.js';
import { actionOf, chosen, findShown } from './elements-in-use.js';
import { escapeCommandText } from './escaping.js';
import { newDeliveryId } from './ids.js';
import { isObject, objectsAt, textAt } from './json.js';
import { clickPayload, commandPayload, eventPayload } from './payloads.js';
import { Refusal } from './refusal.js';
import type { Invitation, ResponseUrls } from './response-urls.js';
import type {
  ClickInput,
  CommandInput,
  EphemeralMessage,
  InteractionError,
  InteractionResult,
  JsonObject,
  SimulatedMessage,
} from './types.js';

export class Interactions {
  readonly #core: Core;
  readonly #deliveries: Deliveries;
  readonly #responseUrls: ResponseUrls;
  readonly #url: () => string;

  constructor(core: Core, deliveries: Deliveries, responseUrls: ResponseUrls, url: () => string) {
    this.#core = core;
    this.#deliveries = deliveries;
    this.#responseUrls = responseUrls;
    this.#url = url;
  }

  command(input: CommandInput): Promise<InteractionResult> {
    const { userId, channelId, text, command = '/record' } = input;
    const isKnown = this.#core.commands.includes(command) && this.#core.access.scopes.includes('commands');
    if (!isKnown) throw new Error(`${command} is not a valid command.`);
    const channel = this.#core.world.enter(channelId, userId);
    const { deliveryId, triggerId } = this.#begin(userId);
    const invitation = { deliveryId, channelId, userId, originalTs: null };
    const payload = commandPayload({
      user: this.#core.world.userById(userId),
      channel,
      command,
      text: escapeCommandText(text, this.#core.world, this.#core.shouldEscape),
      responseUrl: this.#url() + this.#responseUrls.create(invitation),
      triggerId,
    });
    return this.#deliveries.deliver({
      deliveryId,
      triggerId,
      type: 'slash_commands',
      payload,
      acceptsAnswer: true,
      title: command,
      shown: { kind: 'command', userId, channelId, messageTs: null, actionId: null, blockId: null },
      acked: (body) => this.#answerWithAck(invitation, command, body),
      failed: (error) => this.#tellFailure(userId, channelId, command, error),
    });
  }

  click(input: ClickInput): Promise<InteractionResult> {
    const { userId, channelId, messageTs, actionId } = input;
    const channel = this.#core.world.enter(channelId, userId);
    const message = this.#visible(userId, channelId, messageTs);
    const { blockId, element } = findShown(message.blocks, input);
    const choice = chosen(element, input.value);
    const { deliveryId, triggerId } = this.#begin(userId);
    const invitation = { deliveryId, channelId, userId, originalTs: messageTs };
    const payload = clickPayload({
      user: this.#core.world.userById(userId),
      channel,
      message,
      replies: this.#core.messages.list(channelId).filter((one) => one.threadTs === messageTs),
      action: actionOf(choice, actionId, blockId, this.#core.clock.now()),
      filled: { [blockId]: { [actionId]: choice } },
      responseUrl: this.#url() + this.#responseUrls.create(invitation),
      triggerId,
    });
    return this.#deliveries.deliver({
      ...this.#interactive(deliveryId, triggerId, payload, `a click on ${actionId}`),
      shown: { kind: 'click', userId, channelId, messageTs, actionId, blockId },
    });
  }

  sendEvent(event: JsonObject): Promise<InteractionResult> {
    const { deliveryId } = this.#begin('');
    const payload = eventPayload(event, this.#core.clock.now());
    const title = `the event ${textAt(event, 'type')}`;
    const delivery = this.#interactive(deliveryId, '', payload, title);
    return this.#deliveries.deliverEvent({ ...delivery, type: 'events_api', shown: null });
  }

  #begin(userId: string): { deliveryId: string; triggerId: string } {
    return { deliveryId: newDeliveryId(), triggerId: this.#core.triggers.create(userId) };
  }

  #interactive(deliveryId: string, triggerId: string, payload: JsonObject, title: string) {
    const nothing = () => {};
    return {
      deliveryId,
      triggerId,
      payload,
      title,
      type: 'interactive',
      acceptsAnswer: false,
      acked: nothing,
      failed: nothing,
    } satisfies Omit<Delivery, 'shown'>;
  }

  #visible(userId: string, channelId: string, ts: string): SimulatedMessage | EphemeralMessage {
    const { messages } = this.#core;
    const whispered = messages.findEphemeral(channelId, ts);
    const message = whispered?.userId === userId ? whispered : messages.find(channelId, ts);
    if (!message) throw new Error(`${userId} sees no message ${ts} in ${channelId}.`);
    return message;
  }

  /** The text an ack carries is shown like an answer to the `response_url`. */
  #answerWithAck(invitation: Invitation, command: string, body: unknown): void {
    const answer = typeof body === 'string' ? { text: body } : body;
    if (!isObject(answer) || !(textAt(answer, 'text') || objectsAt(answer, 'blocks').length > 0)) return;
    try {
      this.#responseUrls.answer(invitation, answer);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#core.journal.violate(`${command} was acked with a message that Slack refuses: ${error.code}.`);
    }
  }

  #tellFailure(userId: string, channelId: string, command: string, error: InteractionError): void {
    const text = `${command} failed with the error "${error}"`;
    const line = { text, blocks: [], metadata: null, threadTs: null };
    this.#core.messages.whisper({ ...line, channelId, userId, from: 'slackbot' });
  }
}
