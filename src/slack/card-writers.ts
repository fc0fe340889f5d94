/** One writer for each card that has something to be drawn or sent, until all of it is. */
import type { Card, CardView, Reply } from '../core/model.js';
import type { Store } from '../core/ports.js';
import { isUnderWay } from './awaited.js';
import type { CardClaims } from './card-claims.js';
import type { CardSender } from './card-sender.js';
import type { DrawnCards } from './drawn-cards.js';
import type { Delivery } from './outlet.js';
import { type RepeatDeps, repeatUntilDone } from './repeat.js';

interface CardWritersDeps extends RepeatDeps {
  readonly store: Pick<Store, 'listStaleCards' | 'listDueReplies'>;
  readonly sender: CardSender;
  readonly claims: CardClaims;
  readonly drawn: Pick<DrawnCards, 'note'>;
}

export class CardWriters {
  readonly #deps: CardWritersDeps;
  /** Cards being written; `again` when something has changed meanwhile. */
  readonly #writers = new Map<string, { again: boolean }>();
  /** Cards that wait for their rows to change, and the version that was not sent. */
  readonly #later = new Map<string, number>();

  constructor(deps: CardWritersDeps) {
    this.#deps = deps;
  }

  /** True when it is being written here, or is not to be written before it changes. */
  isInHand({ id }: Card, version?: number): boolean {
    return this.#writers.has(id) || (version !== undefined && this.#later.get(id) === version);
  }

  /** Never rejects. */
  async write({ id, conversationId }: Card): Promise<void> {
    const writer = this.#writers.get(id);
    if (writer) {
      writer.again = true;
      return;
    }
    const created = { again: false };
    this.#writers.set(id, created);
    await repeatUntilDone(this.#deps, 'a card could not be drawn', async () => {
      created.again = false;
      const done = await this.#attend(id, conversationId);
      if (!done || created.again) return false;
      // In the same turn as the look at `again`: whoever comes after finds no writer and starts one.
      this.#writers.delete(id);
      return true;
    });
  }

  /** False when it has to be looked at once more, at once. */
  async #attend(cardId: string, conversationId: string): Promise<boolean> {
    const { store, claims, clock } = this.#deps;
    const findStale = async (): Promise<CardView | undefined> => {
      const view = (await store.listStaleCards(conversationId)).find(({ card }) => card.id === cardId);
      return view && !isUnderWay(view, clock.now()) ? view : undefined;
    };
    const findReply = async (): Promise<Reply | undefined> =>
      (await store.listDueReplies(conversationId)).find(({ card }) => card.id === cardId);

    const outcome = await claims.hold(cardId, () => this.#bringUpToDate(findStale, findReply));
    if (outcome !== 'done') return true;
    // Whoever found the card claimed, and left its change to this process, relies on this look.
    return (await findStale()) === undefined && (await findReply()) === undefined;
  }

  async #bringUpToDate(
    findStale: () => Promise<CardView | undefined>,
    findReply: () => Promise<Reply | undefined>,
  ): Promise<Exclude<Delivery, 'again'>> {
    const { sender, drawn: drawnCards } = this.#deps;
    for (let view = await findStale(); view; view = await findStale()) {
      const drawn = await sender.draw(view, findStale);
      this.#note(view, drawn);
      drawnCards.note(view.card.conversationId);
      if (drawn === 'done') break;
      if (drawn !== 'again') return drawn;
    }
    for (let reply = await findReply(); reply; reply = await findReply()) {
      const sent = await sender.reply(reply);
      if (sent !== 'done' && sent !== 'again') return sent;
    }
    return 'done';
  }

  #note({ card, conversation }: CardView, drawn: Delivery): void {
    if (drawn === 'later') this.#later.set(card.id, conversation.version);
    else this.#later.delete(card.id);
  }
}
