import { webApi } from '@slack/bolt';
import fetch from 'node-fetch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlackClients, toSlackLogger } from '../../src/slack/clients.js';
import { createSlackSimulator } from '../simulators/slack/simulator.js';
import type { SlackSimulator } from '../simulators/slack/types.js';
import { createLogRecorder } from '../support/slack-bed.js';

let slack: SlackSimulator;
beforeEach(async () => {
  slack = await createSlackSimulator();
});
afterEach(() => slack.close());

const open = () => {
  const logger = createLogRecorder();
  return { logger, ...createSlackClients({ botToken: slack.botToken, apiUrl: slack.apiUrl, fetch, logger }) };
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
