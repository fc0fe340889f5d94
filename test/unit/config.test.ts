import { describe, expect, it } from 'vitest';
import { readConfig, settings } from '../../src/config.js';
import { regionNames } from '../../src/config-regions.js';
import { RecordError } from '../../src/core/errors.js';

const valid = {
  SLACK_BOT_TOKEN: 'xoxb-1-2-abc',
  SLACK_APP_TOKEN: 'xapp-1-A-2-abc',
  GENESYS_CLIENT_ID: '0b1c9c1e-1111-4222-8333-444455556666',
  GENESYS_CLIENT_SECRET: 'genesys-client-secret',
  CALL_ALERT_CHANNEL: 'C0ALERTS',
  RECORD_ALLOWED_USERS: 'U0ANNA',
};

function refusalOf(env: Record<string, string | undefined>): RecordError {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof RecordError) return error;
    throw error;
  }
  throw new Error('the settings were accepted');
}

/** The problems told, without the headline. */
const problemsOf = (env: Record<string, string | undefined>) => refusalOf(env).message.split('\n').slice(1);

describe('readConfig', () => {
  it('needs six settings and takes the rest from the defaults', () => {
    expect(readConfig(valid)).toEqual({
      slack: {
        botToken: 'xoxb-1-2-abc',
        mode: { kind: 'socket', appToken: 'xapp-1-A-2-abc' },
        apiUrl: 'https://slack.com/api/',
      },
      genesys: {
        baseUrl: 'https://api.mypurecloud.com',
        clientId: '0b1c9c1e-1111-4222-8333-444455556666',
        clientSecret: 'genesys-client-secret',
        recordingApi: 'recording-jobs',
        queueIds: [],
      },
      callAlerts: { source: 'poll', channelId: 'C0ALERTS', pollMs: 10_000 },
      access: { users: ['U0ANNA'], userGroups: [], channels: [], anybody: false },
      limits: { recordMaxMs: 14_400_000, pauseMaxMs: 600_000, reconcileMs: 30_000 },
      storage: { dataDir: './data' },
      http: { port: 3000, host: '127.0.0.1' },
      logLevel: 'info',
    });
  });

  it('takes every setting, in minutes and seconds as they are named, trimmed and normalised', () => {
    const { SLACK_APP_TOKEN: _, ...withoutAppToken } = valid;
    const config = readConfig({
      ...withoutAppToken,
      SLACK_SIGNING_SECRET: ' 8f742231b10e8888abcd99yyyzzz85a5 ',
      SLACK_API_URL: 'http://127.0.0.1:4010/api',
      GENESYS_REGION: 'EU-central-1',
      GENESYS_BASE_URL: 'https://api.mypurecloud.de//',
      GENESYS_LOGIN_URL: 'https://login.mypurecloud.de/',
      GENESYS_RECORDING_API: 'Conversations',
      GENESYS_QUEUE_IDS: '0B1C9C1E-1111-4222-8333-444455556666, 0b1c9c1e-1111-4222-8333-444455556667',
      CALL_ALERTS: 'POLL',
      CALL_ALERT_CHANNEL: ' G0ALERTS\n',
      CALL_ALERT_POLL_SECONDS: '3',
      RECORD_ALLOWED_USERS: 'U0ANNA, W0BEN,,U0ANNA,',
      RECORD_ALLOWED_USERGROUPS: 'S0LEADS',
      RECORD_ALLOWED_CHANNELS: 'C0FLOOR,*,G0ROOM,D0DIRECT',
      RECORD_MAX_MINUTES: '1',
      PAUSE_MAX_MINUTES: '2',
      DATABASE_URL: 'postgresql://bot:p%40ss@db:5432/recordings',
      DATA_DIR: '/var/lib/bot',
      PORT: '0',
      HOST: '::1',
      LOG_LEVEL: 'Warn',
    });
    expect(config).toEqual({
      slack: {
        botToken: 'xoxb-1-2-abc',
        mode: { kind: 'http', signingSecret: '8f742231b10e8888abcd99yyyzzz85a5' },
        apiUrl: 'http://127.0.0.1:4010/api/',
      },
      genesys: {
        baseUrl: 'https://api.mypurecloud.de',
        loginUrl: 'https://login.mypurecloud.de',
        clientId: valid.GENESYS_CLIENT_ID,
        clientSecret: valid.GENESYS_CLIENT_SECRET,
        recordingApi: 'conversations',
        queueIds: ['0B1C9C1E-1111-4222-8333-444455556666', '0b1c9c1e-1111-4222-8333-444455556667'],
      },
      callAlerts: { source: 'poll', channelId: 'G0ALERTS', pollMs: 3_000 },
      access: {
        users: ['U0ANNA', 'W0BEN'],
        userGroups: ['S0LEADS'],
        channels: ['C0FLOOR', 'G0ROOM', 'D0DIRECT'],
        anybody: true,
      },
      limits: { recordMaxMs: 60_000, pauseMaxMs: 120_000, reconcileMs: 30_000 },
      storage: { databaseUrl: 'postgresql://bot:p%40ss@db:5432/recordings', dataDir: '/var/lib/bot' },
      http: { port: 0, host: '::1' },
      logLevel: 'warn',
    });
  });

  it('listens for Slack on all addresses in HTTP mode', () => {
    const config = readConfig({ ...valid, SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: 'abc' });
    expect(config.http.host).toBe('0.0.0.0');
  });

  it('prefers Socket Mode when both an app token and a signing secret are set', () => {
    expect(readConfig({ ...valid, SLACK_SIGNING_SECRET: 'abc' }).slack.mode.kind).toBe('socket');
  });

  it.each([
    ['us_east_1', 'mypurecloud.com'],
    ['us_east_2', 'use2.us-gov-pure.cloud'],
    ['us_west_2', 'usw2.pure.cloud'],
    ['ca_central_1', 'cac1.pure.cloud'],
    ['sa_east_1', 'sae1.pure.cloud'],
    ['mx_central_1', 'mxc1.pure.cloud'],
    ['eu_west_1', 'mypurecloud.ie'],
    ['eu_west_2', 'euw2.pure.cloud'],
    ['eu_central_1', 'mypurecloud.de'],
    ['eu_central_2', 'euc2.pure.cloud'],
    ['eusc_de_east_1', 'edee1.eusc-pure.cloud'],
    ['me_central_1', 'mec1.pure.cloud'],
    ['ap_south_1', 'aps1.pure.cloud'],
    ['ap_southeast_1', 'apse1.pure.cloud'],
    ['ap_southeast_2', 'mypurecloud.com.au'],
    ['ap_northeast_1', 'mypurecloud.jp'],
    ['ap_northeast_2', 'apne2.pure.cloud'],
    ['ap_northeast_3', 'apne3.pure.cloud'],
  ])('knows the region %s by its name, in hyphens and upper case too', (region, domain) => {
    for (const name of [region, region.replaceAll('_', '-').toUpperCase()]) {
      expect(readConfig({ ...valid, GENESYS_REGION: name }).genesys.baseUrl).toBe(`https://api.${domain}`);
    }
  });

  it('knows eighteen regions', () => expect(regionNames).toHaveLength(18));

  it('needs no alert channel when call alerts are off', () => {
    const config = readConfig({ ...valid, CALL_ALERTS: 'off', CALL_ALERT_CHANNEL: undefined });
    expect(config.callAlerts).toEqual({ source: 'off' });
  });

  it('takes a secret with the webhook, and only there', () => {
    const secret = 'sixteen-letters!';
    const webhook = readConfig({ ...valid, CALL_ALERTS: 'webhook', CALL_ALERT_WEBHOOK_SECRET: secret });
    expect(webhook.callAlerts).toEqual({ source: 'webhook', channelId: 'C0ALERTS', secret });
    const other = readConfig({ ...valid, CALL_ALERTS: 'notifications', CALL_ALERT_WEBHOOK_SECRET: secret });
    expect(other.callAlerts).toEqual({ source: 'notifications', channelId: 'C0ALERTS' });
  });

  it.each([
    { RECORD_ALLOWED_USERGROUPS: 'S0LEADS' },
    { RECORD_ALLOWED_CHANNELS: 'C0FLOOR' },
    { RECORD_ALLOWED_CHANNELS: '*' },
  ])('is content when somebody may act by %o alone', (allowed) => {
    expect(() => readConfig({ ...valid, RECORD_ALLOWED_USERS: '', ...allowed })).not.toThrow();
  });
});

