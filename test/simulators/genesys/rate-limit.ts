/**
 * One token's requests in the minute that began with the first of them.
 * Limits and headers: https://developer.genesys.cloud/platform/api/rate-limits
 */
import { refuse } from './errors.js';

const windowMs = 60_000;

export class RateWindow {
  readonly #allowed: number;
  readonly #now: () => number;
  #count = 0;
  #endsAt = 0;

  constructor(allowed: number, now: () => number) {
    this.#allowed = allowed;
    this.#now = now;
  }

  /** Counts a request; throws the 429 once the minute's allowance is used up. */
  take(): void {
    if (this.#now() >= this.#endsAt) {
      this.#endsAt = this.#now() + windowMs;
      this.#count = 0;
    }
    if (this.#count >= this.#allowed) {
      throw refuse({
        status: 429,
        code: 'too.many.requests',
        text: 'Rate limit exceeded the maximum. Retry the request in [{seconds}] seconds',
        params: { seconds: String(this.#secondsLeft()) },
        headers: { 'Retry-After': String(this.#secondsLeft()) },
      });
    }
    this.#count += 1;
  }

  headers(): Record<string, string> {
    return {
      'inin-ratelimit-count': String(this.#count),
      'inin-ratelimit-allowed': String(this.#allowed),
      'inin-ratelimit-reset': String(this.#secondsLeft()),
    };
  }

  #secondsLeft(): number {
    return Math.max(1, Math.ceil((this.#endsAt - this.#now()) / 1000));
  }
}
