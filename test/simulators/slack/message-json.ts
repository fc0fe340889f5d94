/** Messages and views as Slack writes them into answers and payloads. */
import { stateOf } from './elements-in-use.js';
import { objectsAt } from './json.js';
import type { ViewState } from './modals.js';
import { defaults } from './settings.js';
import type { JsonObject, OpenView, SimulatedMessage } from './types.js';

export function messageJson(
  message: SimulatedMessage,
  replies: readonly SimulatedMessage[] = [],
): JsonObject {
  const { ts, text, blocks, userId, threadTs, editedAt, metadata } = message;
  return {
    type: 'message',
    user: userId,
    text,
    ts,
    team: defaults.team.id,
    ...(message.fromBot ? botFields : {}),
    ...(blocks.length > 0 ? { blocks } : {}),
    ...(threadTs === null ? {} : { thread_ts: threadTs }),
    ...(replies.length > 0 ? { thread_ts: ts, reply_count: replies.length } : {}),
    ...(editedAt === null ? {} : { edited: { user: userId, ts: `${Math.floor(editedAt / 1000)}.000000` } }),
    ...(metadata === null ? {} : { metadata }),
  };
}

const botFields = {
  bot_id: defaults.bot.botId,
  app_id: defaults.appId,
  bot_profile: {
    id: defaults.bot.botId,
    app_id: defaults.appId,
    name: defaults.bot.name,
    deleted: false,
    updated: 0,
    team_id: defaults.team.id,
  },
};

export function viewJson(open: OpenView, filled: ViewState): JsonObject {
  const { view } = open;
  const optional = { title: null, submit: null, close: null };
  return {
    private_metadata: '',
    callback_id: '',
    external_id: '',
    clear_on_close: false,
    notify_on_close: false,
    ...optional,
    ...view,
    id: open.id,
    team_id: defaults.team.id,
    app_id: defaults.appId,
    app_installed_team_id: defaults.team.id,
    bot_id: defaults.bot.botId,
    hash: open.hash,
    root_view_id: open.rootViewId,
    previous_view_id: open.previousViewId,
    state: { values: stateOf(objectsAt(view, 'blocks'), filled) },
  };
}
