/**
 * The second message of one card: it comes about when the answer to a post was lost and the bot may not look into the
 * channel. It is recognised by what it carries unseen when somebody clicks on it.
 */
import type { webApi } from '@slack/bolt';
import type { Card } from '../core/model.js';
import type { Clock, Logger, Store } from '../core/ports.js';
import type { CardClaims } from './card-claims.js';
import { readFailure } from './slack-failure.js';

/** A message that says it shows that card, though the store knows it by another `ts` or by none. */
export interface Twin {
  readonly cardId: string;
  readonly channelId: string;
  readonly ts: string;
}

interface TwinDeps {
  readonly store: Pick<Store, 'cardDrawn'>;
  readonly client: webApi.WebClient;
  readonly claims: CardClaims;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Another process may be writing the card; it takes seconds at most. */
const attempts = 6;
const pauseMs = 500;

/** The card, when it has one message now and this is not a twin any more; null when nothing could be done. */
export async function removeTwin(deps: TwinDeps, twin: Twin): Promise<Card | null> {
  try {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const settled = await deps.claims.hold(twin.cardId, async (card) => ({
        card: (await settle(deps, card, twin)) ? card : null,
      }));
      if (settled !== null) return settled.card;
      if (attempt < attempts) await deps.clock.sleep(pauseMs);
    }
  } catch (error) {
    deps.logger.warn({ err: error, ...twin }, 'the second message of a card could not be removed');
  }
  return null;
}

async function settle({ store, client, logger }: TwinDeps, card: Card, twin: Twin): Promise<boolean> {
  if (card.channelId !== twin.channelId) return false;
  if (card.ts === twin.ts) return true;
  if (card.ts === null) {
    // Not posted anew yet: then this is the card.
    await store.cardDrawn(card.id, twin.ts, card.drawnVersion);
    return true;
  }
  logger.info({ ...twin }, 'removing the second message of a card');
  try {
    await client.chat.delete({ channel: twin.channelId, ts: twin.ts });
  } catch (error) {
    const failure = readFailure(error);
    // Somebody else's click was first.
    if (failure === null || !('code' in failure) || failure.code !== 'message_not_found') throw error;
  }
  return true;
}
