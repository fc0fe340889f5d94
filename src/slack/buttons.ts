/** Buttons, by the kind of message they stand in: a list, a card, a reply in a thread, or a message left behind. */
import type { BlockAction, ButtonAction } from '@slack/bolt';
import type { Answer, Asker } from '../core/answer.js';
import type { Command } from '../core/command.js';
import type { RecordingJob } from '../core/model.js';
import { type Message, readActionId } from './blocks.js';
import { renderCard, withInviteHint } from './cards.js';
import { renderOldButton } from './error-message.js';
import { type MarkRead, readMark } from './marks.js';
import { renderExtended, renderOverWarning } from './replies.js';
import { answer, isFirst, type ListenerDeps, settingsFor, withNewCard } from './requests.js';
import { createRespond, type Respond } from './respond.js';

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
  body: BlockAction<ButtonAction>,
  { action_id, value }: ButtonAction,
  botUserId?: string,
): Promise<void> {
  if (!(await isFirst(deps, body.trigger_id))) return;
  const respond = createRespond(body.response_url, deps);
  const command = toCommand(action_id, value);
  const { channel_id: containerChannelId, message_ts: ts } = body.container;
  const channelId = body.channel?.id ?? containerChannelId;
  if (command === null || typeof channelId !== 'string') {
    await respond(renderOldButton());
    return;
  }
  const place = { userId: body.user.id, channelId };
  const mark = readMark(body.message);
  await handlerFor(body, mark)(deps, { command, place, ts: String(ts), mark, respond, botUserId });
}

function handlerFor({ container }: BlockAction, mark: MarkRead | null) {
  const { is_ephemeral: ephemeral, thread_ts: threadTs, message_ts: ts } = container;
  if (ephemeral === true) return onListButton;
  const inThread = threadTs !== undefined && threadTs !== ts;
  return inThread || mark?.kind === 'reply' ? onReplyButton : onCardButton;
}

function toCommand(actionId: string, value: string | undefined): Command | null {
  const name = readActionId(actionId);
  if (name === null || !value) return null;
  switch (name) {
    case 'start':
      return { name, conversationId: value, durationMs: null, reason: null };
    case 'stop':
      return { name, id: value, reason: null };
    case 'extend':
      return { name, id: value };
  }
}

/** A list is seen by one person alone; what comes of it belongs into the channel. */
async function onListButton(
  deps: ListenerDeps,
  { command, place, respond, botUserId }: Click,
): Promise<void> {
  const asker = withNewCard(deps, place, respond, botUserId);
  await answer(deps, await deps.controller.execute(command, asker), respond);
}

/** A warning says what has become of it; all else stands in the card above. */
async function onReplyButton(deps: ListenerDeps, { command, place, respond }: Click): Promise<void> {
  const outcome = await deps.controller.execute(command, place);
  const successor = inPlaceOfWarning(outcome, place.userId);
  if (successor) await respond(successor, { replaceOriginal: true });
  if (outcome.kind !== 'extended') await answer(deps, outcome, respond);
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

async function onCardButton(deps: ListenerDeps, click: Click): Promise<void> {
  const { command, place, ts, mark, respond } = click;
  const { channelId } = place;
  const isCard = (await deps.store.findCard(channelId, ts)) !== null;
  const removing = !isCard && mark ? deps.board.removeTwin({ cardId: mark.id, channelId, ts }) : isCard;
  const outcome = await deps.controller.execute(command, place);
  const isSettled = await removing;
  if (!isSettled) await redrawHere(deps, outcome, click);
  if (isSettled || outcome.kind !== 'stopped') await answer(deps, outcome, respond);
}

/** The board does not keep the clicked message: most likely it came through a `response_url`, and so does its successor. */
async function redrawHere(
  deps: ListenerDeps,
  outcome: Answer,
  { place, mark, respond, botUserId }: Click,
): Promise<void> {
  const job: RecordingJob | null = 'job' in outcome ? outcome.job : null;
  const conversation = job === null ? null : await deps.store.findConversation(job.conversationId);
  if (job === null || conversation === null) return;
  const view = { card: { jobId: job.id }, conversation, job };
  const message = renderCard(view, settingsFor(deps, place.channelId));
  // Only what the bot posted itself is marked: it is in that channel.
  await respond(mark ? message : withInviteHint(message, botUserId), { replaceOriginal: true });
}
