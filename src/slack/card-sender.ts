/** Brings one card, or one reply, to Slack and remembers that it did. The caller holds the claim to the card. */
import type { Card, CardView, Reply } from '../core/model.js';
import type { Clock, Logger, Store } from '../core/ports.js';
import { isAwaited } from './awaited.js';
import type { Message } from './blocks.js';
import { renderCard } from './cards.js';
import type { SlackClients } from './clients.js';
import { drop, giveUp } from './giving-up.js';
import type { KeptCards } from './kept-cards.js';
import type { LentResponses } from './lent-responses.js';
import type { Post } from './lost-posts.js';
import { cardMark, replyMark } from './marks.js';
import { type Delivery, type LastingFailure, type Outlet, priorities } from './outlet.js';
import { isStillTrue, renderReply } from './replies.js';

export interface CardSenderDeps {
  readonly store: Pick<
    Store,
    'cardDrawn' | 'postBegun' | 'reviveCard' | 'dropCard' | 'replyBegun' | 'replySent' | 'forgetReply'
  >;
  readonly clients: SlackClients;
  /** Everybody in that channel is permitted, so that callers' numbers need no masking there. */
  readonly isOpenChannel: (channelId: string) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lent: LentResponses;
  readonly kept: KeptCards;
  readonly outlet: Outlet;
}

export class CardSender {
  readonly #deps: CardSenderDeps;
  readonly #outlet: Outlet;

  constructor(deps: CardSenderDeps) {
    this.#deps = deps;
    this.#outlet = deps.outlet;
  }

  /**
   * `refresh` reads the card anew when its turn has come: it may have changed while it waited. Throws what is to be
   * tried again after a pause.
   */
  async draw(view: CardView, refresh: () => Promise<CardView | undefined>): Promise<Delivery> {
    const { card } = view;
    const priority = isAwaited(view, this.#deps.clock.now()) ? priorities.card : priorities.alert;
    // Its version says that it is still stale: it is drawn in place at once.
    const adopt = (ts: string) => this.#deps.store.cardDrawn(card.id, ts, card.drawnVersion);
    const found = card.ts === null ? await this.#outlet.lookFor(postOf(card), priority, adopt) : 'absent';
    if (found !== 'absent') return found;
    // In the lane it would cost a turn that others wait for.
    if (this.#isPointless(view)) return drop(this.#deps, card.id);
    return this.#outlet.inLane(card, priority, async () => {
      const current = await refresh();
      return current ? this.#drawNow(current) : 'done';
    });
  }

  async reply(due: Reply): Promise<Delivery> {
    const { card, id } = due;
    if (card.ts === null) return 'done';
    const { store, clock } = this.#deps;
    const sent = (ts: string) => this.#outlet.remember(() => store.replySent(id, ts));
    const { channelId, ts: threadTs } = card;
    const post = { id, attemptedAt: due.attemptedAt, channelId, threadTs, mark: replyMark(id) };
    const found = await this.#outlet.lookFor(post, priorities.reply, sent);
    if (found !== 'absent') return found;
    if (!isStillTrue(due, clock.now())) return this.#forgetReply(due);
    return this.#outlet.inLane({ ...post, ts: null }, priorities.reply, () =>
      this.#replyNow(due, post, sent),
    );
  }

  async #replyNow(due: Reply, post: Post, sent: (ts: string) => Promise<void>): Promise<Delivery> {
    const { store, clients, clock } = this.#deps;
    try {
      const ts = await this.#outlet.lost.attempt(
        post,
        () => store.replyBegun(due.id, clock.now()),
        () => this.#outlet.send(clients.interactive, { ...post, ts: null }, renderReply(due)),
      );
      await sent(ts);
      return 'done';
    } catch (error) {
      const failure = this.#outlet.readLasting({ ...post, ts: null }, error);
      if (failure === 'again') return failure;
      // Gone is what it was to stand under. Otherwise it is left out alone, and the card finds out for itself what it may.
      if (failure.kind === 'gone') return giveUp(this.#deps, due, renderReply(due), failure);
      return this.#leaveOut(due, failure);
    }
  }

  #leaveOut(due: Reply, { kind, code }: LastingFailure): Promise<Delivery> {
    const { id: cardId, channelId } = due.card;
    const level = kind === 'no-access' ? 'warn' : 'error';
    this.#deps.logger[level](
      { cardId, channelId, code, reply: due.kind },
      'Slack does not take a reply; its card stays',
    );
    return this.#forgetReply(due);
  }

  async #forgetReply({ id }: Reply): Promise<Delivery> {
    this.#outlet.lost.forget(id);
    await this.#outlet.remember(() => this.#deps.store.forgetReply(id));
    return 'done';
  }

  async #drawNow(view: CardView): Promise<Delivery> {
    const { card, conversation } = view;
    if (this.#isPointless(view)) return drop(this.#deps, card.id);
    const message = this.#render(view);
    try {
      const ts = await this.#sendCard(view, message);
      await this.#outlet.remember(() => this.#deps.store.cardDrawn(card.id, ts, conversation.version));
      this.#deps.lent.take(card.id);
      return 'done';
    } catch (error) {
      const failure = this.#outlet.readLasting(card, error);
      if (failure === 'again') return failure;
      if (failure.kind === 'no-access' && isOnItsWay(view)) return 'later';
      if (failure.kind === 'unknown') return this.#keep(view, failure);
      return giveUp(this.#deps, view, message, failure);
    }
  }

  #keep({ card: { id: cardId, channelId }, conversation }: CardView, { code }: LastingFailure): Delivery {
    if (this.#deps.kept.add(cardId, conversation.version)) {
      this.#deps.logger.error(
        { cardId, channelId, code },
        'Slack does not take a card, and nobody knows why; it is kept, and tried again now and then',
      );
    }
    return 'kept';
  }

  #render(view: CardView): Message {
    const { clock, isOpenChannel } = this.#deps;
    return renderCard(view, { openChannel: isOpenChannel(view.card.channelId), now: clock.now() });
  }

  #sendCard({ card, job }: CardView, message: Message): Promise<string> {
    const { store, clients, clock } = this.#deps;
    const client = job === null ? clients.background : clients.interactive;
    if (card.ts !== null) return this.#outlet.send(client, card, message);
    const post = postOf(card);
    return this.#outlet.lost.attempt(
      post,
      () => store.postBegun(card.id, clock.now()),
      () => this.#outlet.send(client, { ...post, ts: null }, message),
    );
  }

  /** A post that nobody needs any more: the asker of a failed start was told, and a call that is over is no news. */
  #isPointless({ card, conversation, job }: CardView): boolean {
    const mayBeSeen = card.ts !== null || card.revived || this.#outlet.lost.mayBeThere(card);
    if (mayBeSeen) return false;
    if (card.jobId === null) return conversation.endedAt !== null && job === null;
    // With retries nobody was told how the start went: the process that would have said so has died.
    return job?.state === 'failed' && job.retries === 0;
  }
}

const postOf = ({ id, attemptedAt, channelId }: Card): Post => ({
  id,
  attemptedAt,
  channelId,
  mark: cardMark(id),
});

/**
 * What goes through a `response_url` stands still, and what goes to a person alone goes once: it had better be the
 * outcome.
 */
const isOnItsWay = ({ card, job }: CardView): boolean =>
  card.ts === null && (job?.state === 'starting' || job?.state === 'stopping');
