/** For whoever waits until a card stands in its channel. */
import { EventEmitter, once } from 'node:events';
import type { Clock, Store } from '../core/ports.js';

export interface DrawnCardsDeps {
  readonly store: Pick<Store, 'listStaleCards'>;
  readonly clock: Clock;
}

export class DrawnCards {
  readonly #deps: DrawnCardsDeps;
  /** Its events are named by conversations. */
  readonly #drawn = new EventEmitter().setMaxListeners(0);

  constructor(deps: DrawnCardsDeps) {
    this.#deps = deps;
  }

  /** A card of that conversation has been drawn by this process. */
  note(conversationId: string): void {
    this.#drawn.emit(conversationId);
  }

  /** True as soon as all its cards in that channel show what is so; false when they do not in time. Never rejects. */
  async within(ms: number, conversationId: string, channelId: string): Promise<boolean> {
    const over = new AbortController();
    void this.#deps.clock.sleep(ms, over.signal).then(() => over.abort());
    try {
      for (;;) {
        // Before the look: what is drawn meanwhile is not missed.
        const next = once(this.#drawn, conversationId, { signal: over.signal }).catch(() => undefined);
        if (await this.#areDrawn(conversationId, channelId)) return true;
        if (over.signal.aborted) return false;
        await next;
      }
    } finally {
      over.abort();
    }
  }

  /** No, where the database cannot say. */
  async #areDrawn(conversationId: string, channelId: string): Promise<boolean> {
    const stale = await this.#deps.store.listStaleCards(conversationId).catch(() => null);
    return stale !== null && !stale.some(({ card }) => card.channelId === channelId);
  }
}
