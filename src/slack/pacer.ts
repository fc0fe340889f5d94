/**
 * Keeps what is sent within Slack's rate limits: one lane per limit, a short burst and then a steady pace, more
 * urgent tasks first, and a pause where Slack asks for one. https://docs.slack.dev/apis/web-api/rate-limits
 */
import PQueue from 'p-queue';
import type { Clock } from '../core/ports.js';

export interface LaneLimit {
  /** Requests that may be sent at once after a quiet while. */
  readonly burst: number;
  /** One request more after each of these, in milliseconds. */
  readonly everyMs: number;
  /** Requests under way at the same time. */
  readonly concurrency: number;
}

interface Lane {
  readonly queue: PQueue;
  readonly limit: LaneLimit;
  /** When the lane would have had no request for a whole burst: the bucket, kept as a time. */
  freeAt: number;
  pausedUntil: number;
  holding: boolean;
}

export class Pacer {
  readonly #lanes = new Map<string, Lane>();
  readonly #clock: Clock;
  readonly #signal: AbortSignal;

  /** After the signal aborts nothing is held back any more; tasks look at it themselves. */
  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Runs the task when its lane allows; among those that wait, the greatest priority goes first. */
  async run<T>(name: string, limit: LaneLimit, priority: number, task: () => Promise<T>): Promise<T> {
    const lane = this.#lane(name, limit);
    return lane.queue.add(
      () => {
        lane.freeAt = Math.max(lane.freeAt, this.#clock.now()) + limit.everyMs;
        void this.#hold(lane);
        return task().finally(() => this.#hold(lane));
      },
      { priority },
    );
  }

  /** Sends nothing in that lane for so long. */
  pause(name: string, limit: LaneLimit, ms: number): void {
    const lane = this.#lane(name, limit);
    lane.pausedUntil = Math.max(lane.pausedUntil, this.#clock.now() + ms);
    void this.#hold(lane);
  }

  #lane(name: string, limit: LaneLimit): Lane {
    const known = this.#lanes.get(name);
    if (known) return known;
    const queue = new PQueue({ concurrency: limit.concurrency });
    const lane = { queue, limit, freeAt: 0, pausedUntil: 0, holding: false };
    this.#lanes.set(name, lane);
    return lane;
  }

  /** The queue stands still while the lane must wait, so that the most urgent task is chosen when it may go on. */
  async #hold(lane: Lane): Promise<void> {
    if (lane.holding) return;
    lane.holding = true;
    for (let waitMs = this.#waitMs(lane); waitMs > 0; waitMs = this.#waitMs(lane)) {
      lane.queue.pause();
      await this.#clock.sleep(waitMs, this.#signal);
    }
    lane.holding = false;
    lane.queue.start();
  }

  #waitMs({ limit, freeAt, pausedUntil }: Lane): number {
    if (this.#signal.aborted) return 0;
    const now = this.#clock.now();
    return Math.max(pausedUntil - now, freeAt - (limit.burst - 1) * limit.everyMs - now);
  }
}
