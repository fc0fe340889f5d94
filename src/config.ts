/** The bot's settings, read once at the start from the environment. */
import {
  createReader,
  type Environment,
  isHost,
  isOneWord,
  isPostgresUrl,
  isServiceUrl,
  type Reader,
} from './config-reader.js';
import { baseUrlOf } from './config-regions.js';
import type { SettingName } from './config-settings.js';
import { RecordError } from './core/errors.js';

export { settings } from './config-settings.js';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** pino's levels. */
type LogLevel = (typeof logLevels)[number];

export interface Config {
  readonly slack: {
    readonly botToken: string;
    readonly mode:
      | { readonly kind: 'socket'; readonly appToken: string }
      | { readonly kind: 'http'; readonly signingSecret: string };
    /** Ends with a slash. */
    readonly apiUrl: string;
  };
  readonly genesys: {
    /** Does not end with a slash; neither does `loginUrl`. */
    readonly baseUrl: string;
    readonly loginUrl?: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly recordingApi: 'recording-jobs' | 'conversations';
    readonly queueIds: readonly string[];
  };
  readonly callAlerts:
    | { readonly source: 'poll'; readonly channelId: string; readonly pollMs: number }
    | { readonly source: 'notifications'; readonly channelId: string }
    /** `secret`: what a sender must show or sign with. */
    | { readonly source: 'webhook'; readonly channelId: string; readonly secret: string }
    | { readonly source: 'off' };
  readonly access: {
    readonly users: readonly string[];
    readonly userGroups: readonly string[];
    readonly channels: readonly string[];
    /** True when the channels' list holds `*`: anybody may act, anywhere. */
    readonly anybody: boolean;
  };
  readonly limits: {
    readonly recordMaxMs: number;
    readonly pauseMaxMs: number;
    /** What happens to recordings outside the bot is noticed within this time. */
    readonly reconcileMs: number;
  };
  readonly storage: { readonly databaseUrl?: string; readonly dataDir: string };
  readonly http: { readonly port: number; readonly host: string };
  readonly logLevel: LogLevel;
}

/**
 * Reads and checks all settings. An empty value counts as not set.
 * Throws `CONFIG_INVALID` with every problem on a line of its own; no value is ever part of the message.
 */
export function readConfig(env: Environment): Config {
  const reader = createReader(env);
  const slack = readSlack(reader);
  const config: Config = {
    slack,
    genesys: readGenesys(reader),
    callAlerts: readCallAlerts(reader),
    access: readAccess(reader),
    limits: {
      recordMaxMs: reader.integer('RECORD_MAX_MINUTES', 1, 1440) * 60_000,
      pauseMaxMs: reader.integer('PAUSE_MAX_MINUTES', 1, 240) * 60_000,
      reconcileMs: reader.integer('RECONCILE_SECONDS', 3, 3600) * 1000,
    },
    storage: readStorage(reader),
    http: readHttp(reader, slack.mode.kind),
    logLevel: readLogLevel(reader),
  };
  if (reader.problems.length === 0) return config;
  throw new RecordError(
    'CONFIG_INVALID',
    ['These settings are missing or wrong:', ...reader.problems].join('\n'),
    {
      cure: 'Correct these in the environment or in .env; .env.example explains every setting.',
    },
  );
}

