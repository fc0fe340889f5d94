/**
 * Cards that Slack refuses with a word that this bot does not know. It may be for good or for a minute, and what stands in
 * the channel has a Stop button: they are kept, and tried again after growing pauses, or as soon as they change.
 */
import type { Clock } from '../core/ports.js';

const firstPauseMs = 30_000;
const longestPauseMs = 10 * 60_000;

interface Kept {
  /** That was refused. */
  readonly version: number;
  readonly until: number;
  readonly times: number;
}

export class KeptCards {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #cards = new Map<string, Kept>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** True for the first of several times. */
  add(cardId: string, version: number): boolean {
    const times = (this.#cards.get(cardId)?.times ?? 0) + 1;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(times - 1, 6));
    this.#cards.set(cardId, { version, until: this.#clock.now() + pauseMs, times });
    return times === 1;
  }

  remove(cardId: string): void {
    this.#cards.delete(cardId);
  }

  /** True while that version is not to be tried again. */
  has(cardId: string, version: number): boolean {
    const kept = this.#cards.get(cardId);
    return kept?.version === version && this.#waits(kept);
  }

  /** How many are not to be tried now, unless they change. */
  get size(): number {
    return [...this.#cards.values()].filter((kept) => this.#waits(kept)).length;
  }

  #waits({ until }: Kept): boolean {
    const leftMs = until - this.#clock.now();
    return leftMs > 0 && leftMs <= longestPauseMs;
  }
}
