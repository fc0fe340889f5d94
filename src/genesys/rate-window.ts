import type { Clock, Priority } from '../core/ports.js';

/** What Genesys says about its count, from the `inin-ratelimit-*` headers; null where it does not. */
export interface RateReport {
  readonly allowed: number | null;
  readonly count: number | null;
  readonly resetMs: number | null;
}

/**
 * How full the minute may be, as a share of the allowance, for a request of that priority still to go out. Polling
 * alone can never use more than half; the last tenth is for stops only, so that a recording can be ended while
 * everything else waits.
 */
const ceilings: Readonly<Record<Priority, number>> = { stop: 1, start: 0.9, read: 0.75, poll: 0.5 };

/** Genesys counts by the minute; the extra second is for requests that overtake each other on their way. */
const windowMs = 61_000;
/** A smaller allowance than the documented one is believed for this long after Genesys last said so. */
const learnedForMs = 300_000;

/** The requests of the last minute, those that Genesys counted and we did not send included. */
export class RateWindow {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #perMinute: number;
  /** When each request went out, oldest first. */
  #sent: number[] = [];
  #learned = { allowed: Number.POSITIVE_INFINITY, until: 0 };
  #foreign = { count: 0, until: 0 };

  constructor(clock: Pick<Clock, 'now'>, perMinute: number) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  count(): void {
    this.#sent.push(this.#clock.now());
  }

  /** Only ever makes the allowance smaller than it was to begin with. */
  learn({ allowed, count, resetMs }: RateReport): void {
    const now = this.#clock.now();
    if (
      allowed !== null &&
      allowed >= 1 &&
      (allowed <= this.#learned.allowed || now >= this.#learned.until)
    ) {
      this.#learned = { allowed, until: now + learnedForMs };
    }
    if (count === null || resetMs === null) return;
    this.#forgetOld(now);
    const foreign = Math.min(count, this.#perMinute) - this.#sent.length;
    if (foreign > 0) this.#foreign = { count: foreign, until: now + Math.min(resetMs, windowMs) };
  }

  /** Milliseconds until there is room, if `ahead` others go first; an estimate when it is more than a minute. */
  waitFor(priority: Priority, ahead: number): number {
    const now = this.#clock.now();
    this.#forgetOld(now);
    const learned = now < this.#learned.until ? this.#learned.allowed : Number.POSITIVE_INFINITY;
    const ceiling = Math.max(1, Math.floor(Math.min(this.#perMinute, learned) * ceilings[priority]));
    const mustEnd = this.#sent.length + this.#foreign.count + ahead + 1 - ceiling;
    if (mustEnd <= 0) return 0;
    const ends = this.#sent.map((at) => at + windowMs);
    for (let i = 0; i < this.#foreign.count; i += 1) ends.push(this.#foreign.until);
    ends.sort((a, b) => a - b);
    const end = ends[mustEnd - 1];
    return end === undefined ? Math.ceil(mustEnd / ceiling) * windowMs : end - now;
  }

  #forgetOld(now: number): void {
    const kept = this.#sent.findIndex((at) => at + windowMs > now);
    if (kept === -1) this.#sent = [];
    else if (kept > 0) this.#sent.splice(0, kept);
    if (now >= this.#foreign.until) this.#foreign = { count: 0, until: 0 };
  }
}