describe('readConfig with wrong settings', () => {
  it('tells everything that is missing at once, one line each, with what each accepts', () => {
    const error = refusalOf({});
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.cure).toContain('.env.example');
    expect(error.message.split('\n')).toEqual([
      'These settings are missing or wrong:',
      'SLACK_BOT_TOKEN is not set: it takes a token that begins with xoxb-.',
      'SLACK_APP_TOKEN is not set, nor is SLACK_SIGNING_SECRET (one of them is required): it takes a token that begins with xapp-.',
      'GENESYS_CLIENT_ID is not set: it takes the Client ID from Admin > Integrations > OAuth, without spaces.',
      'GENESYS_CLIENT_SECRET is not set: it takes the Client Secret from Admin > Integrations > OAuth, without spaces.',
      'CALL_ALERT_CHANNEL is not set: it takes a channel’s id (not its name), C… or G…; or set CALL_ALERTS=off.',
      'RECORD_ALLOWED_USERS is not set, nor are RECORD_ALLOWED_USERGROUPS and RECORD_ALLOWED_CHANNELS (somebody must be allowed to act): it takes user ids (U… or W…) separated by commas.',
    ]);
  });

  it('counts blanks as not set', () => {
    const blanks = Object.fromEntries(Object.keys(valid).map((name) => [name, ' \t']));
    expect(problemsOf(blanks)).toEqual(problemsOf({}));
  });

  it('tells everything that is wrong at once, and no value', () => {
    const wrong = {
      SLACK_BOT_TOKEN: 'xapp-wrong1',
      SLACK_APP_TOKEN: 'xoxb-wrong2',
      SLACK_SIGNING_SECRET: 'wrong 3',
      SLACK_API_URL: 'wrong4',
      GENESYS_CLIENT_ID: 'wrong 5',
      GENESYS_CLIENT_SECRET: 'wrong 6',
      GENESYS_REGION: 'wrong25',
      GENESYS_BASE_URL: 'wrong7',
      GENESYS_LOGIN_URL: 'wrong8',
      GENESYS_RECORDING_API: 'wrong9',
      GENESYS_QUEUE_IDS: 'wrong10',
      CALL_ALERTS: 'wrong11',
      CALL_ALERT_CHANNEL: '#wrong12',
      CALL_ALERT_POLL_SECONDS: 'wrong13',
      CALL_ALERT_WEBHOOK_SECRET: 'wrong 14',
      RECORD_ALLOWED_USERS: 'wrong15',
      RECORD_ALLOWED_USERGROUPS: 'wrong16',
      RECORD_ALLOWED_CHANNELS: 'wrong17',
      RECORD_MAX_MINUTES: 'wrong18',
      PAUSE_MAX_MINUTES: 'wrong19',
      DATABASE_URL: 'wrong20',
      DATA_DIR: 'wrong\0',
      PORT: 'wrong21',
      HOST: 'wrong 22',
      LOG_LEVEL: 'wrong23',
    };
    const problems = problemsOf(wrong);
    expect(problems.map((problem) => problem.split(' ')[0]).sort()).toEqual(Object.keys(wrong).sort());
    expect(problems.join('\n')).not.toMatch(/wrong/);
  });

  it('takes no webhook without a secret, nor with one that could be guessed', () => {
    const accepts = 'it takes at least 16 letters, digits and signs, without spaces.';
    expect(problemsOf({ ...valid, CALL_ALERTS: 'webhook' })).toEqual([
      `CALL_ALERT_WEBHOOK_SECRET is not set: ${accepts}`,
    ]);
    for (const source of ['webhook', 'poll']) {
      const env = { ...valid, CALL_ALERTS: source, CALL_ALERT_WEBHOOK_SECRET: 'fifteen-letters' };
      expect(problemsOf(env)).toEqual([`CALL_ALERT_WEBHOOK_SECRET is not valid: ${accepts}`]);
    }
  });

  it.each([
    ['SLACK_API_URL', 'http://slack.com/api/'],
    ['GENESYS_BASE_URL', 'http://api.mypurecloud.com'],
    ['GENESYS_LOGIN_URL', 'http://login.mypurecloud.com'],
    ['GENESYS_BASE_URL', 'http://127.0.0.1.example.com'],
    ['GENESYS_BASE_URL', 'http://localhost.example.com'],
    ['GENESYS_BASE_URL', 'ftp://api.mypurecloud.com'],
    ['GENESYS_BASE_URL', 'https://user:pass@api.mypurecloud.com'],
    ['GENESYS_BASE_URL', 'https://api.mypurecloud.com?x=1'],
    ['GENESYS_BASE_URL', 'https://api.mypurecloud.com#x'],
    ['GENESYS_BASE_URL', 'api.mypurecloud.com'],
    ['GENESYS_BASE_URL', 'https:api.mypurecloud.com'],
  ])('sends no secret to %s=%s', (name, value) => {
    expect(problemsOf({ ...valid, [name]: value })).toHaveLength(1);
  });

  it.each([
    'http://localhost:8080',
    'http://127.0.0.1:1',
    'http://[::1]:8080',
    'https://gateway.example.com/genesys',
  ])('takes %s as an API root', (url) => {
    expect(readConfig({ ...valid, GENESYS_BASE_URL: url }).genesys.baseUrl).toBe(url);
  });

  it.each(['https://apps.mypurecloud.de', 'https://login.usw2.pure.cloud/'])(
    'says that %s is not the API root',
    (url) => {
      expect(problemsOf({ ...valid, GENESYS_BASE_URL: url })[0]).toContain('where https://api. is meant');
    },
  );

  it('says that an address and a region are not of the same', () => {
    const both = { ...valid, GENESYS_REGION: 'eu_central_1' };
    expect(problemsOf({ ...both, GENESYS_BASE_URL: 'https://api.mypurecloud.com' })).toEqual([
      expect.stringContaining('GENESYS_BASE_URL names another host than GENESYS_REGION does'),
    ]);
    expect(() => readConfig({ ...both, GENESYS_BASE_URL: 'https://API.mypurecloud.de' })).not.toThrow();
  });

  it.each(['mars_1', '__proto__', 'mypurecloud.de', 'eu central 1'])(
    'answers the unknown region %s with all that there are',
    (region) => {
      const [problem] = problemsOf({ ...valid, GENESYS_REGION: region });
      expect(problem).toContain('GENESYS_REGION is not valid');
      for (const name of regionNames) expect(problem).toContain(name);
    },
  );

  it.each([
    ['CALL_ALERT_POLL_SECONDS', 1, 3600],
    ['RECORD_MAX_MINUTES', 1, 1440],
    ['PAUSE_MAX_MINUTES', 1, 240],
    ['RECONCILE_SECONDS', 3, 3600],
    ['PORT', 0, 65_535],
  ])('takes %s from %i to %i, in digits, and says so', (name, least, most) => {
    for (const value of [least, most]) {
      expect(() => readConfig({ ...valid, [name]: String(value) })).not.toThrow();
    }
    const wrong = [least - 1, most + 1, least + 0.5, '1e1', '0x10', '+5', '９', '99999999999999999999'];
    for (const value of wrong) {
      expect(problemsOf({ ...valid, [name]: String(value) })).toEqual([
        `${name} is not valid: it takes a whole number from ${least} to ${most}.`,
      ]);
    }
  });

  it('has no other settings that are numbers', () => {
    const numbers = settings.filter(({ accepts }) => accepts.startsWith('a whole number'));
    expect(numbers.map(({ name }) => name).sort()).toEqual([
      'CALL_ALERT_POLL_SECONDS',
      'PAUSE_MAX_MINUTES',
      'PORT',
      'RECONCILE_SECONDS',
      'RECORD_MAX_MINUTES',
    ]);
  });

  it.each(['%C3%A4', '100%25', 'a%b', '%', '%zz'])('takes %s in the password of the database', (password) => {
    const databaseUrl = `postgres://bot:${password}@db/x`;
    expect(readConfig({ ...valid, DATABASE_URL: databaseUrl }).storage.databaseUrl).toBe(databaseUrl);
  });

  it('says which entry of a list is wrong', () => {
    expect(problemsOf({ ...valid, RECORD_ALLOWED_USERS: 'U0ANNA,Ben,U0EVE,@eve' })).toEqual([
      'RECORD_ALLOWED_USERS is not valid at entry 2: it takes user ids (U… or W…) separated by commas.',
      'RECORD_ALLOWED_USERS is not valid at entry 4: it takes user ids (U… or W…) separated by commas.',
    ]);
  });

  it.each([
    ['DATABASE_URL', 'mysql://bot@db/x'],
    ['DATABASE_URL', 'postgres://bot:secret@:notaport/x'],
    // Latin-1: the driver takes UTF-8.
    ['DATABASE_URL', 'postgres://bot:secr%E4t@db/x'],
    ['DATABASE_URL', 'postgres://b%F6t:secret@db/x'],
    ['DATABASE_URL', 'postgres://bot:secret@db/%FF'],
    ['CALL_ALERT_CHANNEL', 'U0ANNA'],
    ['CALL_ALERT_CHANNEL', 'c0alerts'],
    ['RECORD_ALLOWED_USERGROUPS', 'U0ANNA'],
    ['RECORD_ALLOWED_USERS', '*'],
    ['SLACK_BOT_TOKEN', 'xoxb-'],
    ['SLACK_BOT_TOKEN', 'xoxb-a\r\nx-header: b'],
    ['HOST', '[::1]'],
    ['HOST', `${'a.'.repeat(127)}a`],
  ])('refuses %s=%j', (name, value) => {
    expect(problemsOf({ ...valid, [name]: value })).toHaveLength(1);
  });
});
