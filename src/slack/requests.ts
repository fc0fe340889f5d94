/** What the command and the buttons have in common: each request is placed and answered. */
import type { Answer, Asker } from '../core/answer.js';
import type { Command } from '../core/command.js';
import type { Clock, Logger, NewId, Store } from '../core/ports.js';
import { renderAnswer, renderStarted } from './answers.js';
import { withInviteHint } from './cards.js';
import type { LentRespond } from './lent-responses.js';
import type { Respond } from './respond.js';
import type { Twin } from './twins.js';

export interface ListenerDeps {
  readonly controller: { execute(command: Command, asker: Asker): Promise<Answer> };
  readonly store: Pick<Store, 'findCard' | 'findConversation' | 'forgetReply'>;
  readonly board: {
    lend(cardId: string, respond: LentRespond): void;
    shows(conversationId: string, channelId: string, withinMs: number): Promise<boolean>;
    removeTwin(twin: Twin): Promise<boolean>;
  };
  /** Everybody in that channel is permitted, so that callers' numbers need no masking there. */
  readonly isOpenChannel: (channelId: string) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: NewId;
}

/** Lets the board reach the channel through this very request, should the bot not be in it. */
export function withNewCard(deps: ListenerDeps, place: Asker, respond: Respond, botUserId?: string): Asker {
  const newCardId = deps.newId();
  deps.board.lend(newCardId, (message) => respond(withInviteHint(message, botUserId), { inChannel: true }));
  return { ...place, newCardId };
}

/** Whoever has started a recording is told so in another way, too, when its card does not show it by then, in milliseconds. */
const cardWithinMs = 1_000;

export async function answer(
  { board, clock }: ListenerDeps,
  outcome: Answer,
  { channelId }: Pick<Asker, 'channelId'>,
  respond: Respond,
): Promise<void> {
  const message = renderAnswer(outcome, clock.now());
  if (message !== null) {
    await respond(message);
  } else if (outcome.kind === 'started') {
    const { job } = outcome;
    // Slack takes a message a second in a channel, and fifty updates a minute of them all; answers are not counted in.
    if (!(await board.shows(job.conversationId, channelId, cardWithinMs))) await respond(renderStarted(job));
  }
}

export const settingsFor = ({ isOpenChannel, clock }: ListenerDeps, channelId: string) => ({
  openChannel: isOpenChannel(channelId),
  now: clock.now(),
});
