import { webApi } from '@slack/bolt';
import fetch from 'node-fetch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlackClients, toSlackLogger } from '../../src/slack/clients.js';
import { createSlackSimulator } from '../simulators/slack/simulator.js';
import type { SlackFault, SlackSimulator } from '../simulators/slack/types.js';
import { createManualClock } from '../support/genesys-bed.js';
import { createLogRecorder, until } from '../support/slack-bed.js';

let slack: SlackSimulator;
beforeEach(async () => {
  slack = await createSlackSimulator();
});
afterEach(() => slack.close());

const open = () => {
  const logger = createLogRecorder();
  const clock = createManualClock();
  const { botToken, apiUrl } = slack;
  return { logger, clock, ...createSlackClients({ botToken, apiUrl, fetch, clock, logger }) };
};

describe.each(['interactive', 'background'] as const)('the %s client', (name) => {
  it.each([
    ['a 500', { kind: 'status', status: 500 }, webApi.WebAPIHTTPError],
    ['a lost connection', { kind: 'cut-after' }, webApi.WebAPIRequestError],
    ['a rate limit', { kind: 'ratelimited', retryAfter: 30 }, webApi.WebAPIRateLimitedError],
  ] as const)('sends a post once, and says so at once after %s', async (_, fault, type) => {
    const { id: channel } = slack.addChannel({ name: 'ops' });
    slack.inject({ method: 'chat.postMessage', fault });
    await expect(open()[name].chat.postMessage({ channel, text: 'x' })).rejects.toBeInstanceOf(type);
    expect(slack.count('chat.postMessage')).toBe(1);
  });

  it('never sends its token to another address', async () => {
    const { [name]: client } = open();
    await expect(client.apiCall(`${slack.url}/elsewhere`)).rejects.toThrow();
    expect(slack.count('any')).toBe(1);
    expect(slack.journal).toMatchObject([{ kind: 'api', answer: { ok: false } }]);
  });
});

describe('a bot token that Slack refuses', () => {
  const post = ({ interactive }: ReturnType<typeof open>, channel = 'CNOWHERE') =>
    interactive.chat.postMessage({ channel, text: 'x' }).catch(() => undefined);

  it.each(['invalid_auth', 'token_revoked', 'account_inactive'])(
    'with %s, to whatever request, makes the bot unready, and says so once',
    async (code) => {
      const bed = open();
      expect(bed.notReady()).toEqual([]);
      slack.refuseToken('bot', code);
      await bed.background.usergroups.users.list({ usergroup: 'S1' }).catch(() => undefined);
      await post(bed);
      expect(bed.notReady()).toEqual([
        expect.stringContaining(`Slack: the bot token is refused (${code}). Install the app again`),
      ]);
      const errors = bed.logger.lines.filter(({ level }) => level === 'error');
      expect(errors).toMatchObject([{ fields: { code } }]);
      expect(JSON.stringify([bed.notReady(), bed.logger.lines])).not.toContain(slack.botToken);
    },
  );

  it('is taken again as soon as any request gets through, if only to be told that there is no such channel', async () => {
    const bed = open();
    slack.refuseToken('bot', 'token_revoked');
    await post(bed);
    slack.refuseToken('bot', null);
    await post(bed);
    expect(bed.notReady()).toEqual([]);
    expect(bed.logger.lines.map(({ message }) => message)).toContain('Slack takes the bot token again');
  });

  it('is asked about by the bot itself, which may have nothing to send: every five seconds at most', async () => {
    const bed = open();
    slack.refuseToken('bot', 'token_revoked');
    await post(bed);
    for (let probe = 0; probe < 5; probe += 1) expect(bed.notReady()).toHaveLength(1);
    await until(() => expect(slack.count('auth.test')).toBe(1));
    await bed.clock.advance(4_999);
    expect(bed.notReady()).toHaveLength(1);
    expect(slack.count('auth.test')).toBe(1);
    slack.refuseToken('bot', null);
    await bed.clock.advance(1);
    expect(bed.notReady()).toHaveLength(1);
    await until(() => expect(bed.notReady()).toEqual([]));
    expect(slack.count('auth.test')).toBe(2);
  });

  it.each<[string, SlackFault]>([
    ['a 500', { kind: 'status', status: 500 }],
    ['a rate limit', { kind: 'ratelimited', retryAfter: 1 }],
    ['a lost connection', { kind: 'cut-before' }],
    ['a Slack that is ill', { kind: 'error', code: 'internal_error' }],
  ])('is told from %s, which changes nothing', async (_, fault) => {
    const bed = open();
    slack.inject({ method: 'chat.postMessage', fault });
    await post(bed);
    expect(bed.notReady()).toEqual([]);
    slack.refuseToken('bot', 'token_revoked');
    await post(bed);
    slack.refuseToken('bot', null);
    slack.inject({ method: 'chat.postMessage', fault });
    await post(bed);
    expect(bed.notReady()).toHaveLength(1);
  });

  it('is told from one that lacks a scope, or a channel', async () => {
    const bed = open();
    slack.setScopes(['commands', 'chat:write']);
    await bed.interactive.usergroups.users.list({ usergroup: 'S1' }).catch(() => undefined);
    await post(bed);
    expect(bed.notReady()).toEqual([]);
  });
});

describe('Bolt’s log', () => {
  it('comes through ours, without what is meant for debugging', () => {
    const logger = createLogRecorder();
    const log = toSlackLogger(logger);
    const error = new Error('no');
    log.debug('whole payloads');
    log.info('connected', 2);
    log.warn('slow');
    log.error(error);
    log.setLevel(log.getLevel());
    log.setName('bolt');
    expect(logger.lines).toEqual([
      { level: 'info', fields: { source: 'bolt' }, message: 'connected 2' },
      { level: 'warn', fields: { source: 'bolt' }, message: 'slow' },
      { level: 'error', fields: { source: 'bolt', err: error }, message: 'Slack client' },
    ]);
  });
});
