/** Payloads, field by field as Slack sends them. */
import { stateOf } from './elements-in-use.js';
import { newId, newSecret } from './ids.js';
import { messageJson, viewJson } from './message-json.js';
import type { ViewState } from './modals.js';
import { defaults } from './settings.js';
import type {
  EphemeralMessage,
  JsonObject,
  OpenView,
  SimulatedChannel,
  SimulatedMessage,
  SimulatedUser,
} from './types.js';

/** Slack does not give away the names of private channels and conversations. */
function channelNameOf(channel: SimulatedChannel): string {
  if (channel.id.startsWith('D')) return 'directmessage';
  return channel.private ? 'privategroup' : channel.name;
}

interface SlashCommand {
  readonly user: SimulatedUser;
  readonly channel: SimulatedChannel;
  readonly command: string;
  readonly text: string;
  readonly responseUrl: string;
  readonly triggerId: string;
}

/** https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling */
export const commandPayload = (given: SlashCommand): JsonObject => ({
  token: defaults.verificationToken,
  team_id: defaults.team.id,
  team_domain: defaults.team.domain,
  channel_id: given.channel.id,
  channel_name: channelNameOf(given.channel),
  user_id: given.user.id,
  user_name: given.user.name,
  command: given.command,
  text: given.text,
  api_app_id: defaults.appId,
  is_enterprise_install: 'false',
  response_url: given.responseUrl,
  trigger_id: given.triggerId,
});

const interaction = (type: string, user: SimulatedUser, triggerId: string): JsonObject => ({
  type,
  user: { id: user.id, username: user.name, name: user.name, team_id: defaults.team.id },
  api_app_id: defaults.appId,
  token: defaults.verificationToken,
  trigger_id: triggerId,
  team: { id: defaults.team.id, domain: defaults.team.domain },
  enterprise: null,
  is_enterprise_install: false,
});

interface MessageClick {
  readonly user: SimulatedUser;
  readonly channel: SimulatedChannel;
  readonly message: SimulatedMessage | EphemeralMessage;
  readonly replies: readonly SimulatedMessage[];
  readonly action: JsonObject;
  readonly filled: ViewState;
  readonly responseUrl: string;
  readonly triggerId: string;
}

/** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload. Ephemeral messages are not repeated in it. */
export function clickPayload(given: MessageClick): JsonObject {
  const { channel, message } = given;
  const isEphemeral = 'from' in message;
  return {
    ...interaction('block_actions', given.user, given.triggerId),
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: isEphemeral,
      ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    },
    channel: { id: channel.id, name: channelNameOf(channel) },
    ...(isEphemeral ? {} : { message: messageJson(message, given.replies) }),
    state: { values: stateOf(message.blocks, given.filled) },
    response_url: given.responseUrl,
    actions: [given.action],
  };
}

export function viewClickPayload(
  user: SimulatedUser,
  triggerId: string,
  shown: OpenView,
  filled: ViewState,
  action: JsonObject,
): JsonObject {
  const view = viewJson(shown, filled);
  const { state } = view;
  return {
    ...interaction('block_actions', user, triggerId),
    container: { type: 'view', view_id: shown.id },
    view,
    state,
    actions: [action],
  };
}

/** https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload */
export const submissionPayload = (
  user: SimulatedUser,
  triggerId: string,
  shown: OpenView,
  filled: ViewState,
): JsonObject => ({
  ...interaction('view_submission', user, triggerId),
  view: viewJson(shown, filled),
  response_urls: [],
});

export const closedPayload = (
  user: SimulatedUser,
  triggerId: string,
  shown: OpenView,
  filled: ViewState,
): JsonObject => ({
  ...interaction('view_closed', user, triggerId),
  view: viewJson(shown, filled),
  is_cleared: false,
});

/** https://docs.slack.dev/apis/events-api#event-type-structure */
export function eventPayload(event: JsonObject, now: number): JsonObject {
  const authorization = {
    enterprise_id: null,
    team_id: defaults.team.id,
    user_id: defaults.bot.userId,
    is_bot: true,
    is_enterprise_install: false,
  };
  return {
    token: defaults.verificationToken,
    team_id: defaults.team.id,
    context_team_id: defaults.team.id,
    api_app_id: defaults.appId,
    event: { event_ts: `${(now / 1000).toFixed(6)}`, ...event },
    type: 'event_callback',
    event_id: newId('Ev'),
    event_time: Math.floor(now / 1000),
    authorizations: [authorization],
    is_ext_shared_channel: false,
    event_context: newSecret(),
  };
}
