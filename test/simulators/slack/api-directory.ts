/** The Web API's methods that read: who the bot is, people, groups, channels and their messages. */
import { type Method, required } from './api-call.js';
import type { Core } from './core.js';
import { isTrue } from './json.js';
import { messageJson } from './message-json.js';
import { Refusal } from './refusal.js';
import { defaults } from './settings.js';
import type { JsonObject, SimulatedChannel, SimulatedMessage } from './types.js';

const authTest: Method = {
  token: 'bot',
  scopes: [],
  run: () => ({
    url: `https://${defaults.team.domain}.slack.com/`,
    team: defaults.team.name,
    team_id: defaults.team.id,
    user: defaults.bot.name,
    user_id: defaults.bot.userId,
    bot_id: defaults.bot.botId,
    is_enterprise_install: false,
  }),
};

const groupMembers: Method = {
  token: 'bot',
  scopes: ['usergroups:read'],
  run(core, args) {
    const group = core.world.findGroup(required(args, 'usergroup'));
    if (!group) throw new Refusal('no_such_subteam');
    return { users: group.members };
  },
};

const userInfo: Method = {
  token: 'bot',
  scopes: ['users:read'],
  run(core, args) {
    const user = core.world.findUser(required(args, 'user', 'user_not_found'));
    if (!user) throw new Refusal('user_not_found');
    return {
      user: {
        id: user.id,
        team_id: defaults.team.id,
        name: user.name,
        real_name: user.realName,
        deleted: false,
        is_bot: user.bot,
        profile: { real_name: user.realName, display_name: user.name },
      },
    };
  },
};

/** A channel that the bot may read; private ones need a scope of their own. */
function readable(core: Core, args: JsonObject, what: 'read' | 'history'): SimulatedChannel {
  const channel = core.world.findChannel(required(args, 'channel', 'channel_not_found'));
  if (!channel || (channel.private && !channel.botIn)) throw new Refusal('channel_not_found');
  const needed = `${channel.private ? 'groups' : 'channels'}:${what}`;
  core.access.check('bot', { token: 'bot', scopes: [needed] });
  if (what === 'history' && !channel.botIn) throw new Refusal('not_in_channel');
  return channel;
}

const channelInfo: Method = {
  token: 'bot',
  scopes: ['channels:read', 'groups:read'],
  run(core, args) {
    const channel = readable(core, args, 'read');
    return {
      channel: {
        id: channel.id,
        name: channel.name,
        is_channel: !channel.private,
        is_private: channel.private,
        is_archived: channel.archived,
        is_member: channel.botIn,
      },
    };
  },
};

const repliesTo = (core: Core, channelId: string, ts: string) =>
  core.messages.list(channelId).filter((one) => one.threadTs === ts);

/** Metadata is shown to those who ask for it. */
function asJson(core: Core, message: SimulatedMessage, { include_all_metadata }: JsonObject): JsonObject {
  const shown = isTrue(include_all_metadata) ? message : { ...message, metadata: null };
  return messageJson(shown, repliesTo(core, message.channelId, message.ts));
}

const history: Method = {
  token: 'bot',
  scopes: ['channels:history', 'groups:history'],
  run(core, args) {
    const channel = readable(core, args, 'history');
    const { limit = 100, oldest = '0', latest = '9999999999' } = args;
    const messages = core.messages
      .list(channel.id)
      .filter((one) => one.threadTs === null)
      .filter((one) => Number(one.ts) > Number(oldest) && Number(one.ts) <= Number(latest))
      .toReversed();
    const page = messages.slice(0, Number(limit));
    return { messages: page.map((one) => asJson(core, one, args)), has_more: page.length < messages.length };
  },
};

const replies: Method = {
  token: 'bot',
  scopes: ['channels:history', 'groups:history'],
  run(core, args) {
    const channel = readable(core, args, 'history');
    const parent = core.messages.find(channel.id, required(args, 'ts'));
    if (!parent) throw new Refusal('thread_not_found');
    const thread = [parent, ...repliesTo(core, channel.id, parent.ts)];
    return { messages: thread.map((one) => asJson(core, one, args)), has_more: false };
  },
};

export const directoryMethods: Readonly<Record<string, Method>> = {
  'auth.test': authTest,
  'usergroups.users.list': groupMembers,
  'users.info': userInfo,
  'conversations.info': channelInfo,
  'conversations.history': history,
  'conversations.replies': replies,
};
