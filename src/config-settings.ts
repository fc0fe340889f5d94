/** Every setting of the bot: the one list that readConfig, `.env.example` and the README are held to. */
import { regionNames } from './config-regions.js';

interface Setting {
  readonly name: string;
  /** One sentence for the person who sets it. */
  readonly meaning: string;
  /** What a valid value looks like; completes the sentence "it takes …". */
  readonly accepts: string;
  /** The value used when it is not set; null where there is none, or where it depends on other settings. */
  readonly default: string | null;
  /** True: always. A text: the condition under which it is required. */
  readonly required: boolean | string;
  /** True when the value must never be shown. */
  readonly secret: boolean;
}

const plain = { default: null, required: false, secret: false } as const;
const whoMayAct = 'unless one of the other two RECORD_ALLOWED_… is set';
const httpsUrl =
  'an https:// URL without user name, password, query or fragment (http:// for this machine only)';

const slack = [
  {
    ...plain,
    name: 'SLACK_BOT_TOKEN',
    meaning: 'The Bot User OAuth Token of the Slack app.',
    accepts: 'a token that begins with xoxb-',
    required: true,
    secret: true,
  },
  {
    ...plain,
    name: 'SLACK_APP_TOKEN',
    meaning: 'The app-level token with the scope connections:write; if it is set, the bot uses Socket Mode.',
    accepts: 'a token that begins with xapp-',
    required: 'unless SLACK_SIGNING_SECRET is set',
    secret: true,
  },
  {
    ...plain,
    name: 'SLACK_SIGNING_SECRET',
    meaning: 'The Signing Secret of the Slack app; used in HTTP mode, that is when there is no app token.',
    accepts: 'the Signing Secret from the app’s Basic Information page, without spaces',
    required: 'unless SLACK_APP_TOKEN is set',
    secret: true,
  },
  {
    ...plain,
    name: 'SLACK_API_URL',
    meaning: 'The root of Slack’s Web API.',
    accepts: httpsUrl,
    default: 'https://slack.com/api/',
  },
] as const satisfies Setting[];

const genesys = [
  {
    ...plain,
    name: 'GENESYS_CLIENT_ID',
    meaning: 'The id of the Genesys Cloud OAuth client (grant type Client Credentials).',
    accepts: 'the Client ID from Admin > Integrations > OAuth, without spaces',
    required: true,
  },
  {
    ...plain,
    name: 'GENESYS_CLIENT_SECRET',
    meaning: 'The secret of that OAuth client.',
    accepts: 'the Client Secret from Admin > Integrations > OAuth, without spaces',
    required: true,
    secret: true,
  },
  {
    ...plain,
    name: 'GENESYS_REGION',
    meaning: 'Your Genesys Cloud region; if neither it nor GENESYS_BASE_URL is set, us_east_1.',
    accepts: `one of ${regionNames.join(', ')}`,
  },
  {
    ...plain,
    name: 'GENESYS_BASE_URL',
    meaning: 'The API root, where GENESYS_REGION does not give it: https://api. and the region’s domain.',
    accepts: httpsUrl,
  },
  {
    ...plain,
    name: 'GENESYS_LOGIN_URL',
    meaning:
      'The OAuth root; if unset, derived from GENESYS_BASE_URL (https://login. in place of https://api.).',
    accepts: httpsUrl,
  },
  {
    ...plain,
    name: 'GENESYS_RECORDING_API',
    meaning:
      'The contract by which recordings are controlled: recording-jobs, or conversations, the public API for live calls.',
    accepts: 'recording-jobs or conversations',
    default: 'recording-jobs',
  },
  {
    ...plain,
    name: 'GENESYS_QUEUE_IDS',
    meaning: 'Queues watched with CALL_ALERTS=notifications; unset: all that the OAuth client can see.',
    accepts: 'queue ids (UUIDs) separated by commas',
  },
] as const satisfies Setting[];

