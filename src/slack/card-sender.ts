/** Brings one card, or one reply, to Slack and remembers that it did. */
import type { webApi } from '@slack/bolt';
import type { CardView, Reply } from '../core/model.js';
import type { Clock, Logger, Store } from '../core/ports.js';
import type { Message } from './blocks.js';
import { renderCard, renderReply } from './cards.js';
import type { SlackClients } from './clients.js';
import type { LentResponses } from './lent-responses.js';
import { Pacer } from './pacer.js';
import { laneOf, type Place, postOrUpdate } from './posting.js';
import { readFailure, type SlackFailure } from './slack-failure.js';

/**
 * `over`: the card was dropped, or the process ends. `again`: Slack asked to wait, which its lane does; then what is
 * newest is to be sent.
 */
export type Delivery = 'done' | 'over' | 'again';

export interface CardSenderDeps {
  readonly store: Pick<Store, 'cardDrawn' | 'dropCard' | 'replySent'>;
  readonly clients: SlackClients;
  /** Everybody in that channel is permitted, so that callers' numbers need no masking there. */
  readonly isOpenChannel: (channelId: string) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lent: LentResponses;
  readonly signal: AbortSignal;
}

const priorities = { card: 2, reply: 1, alert: 0 };
const rememberPauseMs = 1_000;

export class CardSender {
  readonly #deps: CardSenderDeps;
  readonly #pacer: Pacer;

  constructor(deps: CardSenderDeps) {
    this.#deps = deps;
    this.#pacer = new Pacer(deps.clock, deps.signal);
  }

  /**
   * `refresh` reads the card anew when its turn has come: it may have changed while it waited. Throws what is to be
   * tried again after a pause.
   */
  async draw(view: CardView, refresh: () => Promise<CardView | undefined>): Promise<Delivery> {
    const priority = view.job === null ? priorities.alert : priorities.card;
    return this.#inLane(view.card, priority, async () => {
      const current = await refresh();
      return current ? this.#drawNow(current) : 'done';
    });
  }

  async reply(due: Reply): Promise<Delivery> {
    const { card, id } = due;
    if (card.ts === null) return 'done';
    const place = { channelId: card.channelId, ts: null, threadTs: card.ts };
    return this.#inLane(place, priorities.reply, async () => {
      try {
        const ts = await this.#send(this.#deps.clients.interactive, place, renderReply(due));
        await this.#remember(() => this.#deps.store.replySent(id, ts));
        return 'done';
      } catch (error) {
        const failure = this.#readLasting(place, error);
        if (failure === 'again') return failure;
        const { code } = failure;
        this.#deps.logger.warn({ cardId: card.id, channelId: card.channelId, code }, 'a reply was not sent');
        return this.#drop(card.id);
      }
    });
  }

  #inLane(place: Place, priority: number, task: () => Promise<Delivery>): Promise<Delivery> {
    const { name, limit } = laneOf(place);
    return this.#pacer.run(name, limit, priority, async () => (this.#deps.signal.aborted ? 'over' : task()));
  }

  async #drawNow(view: CardView): Promise<Delivery> {
    const { store, clients, lent } = this.#deps;
    const { card, conversation } = view;
    if (isPointless(view)) return this.#drop(card.id);
    const message = renderCard(view, { openChannel: this.#deps.isOpenChannel(card.channelId) });
    try {
      const ts = await this.#send(
        view.job === null ? clients.background : clients.interactive,
        card,
        message,
      );
      await this.#remember(() => store.cardDrawn(card.id, ts, conversation.version));
      lent.take(card.id);
      return 'done';
    } catch (error) {
      const failure = this.#readLasting(card, error);
      if (failure === 'again') return failure;
      if (failure.kind === 'no-access' && this.#isWorthWaiting(view)) return 'over';
      await this.#giveUp(view, message, failure);
      return this.#drop(card.id);
    }
  }

  /** Throws what passes by itself or by an administrator's hand, so that it is tried again. */
  #readLasting(place: Place, error: unknown): Extract<SlackFailure, { code: string }> | 'again' {
    const failure = readFailure(error);
    if (failure === null || failure.kind === 'refused') throw error;
    if (failure.kind !== 'passing') return failure;
    if (failure.afterMs === null) throw error;
    const { name, limit } = laneOf(place);
    this.#deps.logger.warn({ lane: name, afterMs: failure.afterMs }, 'Slack asks to send more slowly');
    this.#pacer.pause(name, limit, failure.afterMs);
    return 'again';
  }

  /** What goes through a `response_url` stands still: it had better be the outcome, which is drawn as soon as it is known. */
  #isWorthWaiting({ card, job }: CardView): boolean {
    const onItsWay = job?.state === 'starting' || job?.state === 'stopping';
    return onItsWay && card.ts === null && this.#deps.lent.has(card.id);
  }

  async #giveUp(
    { card }: CardView,
    message: Message,
    failure: { kind: string; code: string },
  ): Promise<void> {
    const { lent, logger } = this.#deps;
    const fields = { cardId: card.id, channelId: card.channelId, code: failure.code };
    if (failure.kind === 'invalid') return logger.error(fields, 'Slack does not take a card');
    if (failure.kind === 'gone') return logger.warn(fields, 'a card was deleted in Slack');
    const respond = card.ts === null ? lent.take(card.id) : null;
    if (respond && (await respond(message))) return;
    logger.warn(fields, 'the bot cannot write into this channel; a member can /invite it');
  }

  /** With plain text alone where Slack does not take the blocks: no buttons, but the news arrives. */
  async #send(client: webApi.WebClient, place: Place, message: Message): Promise<string> {
    try {
      return await postOrUpdate(client, place, message);
    } catch (error) {
      if (readFailure(error)?.kind !== 'invalid') throw error;
      const { channelId } = place;
      this.#deps.logger.error({ channelId, err: error }, 'Slack refused the blocks; sending plain text');
      return postOrUpdate(client, place, { text: message.text, blocks: [] });
    }
  }

  async #drop(cardId: string): Promise<Delivery> {
    this.#deps.lent.take(cardId);
    await this.#remember(() => this.#deps.store.dropCard(cardId));
    return 'over';
  }

  /** Slack has it already, so only the remembering is repeated: sending it again would show it twice. */
  async #remember(write: () => Promise<void>): Promise<void> {
    const { clock, logger, signal } = this.#deps;
    for (;;) {
      try {
        return await write();
      } catch (error) {
        logger.error({ err: error }, 'what was sent could not be remembered; trying again');
        if (signal.aborted) return;
        await clock.sleep(rememberPauseMs, signal);
      }
    }
  }
}

/** A post that nobody needs any more: the asker of a failed start was told, and a call that is over is no news. */
function isPointless({ card, conversation, job }: CardView): boolean {
  if (card.ts !== null) return false;
  return card.jobId === null ? conversation.endedAt !== null && job === null : job?.state === 'failed';
}
