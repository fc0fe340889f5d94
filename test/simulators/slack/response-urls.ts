/**
 * `response_url`: five uses within thirty minutes, in any channel, whether the bot is in it or not.
 * https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
 */
import type { Core } from './core.js';
import { newSecret } from './ids.js';
import { isTrue } from './json.js';
import { mergeContent, readContent } from './message-arguments.js';
import { Refusal } from './refusal.js';
import { defaults } from './settings.js';
import type { EphemeralMessage, JsonObject, MessageContent, SimulatedMessage } from './types.js';

const mostUses = 5;
const lifetimeMs = 30 * 60_000;

export interface Invitation {
  readonly deliveryId: string;
  readonly channelId: string;
  readonly userId: string;
  /** The message that was clicked; null for a command. */
  readonly originalTs: string | null;
}

export class ResponseUrls {
  readonly #core: Core;
  readonly #given = new Map<string, Invitation & { readonly expiresAt: number; uses: number }>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** The path of a new `response_url`. */
  create(invitation: Invitation): string {
    const kind = invitation.originalTs === null ? 'commands' : 'actions';
    const path = `/${kind}/${defaults.team.id}/${this.#given.size + 1}/${newSecret()}`;
    this.#given.set(path, { ...invitation, expiresAt: this.#core.clock.now() + lifetimeMs, uses: 0 });
    return path;
  }

  find(path: string): Invitation | undefined {
    return this.#given.get(path);
  }

  /** Does what the body asks for. Throws {@link Refusal}; a use that was refused does not count. */
  use(path: string, body: JsonObject): void {
    const invitation = this.#given.get(path);
    if (!invitation) throw new Refusal('invalid_url');
    if (this.#core.clock.now() > invitation.expiresAt) throw new Refusal('expired_url');
    if (invitation.uses >= mostUses) throw new Refusal('used_url');
    this.answer(invitation, body);
    invitation.uses += 1;
  }

  /** Posts, replaces or deletes, as a body sent to a `response_url` or with an ack asks for. */
  answer(invitation: Invitation, body: JsonObject): void {
    const original = this.#original(invitation);
    const { delete_original, replace_original = true } = body;
    if (isTrue(delete_original)) {
      if (original) this.#delete(original);
      return;
    }
    const replaces = original !== undefined && isTrue(replace_original);
    if (replaces) this.#replace(original, mergeContent(body, { ...original, blocks: [] }));
    else this.#post(invitation, readContent(body), body);
  }

  clear(): void {
    this.#given.clear();
  }

  #original({ channelId, originalTs }: Invitation): SimulatedMessage | EphemeralMessage | undefined {
    if (originalTs === null) return undefined;
    const { messages } = this.#core;
    return messages.find(channelId, originalTs) ?? messages.findEphemeral(channelId, originalTs);
  }

  #delete(message: SimulatedMessage | EphemeralMessage): void {
    if ('from' in message) this.#core.messages.deleteEphemeral(message);
    else this.#core.messages.delete(message.channelId, message.ts);
  }

  #replace(message: SimulatedMessage | EphemeralMessage, content: MessageContent): void {
    if ('from' in message) this.#core.messages.editEphemeral(message, content);
    else this.#core.messages.edit(message.channelId, message.ts, content);
  }

  #post({ channelId, userId }: Invitation, content: MessageContent, body: JsonObject): void {
    const { response_type, thread_ts } = body;
    if (this.#core.world.channelById(channelId).archived) throw new Refusal('is_archived');
    const threadTs = typeof thread_ts === 'string' ? thread_ts : null;
    if (response_type !== 'in_channel') {
      this.#core.messages.whisper({ ...content, channelId, userId, from: 'bot', threadTs });
      return;
    }
    const bot = defaults.bot.userId;
    this.#core.messages.post({ ...content, channelId, userId: bot, source: 'response_url', threadTs });
  }
}
