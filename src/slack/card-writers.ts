/** One writer for each card that has something to be drawn or sent, until all of it is. */
import type { Card, CardView, Reply } from '../core/model.js';
import type { Store } from '../core/ports.js';
import { isUnderWay } from './awaited.js';
import type { CardClaims } from './card-claims.js';
import type { CardSender } from './card-sender.js';
import type { DrawnCards } from './drawn-cards.js';
import type { KeptCards } from './kept-cards.js';
import type { Delivery } from './outlet.js';
import { type RepeatDeps, repeatUntilDone } from './repeat.js';

interface CardWritersDeps extends RepeatDeps {
  readonly store: Pick<Store, 'listStaleCards' | 'listDueReplies'>;
  readonly sender: CardSender;
  readonly claims: CardClaims;
  readonly drawn: Pick<DrawnCards, 'note'>;
  readonly kept: KeptCards;
}

interface Writer {
  /** Something has changed meanwhile. */
  again: boolean;
  /** Aborts when there is no reason to wait on: something has changed, or the process ends. */
  hurry: AbortController;
}

/** What has changed while an attempt failed waits so long at the most, in milliseconds. */
const shortPauseMs = 1_000;

export class CardWriters {
  readonly #deps: CardWritersDeps;
  /** Cards being written. */
  readonly #writers = new Map<string, Writer>();
  /** Cards that wait for their rows to change, and the version that was not sent. */
  readonly #later = new Map<string, number>();

  constructor(deps: CardWritersDeps) {
    this.#deps = deps;
    deps.signal.addEventListener('abort', () => {
      for (const { hurry } of this.#writers.values()) hurry.abort();
    });
  }

  /** True when it is being written here, or is not to be written before it changes. */
  isInHand({ id }: Card, version?: number): boolean {
    return this.#writers.has(id) || (version !== undefined && this.#isToWait(id, version));
  }

  #isToWait(id: string, version: number): boolean {
    return this.#later.get(id) === version || this.#deps.kept.has(id, version);
  }

  /** Never rejects. */
  async write({ id, conversationId }: Card): Promise<void> {
    const writer = this.#writers.get(id);
    if (writer) {
      writer.again = true;
      writer.hurry.abort();
      return;
    }
    const created: Writer = { again: false, hurry: new AbortController() };
    this.#writers.set(id, created);
    const attempt = async () => {
      created.again = false;
      const done = await this.#attend(id, conversationId);
      if (!done || created.again) return false;
      // In the same turn as the look at `again`: whoever comes after finds no writer and starts one.
      this.#writers.delete(id);
      return true;
    };
    await repeatUntilDone(this.#deps, 'a card could not be drawn', attempt, (ms) => this.#pause(created, ms));
  }

  /** Somebody waits for what is new, though Slack was away before; its limits are kept all the same, see `Pacer`. */
  async #pause(writer: Writer, ms: number): Promise<void> {
    const { clock, signal } = this.#deps;
    writer.hurry = new AbortController();
    if (signal.aborted) writer.hurry.abort();
    await clock.sleep(writer.again ? Math.min(ms, shortPauseMs) : ms, writer.hurry.signal);
  }

  /** False when it has to be looked at once more, at once. */
  async #attend(cardId: string, conversationId: string): Promise<boolean> {
    const { store, claims, clock, kept } = this.#deps;
    const findStale = async (): Promise<CardView | undefined> => {
      const view = (await store.listStaleCards(conversationId)).find(({ card }) => card.id === cardId);
      if (!view || isUnderWay(view, clock.now())) return undefined;
      return kept.has(cardId, view.conversation.version) ? undefined : view;
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
  ): Promise<'done' | 'over' | 'later'> {
    const { sender, drawn: drawnCards } = this.#deps;
    for (let view = await findStale(); view; view = await findStale()) {
      const drawn = await sender.draw(view, findStale);
      this.#note(view, drawn);
      drawnCards.note(view.card.conversationId);
      // Its thread may tell what the card cannot.
      if (drawn === 'done' || drawn === 'kept') break;
      if (drawn !== 'again') return drawn;
    }
    for (let reply = await findReply(); reply; reply = await findReply()) {
      const sent = await sender.reply(reply);
      if (sent === 'over') return sent;
    }
    return 'done';
  }

  #note({ card, conversation }: CardView, drawn: Delivery): void {
    if (drawn === 'later') this.#later.set(card.id, conversation.version);
    else this.#later.delete(card.id);
    if (drawn === 'done' || drawn === 'over') this.#deps.kept.remove(card.id);
  }
}
