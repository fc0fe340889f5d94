/**
 * Keeps what is sent within Slack's rate limits: one lane per limit, a short burst and then a steady pace, more
 * urgent tasks first, and a pause where Slack asks for one. Several processes divide each limit among them.
 *
 * A task is urgent if its priority is above 0. A part of each burst is for urgent tasks alone, so that somebody who waits
 * for one is not kept waiting by a lane that is always busy.
 * https://docs.slack.dev/apis/web-api/rate-limits
 */
import PQueue from 'p-queue';
import type { Clock } from '../core/ports.js';
import type { Sharing } from './pace-share.js';

/** What all processes may send together. */
export interface LaneLimit {
  /** Requests that may be sent at once after a quiet while. */
  readonly burst: number;
  /** So many of these are for urgent tasks alone; at most half. */
  readonly reserve: number;
  /** One request more after each of these, in milliseconds. */
  readonly everyMs: number;
  /** Requests of one process under way at the same time. */
  readonly concurrency: number;
}

/** This process's part of a limit. */
type Share = Pick<LaneLimit, 'burst' | 'reserve' | 'everyMs'>;

interface Lane {
  readonly queue: PQueue;
  readonly limit: LaneLimit;
  share: Share;
  /** When the lane would have had no request for a whole burst: the bucket, kept as a time. */
  freeAt: number;
  pausedUntil: number;
  /** As Slack asked for. */
  pausedForMs: number;
  holding: boolean;
  /** Urgent tasks that wait. */
  urgent: number;
  /** Aborts when there may be less to wait for: an urgent task has come, or the process ends. */
  hurry: AbortController;
}

export class Pacer {
  readonly #lanes = new Map<string, Lane>();
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #sharing: Sharing;

  /** After the signal aborts nothing is held back any more; tasks look at it themselves. */
  constructor(clock: Clock, signal: AbortSignal, sharing: Sharing) {
    this.#clock = clock;
    this.#signal = signal;
    this.#sharing = sharing;
    signal.addEventListener('abort', () => {
      for (const { hurry } of this.#lanes.values()) hurry.abort();
    });
  }

  /** Runs the task when its lane allows; among those that wait, the greatest priority goes first. */
  async run<T>(name: string, limit: LaneLimit, priority: number, task: () => Promise<T>): Promise<T> {
    const lane = this.#lane(name, limit);
    const isUrgent = priority > 0;
    if (isUrgent) {
      lane.urgent += 1;
      lane.hurry.abort();
    }
    return lane.queue.add(
      () => {
        if (isUrgent) lane.urgent -= 1;
        const { everyMs } = this.#shareOf(lane);
        lane.freeAt = Math.max(lane.freeAt, this.#clock.now()) + everyMs;
        this.#sharing.sendsUntil(lane.freeAt);
        void this.#hold(lane);
        return task().finally(() => this.#hold(lane));
      },
      { priority },
    );
  }

  /** Sends nothing in that lane for so long. */
  pause(name: string, limit: LaneLimit, ms: number): void {
    const lane = this.#lane(name, limit);
    const until = this.#clock.now() + ms;
    if (until > lane.pausedUntil) {
      lane.pausedUntil = until;
      lane.pausedForMs = ms;
    }
    void this.#hold(lane);
  }

  #lane(name: string, limit: LaneLimit): Lane {
    const known = this.#lanes.get(name);
    if (known) return known;
    const queue = new PQueue({ concurrency: limit.concurrency });
    const share = divide(limit, this.#sharing);
    // A process that joins others begins without a burst, which they may have just had.
    const freeAt = this.#sharing.since + share.burst * share.everyMs;
    this.#sharing.sendsUntil(freeAt);
    const hurry = new AbortController();
    const pause = { pausedUntil: 0, pausedForMs: 0 };
    const lane = { queue, limit, share, freeAt, ...pause, holding: false, urgent: 0, hurry };
    this.#lanes.set(name, lane);
    void this.#hold(lane);
    return lane;
  }

  /** What a process has left of its share stays the same when the share changes, unless that is less. */
  #shareOf(lane: Lane): Share {
    const before = lane.share;
    const share = divide(lane.limit, this.#sharing);
    if (share.everyMs !== before.everyMs || share.burst !== before.burst) {
      const now = this.#clock.now();
      const left = before.burst - Math.max(0, lane.freeAt - now) / before.everyMs;
      lane.freeAt = now + (share.burst - Math.min(left, share.burst)) * share.everyMs;
      lane.share = share;
    }
    return share;
  }

  /** The queue stands still while the lane must wait, so that the most urgent task is chosen when it may go on. */
  async #hold(lane: Lane): Promise<void> {
    if (lane.holding) return;
    lane.holding = true;
    for (let waitMs = this.#waitMs(lane); waitMs > 0; waitMs = this.#waitMs(lane)) {
      lane.queue.pause();
      lane.hurry = new AbortController();
      await this.#clock.sleep(waitMs, lane.hurry.signal);
    }
    lane.holding = false;
    lane.queue.start();
  }

  #waitMs(lane: Lane): number {
    if (this.#signal.aborted) return 0;
    const now = this.#clock.now();
    const { burst, reserve, everyMs } = this.#shareOf(lane);
    // Neither is ever further ahead, unless the clock was set back: then the lane would stand still for as long.
    lane.freeAt = Math.min(lane.freeAt, now + burst * everyMs);
    lane.pausedUntil = Math.min(lane.pausedUntil, now + lane.pausedForMs);
    const kept = lane.urgent > 0 ? 0 : reserve;
    return Math.max(lane.pausedUntil - now, lane.freeAt - (burst - 1 - kept) * everyMs - now);
  }
}

const divide = ({ burst, reserve, everyMs }: LaneLimit, { processes, senders }: Sharing): Share => ({
  burst: Math.max(1, Math.floor(burst / processes)),
  reserve: Math.floor(reserve / processes),
  everyMs: everyMs * senders,
});
