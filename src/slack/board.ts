/**
 * Cards as projections of the rows: one writer per card, the newest rows win, and what failed is tried until it is
 * done. Restart-safe, because what is stale stands in the store; and safe among several processes, because whoever
 * writes a card has claimed it there.
 */
import { showWorkingAfterMs } from '../core/deps.js';
import type { Card, CardView, Reply } from '../core/model.js';
import type { Board, NewId, Store } from '../core/ports.js';
import { changedAt, isAwaited, isUnderWay } from './awaited.js';
import { Backlog, type BacklogDeps } from './backlog.js';
import { CardClaims } from './card-claims.js';
import { CardSender, type CardSenderDeps } from './card-sender.js';
import { CardWriters } from './card-writers.js';
import { DrawnCards } from './drawn-cards.js';
import { KeptCards } from './kept-cards.js';
import { type LentRespond, LentResponses } from './lent-responses.js';
import { Outlet } from './outlet.js';
import { OverWarnings, type OverWarningsDeps } from './over-warnings.js';
import type { Sharing } from './pace-share.js';
import { PlannedRedraws } from './planned-redraws.js';
import { repeatUntilDone } from './repeat.js';
import { removeTwin, type Twin } from './twins.js';

type BoardStore = CardSenderDeps['store'] &
  OverWarningsDeps['store'] &
  BacklogDeps['store'] &
  Pick<Store, 'listStaleCards' | 'listStaleJobCards' | 'listDueReplies' | 'claimCard' | 'releaseCard'>;

export interface BoardDeps extends Omit<CardSenderDeps, 'store' | 'lent' | 'kept' | 'outlet'> {
  readonly store: BoardStore;
  /** Among how many processes Slack's limits are divided. */
  readonly sharing: Sharing;
  readonly newId: NewId;
  /** Between 0 and 1; spreads the retries. */
  readonly random: () => number;
}

/** How long `stop` waits for what is being drawn, and then for Slack's last answers, in milliseconds; the next process draws the rest. */
const drainMs = { drawing: 4_000, sending: 1_000 };
/** How often it is looked for what another process, or an earlier one, has left, in milliseconds. */
const sweepEveryMs = 3_000;
/** What has changed this recently is still in the hands of the process that changed it, in milliseconds. */
const inHandMs = 2_000;

export class CardBoard implements Board {
  readonly #deps: BoardDeps;
  readonly #ending = new AbortController();
  readonly #lent: LentResponses;
  readonly #claims: CardClaims;
  readonly #writers: CardWriters;
  readonly #drawn: DrawnCards;
  readonly #backlog: Backlog;
  readonly #overWarnings: OverWarnings;
  readonly #planned: PlannedRedraws;
  readonly #work = new Set<Promise<void>>();
  readonly #sweeping = new AbortController();
  #failing = false;
  #accepting = true;

