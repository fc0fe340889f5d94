/** What cannot be sent: posted anew, told to the one who asked, or dropped. */
import type { Card, RecordingJob } from '../core/model.js';
import type { Clock, Logger, Store } from '../core/ports.js';
import type { Message } from './blocks.js';
import type { SlackClients } from './clients.js';
import type { LentResponses } from './lent-responses.js';
import { askerIn, renderLostChannel } from './lost-channel.js';
import { type Delivery, type LastingFailure, type Outlet, priorities } from './outlet.js';

export interface GivingUpDeps {
  readonly store: Pick<Store, 'reviveCard' | 'dropCard'>;
  readonly clients: SlackClients;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lent: LentResponses;
  readonly outlet: Outlet;
}

interface About {
  readonly card: Card;
  readonly job: RecordingJob | null;
}

export async function giveUp(
  deps: GivingUpDeps,
  about: About,
  message: Message,
  failure: LastingFailure,
): Promise<Delivery> {
  const { logger, store } = deps;
  const { card } = about;
  const fields = { cardId: card.id, channelId: card.channelId, code: failure.code };
  if (failure.kind === 'gone' && (await store.reviveCard(card.id))) {
    logger.info(fields, 'a card was deleted in Slack; posting it anew, once');
    return 'again';
  }
  if (failure.kind === 'no-access') return loseChannel(deps, about, message, failure);
  if (failure.kind === 'gone') logger.warn(fields, 'a card was deleted in Slack again');
  else logger.error(fields, 'Slack does not take a card');
  return drop(deps, card.id);
}

/** By the way that the asker's own request left open, which is posted into the channel; else to the asker alone. */
async function loseChannel(
  deps: GivingUpDeps,
  { card, job }: About,
  message: Message,
  { code }: LastingFailure,
): Promise<Delivery> {
  const { lent, logger, clients, clock, outlet } = deps;
  const fields = { cardId: card.id, channelId: card.channelId, code };
  const respond = card.ts === null ? lent.take(card.id) : null;
  if (respond && (await respond(message))) return drop(deps, card.id);
  logger.warn(fields, 'the bot cannot write into this channel; a member can /invite it');
  const userId = job && askerIn(card, job);
  if (!job || !userId) return drop(deps, card.id);
  // Slack takes a user id for the conversation with that user. https://docs.slack.dev/reference/methods/chat.postMessage
  const place = { channelId: userId, ts: null };
  return outlet.inLane(place, priorities.card, async () => {
    try {
      await outlet.send(clients.interactive, place, renderLostChannel(card, job, code, clock.now()));
    } catch (error) {
      const failure = outlet.readLasting(place, error);
      if (failure === 'again') return failure;
      logger.warn({ ...fields, userId, reason: failure.code }, 'nor can it tell the one who asked');
    }
    return drop(deps, card.id);
  });
}

export async function drop({ lent, outlet, store }: GivingUpDeps, cardId: string): Promise<Delivery> {
  lent.take(cardId);
  outlet.lost.forget(cardId);
  await outlet.remember(() => store.dropCard(cardId));
  return 'over';
}
