import type { Clock } from '../core/ports.js';

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** What stood for so long is forgiven what it did before, in milliseconds. */
export const quietMs = 60_000;

/** At once the first time, then after 1, 2, 4 … 30 s, up to half of it off at random: what failed together must not come back together. */
export function pauseBefore(attempt: number, random: () => number): number {
  if (attempt <= 1) return 0;
  const fullMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt - 2, 5));
  return Math.round(fullMs * (0.5 + random() / 2));
}

/** Remembers what went wrong lately, and makes the next attempt wait for it. */
export class Backoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  #attempts = 0;
  #owedMs = 0;
  #goodSince: number | null = null;

  constructor({ clock, random }: { readonly clock: Clock; readonly random: () => number }) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Something went wrong, and is to be tried again, at the earliest after `atLeastMs`. */
  failed(atLeastMs = 0): void {
    const now = this.#clock.now();
    if (this.#goodSince !== null && now - this.#goodSince >= quietMs) this.#attempts = 0;
    this.#goodSince = null;
    this.#attempts += 1;
    this.#owedMs = Math.max(atLeastMs, pauseBefore(this.#attempts, this.#random));
  }

  succeeded(): void {
    this.#goodSince ??= this.#clock.now();
    this.#owedMs = 0;
  }

  /** Waits what the last failure costs, once. */
  async pause(signal: AbortSignal): Promise<void> {
    const owedMs = this.#owedMs;
    this.#owedMs = 0;
    if (owedMs > 0) await this.#clock.sleep(owedMs, signal);
  }
}