const callAlerts = [
  {
    ...plain,
    name: 'CALL_ALERTS',
    meaning: 'How the bot learns of calls.',
    accepts: 'poll, notifications, webhook or off',
    default: 'poll',
  },
  {
    ...plain,
    name: 'CALL_ALERT_CHANNEL',
    meaning: 'The id of the Slack channel for call alerts.',
    accepts: 'a channel’s id (not its name), C… or G…; or set CALL_ALERTS=off',
    required: 'unless CALL_ALERTS=off',
  },
  {
    ...plain,
    name: 'CALL_ALERT_POLL_SECONDS',
    meaning: 'How often the bot asks Genesys for active calls, with CALL_ALERTS=poll.',
    accepts: 'a whole number from 1 to 3600',
    default: '10',
  },
  {
    ...plain,
    name: 'CALL_ALERT_WEBHOOK_SECRET',
    meaning: 'The secret that senders to /alerts/calls must show or sign with.',
    accepts: 'at least 16 letters, digits and signs, without spaces',
    required: 'with CALL_ALERTS=webhook',
    secret: true,
  },
] as const satisfies Setting[];

const access = [
  {
    ...plain,
    name: 'RECORD_ALLOWED_USERS',
    meaning: 'Slack users who may control recordings.',
    accepts: 'user ids (U… or W…) separated by commas',
    required: whoMayAct,
  },
  {
    ...plain,
    name: 'RECORD_ALLOWED_USERGROUPS',
    meaning: 'Slack user groups whose members may control recordings.',
    accepts: 'user group ids (S…) separated by commas',
    required: whoMayAct,
  },
  {
    ...plain,
    name: 'RECORD_ALLOWED_CHANNELS',
    meaning: 'Slack channels in which everybody may control recordings; * means anybody, anywhere.',
    accepts: 'channel ids (C…, G… or D…) separated by commas, or *',
    required: whoMayAct,
  },
  {
    ...plain,
    name: 'RECORD_MAX_MINUTES',
    meaning: 'A recording that somebody starts through the bot is stopped after that many minutes.',
    accepts: 'a whole number from 1 to 1440',
    default: '240',
  },
  {
    ...plain,
    name: 'PAUSE_MAX_MINUTES',
    meaning: 'A pause that somebody makes through the bot ends after that many minutes.',
    accepts: 'a whole number from 1 to 240',
    default: '10',
  },
  {
    ...plain,
    name: 'RECONCILE_SECONDS',
    meaning: 'What happens to recordings outside the bot is noticed within that many seconds.',
    accepts: 'a whole number from 3 to 3600',
    default: '30',
  },
] as const satisfies Setting[];

const operation = [
  {
    ...plain,
    name: 'DATABASE_URL',
    meaning: 'The Postgres database; if unset, SQLite in DATA_DIR.',
    accepts:
      'a postgres:// or postgresql:// URL, special characters in its password percent-encoded (as UTF-8)',
    secret: true,
  },
  {
    ...plain,
    name: 'DATA_DIR',
    meaning: 'The folder of the SQLite file.',
    accepts: 'the path of a folder',
    default: './data',
  },
  {
    ...plain,
    name: 'PORT',
    meaning:
      'The port for /healthz, /readyz and /metrics, /alerts/calls with CALL_ALERTS=webhook, and /slack/events in HTTP mode; 0: any free one.',
    accepts: 'a whole number from 0 to 65535',
    default: '3000',
  },
  {
    ...plain,
    name: 'HOST',
    meaning: 'The address to listen on; if unset, 127.0.0.1 in Socket Mode and 0.0.0.0 in HTTP mode.',
    accepts: 'an IP address (without brackets) or a host name',
  },
  {
    ...plain,
    name: 'LOG_LEVEL',
    meaning: 'The least important level that is logged.',
    accepts: 'trace, debug, info, warn, error, fatal or silent',
    default: 'info',
  },
] as const satisfies Setting[];

export const settings = [...slack, ...genesys, ...callAlerts, ...access, ...operation] as const;

export type SettingName = (typeof settings)[number]['name'];
