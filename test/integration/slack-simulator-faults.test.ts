import { webApi } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startAckingApp } from '../simulators/slack/acking-app.js';
import { createManualClock, type ManualClock } from '../simulators/slack/manual-clock.js';
import { createSlackSimulator } from '../simulators/slack/simulator.js';
import type { SlackFault, SlackSimulator } from '../simulators/slack/types.js';

let slack: SlackSimulator;
let clock: ManualClock;

const post = (init: RequestInit = {}, text = 'x') =>
  fetch(`${slack.apiUrl}chat.postMessage`, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.botToken}` },
    body: new URLSearchParams({ channel: 'C1', text }),
    ...init,
  });

const inject = (fault: SlackFault, method = 'chat.postMessage', times: number | 'until-cleared' = 1) =>
  slack.inject({ method, fault, times });

beforeEach(async () => {
  clock = createManualClock(Date.now());
  slack = await createSlackSimulator({ clock });
  slack.addUser({ id: 'U1', name: 'ada' });
  slack.addChannel({ id: 'C1', name: 'supervisors', members: ['U1'] });
});

afterEach(async () => {
  await slack.close();
});

describe('faults', () => {
  it('answers a status that is not Slack’s', async () => {
    inject({ kind: 'status', status: 503 });
    const response = await post();
    expect(response.status).toBe(503);
    expect(await response.text()).toBe('Simulated failure');
    expect(slack.messages('C1')).toEqual([]);
    expect((await post()).status).toBe(200);
  });

  it('answers 429 with Retry-After on any method', async () => {
    inject({ kind: 'ratelimited', retryAfter: 17 }, 'any');
    const response = await fetch(`${slack.apiUrl}auth.test`, { method: 'POST' });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '17']);
  });

  it('answers an error of Slack’s', async () => {
    inject({ kind: 'error', code: 'fatal_error' });
    expect(await (await post()).json()).toEqual({ ok: false, error: 'fatal_error' });
    expect(slack.messages('C1')).toEqual([]);
  });

  it('is slow, by its own clock', async () => {
    inject({ kind: 'slow', ms: 5_000 });
    const answering = post();
    await expect.poll(() => slack.count('chat.postMessage')).toBe(1);
    expect(slack.messages('C1')).toEqual([]);
    clock.advance(5_000);
    expect((await answering).status).toBe(200);
    expect(slack.messages('C1')).toHaveLength(1);
  });

  it('cuts the connection before it has done anything', async () => {
    inject({ kind: 'cut-before' });
    await expect(post()).rejects.toThrow('fetch failed');
    expect(slack.messages('C1')).toEqual([]);
  });

  it('cuts the connection after it has posted', async () => {
    inject({ kind: 'cut-after' });
    await expect(post()).rejects.toThrow('fetch failed');
    expect(slack.messages('C1')).toHaveLength(1);
  });

  it('answers with something that is not JSON, after it has posted', async () => {
    inject({ kind: 'garbage' });
    await expect((await post()).json()).rejects.toThrow('not valid JSON');
    expect(slack.messages('C1')).toHaveLength(1);
  });

  it('never answers', async () => {
    inject({ kind: 'hang' });
    const giveUp = new AbortController();
    const hanging = post({ signal: giveUp.signal });
    await expect.poll(() => slack.journal.at(-1)).toMatchObject({ fault: 'hang', status: null });
    giveUp.abort();
    await expect(hanging).rejects.toThrow('aborted');
    expect(slack.messages('C1')).toEqual([]);
  });

  it('hits a response_url, too', async () => {
    const app = await startAckingApp(slack);
    await slack.command({ userId: 'U1', channelId: 'C1', text: '' });
    inject({ kind: 'status', status: 500 }, 'response_url');
    const respond = () => fetch(app.lastResponseUrl(), { method: 'POST', body: '{"text":"x"}' });
    expect((await respond()).status).toBe(500);
    expect((await respond()).status).toBe(200);
    await app.close();
  });

  it('hits apps.connections.open', async () => {
    inject({ kind: 'status', status: 500 }, 'apps.connections.open');
    const client = new webApi.WebClient(slack.appToken, {
      slackApiUrl: slack.apiUrl,
      retryConfig: { retries: 0 },
      logLevel: webApi.LogLevel.ERROR,
    });
    await expect(client.apps.connections.open()).rejects.toMatchObject({ statusCode: 500 });
    expect((await client.apps.connections.open()).ok).toBe(true);
  });

  it('hits as many requests as it should, in the order of injection, until taken back', async () => {
    inject({ kind: 'status', status: 500 }, 'chat.postMessage', 2);
    const takeBack = inject({ kind: 'status', status: 502 }, 'chat.postMessage', 'until-cleared');
    const statuses = async (count: number) => {
      const seen: number[] = [];
      for (let n = 0; n < count; n += 1) seen.push((await post()).status);
      return seen;
    };
    expect(await statuses(4)).toEqual([500, 500, 502, 502]);
    takeBack();
    expect(await statuses(1)).toEqual([200]);
    inject({ kind: 'status', status: 502 }, 'any', 'until-cleared');
    expect(await statuses(1)).toEqual([502]);
    slack.clearFaults();
    expect(await statuses(1)).toEqual([200]);
  });
});

describe('inspection', () => {
  it('journals what was asked and answered, without tokens', async () => {
    await post();
    expect(slack.journal.at(-1)).toMatchObject({
      kind: 'api',
      method: 'chat.postMessage',
      at: clock.now(),
      args: { channel: 'C1', text: 'x' },
      token: 'bot',
      status: 200,
      answer: { ok: true, channel: 'C1' },
      fault: null,
    });
    await fetch(`${slack.apiUrl}auth.test?token=${slack.appToken}`);
    await fetch(`${slack.apiUrl}apps.connections.open?token=${slack.appToken}`);
    const written = JSON.stringify(slack.journal);
    for (const secret of [slack.botToken, slack.appToken, 'ticket=']) expect(written).not.toContain(secret);
  });

  it('shows the whole workspace as plain JSON, without secrets', async () => {
    const app = await startAckingApp(slack);
    slack.addUserGroup({ id: 'S1', members: ['U1'] });
    await post();
    await slack.command({ userId: 'U1', channelId: 'C1', text: '' });
    const shown = slack.snapshot();
    expect(JSON.parse(JSON.stringify(shown))).toEqual(shown);
    expect(shown).toMatchObject({
      users: [{ id: slack.botUserId, bot: true }, { id: 'U1' }],
      channels: [{ id: 'C1', botIn: true }],
      messages: [{ text: 'x' }],
      userGroups: [{ id: 'S1' }],
    });
    const secrets = [
      slack.botToken,
      slack.appToken,
      slack.signingSecret,
      new URL(app.lastResponseUrl()).pathname,
    ];
    for (const secret of secrets) expect(JSON.stringify(shown)).not.toContain(secret);
    await app.close();
  });

  it('tells of every change, with a version that only grows', async () => {
    const versions: number[] = [];
    const stop = slack.onChange((version) => versions.push(version));
    await post();
    slack.post({ userId: 'U1', channelId: 'C1', text: 'hello' });
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(versions.at(-1)).toBe(slack.version);
    expect(versions.length).toBeGreaterThan(1);
    const before = slack.version;
    slack.reset();
    expect(slack.version).toBeGreaterThan(before);
    stop();
    const count = versions.length;
    slack.addUser({ name: 'kim' });
    expect(versions).toHaveLength(count);
  });

  it('begins anew', async () => {
    inject({ kind: 'status', status: 500 }, 'any', 'until-cleared');
    slack.setScopes([]);
    await post();
    slack.reset();
    expect(slack.snapshot()).toMatchObject({
      users: [{ bot: true }],
      channels: [],
      messages: [],
      violations: [],
    });
    expect(slack.journal).toEqual([]);
    slack.addChannel({ id: 'C1', name: 'supervisors' });
    expect((await post()).status).toBe(200);
  });

  it('ends at once, with sockets and requests open', async () => {
    inject({ kind: 'hang' });
    const hanging = post();
    const answer = await fetch(`${slack.apiUrl}apps.connections.open?token=${slack.appToken}`);
    const { url } = (await answer.json()) as { url: string };
    const socket = new WebSocket(url);
    await new Promise((greeted) => socket.once('message', greeted));
    const closed = new Promise((done) => socket.once('close', done));
    const waiting = slack.command({ userId: 'U1', channelId: 'C1', text: '' });
    const hung = expect(hanging).rejects.toThrow('fetch failed');
    await expect.poll(() => slack.count('chat.postMessage')).toBe(1);
    await slack.close();
    await closed;
    await hung;
    expect(await waiting).toMatchObject({ acked: false, error: 'dispatch_failed' });
    await expect(post()).rejects.toThrow('fetch failed');
    await slack.close();
  });

  it('refuses a world that makes no sense', () => {
    expect(() => slack.addUser({ id: 'U1', name: 'again' })).toThrow('There is a user U1 already.');
    expect(() => slack.addChannel({ id: 'C1', name: 'again' })).toThrow('There is a channel C1 already.');
    expect(() => slack.addChannel({ name: 'new', members: ['U9'] })).toThrow('There is no user U9.');
    expect(() => slack.invite('C9')).toThrow('There is no channel C9.');
    slack.archive('C1');
    expect(() => slack.post({ userId: 'U1', channelId: 'C1', text: 'x' })).toThrow('archived');
  });
});
