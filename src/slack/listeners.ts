/** The command and the buttons: each is claimed once, understood, carried out, and answered. */
import { createHash } from 'node:crypto';
import type { App, BlockAction, ButtonAction, SlashCommand } from '@slack/bolt';
import type { Answer, Asker } from '../core/answer.js';
import { type Command, parseCommand } from '../core/command.js';
import type { RecordingJob } from '../core/model.js';
import type { NewId, Store } from '../core/ports.js';
import { renderAnswer } from './answers.js';
import { readActionId } from './blocks.js';
import { renderCard, withInviteHint } from './cards.js';
import { renderOldButton } from './error-message.js';
import type { LentRespond } from './lent-responses.js';
import { toPlainText } from './plain-text.js';
import { createRespond, type Respond, type RespondDeps } from './respond.js';

export interface ListenerDeps extends RespondDeps {
  readonly controller: { execute(command: Command, asker: Asker): Promise<Answer> };
  readonly store: Pick<Store, 'claimDelivery' | 'findCard' | 'findConversation'>;
  readonly board: { lend(cardId: string, respond: LentRespond): void };
  /** Everybody in that channel is permitted, so that callers' numbers need no masking there. */
  readonly isOpenChannel: (channelId: string) => boolean;
  readonly newId: NewId;
}

/** Everything is acked already, see `Gate`; what is thrown is answered by the app's error handler. */
export function registerListeners(app: App, deps: ListenerDeps): void {
  // Whatever the command is called in the manifest.
  app.command(/^\//, ({ command, context }) => onCommand(deps, command, context.botUserId));
  // One listener for all buttons, since Bolt runs every listener that matches.
  app.action<BlockAction<ButtonAction>>(
    { type: 'block_actions', action_id: /^/ },
    ({ body, action, context }) => onButton(deps, body, action, context.botUserId),
  );
}

async function onCommand(deps: ListenerDeps, command: SlashCommand, botUserId?: string): Promise<void> {
  if (!(await isFirst(deps, command.trigger_id))) return;
  const respond = createRespond(command.response_url, deps);
  const parsed = parseCommand(toPlainText(command.text ?? ''));
  const place = { userId: command.user_id, channelId: command.channel_id };
  const asker = changes(parsed) ? withNewCard(deps, place, respond, botUserId) : place;
  await answer(deps, await deps.controller.execute(parsed, asker), asker, respond);
}

async function onButton(
  deps: ListenerDeps,
  body: BlockAction<ButtonAction>,
  { action_id, value }: ButtonAction,
  botUserId?: string,
): Promise<void> {
  if (!(await isFirst(deps, body.trigger_id))) return;
  const respond = createRespond(body.response_url, deps);
  const command = toCommand(action_id, value);
  const { channel_id: containerChannelId, is_ephemeral: ephemeral, message_ts: ts } = body.container;
  const channelId = body.channel?.id ?? containerChannelId;
  if (command === null || typeof channelId !== 'string') {
    await respond(renderOldButton());
    return;
  }
  const place = { userId: body.user.id, channelId };
  if (ephemeral === true) {
    const asker = withNewCard(deps, place, respond, botUserId);
    await answer(deps, await deps.controller.execute(command, asker), asker, respond);
    return;
  }
  const card = await deps.store.findCard(channelId, String(ts));
  const outcome = await deps.controller.execute(command, place);
  if (card === null) await redrawHere(deps, outcome, place, respond, botUserId);
  if (card !== null || outcome.kind !== 'stopped') await answer(deps, outcome, place, respond);
}

/**
 * True for the first of several deliveries of the same thing: Slack repeats what it thinks was lost. The trigger id
 * is a short-lived secret, so only its hash is kept.
 */
const isFirst = ({ store, clock }: ListenerDeps, triggerId: string): Promise<boolean> =>
  store.claimDelivery(createHash('sha256').update(triggerId).digest('hex'), clock.now());

const changes = ({ name }: Command): boolean => name === 'start' || name === 'stop';

function toCommand(actionId: string, value: string | undefined): Command | null {
  const name = readActionId(actionId);
  if (name === null || !value) return null;
  return name === 'start'
    ? { name, conversationId: value, durationMs: null, reason: null }
    : { name, id: value, reason: null };
}

/** Lets the board reach the channel through this very request, should the bot not be in it. */
function withNewCard(deps: ListenerDeps, place: Asker, respond: Respond, botUserId?: string): Asker {
  const newCardId = deps.newId();
  deps.board.lend(newCardId, (message) => respond(withInviteHint(message, botUserId), { inChannel: true }));
  return { ...place, newCardId };
}

async function answer(deps: ListenerDeps, outcome: Answer, asker: Asker, respond: Respond): Promise<void> {
  const message = renderAnswer(outcome, { openChannel: deps.isOpenChannel(asker.channelId) });
  if (message !== null) await respond(message);
}

/** The clicked message is no card that the board keeps: it came through a `response_url`, and so does its successor. */
async function redrawHere(
  deps: ListenerDeps,
  outcome: Answer,
  { channelId }: Asker,
  respond: Respond,
  botUserId?: string,
): Promise<void> {
  const job: RecordingJob | null = 'job' in outcome ? outcome.job : null;
  const conversation = job === null ? null : await deps.store.findConversation(job.conversationId);
  if (job === null || conversation === null) return;
  const view = { card: { jobId: job.id }, conversation, job };
  const message = renderCard(view, { openChannel: deps.isOpenChannel(channelId) });
  await respond(withInviteHint(message, botUserId), { replaceOriginal: true });
}
