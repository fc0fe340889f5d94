import { RecordError } from '../core/errors.js';
import type { Clock, Priority, RequestOptions } from '../core/ports.js';
import { Cancelled } from './deadline.js';
import { type RateReport, RateWindow } from './rate-window.js';

export interface AcquireOptions extends Pick<RequestOptions, 'onWait' | 'signal'> {
  /** Rejects with `RATE_LIMITED` when it takes longer, at once where that can be foreseen. */
  readonly maxWaitMs?: number;
}

interface Waiter {
  readonly deadlineAt: number;
  readonly options: AcquireOptions;
  readonly grant: () => void;
  readonly refuse: (error: Error) => void;
}

const priorities = ['stop', 'start', 'read', 'poll'] as const satisfies Priority[];

/**
 * Spends the 300 requests a minute that Genesys allows one token
 * (https://developer.genesys.cloud/organization/organization/limits): a sliding window, stops first.
 */
export class RateBudget {
  readonly #clock: Clock;
  readonly #window: RateWindow;
  readonly #waiting: Readonly<Record<Priority, Set<Waiter>>> = {
    stop: new Set(),
    start: new Set(),
    read: new Set(),
    poll: new Set(),
  };
  #pausedUntil = 0;
  #alarm = new AbortController();
  #closed = false;

  constructor(clock: Clock, perMinute = 300) {
    this.#clock = clock;
    this.#window = new RateWindow(clock, perMinute);
  }

  /**
   * Resolves when a request of that priority may go out, and counts it. Rejects with `RATE_LIMITED` when that takes
   * longer than `maxWaitMs`, and with `Cancelled` when the signal aborts or the budget is closed.
   */
  async acquire(priority: Priority, options: AcquireOptions = {}): Promise<void> {
    if (this.#closed) throw new Cancelled('the client was closed');
    if (options.signal?.aborted) throw new Cancelled('cancelled by the caller');
    const waitMs = this.#waitFor(priority, this.#countAhead(priority));
    if (waitMs === 0) {
      this.#window.count();
      return;
    }
    if (waitMs > (options.maxWaitMs ?? Number.POSITIVE_INFINITY)) throw rateLimited(waitMs);
    options.onWait?.(waitMs);
    await this.#enqueue(priority, options);
  }

  /** Learns from the headers of an answer. */
  learn(report: RateReport): void {
    this.#window.learn(report);
  }

  /** Genesys answered 429: nobody sends for so long, stops included, since they would be refused as well. */
  pause(ms: number): void {
    const until = this.#clock.now() + ms;
    if (until <= this.#pausedUntil) return;
    this.#pausedUntil = until;
    for (const waiter of this.#allWaiting()) {
      if (waiter.deadlineAt < until) waiter.refuse(rateLimited(ms));
      else waiter.options.onWait?.(ms);
    }
    this.#serve();
  }

  /** Refuses everybody who waits, and whoever comes after. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#allWaiting()) waiter.refuse(new Cancelled('the client was closed'));
    this.#alarm.abort();
  }

  #enqueue(priority: Priority, options: AcquireOptions): Promise<void> {
    const queue = this.#waiting[priority];
    return new Promise<void>((resolve, reject) => {
      const leave = () => {
        queue.delete(waiter);
        options.signal?.removeEventListener('abort', onAbort);
      };
      const refuse = (error: Error) => {
        leave();
        reject(error);
      };
      const onAbort = () => refuse(new Cancelled('cancelled by the caller'));
      const grant = () => {
        leave();
        resolve();
      };
      const deadlineAt = this.#clock.now() + (options.maxWaitMs ?? Number.POSITIVE_INFINITY);
      const waiter: Waiter = { deadlineAt, options, grant, refuse };
      queue.add(waiter);
      options.signal?.addEventListener('abort', onAbort, { once: true });
      this.#serve();
    });
  }

  /** Lets go whoever may, refuses whoever is out of time, and sets the alarm for the next time something changes. */
  #serve(): void {
    const now = this.#clock.now();
    for (const priority of priorities) {
      for (const waiter of this.#waiting[priority]) {
        if (this.#waitFor(priority, 0) > 0) break;
        this.#window.count();
        waiter.grant();
      }
    }
    for (const priority of priorities) {
      const late = [...this.#waiting[priority]].filter((waiter) => waiter.deadlineAt <= now);
      for (const waiter of late) waiter.refuse(rateLimited(this.#waitFor(priority, 0)));
    }
    this.#setAlarm(now);
  }

  #setAlarm(now: number): void {
    this.#alarm.abort();
    let at = Math.min(...this.#allWaiting().map((waiter) => waiter.deadlineAt));
    for (const priority of priorities) {
      if (this.#waiting[priority].size > 0) at = Math.min(at, now + this.#waitFor(priority, 0));
    }
    if (at === Number.POSITIVE_INFINITY) return;
    const alarm = new AbortController();
    this.#alarm = alarm;
    void this.#clock.sleep(at - now, alarm.signal).then(() => {
      if (!alarm.signal.aborted) this.#serve();
    });
  }

  #waitFor(priority: Priority, ahead: number): number {
    return Math.max(this.#pausedUntil - this.#clock.now(), this.#window.waitFor(priority, ahead), 0);
  }

  #countAhead(priority: Priority): number {
    const upTo = priorities.indexOf(priority);
    return priorities.slice(0, upTo + 1).reduce((sum, each) => sum + this.#waiting[each].size, 0);
  }

  #allWaiting(): Waiter[] {
    return priorities.flatMap((priority) => [...this.#waiting[priority]]);
  }
}

function rateLimited(retryAfterMs: number): RecordError {
  return new RecordError('RATE_LIMITED', 'Genesys takes no more requests from the bot just now.', {
    cure: `Try again in ${Math.ceil(retryAfterMs / 1000)} s.`,
    retryAfterMs,
  });
}
