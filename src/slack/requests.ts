/** What the command and the buttons have in common: each request is claimed once, placed, and answered. */
import { createHash } from 'node:crypto';
import type { Answer, Asker } from '../core/answer.js';
import type { Command } from '../core/command.js';
import { RecordError } from '../core/errors.js';
import type { NewId, Store } from '../core/ports.js';
import { renderAnswer } from './answers.js';
import { withInviteHint } from './cards.js';
import type { LentRespond } from './lent-responses.js';
import type { Respond, RespondDeps } from './respond.js';
import type { Twin } from './twins.js';

export interface ListenerDeps extends RespondDeps {
  readonly controller: { execute(command: Command, asker: Asker): Promise<Answer> };
  readonly store: Pick<Store, 'claimDelivery' | 'findCard' | 'findConversation'>;
  readonly board: {
    lend(cardId: string, respond: LentRespond): void;
    removeTwin(twin: Twin): Promise<boolean>;
  };
  /** Everybody in that channel is permitted, so that callers' numbers need no masking there. */
  readonly isOpenChannel: (channelId: string) => boolean;
  readonly newId: NewId;
}

/** Pauses before further attempts to claim: a database that restarts cuts its connections, and is back at once. */
const claimPausesMs = [200, 800];
/** Somebody waits for an answer, if only for “not now”: after so long there is no further attempt, in milliseconds. */
const claimWithinMs = 2_000;

/**
 * True for the first of several deliveries of the same thing: Slack repeats what it thinks was lost. The trigger id
 * is a short-lived secret, so only its hash is kept. Throws `UNAVAILABLE` when the database stays away.
 */
export async function isFirst({ store, clock, newId }: ListenerDeps, triggerId: string): Promise<boolean> {
  const key = createHash('sha256').update(triggerId).digest('hex');
  // The answer to a claim may be lost: the same claimant may ask again.
  const claimant = newId();
  const until = clock.now() + claimWithinMs;
  for (const pauseMs of claimPausesMs) {
    try {
      return await store.claimDelivery(key, clock.now(), claimant);
    } catch (error) {
      if (!isPassing(error) || clock.now() + pauseMs > until) throw error;
      await clock.sleep(pauseMs);
    }
  }
  return store.claimDelivery(key, clock.now(), claimant);
}

const isPassing = (error: unknown): boolean => error instanceof RecordError && error.code === 'UNAVAILABLE';

/** Lets the board reach the channel through this very request, should the bot not be in it. */
export function withNewCard(deps: ListenerDeps, place: Asker, respond: Respond, botUserId?: string): Asker {
  const newCardId = deps.newId();
  deps.board.lend(newCardId, (message) => respond(withInviteHint(message, botUserId), { inChannel: true }));
  return { ...place, newCardId };
}

export async function answer(deps: ListenerDeps, outcome: Answer, respond: Respond): Promise<void> {
  const message = renderAnswer(outcome, deps.clock.now());
  if (message !== null) await respond(message);
}

export const settingsFor = ({ isOpenChannel, clock }: ListenerDeps, channelId: string) => ({
  openChannel: isOpenChannel(channelId),
  now: clock.now(),
});
