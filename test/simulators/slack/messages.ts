/** All messages of the workspace: those that everybody in a channel sees, and the ephemeral ones. */
import type { Changes } from './changes.js';
import { createTimestamps, newId } from './ids.js';
import { isObject } from './json.js';
import { defaults } from './settings.js';
import type {
  Block,
  EphemeralMessage,
  MessageContent,
  MessageSource,
  SimulatedMessage,
  SimulatorClock,
} from './types.js';

export interface NewMessage extends MessageContent {
  readonly channelId: string;
  readonly userId: string;
  readonly source: MessageSource;
  readonly threadTs: string | null;
}

export interface NewEphemeral extends MessageContent {
  readonly channelId: string;
  readonly userId: string;
  readonly from: EphemeralMessage['from'];
  readonly threadTs: string | null;
}

export class Messages {
  readonly #messages = new Map<string, SimulatedMessage>();
  readonly #ephemerals = new Map<string, EphemeralMessage>();
  readonly #clock: SimulatorClock;
  readonly #changes: Changes;
  readonly #nextTs: () => string;

  constructor(clock: SimulatorClock, changes: Changes) {
    this.#clock = clock;
    this.#changes = changes;
    this.#nextTs = createTimestamps(clock);
  }

  post(message: NewMessage): SimulatedMessage {
    const at = this.#clock.now();
    const content = withIds(message);
    const posted: SimulatedMessage = {
      ...message,
      ...content,
      ts: this.#nextTs(),
      fromBot: message.userId === defaults.bot.userId,
      postedAt: at,
      editedAt: null,
      deletedAt: null,
      versions: [{ ...content, at }],
    };
    this.#messages.set(keyOf(posted.channelId, posted.ts), posted);
    this.#changes.note();
    return posted;
  }

  edit(channelId: string, ts: string, content: MessageContent): SimulatedMessage {
    const message = this.#existing(channelId, ts);
    const at = this.#clock.now();
    const next = withIds(content);
    const versions = [...message.versions, { ...next, at }];
    return this.#store({ ...message, ...next, editedAt: at, versions });
  }

  delete(channelId: string, ts: string): void {
    this.#store({ ...this.#existing(channelId, ts), deletedAt: this.#clock.now() });
  }

  /** A message that has not been deleted. */
  find(channelId: string, ts: string): SimulatedMessage | undefined {
    const message = this.#messages.get(keyOf(channelId, ts));
    return message?.deletedAt === null ? message : undefined;
  }

  /** Also one that has been deleted. */
  findEver(channelId: string, ts: string): SimulatedMessage | undefined {
    return this.#messages.get(keyOf(channelId, ts));
  }

  list(channelId?: string, deleted = false): readonly SimulatedMessage[] {
    return [...this.#messages.values()].filter(
      (one) =>
        (channelId === undefined || one.channelId === channelId) && (deleted || one.deletedAt === null),
    );
  }

  whisper(message: NewEphemeral): EphemeralMessage {
    const whispered: EphemeralMessage = {
      ...message,
      ...withIds(message),
      ts: this.#nextTs(),
      postedAt: this.#clock.now(),
      editedAt: null,
      deletedAt: null,
    };
    this.#ephemerals.set(keyOf(whispered.channelId, whispered.ts), whispered);
    this.#changes.note();
    return whispered;
  }

  editEphemeral(message: EphemeralMessage, content: MessageContent): void {
    this.#storeEphemeral({ ...message, ...withIds(content), editedAt: this.#clock.now() });
  }

  deleteEphemeral(message: EphemeralMessage): void {
    this.#storeEphemeral({ ...message, deletedAt: this.#clock.now() });
  }

  findEphemeral(channelId: string, ts: string): EphemeralMessage | undefined {
    const message = this.#ephemerals.get(keyOf(channelId, ts));
    return message?.deletedAt === null ? message : undefined;
  }

  ephemerals(): readonly EphemeralMessage[] {
    return [...this.#ephemerals.values()].filter((one) => one.deletedAt === null);
  }

  clear(): void {
    this.#messages.clear();
    this.#ephemerals.clear();
    this.#changes.note();
  }

  #existing(channelId: string, ts: string): SimulatedMessage {
    const message = this.find(channelId, ts);
    if (!message) throw new Error(`There is no message ${ts} in ${channelId}.`);
    return message;
  }

  #store(message: SimulatedMessage): SimulatedMessage {
    this.#messages.set(keyOf(message.channelId, message.ts), message);
    this.#changes.note();
    return message;
  }

  #storeEphemeral(message: EphemeralMessage): void {
    this.#ephemerals.set(keyOf(message.channelId, message.ts), message);
    this.#changes.note();
  }
}

const keyOf = (channelId: string, ts: string) => `${channelId} ${ts}`;

const withIds = ({ text, blocks, metadata }: MessageContent): MessageContent => ({
  text,
  blocks: nameBlocks(blocks),
  metadata,
});

/** Slack names the blocks and elements that the app has not named. */
export const nameBlocks = (blocks: readonly Block[]): readonly Block[] =>
  blocks.map(({ block_id = newId('b'), ...block }) => {
    const { accessory, element, elements } = block;
    return {
      ...block,
      type: block.type,
      block_id,
      ...(accessory === undefined ? {} : { accessory: nameElement(accessory) }),
      ...(element === undefined ? {} : { element: nameElement(element) }),
      ...(Array.isArray(elements) ? { elements: elements.map(nameElement) } : {}),
    };
  });

const passive = /^(image|mrkdwn|plain_text|rich_text_(section|list|quote|preformatted))$/;

function nameElement(element: unknown): unknown {
  if (!isObject(element)) return element;
  const { type, action_id = newId('a') } = element;
  return passive.test(String(type)) ? element : { ...element, action_id };
}
