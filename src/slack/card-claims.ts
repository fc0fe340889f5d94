/** One writer per card among all processes: whoever has claimed the card in the store. */
import type { Card } from '../core/model.js';
import type { Clock, Logger, Store } from '../core/ports.js';

export interface CardClaimsDeps {
  readonly store: Pick<Store, 'claimCard' | 'releaseCard'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Names this process among those that share the database. */
  readonly holder: string;
}

/** After the death of a process its cards are free again in so many milliseconds. */
const claimMs = 10_000;
const renewEveryMs = 3_000;

export class CardClaims {
  readonly #deps: CardClaimsDeps;
  /** The store cannot tell two writers of one process apart. */
  readonly #here = new Map<string, Promise<unknown>>();

  constructor(deps: CardClaimsDeps) {
    this.#deps = deps;
  }

  /** Null, and nothing done, when another process has the card or it is gone. */
  async hold<T>(cardId: string, work: (card: Card) => Promise<T>): Promise<T | null> {
    while (this.#here.has(cardId)) await this.#here.get(cardId);
    const held = this.#claimed(cardId, work);
    this.#here.set(
      cardId,
      held.catch(() => undefined),
    );
    return held.finally(() => this.#here.delete(cardId));
  }

  async #claimed<T>(cardId: string, work: (card: Card) => Promise<T>): Promise<T | null> {
    const card = await this.#claim(cardId);
    if (card === null) return null;
    const done = new AbortController();
    const renewing = this.#renew(cardId, done.signal);
    try {
      return await work(card);
    } finally {
      done.abort();
      await renewing;
      await this.#release(cardId);
    }
  }

  #claim(cardId: string): Promise<Card | null> {
    const { store, clock, holder } = this.#deps;
    const now = clock.now();
    return store.claimCard(cardId, holder, now, now + claimMs);
  }

  /** As long as the database does not answer, nobody else can claim the card either. */
  async #renew(cardId: string, done: AbortSignal): Promise<void> {
    const { clock, logger } = this.#deps;
    for (await clock.sleep(renewEveryMs, done); !done.aborted; await clock.sleep(renewEveryMs, done)) {
      await this.#claim(cardId).catch((error: unknown) => {
        logger.warn({ err: error, cardId }, 'the claim to a card could not be renewed');
      });
    }
  }

  /** What cannot be released ends by itself. */
  async #release(cardId: string): Promise<void> {
    const { store, logger, holder } = this.#deps;
    await store.releaseCard(cardId, holder).catch((error: unknown) => {
      logger.warn({ err: error, cardId }, 'the claim to a card could not be released');
    });
  }
}
