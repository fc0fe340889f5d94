/** What the doctor finds wrong or leaves open, each by itself, for tests of it in this process and as a process. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BotBedOptions } from './bot-bed.js';
import type { DoctorBed } from './doctor-bed.js';

export interface Failure {
  readonly what: string;
  readonly bed?: BotBedOptions;
  /** Brings it about. Returns the settings that differ. */
  readonly cause: (bed: DoctorBed) => Record<string, string> | Promise<Record<string, string>>;
  /** The one check that finds it. */
  readonly check: string;
  readonly detail: RegExp;
  readonly cure: RegExp;
}

const publicApi: BotBedOptions = { genesys: { api: 'conversations' } };
const somebodysId = '3f6c1d52-7a0e-4a3b-9c55-0d7b1e2f4a68';
const nobodyListens = 'http://127.0.0.1:1';
const region = /GENESYS_REGION \(or GENESYS_BASE_URL\)/;
/** What another service may say at `/healthz`. */
const healthyToo = (body: string) =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;

/** All that a client may do but for one. */
const without =
  (permission: string) =>
  ({ genesys }: DoctorBed): Record<string, string> => {
    genesys.setPermissions(genesys.client.permissions.filter((each) => each !== permission));
    return {};
  };

const onSlack: readonly Failure[] = [
  {
    what: 'a Slack that cannot be reached',
    cause: () => ({ SLACK_API_URL: `${nobodyListens}/api/` }),
    check: 'slack.host',
    detail: /127\.0\.0\.1:1 takes no connection \(ECONNREFUSED\)/,
    cure: /SLACK_API_URL.*firewall/,
  },
  {
    what: 'a wrong bot token',
    cause: () => ({ SLACK_BOT_TOKEN: 'xoxb-hush-not-the-one' }),
    check: 'slack.token',
    detail: /refuses the bot token: invalid_auth/,
    cure: /SLACK_BOT_TOKEN/,
  },
  {
    what: 'a Slack that takes no more requests',
    cause: ({ slack }) => {
      slack.inject({ method: 'auth.test', fault: { kind: 'ratelimited', retryAfter: 30 } });
      return {};
    },
    check: 'slack.token',
    detail: /Slack takes no more requests just now/,
    cure: /Try again in 30 s/,
  },
  {
    what: 'a Slack that is ill',
    cause: ({ slack }) => {
      slack.inject({ method: 'apps.connections.open', fault: { kind: 'status', status: 503 } });
      return {};
    },
    check: 'slack.sockets',
    detail: /Slack failed \(status 503\) when asked to ask for a socket/,
    cure: /slack-status\.com/,
  },
  {
    what: 'a host of sockets that cannot be reached',
    cause: async ({ slackWithSocketsAt }) => ({
      SLACK_API_URL: await slackWithSocketsAt('ws://127.0.0.1:1/?ticket=hush'),
    }),
    check: 'slack.sockets',
    detail: /sockets are allowed, but 127\.0\.0\.1:1 takes no connection \(ECONNREFUSED\)/,
    cure: /firewall let this machine out to 127\.0\.0\.1:1/,
  },
  {
    what: 'a scope that is missing',
    cause: ({ slack }) => {
      slack.setScopes(['commands']);
      return {};
    },
    check: 'slack.scopes',
    detail: /chat:write is missing/,
    cure: /manifest\.yml.*reinstall/,
  },
  {
    what: 'user groups without their scope',
    cause: ({ slack }) => {
      slack.setScopes(['commands', 'chat:write']);
      return { RECORD_ALLOWED_USERGROUPS: 'S0LEADS' };
    },
    check: 'slack.scopes',
    detail: /usergroups:read is missing/,
    cure: /reinstall/,
  },
  {
    what: 'an app without Socket Mode',
    cause: ({ slack }) => {
      slack.refuseToken('app', 'forbidden_team');
      return {};
    },
    check: 'slack.sockets',
    detail: /refuses the app token: forbidden_team/,
    cure: /connections:write.*Socket Mode/,
  },
  {
    what: 'a channel for call alerts that is not there',
    cause: () => ({ CALL_ALERT_CHANNEL: 'C0NOWHERE' }),
    check: 'slack.alert-channel',
    detail: /C0NOWHERE is not there, or it is private/,
    cure: /\/invite.*CALL_ALERT_CHANNEL/,
  },
  {
    what: 'a private channel that the bot is not in',
    cause: ({ slack }) => ({
      CALL_ALERT_CHANNEL: slack.addChannel({ name: 'x', private: true, botIn: false }).id,
    }),
    check: 'slack.alert-channel',
    detail: /private and the bot is not in it/,
    cure: /\/invite/,
  },
  {
    what: 'a channel that is archived',
    bed: { slack: { scopes: ['commands', 'chat:write', 'channels:read'] } },
    cause: ({ slack, alerts }) => {
      slack.archive(alerts.id);
      return {};
    },
    check: 'slack.alert-channel',
    detail: /#call-alerts \(C\w+\) is archived/,
    cure: /Unarchive it/,
  },
  {
    what: 'a channel that the bot is not in, where a scope shows it',
    bed: { slack: { scopes: ['commands', 'chat:write', 'channels:read'] } },
    cause: ({ slack, alerts }) => {
      slack.remove(alerts.id);
      return {};
    },
    check: 'slack.alert-member',
    detail: /not in C\w+, so no card can be posted/,
    cure: /\/invite the bot/,
  },
  {
    what: 'a user group that is not there',
    cause: () => ({ RECORD_ALLOWED_USERGROUPS: 'S0NOBODY' }),
    check: 'slack.user-groups',
    detail: /does not know the user group S0NOBODY/,
    cure: /RECORD_ALLOWED_USERGROUPS/,
  },
  {
    what: 'a user group without members',
    cause: ({ slack }) => ({
      RECORD_ALLOWED_USERGROUPS: slack.addUserGroup({ id: 'S0EMPTY', members: [] }).id,
    }),
    check: 'slack.user-groups',
    detail: /nobody is in S0EMPTY/,
    cure: /add people/,
  },
  {
    what: 'a user who is not there, where a scope shows people',
    bed: { slack: { scopes: ['commands', 'chat:write', 'users:read'] } },
    cause: () => ({ RECORD_ALLOWED_USERS: 'U0NOBODY' }),
    check: 'slack.users',
    detail: /U0NOBODY is not there/,
    cure: /RECORD_ALLOWED_USERS/,
  },
  {
    what: 'an allowed channel that is not there',
    cause: () => ({ RECORD_ALLOWED_CHANNELS: 'C0NOWHERE' }),
    check: 'slack.channels',
    detail: /C0NOWHERE is not there/,
    cure: /RECORD_ALLOWED_CHANNELS/,
  },
];