  constructor(deps: BoardDeps) {
    const { signal } = this.#ending;
    this.#deps = deps;
    this.#planned = new PlannedRedraws(deps.clock);
    this.#lent = new LentResponses(deps.clock);
    const kept = new KeptCards(deps.clock);
    const shared = { ...deps, holder: deps.newId(), lent: this.#lent, kept, signal };
    const outlet = new Outlet({ ...shared, client: deps.clients.interactive });
    const sender = new CardSender({ ...shared, outlet });
    this.#claims = new CardClaims(shared);
    this.#drawn = new DrawnCards(deps);
    this.#writers = new CardWriters({ ...shared, sender, claims: this.#claims, drawn: this.#drawn });
    this.#overWarnings = new OverWarnings({ ...shared, outlet });
    this.#backlog = new Backlog(shared, {
      isLeft: (view) => this.#isLeft(view.card, view.conversation.version) && !this.#isUnderWay(view),
      write: (card) => this.#writers.write(card),
      track: (work) => this.#track(work),
      setAside: () => kept.size,
    });
  }

  /** Draws what an earlier process left stale, and from now on also what another process leaves. */
  start(): void {
    this.#track(this.#keepSweeping());
  }

  redraw(conversationId: string, delayMs = 0): void {
    if (!this.#accepting) return;
    const planned = this.#planned.plan(conversationId, delayMs);
    if (planned) this.#track(this.#carryOut(conversationId, planned));
  }

  /** A way to reach the channel for a card that may be posted soon, in case the bot is not in that channel. */
  lend(cardId: string, respond: LentRespond): void {
    this.#lent.add(cardId, respond);
  }

  /** True as soon as that channel shows how the conversation is; false when it does not in time. Never rejects. */
  shows(conversationId: string, channelId: string, withinMs: number): Promise<boolean> {
    return this.#drawn.within(withinMs, conversationId, channelId);
  }

  /** Deletes a second message of a card, and redraws the first. False when it could not; never rejects. */
  async removeTwin(twin: Twin): Promise<boolean> {
    const client = this.#deps.clients.interactive;
    const card = await removeTwin({ ...this.#deps, client, claims: this.#claims }, twin);
    if (card) this.redraw(card.conversationId);
    return card !== null;
  }

  /** Resolves when what is being drawn is drawn, or after five seconds. */
  async stop(): Promise<void> {
    this.#accepting = false;
    this.#sweeping.abort();
    this.#planned.callOff();
    await this.#idleWithin(drainMs.drawing);
    this.#ending.abort();
    await this.#idleWithin(drainMs.sending);
  }

  async #idleWithin(ms: number): Promise<void> {
    const timer = new AbortController();
    await Promise.race([this.#idle(), this.#deps.clock.sleep(ms, timer.signal)]);
    timer.abort();
  }

  async #idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  /** `work` never rejects. */
  #track(work: Promise<void>): void {
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }

  async #carryOut(conversationId: string, planned: Promise<boolean>): Promise<void> {
    if (!(await planned)) return;
    const { store } = this.#deps;
    await repeatUntilDone(
      { ...this.#deps, signal: this.#ending.signal },
      'cards could not be looked up',
      async () => {
        const views = await store.listStaleCards(conversationId);
        const ready = views.filter((view) => !this.#isUnderWay(view));
        this.#wake(ready, await store.listDueReplies(conversationId));
        if (ready.length < views.length) this.redraw(conversationId, showWorkingAfterMs);
        return true;
      },
    );
  }

  async #keepSweeping(): Promise<void> {
    const { signal } = this.#sweeping;
    while (!signal.aborted) {
      await this.#sweep();
      await this.#deps.clock.sleep(sweepEveryMs, signal);
    }
  }

  async #sweep(): Promise<void> {
    const { store, clock, logger } = this.#deps;
    try {
      const before = clock.now() - inHandMs;
      const views = await store.listStaleJobCards();
      const replies = await store.listDueReplies();
      this.#wake(
        views.filter(
          (view) => changedAt(view) <= before && this.#isLeft(view.card, view.conversation.version),
        ),
        replies.filter(({ card, job }) => job.updatedAt <= before && this.#isLeft(card)),
      );
      this.#backlog.wake();
      // Only what is left: a click on a warning is answered in its place, and then there is nothing to be closed.
      const over = (await store.listOverWarnings()).filter(({ job }) => job.updatedAt <= before);
      for (const warning of over) this.#track(this.#overWarnings.close(warning));
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) logger.warn({ err: error }, 'stale cards could not be looked for; trying again');
      this.#failing = true;
    }
  }

  #isLeft(card: Card, version?: number): boolean {
    return !this.#planned.has(card.conversationId) && !this.#writers.isInHand(card, version);
  }

  #isUnderWay(view: CardView): boolean {
    return isUnderWay(view, this.#deps.clock.now());
  }

  #wake(views: readonly CardView[], replies: readonly Reply[]): void {
    const now = this.#deps.clock.now();
    // What is in hand is looked at once more when it is drawn.
    const first = views.filter((view) => isAwaited(view, now) || this.#writers.isInHand(view.card));
    // Once each: a card named again is looked at again.
    const cards = new Map([...first, ...replies].map(({ card }) => [card.id, card]));
    for (const card of cards.values()) this.#track(this.#writers.write(card));
    if (views.some((view) => !first.includes(view))) this.#backlog.wake();
  }
}