function readSlack(reader: Reader): Config['slack'] {
  const botToken = reader.required('SLACK_BOT_TOKEN', isTokenOf('xoxb-'));
  const mode = readSlackMode(reader);
  const apiUrl = reader.required('SLACK_API_URL', isServiceUrl).replace(/\/*$/, '/');
  return { botToken, mode, apiUrl };
}

function readSlackMode(reader: Reader): Config['slack']['mode'] {
  const isAppTokenSet = reader.optional('SLACK_APP_TOKEN') !== undefined;
  const appToken = reader.checked('SLACK_APP_TOKEN', isTokenOf('xapp-'));
  const signingSecret = reader.checked('SLACK_SIGNING_SECRET', isOneWord);
  if (isAppTokenSet) return { kind: 'socket', appToken: appToken ?? '' };
  if (reader.optional('SLACK_SIGNING_SECRET') === undefined) {
    reader.problem('SLACK_APP_TOKEN', 'is not set, nor is SLACK_SIGNING_SECRET (one of them is required)');
  }
  return { kind: 'http', signingSecret: signingSecret ?? '' };
}

function readGenesys(reader: Reader): Config['genesys'] {
  const loginUrl = reader.checked('GENESYS_LOGIN_URL', isServiceUrl);
  return {
    baseUrl: readBaseUrl(reader),
    ...(loginUrl !== undefined && { loginUrl: withoutSlash(loginUrl) }),
    clientId: reader.required('GENESYS_CLIENT_ID', isOneWord),
    clientSecret: reader.required('GENESYS_CLIENT_SECRET', isOneWord),
    recordingApi: readChoice(reader, 'GENESYS_RECORDING_API', ['recording-jobs', 'conversations']),
    queueIds: reader.list('GENESYS_QUEUE_IDS', (entry) => /^[0-9a-f-]{36}$/i.test(entry)),
  };
}

const standardRegion = 'us_east_1';

function readBaseUrl(reader: Reader): string {
  const region = reader.checked('GENESYS_REGION', (value) => baseUrlOf(value) !== undefined);
  const ofRegion = baseUrlOf(region ?? standardRegion) ?? '';
  const value = reader.checked('GENESYS_BASE_URL', isServiceUrl);
  if (value === undefined) return ofRegion;
  const baseUrl = withoutSlash(value);
  // The addresses people have at hand are those of the app and of the login page; both answer API calls with 404.
  if (/^https:\/\/(apps|login)\.(mypurecloud\.|[a-z0-9.-]*pure\.cloud)/i.test(baseUrl)) {
    reader.problem('GENESYS_BASE_URL', 'names the app or the login page, where https://api. is meant');
  } else if (region !== undefined && baseUrl.toLowerCase() !== ofRegion) {
    reader.problem('GENESYS_BASE_URL', 'names another host than GENESYS_REGION does (one of them is enough)');
  }
  return baseUrl;
}

function readCallAlerts(reader: Reader): Config['callAlerts'] {
  const source = readChoice(reader, 'CALL_ALERTS', ['poll', 'notifications', 'webhook', 'off']);
  const channelId = reader.checked('CALL_ALERT_CHANNEL', isIdOf('CG')) ?? '';
  const pollMs = reader.integer('CALL_ALERT_POLL_SECONDS', 1, 3600) * 1000;
  const secret = readWebhookSecret(reader, source === 'webhook');
  if (source === 'off') return { source };
  if (reader.optional('CALL_ALERT_CHANNEL') === undefined) reader.problem('CALL_ALERT_CHANNEL', 'is not set');
  if (source === 'poll') return { source, channelId, pollMs };
  return source === 'webhook' ? { source, channelId, secret } : { source, channelId };
}

/** Whoever guesses it may announce calls and end them. */
function readWebhookSecret(reader: Reader, isNeeded: boolean): string {
  const isLongEnough = (value: string) => value.length >= 16 && isOneWord(value);
  return isNeeded
    ? reader.required('CALL_ALERT_WEBHOOK_SECRET', isLongEnough)
    : (reader.checked('CALL_ALERT_WEBHOOK_SECRET', isLongEnough) ?? '');
}

function readAccess(reader: Reader): Config['access'] {
  const users = reader.list('RECORD_ALLOWED_USERS', isIdOf('UW'));
  const userGroups = reader.list('RECORD_ALLOWED_USERGROUPS', isIdOf('S'));
  const places = reader.list('RECORD_ALLOWED_CHANNELS', (entry) => entry === '*' || isIdOf('CGD')(entry));
  if (users.length + userGroups.length + places.length === 0) {
    const others = 'RECORD_ALLOWED_USERGROUPS and RECORD_ALLOWED_CHANNELS';
    reader.problem('RECORD_ALLOWED_USERS', `is not set, nor are ${others} (somebody must be allowed to act)`);
  }
  const channels = places.filter((entry) => entry !== '*');
  return { users, userGroups, channels, anybody: places.includes('*') };
}

function readStorage(reader: Reader): Config['storage'] {
  const databaseUrl = reader.checked('DATABASE_URL', isPostgresUrl);
  const dataDir = reader.required('DATA_DIR', (value) => !value.includes('\0'));
  return { ...(databaseUrl !== undefined && { databaseUrl }), dataDir };
}

function readHttp(reader: Reader, mode: 'socket' | 'http'): Config['http'] {
  // Nobody outside has to reach the bot in Socket Mode; in HTTP mode Slack must.
  const host = reader.checked('HOST', isHost) ?? (mode === 'socket' ? '127.0.0.1' : '0.0.0.0');
  return { port: reader.integer('PORT', 0, 65_535), host };
}

function readLogLevel(reader: Reader): LogLevel {
  return readChoice(reader, 'LOG_LEVEL', logLevels);
}

/** One of `choices`, in any letter case. */
function readChoice<Choice extends string>(
  reader: Reader,
  name: SettingName,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const value = reader.optional(name)?.toLowerCase();
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) reader.problem(name, 'is not valid');
  return choice ?? choices[0];
}

/** A Slack id: a letter for its kind, then upper-case letters and digits. */
const isIdOf =
  (kinds: string) =>
  (value: string): boolean =>
    kinds.includes(value.charAt(0)) && /^[A-Z][A-Z0-9]{2,63}$/.test(value);

const isTokenOf =
  (prefix: string) =>
  (value: string): boolean =>
    value.startsWith(prefix) && value.length > prefix.length && isOneWord(value);

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