const onGenesys: readonly Failure[] = [
  {
    what: 'a region that does not exist',
    cause: ({ genesys }) => ({
      GENESYS_BASE_URL: 'https://api.no-such-region.invalid',
      GENESYS_LOGIN_URL: genesys.url,
    }),
    check: 'genesys.host',
    detail: /the name api\.no-such-region\.invalid is not known here \((ENOTFOUND|EAI_AGAIN)\)/,
    cure: /GENESYS_REGION \(or GENESYS_BASE_URL\).*DNS/,
  },
  {
    what: 'a login host that takes no connection',
    cause: () => ({ GENESYS_LOGIN_URL: nobodyListens }),
    check: 'genesys.login-host',
    detail: /takes no connection \(ECONNREFUSED\)/,
    cure: /GENESYS_LOGIN_URL/,
  },
  {
    what: 'a host that speaks no TLS',
    cause: ({ genesys }) => ({
      GENESYS_BASE_URL: `https://127.0.0.1:${genesys.port}`,
      GENESYS_LOGIN_URL: genesys.url,
    }),
    check: 'genesys.host',
    detail: /takes connections, but TLS fails \(\w+\)/,
    cure: /NODE_EXTRA_CA_CERTS/,
  },
  {
    what: 'a host that is not Genesys',
    cause: ({ slack }) => ({ GENESYS_LOGIN_URL: slack.url }),
    check: 'genesys.login',
    detail: /login service did not issue a token/,
    cure: /GENESYS_REGION \(or GENESYS_BASE_URL\).*GENESYS_LOGIN_URL/,
  },
  {
    what: 'a wrong client secret',
    cause: () => ({ GENESYS_CLIENT_SECRET: 'hush-not-the-one' }),
    check: 'genesys.login',
    detail: /refused the secret/,
    cure: /GENESYS_CLIENT_SECRET/,
  },
  {
    what: 'an unknown client',
    cause: () => ({ GENESYS_CLIENT_ID: 'somebody-else' }),
    check: 'genesys.login',
    detail: /does not know the bot's OAuth client/,
    cure: region,
  },
  ...[
    ['recording:job:view', 'genesys.list-recordings'],
    ['conversation:phone:view', 'genesys.list-calls'],
    ['recording:job:control', 'genesys.control'],
  ].map(([permission = '', check = '']) => ({
    what: `a client without ${permission}`,
    cause: without(permission),
    check,
    detail: new RegExp(`lacks ${permission}`),
    cure: new RegExp(`Grant ${permission} in Genesys`),
  })),
  ...[
    ['analytics:queueObservation:view', 'genesys.list-calls'],
    ['conversation:communication:view', 'genesys.read-call'],
    ['conversation:recording:pauseOthers', 'genesys.pause'],
    ['conversation:recording:snippetRecord', 'genesys.control'],
    ['routing:queue:view', 'genesys.queues'],
  ].map(([permission = '', check = '']) => ({
    what: `a client without ${permission}`,
    bed: publicApi,
    cause: without(permission),
    check,
    detail: new RegExp(`lacks ${permission}`),
    cure: new RegExp(permission),
  })),
  {
    what: 'an organisation without snippets whose client may not record ad hoc',
    bed: { genesys: { api: 'conversations', withoutSnippet: 405 } },
    cause: without('conversation:call:record'),
    check: 'genesys.control',
    detail: /lacks conversation:call:record/,
    cure: /conversation:call:record/,
  },
  {
    what: 'an API without a list of phone calls',
    cause: ({ genesys }) => {
      genesys.inject({ on: 'calls', fault: { kind: 'status', status: 404 } });
      return {};
    },
    check: 'genesys.list-calls',
    detail: /Genesys did not list the active calls/,
    cure: /GENESYS_RECORDING_API=conversations/,
  },
  {
    what: 'an API whose recording jobs are bulk jobs',
    cause: ({ genesys }) => {
      genesys.inject({ on: 'stop', fault: { kind: 'status', status: 400 } });
      return {};
    },
    check: 'genesys.control',
    detail: /status 400/,
    cure: /GENESYS_RECORDING_API=conversations/,
  },
  {
    what: 'no queue that can be seen',
    bed: { genesys: { api: 'conversations', queues: [] } },
    cause: () => ({}),
    check: 'genesys.queues',
    detail: /no queue can be seen/,
    cure: /divisions/,
  },
  {
    what: 'a queue that cannot be seen',
    bed: publicApi,
    cause: () => ({ GENESYS_QUEUE_IDS: somebodysId }),
    check: 'genesys.queues',
    detail: new RegExp(`but not ${somebodysId}`),
    cure: /GENESYS_QUEUE_IDS/,
  },
];

