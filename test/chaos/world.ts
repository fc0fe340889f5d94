/** What a run plays on: both simulators, the people, their channels. */
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import type { Api, GenesysSimulator } from '../simulators/genesys/types.js';
import { createSlackSimulator } from '../simulators/slack/simulator.js';
import type { SlackSimulator } from '../simulators/slack/types.js';
import { createLiveRecordings, type LiveRecordings } from './live-recordings.js';
import { createJobRecordings, type Recordings } from './recordings.js';

export interface World {
  readonly slack: SlackSimulator;
  readonly genesys: GenesysSimulator;
  readonly recordings: Recordings;
  /** Null in the contract `recording-jobs`, where nothing can be paused. */
  readonly live: LiveRecordings | null;
  /** How the bot learns of calls. */
  readonly alertsBy: 'poll' | 'notifications';
  readonly permitted: readonly string[];
  readonly stranger: string;
  /** Where calls are announced. */
  readonly alerts: string;
  /** Where people talk to the bot; it is in the first of them, and was never invited to the last. */
  readonly channels: readonly string[];
  readonly outside: string;
  /** True when the bot may look into channels before it posts again. */
  readonly mayReadHistory: boolean;
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const leastScopes = ['commands', 'chat:write', 'usergroups:read'];
const historyScopes = ['channels:history', 'groups:history'];

/** The bot ends its pauses after so long. */
export const pauseMaxMs = 60_000;

export interface WorldOptions {
  readonly api: Api;
  readonly mayReadHistory: boolean;
  /** Genesys tells of calls, where its contract does; else the bot asks. */
  readonly isTold: boolean;
}

export async function createWorld({ api, mayReadHistory, isTold }: WorldOptions): Promise<World> {
  // Slack's own limits are off: so many restarts open more sockets a minute than Slack lets any app.
  const slack = await createSlackSimulator({
    rateLimits: false,
    scopes: mayReadHistory ? [...leastScopes, ...historyScopes] : leastScopes,
  });
  const genesys = await createGenesysSimulator({ api });
  const live = api === 'conversations' ? createLiveRecordings(genesys) : null;
  const alertsBy = live !== null && isTold ? 'notifications' : 'poll';
  const people = ['ada', 'sam', 'ines', 'noor'].map((name) => slack.addUser({ name }).id);
  const stranger = slack.addUser({ name: 'kim' }).id;
  const members = [...people, stranger];
  const add = (name: string, botIn = true) => slack.addChannel({ name, members, botIn }).id;
  const alerts = add('call-alerts');
  const channels = [add('supervisors'), add('shift-lead')];
  return {
    slack,
    genesys,
    recordings: live ?? createJobRecordings(genesys),
    live,
    alertsBy,
    permitted: people,
    stranger,
    alerts,
    channels,
    outside: add('quality', false),
    mayReadHistory,
    env: {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      GENESYS_CLIENT_ID: genesys.client.clientId,
      GENESYS_CLIENT_SECRET: genesys.client.clientSecret,
      GENESYS_BASE_URL: genesys.url,
      GENESYS_RECORDING_API: api,
      CALL_ALERTS: alertsBy,
      CALL_ALERT_CHANNEL: alerts,
      CALL_ALERT_POLL_SECONDS: '1',
      RECONCILE_SECONDS: '3',
      PAUSE_MAX_MINUTES: String(pauseMaxMs / 60_000),
      RECORD_ALLOWED_USERS: people.join(','),
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
    },
    async close() {
      await Promise.all([slack.close(), genesys.close()]);
    },
  };
}
