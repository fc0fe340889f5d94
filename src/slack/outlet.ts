/** The way out to Slack, within its limits: every message of the board goes through here. */
import type { webApi } from '@slack/bolt';
import type { Clock, Logger } from '../core/ports.js';
import type { Message } from './blocks.js';
import { LostPosts, type Post } from './lost-posts.js';
import type { Sharing } from './pace-share.js';
import { Pacer } from './pacer.js';
import { laneOf, type Place, postOrUpdate } from './posting.js';
import { readFailure, type SlackFailure } from './slack-failure.js';

/**
 * `over`: the card was dropped, or the process ends. `again`: what is newest is to be looked up and sent; where Slack
 * asked to wait, the lane does. `later`: it stays stale until its rows change. `kept`: until then, or for a long while.
 */
export type Delivery = 'done' | 'over' | 'again' | 'later' | 'kept';

export type LastingFailure = Extract<SlackFailure, { code: string }>;

export interface OutletDeps {
  /** For looks into channels. */
  readonly client: webApi.WebClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Among how many processes the limits are divided. */
  readonly sharing: Sharing;
}

/** The greatest goes first. */
export const priorities = { card: 2, reply: 1, alert: 0, overWarning: -1 };
const rememberPauseMs = 1_000;

export class Outlet {
  /** Posts that may stand in Slack although nobody said so. */
  readonly lost: LostPosts;
  readonly #deps: OutletDeps;
  readonly #pacer: Pacer;

  constructor(deps: OutletDeps) {
    this.#deps = deps;
    this.#pacer = new Pacer(deps.clock, deps.signal, deps.sharing);
    this.lost = new LostPosts({ ...deps, pacer: this.#pacer });
  }

  /** `absent` also when nobody can tell. */
  async lookFor(
    post: Post,
    priority: number,
    adopt: (ts: string) => Promise<void>,
  ): Promise<'absent' | 'again' | 'over'> {
    if (this.#deps.signal.aborted) return 'over';
    if (!this.lost.mayBeThere(post)) return 'absent';
    const found = await this.lost.find(post, priority);
    if (found === 'again') return found;
    if (typeof found === 'string') return 'absent';
    this.#deps.logger.info({ id: post.id, channelId: post.channelId }, 'found a post whose answer was lost');
    await adopt(found.ts);
    return 'again';
  }

  inLane(place: Place, priority: number, task: () => Promise<Delivery>): Promise<Delivery> {
    const { name, limit } = laneOf(place);
    return this.#pacer.run(name, limit, priority, async () => (this.#deps.signal.aborted ? 'over' : task()));
  }

  /** Throws what passes by itself or by an administrator's hand, so that it is tried again. */
  readLasting(place: Place, error: unknown): LastingFailure | 'again' {
    const failure = readFailure(error);
    if (failure === null || failure.kind === 'refused') throw error;
    if (failure.kind !== 'passing') return failure;
    if (failure.afterMs === null) throw error;
    const { name, limit } = laneOf(place);
    this.#deps.logger.warn({ lane: name, afterMs: failure.afterMs }, 'Slack asks to send more slowly');
    this.#pacer.pause(name, limit, failure.afterMs);
    return 'again';
  }

  /** With plain text alone where Slack does not take the blocks: no buttons, but the news arrives. */
  async send(client: webApi.WebClient, place: Place, message: Message): Promise<string> {
    try {
      return await postOrUpdate(client, place, message);
    } catch (error) {
      const kind = readFailure(error)?.kind;
      if (kind !== 'invalid' && kind !== 'unknown') throw error;
      const { channelId } = place;
      this.#deps.logger.error({ channelId, err: error }, 'Slack refused the blocks; sending plain text');
      return postOrUpdate(client, place, { text: message.text, blocks: [] });
    }
  }

  /** Slack has it already, so only the remembering is repeated: sending it again would show it twice. */
  async remember(write: () => Promise<void>): Promise<void> {
    const { clock, logger, signal } = this.#deps;
    for (;;) {
      try {
        return await write();
      } catch (error) {
        logger.error({ err: error }, 'what was sent could not be remembered; trying again');
        if (signal.aborted) return;
        await clock.sleep(rememberPauseMs, signal);
      }
    }
  }
}