const here: readonly Failure[] = [
  {
    what: 'a database that is down',
    cause: () => ({ DATABASE_URL: 'postgres://bot:hush-3@127.0.0.1:1/bot' }),
    check: 'database',
    detail: /cannot be reached.*ECONNREFUSED/,
    cure: /DATABASE_URL/,
  },
  {
    what: 'a data folder that is a file',
    cause: async ({ dataDir }) => {
      await writeFile(join(dataDir, 'file'), '');
      return { DATA_DIR: join(dataDir, 'file', 'deeper') };
    },
    check: 'database',
    detail: /may not write to \S+\/file/,
    cure: /DATA_DIR/,
  },
  {
    what: 'a database file that is none',
    cause: async ({ dataDir }) => {
      await writeFile(
        join(dataDir, 'recordings.db'),
        'not a database, but long enough for one to be read. '.repeat(20),
      );
      return {};
    },
    check: 'database',
    detail: /damaged/,
    cure: /backup/,
  },
  {
    what: 'a port that somebody has',
    cause: async ({ occupyPort }) => ({ PORT: await occupyPort() }),
    check: 'http.port',
    detail: /PORT \d+ is in use by another process/,
    cure: /set PORT/,
  },
  {
    what: 'a port that another healthy service has',
    cause: async ({ occupyPort }) => ({
      PORT: await occupyPort(healthyToo('{"healthy":true,"uptime":12}')),
    }),
    check: 'http.port',
    detail: /PORT \d+ is in use by another process/,
    cure: /set PORT/,
  },
  {
    what: 'a certificate of the database that is not there',
    cause: () => ({ DATABASE_URL: 'postgres://bot:hush-3@127.0.0.1:1/bot?sslrootcert=/hush-3.pem' }),
    check: 'database',
    detail: /DATABASE_URL names a file that cannot be read/,
    cure: /sslrootcert/,
  },
  {
    what: 'a database server without TLS, where its URL asks for TLS',
    cause: async ({ occupyPort }) => ({
      DATABASE_URL: `postgres://bot:hush-3@127.0.0.1:${await occupyPort('N')}/bot?sslmode=verify-full`,
    }),
    check: 'database',
    detail: /TLS with it fails/,
    cure: /sslrootcert in DATABASE_URL.*sslmode/,
  },
  {
    what: 'a password of the database that is not encoded as UTF-8',
    cause: () => ({ DATABASE_URL: 'postgres://bot:hush%E4@127.0.0.1:1/bot' }),
    check: 'settings.DATABASE_URL',
    detail: /is not valid: it takes a postgres:/,
    cure: /\.env\.example/,
  },
];

