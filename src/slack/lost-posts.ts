/**
 * Posts whose answer never came: they may stand in the channel, so it is looked there before they are made again. That
 * takes the optional scopes `channels:history` and `groups:history`; without them such a post may appear twice.
 * https://docs.slack.dev/reference/methods/conversations.history
 */
import type { webApi } from '@slack/bolt';
import type { Clock, Logger } from '../core/ports.js';
import { type Mark, readMark } from './marks.js';
import type { LaneLimit, Pacer } from './pacer.js';
import { readFailure } from './slack-failure.js';

/** A card or a reply that is to be posted. */
export interface Post {
  readonly id: string;
  readonly attemptedAt: number | null;
  readonly channelId: string;
  /** Whose thread it belongs to; absent for a message of its own. */
  readonly threadTs?: string;
  readonly mark: Mark;
}

/**
 * `absent`: it is not there. `unknown`: Slack does not let the bot look. `again`: Slack asks to wait, which the lane
 * does.
 */
export type Search = { readonly ts: string } | 'absent' | 'unknown' | 'again';

interface LostPostsDeps {
  readonly client: webApi.WebClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly pacer: Pacer;
}

const lane = 'conversations.history';
/** Tier 3: 50 and more a minute. */
const reading: LaneLimit = { burst: 20, reserve: 0, everyMs: 1_200, concurrency: 2 };
/** Slack's clock and ours may differ by so much, in milliseconds. */
const skewMs = 60_000;
const pageSize = 200;
/** How far is looked back: that many messages since the post was begun. */
const maxPages = 5;
/** How long a refusal is remembered, in milliseconds. */
const refusalMs = 10 * 60_000;

export class LostPosts {
  readonly #deps: LostPostsDeps;
  /** Begun posts of which it is known that nothing stands in Slack. */
  readonly #absent = new Set<string>();
  /** Channels that the bot may not look into, and until when that is believed. */
  readonly #closed = new Map<string, number>();

  constructor(deps: LostPostsDeps) {
    this.#deps = deps;
  }

  mayBeThere({ id, attemptedAt }: Pick<Post, 'id' | 'attemptedAt'>): boolean {
    return attemptedAt !== null && !this.#absent.has(id);
  }

  /** Throws what is to be tried again after a pause. */
  async find(post: Post, priority: number): Promise<Search> {
    if ((this.#closed.get(post.channelId) ?? 0) > this.#deps.clock.now()) return 'unknown';
    try {
      const ts = await this.#deps.pacer.run(lane, reading, priority, () => this.#search(post));
      if (ts !== null) return { ts };
      this.#absent.add(post.id);
      return 'absent';
    } catch (error) {
      return this.#readRefusal(post, error);
    }
  }

  /** Sends it; `begin` remembers beforehand that it may be there, whatever becomes of this process. */
  async attempt<T>(post: Post, begin: () => Promise<void>, send: () => Promise<T>): Promise<T> {
    const wasAbsent = !this.mayBeThere(post);
    if (post.attemptedAt === null) await begin();
    this.#absent.delete(post.id);
    try {
      return await send();
    } catch (error) {
      if (wasAbsent && hadNoEffect(error)) this.#absent.add(post.id);
      throw error;
    }
  }

  forget(id: string): void {
    this.#absent.delete(id);
  }

  async #search(post: Post): Promise<string | null> {
    const oldest = ((post.attemptedAt ?? 0) - skewMs) / 1000;
    let latest: string | undefined;
    for (let page = 0; page < maxPages; page += 1) {
      const { messages, more } = await this.#page(post, Math.max(0, oldest).toFixed(6), latest);
      const found = messages.find((message) => isMarked(message, post.mark));
      if (found?.ts !== undefined) return found.ts;
      latest = messages.at(-1)?.ts;
      if (!more || latest === undefined) return null;
    }
    this.#deps.logger.warn({ channelId: post.channelId, id: post.id }, 'too many messages to look through');
    return null;
  }

  async #page({ channelId, threadTs }: Post, oldest: string, latest: string | undefined) {
    const { conversations } = this.#deps.client;
    const which = {
      channel: channelId,
      oldest,
      ...(latest !== undefined && { latest }),
      include_all_metadata: true,
      limit: pageSize,
    };
    const answer =
      threadTs === undefined
        ? await conversations.history(which)
        : await conversations.replies({ ...which, ts: threadTs });
    // A thread comes in one piece, oldest first: it has few messages.
    return { messages: answer.messages ?? [], more: answer.has_more === true && threadTs === undefined };
  }

  #readRefusal({ channelId }: Post, error: unknown): Search {
    const { clock, logger, pacer } = this.#deps;
    const failure = readFailure(error);
    if (failure === null) throw error;
    if (failure.kind === 'passing') {
      if (failure.afterMs === null) throw error;
      pacer.pause(lane, reading, failure.afterMs);
      return 'again';
    }
    const { code } = failure;
    logger.info({ channelId, code }, 'the bot may not look for a post whose answer was lost');
    this.#closed.set(channelId, clock.now() + refusalMs);
    return 'unknown';
  }
}

const isMarked = (message: unknown, { event_type, event_payload }: Mark): boolean => {
  const read = readMark(message);
  const [id] = Object.values(event_payload);
  return read !== null && event_type === `record_${read.kind}` && read.id === id;
};

/** Slack has said that it did nothing. */
function hadNoEffect(error: unknown): boolean {
  const failure = readFailure(error);
  return failure !== null && (failure.kind !== 'passing' || failure.afterMs !== null);
}
