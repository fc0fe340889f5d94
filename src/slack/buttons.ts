/** Buttons, by the kind of message they stand in: a list, a card, a reply in a thread, or a message left behind. */
import type { BlockAction, ButtonAction } from '@slack/bolt';
import type { Answer, Asker } from '../core/answer.js';
import type { Command } from '../core/command.js';
import type { PersonRequest, RecordingJob } from '../core/model.js';
import type { Message } from './blocks.js';
import { renderCard, withInviteHint } from './cards.js';
import { renderOldButton } from './error-message.js';
import { type MarkRead, readMark } from './marks.js';
import { toCommand } from './person-requests.js';
import { renderExtended, renderOverPause, renderOverWarning, renderResumed } from './replies.js';
import type { RequestInHand } from './request-in-hand.js';
import { answer, type ListenerDeps, settingsFor, withNewCard } from './requests.js';
import type { Respond } from './respond.js';

interface Click {
  readonly command: Command;
  readonly place: Asker;
  readonly ts: string;
  readonly mark: MarkRead | null;
  readonly respond: Respond;
  readonly botUserId: string | undefined;
}

export async function onButton(
  deps: ListenerDeps,
  inHand: RequestInHand | null,
  { container, message }: BlockAction<ButtonAction>,
  botUserId?: string,
): Promise<void> {
  if (!inHand || !(await inHand.claimed)) return;
  const { request, respond } = inHand;
  const command = toCommand(request);
  if (command === null) {
    await respond(renderOldButton());
    return;
  }
  const { kind, userId, channelId } = request;
  const { message_ts: ts } = container;
  const place = { userId, channelId };
  const click = { command, place, ts: String(ts), mark: readMark(message), respond, botUserId };
  await handlers[kind](deps, click);
}

/** A list is seen by one person alone; what comes of it belongs into the channel. */
async function onListButton(
  deps: ListenerDeps,
  { command, place, respond, botUserId }: Click,
): Promise<void> {
  const asker = withNewCard(deps, place, respond, botUserId);
  await answer(deps, await deps.controller.execute(command, asker), place, respond);
}

/** A warning says what has become of it; all else stands in the card above. */
async function onReplyButton(deps: ListenerDeps, { command, place, mark, respond }: Click): Promise<void> {
  const outcome = await deps.controller.execute(command, place);
  const successor =
    command.name === 'resume'
      ? inPlaceOfPauseWarning(outcome, place.userId)
      : inPlaceOfWarning(outcome, place.userId);
  const replaced = successor !== null && (await respond(successor, { replaceOriginal: true }));
  // Everybody sees who has extended or resumed it, so that needs no further word.
  const saysItAll = outcome.kind === 'extended' || outcome.kind === 'resumed';
  if (!saysItAll || !replaced) await answer(deps, outcome, place, respond);
  // Where that fails, the board says the same once more.
  if (replaced && mark?.kind === 'reply') await deps.store.forgetReply(mark.id).catch(() => undefined);
}

function inPlaceOfWarning(outcome: Answer, userId: string): Message | null {
  switch (outcome.kind) {
    case 'extended':
      return renderExtended(outcome.job, userId);
    case 'stopped':
    case 'stop-pending':
    case 'already-stopping':
    case 'already-finished':
      return renderOverWarning(outcome.job);
    default:
      return null;
  }
}

function inPlaceOfPauseWarning(outcome: Answer, userId: string): Message | null {
  switch (outcome.kind) {
    case 'resumed':
      return renderResumed(userId);
    case 'not-paused':
    case 'already-finished':
      return renderOverPause();
    default:
      return null;
  }
}

/** What a card that was just redrawn in place says by itself. */
const saidByCard: ReadonlySet<Answer['kind']> = new Set(['stopped', 'paused', 'resumed']);

async function onCardButton(deps: ListenerDeps, click: Click): Promise<void> {
  const { command, place, ts, mark, respond } = click;
  const { channelId } = place;
  const isCard = (await deps.store.findCard(channelId, ts)) !== null;
  const removing = !isCard && mark ? deps.board.removeTwin({ cardId: mark.id, channelId, ts }) : isCard;
  const outcome = await deps.controller.execute(command, place);
  const isSettled = await inTime(deps, removing);
  const redrawn = !isSettled && (await redrawHere(deps, outcome, click));
  if (!redrawn || !saidByCard.has(outcome.kind)) await answer(deps, outcome, place, respond);
}

/** Its card may be in the hands of somebody who waits for Slack. The one who clicked is answered all the same, in milliseconds. */
const removeWithinMs = 1_000;

/** No, where it takes longer: then the clicked message stands for a while more, and says what is so. */
async function inTime({ clock }: ListenerDeps, removing: boolean | Promise<boolean>): Promise<boolean> {
  const timer = new AbortController();
  const isSettled = await Promise.race([
    removing,
    clock.sleep(removeWithinMs, timer.signal).then(() => false),
  ]);
  timer.abort();
  return isSettled;
}

/** The board does not keep the clicked message: most likely it came through a `response_url`, and so does its successor. True when Slack has taken that. */
async function redrawHere(
  deps: ListenerDeps,
  outcome: Answer,
  { place, mark, respond, botUserId }: Click,
): Promise<boolean> {
  const job: RecordingJob | null = 'job' in outcome ? outcome.job : null;
  const conversation = job === null ? null : await deps.store.findConversation(job.conversationId);
  if (job === null || conversation === null) return false;
  const view = { card: { jobId: job.id }, conversation, job };
  const message = renderCard(view, settingsFor(deps, place.channelId));
  // Only what the bot posted itself is marked: it is in that channel.
  return respond(mark ? message : withInviteHint(message, botUserId), { replaceOriginal: true });
}

const handlers: Readonly<Record<PersonRequest['kind'], (deps: ListenerDeps, click: Click) => Promise<void>>> =
  {
    'card-button': onCardButton,
    'list-button': onListButton,
    'reply-button': onReplyButton,
    // No button; whatever it were, the outcome is told.
    command: onListButton,
  };