export const failures: readonly Failure[] = [...onSlack, ...onGenesys, ...here];

/** What is not wrong for certain, and not well either: it is named, and nobody is kept from starting. */
export const doubts: readonly Failure[] = [
  {
    what: 'the channel for call alerts, where no scope shows who is in it',
    cause: () => ({}),
    check: 'slack.alert-member',
    detail: /no scope of the bot shows it, nor whether the channel is archived \(.*channels:read/,
    cure: /\/invite the bot/,
  },
  {
    what: 'an order for a snippet that is answered with 404, where ad-hoc recordings are refused',
    bed: { genesys: { api: 'conversations', withoutSnippet: 404 } },
    cause: without('conversation:call:record'),
    check: 'genesys.control',
    detail:
      /should this organisation have no snippets, ad-hoc recordings are: .*lacks conversation:call:record/,
    cure: /conversation:call:record/,
  },
  {
    what: 'notification channels that Genesys does not count',
    bed: publicApi,
    cause: ({ genesys }) => {
      genesys.inject({ on: 'channels', fault: { kind: 'status', status: 400 } });
      return { CALL_ALERTS: 'notifications' };
    },
    check: 'genesys.notifications',
    detail: /does not tell this OAuth client how many are open/,
    cure: /^$/,
  },
  {
    what: 'a host of notifications that no region names',
    bed: publicApi,
    cause: () => ({ CALL_ALERTS: 'notifications' }),
    check: 'genesys.event-host',
    detail: /only an open channel tells/,
    cure: /^$/,
  },
];
