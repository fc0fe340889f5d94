/**
 * Cards as projections of the rows: one writer per card, the newest rows win, and what failed is tried until it is
 * done. Restart-safe, because what is stale stands in the store.
 */
import type { CardView, Reply } from '../core/model.js';
import type { Board, Store } from '../core/ports.js';
import { CardSender, type CardSenderDeps } from './card-sender.js';
import { type LentRespond, LentResponses } from './lent-responses.js';

type BoardStore = Pick<Store, 'listStaleCards' | 'cardDrawn' | 'dropCard' | 'listDueReplies' | 'replySent'>;

export interface BoardDeps extends Omit<CardSenderDeps, 'store' | 'lent' | 'signal'> {
  readonly store: BoardStore;
  /** Between 0 and 1; spreads the retries. */
  readonly random: () => number;
}

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
/** How long `stop` waits for what is being drawn, in milliseconds; the rest is drawn by the next process. */
const drainMs = 5_000;

export class CardBoard implements Board {
  readonly #deps: BoardDeps;
  readonly #ending = new AbortController();
  readonly #lent: LentResponses;
  readonly #sender: CardSender;
  /** Redraws that wait for their time, by conversation. */
  readonly #planned = new Map<string, { readonly dueAt: number; readonly cancel: AbortController }>();
  /** Cards being written; `again` when something has changed meanwhile. */
  readonly #writers = new Map<string, { again: boolean }>();
  readonly #work = new Set<Promise<void>>();
  #accepting = true;

  constructor(deps: BoardDeps) {
    this.#deps = deps;
    this.#lent = new LentResponses(deps.clock);
    this.#sender = new CardSender({ ...deps, lent: this.#lent, signal: this.#ending.signal });
  }

  /** Draws what an earlier process left stale. */
  start(): void {
    this.#track(this.#pass());
  }

  redraw(conversationId: string, delayMs = 0): void {
    if (!this.#accepting) return;
    const dueAt = this.#deps.clock.now() + delayMs;
    const planned = this.#planned.get(conversationId);
    if (planned && planned.dueAt <= dueAt) return;
    planned?.cancel.abort();
    const plan = { dueAt, cancel: new AbortController() };
    this.#planned.set(conversationId, plan);
    this.#track(this.#carryOut(conversationId, delayMs, plan));
  }

  /** A way to reach the channel for a card that may be posted soon, in case the bot is not in that channel. */
  lend(cardId: string, respond: LentRespond): void {
    this.#lent.add(cardId, respond);
  }

  /** Resolves when what is being drawn is drawn, or after five seconds. */
  async stop(): Promise<void> {
    this.#accepting = false;
    for (const { dueAt, cancel } of this.#planned.values()) {
      if (dueAt > this.#deps.clock.now()) cancel.abort();
    }
    const timer = new AbortController();
    await Promise.race([this.#idle(), this.#deps.clock.sleep(drainMs, timer.signal)]);
    timer.abort();
    this.#ending.abort();
    await this.#idle();
  }

  async #idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  /** `work` never rejects. */
  #track(work: Promise<void>): void {
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }

  async #carryOut(
    conversationId: string,
    delayMs: number,
    plan: { readonly cancel: AbortController },
  ): Promise<void> {
    if (delayMs > 0) await this.#deps.clock.sleep(delayMs, plan.cancel.signal);
    if (plan.cancel.signal.aborted) return;
    this.#planned.delete(conversationId);
    await this.#pass(conversationId);
  }

  /** Wakes the writers of all cards that have something to be drawn or sent. */
  async #pass(conversationId?: string): Promise<void> {
    const { store } = this.#deps;
    await this.#untilDone('cards could not be looked up', async () => {
      const views = await store.listStaleCards(conversationId);
      const replies = await store.listDueReplies(conversationId);
      for (const { card } of [...views.filter(isUrgent), ...replies, ...views]) {
        this.#wake(card.id, card.conversationId);
      }
      return true;
    });
  }

  #wake(cardId: string, conversationId: string): void {
    const writer = this.#writers.get(cardId);
    if (writer) {
      writer.again = true;
      return;
    }
    const created = { again: false };
    this.#writers.set(cardId, created);
    this.#track(this.#write(cardId, conversationId, created));
  }

  async #write(cardId: string, conversationId: string, writer: { again: boolean }): Promise<void> {
    await this.#untilDone('a card could not be drawn', async () => {
      writer.again = false;
      const done = await this.#bringUpToDate(cardId, conversationId);
      if (!done || writer.again) return false;
      // In the same turn as the look at `again`: whoever comes after finds no writer and starts one.
      this.#writers.delete(cardId);
      return true;
    });
  }

  /** False when it has to be looked at once more, at once. */
  async #bringUpToDate(cardId: string, conversationId: string): Promise<boolean> {
    const { store } = this.#deps;
    const findStale = async (): Promise<CardView | undefined> =>
      (await store.listStaleCards(conversationId)).find(({ card }) => card.id === cardId);
    const findReply = async (): Promise<Reply | undefined> =>
      (await store.listDueReplies(conversationId)).find(({ card }) => card.id === cardId);

    const view = await findStale();
    if (view) {
      const drawn = await this.#sender.draw(view, findStale);
      if (drawn !== 'done') return drawn === 'over';
    }
    for (let reply = await findReply(); reply; reply = await findReply()) {
      const sent = await this.#sender.reply(reply);
      if (sent !== 'done') return sent === 'over';
    }
    return true;
  }

  /** Repeats with growing pauses what throws; until the process ends, when the store still knows what is left. */
  async #untilDone(trouble: string, attempt: () => Promise<boolean>): Promise<void> {
    const { clock, random, logger } = this.#deps;
    for (let failures = 0; !this.#ending.signal.aborted; ) {
      try {
        if (await attempt()) return;
        failures = 0;
      } catch (error) {
        if (this.#ending.signal.aborted) return;
        const pauseMs =
          Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures, 6)) * (0.5 + random() / 2);
        failures += 1;
        logger.warn({ err: error, failures, pauseMs: Math.round(pauseMs) }, `${trouble}; trying again`);
        await clock.sleep(pauseMs, this.#ending.signal);
      }
    }
  }
}

/** Somebody waits for it: it shows a job. */
const isUrgent = ({ job }: CardView): boolean => job !== null;
