/** Slack's payload → what is asked, as it can be stored; and that → a `Command`. */
import { createHash } from 'node:crypto';
import type { BlockAction, ButtonAction, SlashCommand } from '@slack/bolt';
import { type Command, parseCommand } from '../core/command.js';
import type { PersonRequest } from '../core/model.js';
import { readActionId } from './blocks.js';
import { readMark } from './marks.js';
import { lookAgainId, readPicker } from './picker-view.js';
import { toPlainText } from './plain-text.js';

/** Null for whatever is neither a command nor a button: nobody is owed an answer to it. */
export function readRequest(body: object, now: number): PersonRequest | null {
  if (isCommand(body)) {
    const { trigger_id, text, user_id: userId, channel_id: channelId } = body;
    const asked = { kind: 'command', words: toPlainText(text ?? ''), value: null } as const;
    return { ...asked, ...whoWhereWhen(trigger_id, userId, channelId, now) };
  }
  if (!isClick(body)) return null;
  const [{ action_id: words, value = null }] = body.actions;
  // A modal is in no channel; the picker knows where it was asked for.
  const channelId = channelOf(body) ?? (body.view && readPicker(body.view)?.channelId) ?? body.user.id;
  return { kind: kindOf(body), words, value, ...whoWhereWhen(body.trigger_id, body.user.id, channelId, now) };
}

/** The trigger id is a short-lived secret, so only its hash is kept. */
const whoWhereWhen = (triggerId: string, userId: string, channelId: string, now: number) => ({
  key: createHash('sha256').update(triggerId).digest('hex'),
  userId,
  channelId,
  askedAt: now,
  takeovers: 0,
});

const isCommand = (body: object): body is SlashCommand => 'command' in body && 'trigger_id' in body;

type Click = BlockAction<ButtonAction> & { readonly actions: readonly [ButtonAction] };

const isClick = (body: object): body is Click =>
  'type' in body &&
  body.type === 'block_actions' &&
  'actions' in body &&
  Array.isArray(body.actions) &&
  body.actions.length > 0;

function channelOf({ channel, container }: BlockAction): string | null {
  const { channel_id: containerChannelId } = container;
  const channelId: unknown = channel?.id ?? containerChannelId;
  return typeof channelId === 'string' ? channelId : null;
}

function kindOf({ container, message, view }: BlockAction): Exclude<PersonRequest['kind'], 'command'> {
  const { is_ephemeral: ephemeral, thread_ts: threadTs, message_ts: ts } = container;
  if (ephemeral === true || view !== undefined) return 'list-button';
  const inThread = threadTs !== undefined && threadTs !== ts;
  return inThread || readMark(message)?.kind === 'reply' ? 'reply-button' : 'card-button';
}

/** Null for a button of another version of the bot. Throws `COMMAND_INVALID` for a command that means nothing. */
export function toCommand({ kind, words, value }: PersonRequest): Command | null {
  if (kind === 'command') return parseCommand(words);
  // The modal may be closed by the time that somebody gets to it: then the calls come as a list.
  if (words === lookAgainId) return { name: 'pick' };
  const name = readActionId(words);
  if (name === null || !value) return null;
  switch (name) {
    case 'start':
      return { name, conversationId: value, durationMs: null, reason: null };
    case 'stop':
      return { name, id: value, reason: null };
    case 'pause':
    case 'resume':
    case 'extend':
      return { name, id: value };
  }
}

const placing: readonly Command['name'][] = ['start', 'stop', 'pause', 'resume'];

/** True where a card is to be placed in the channel: the command or the list itself is not one. */
export const wantsCard = ({ kind }: PersonRequest, { name }: Command): boolean =>
  (kind === 'command' || kind === 'list-button') && placing.includes(name);
