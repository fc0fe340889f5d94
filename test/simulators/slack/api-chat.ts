/** The Web API's `chat.*` methods. https://docs.slack.dev/reference/methods#chat */
import { type Method, required } from './api-call.js';
import type { Core } from './core.js';
import { mergeContent, readContent } from './message-arguments.js';
import { messageJson } from './message-json.js';
import { Refusal } from './refusal.js';
import { defaults } from './settings.js';
import type { JsonObject, SimulatedChannel, SimulatedMessage } from './types.js';

/** The channel, if the bot may write there. A private channel that it is not in does not exist for it. */
function writable(core: Core, args: JsonObject): SimulatedChannel {
  return openFor(core, core.world.findChannel(required(args, 'channel', 'channel_not_found')));
}

/** `chat.postMessage` alone takes a user's id for the conversation with that user. */
function postable(core: Core, args: JsonObject): SimulatedChannel {
  const user = core.world.findUser(required(args, 'channel', 'channel_not_found'));
  return user && !user.bot ? core.world.direct(user.id) : writable(core, args);
}

function openFor(core: Core, channel: SimulatedChannel | undefined): SimulatedChannel {
  if (!channel || (channel.private && !channel.botIn)) throw new Refusal('channel_not_found');
  if (channel.archived) throw new Refusal('is_archived');
  const isPublicWriter = core.access.scopes.includes('chat:write.public');
  if (!channel.botIn && !isPublicWriter) throw new Refusal('not_in_channel');
  return channel;
}

/** The parent of the thread that a reply is meant for; null for a message of its own. */
function threadOf(core: Core, channelId: string, args: JsonObject): string | null {
  const { thread_ts } = args;
  if (thread_ts === undefined) return null;
  const parent = core.messages.findEver(channelId, String(thread_ts));
  if (!parent) throw new Refusal('thread_not_found');
  return parent.threadTs ?? parent.ts;
}

function ownMessage(core: Core, channelId: string, ts: string, error: string): SimulatedMessage {
  const message = core.messages.find(channelId, ts);
  if (!message) throw new Refusal('message_not_found');
  if (!message.fromBot) throw new Refusal(error);
  return message;
}

const postMessage: Method = {
  token: 'bot',
  scopes: ['chat:write'],
  run(core, args) {
    const channel = postable(core, args);
    const content = readContent(args);
    const threadTs = threadOf(core, channel.id, args);
    const userId = defaults.bot.userId;
    const posted = core.messages.post({ ...content, channelId: channel.id, userId, source: 'api', threadTs });
    return { channel: channel.id, ts: posted.ts, message: messageJson(posted) };
  },
};

const update: Method = {
  token: 'bot',
  scopes: ['chat:write'],
  run(core, args) {
    const channel = writable(core, args);
    const message = ownMessage(core, channel.id, required(args, 'ts'), 'cant_update_message');
    const updated = core.messages.edit(channel.id, message.ts, mergeContent(args, message));
    return { channel: channel.id, ts: updated.ts, text: updated.text, message: messageJson(updated) };
  },
};

const deleteMessage: Method = {
  token: 'bot',
  scopes: ['chat:write'],
  run(core, args) {
    const channel = writable(core, args);
    const message = ownMessage(core, channel.id, required(args, 'ts'), 'cant_delete_message');
    core.messages.delete(channel.id, message.ts);
    return { channel: channel.id, ts: message.ts };
  },
};

const postEphemeral: Method = {
  token: 'bot',
  scopes: ['chat:write'],
  run(core, args) {
    const channel = writable(core, args);
    const userId = required(args, 'user');
    if (!channel.members.includes(userId)) throw new Refusal('user_not_in_channel');
    const threadTs = threadOf(core, channel.id, args);
    const whispered = core.messages.whisper({
      ...readContent(args),
      channelId: channel.id,
      userId,
      from: 'bot',
      threadTs,
    });
    return { message_ts: whispered.ts };
  },
};

const getPermalink: Method = {
  token: 'bot',
  scopes: [],
  run(core, args) {
    const channel = core.world.findChannel(required(args, 'channel', 'channel_not_found'));
    if (!channel || (channel.private && !channel.botIn)) throw new Refusal('channel_not_found');
    const message = core.messages.find(channel.id, required(args, 'message_ts'));
    if (!message) throw new Refusal('message_not_found');
    const path = `archives/${channel.id}/p${message.ts.replace('.', '')}`;
    return { channel: channel.id, permalink: `https://${defaults.team.domain}.slack.com/${path}` };
  },
};

export const chatMethods: Readonly<Record<string, Method>> = {
  'chat.postMessage': postMessage,
  'chat.update': update,
  'chat.delete': deleteMessage,
  'chat.postEphemeral': postEphemeral,
  'chat.getPermalink': getPermalink,
};
