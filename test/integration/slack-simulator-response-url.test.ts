import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAckingApp } from '../simulators/slack/acking-app.js';
import { createManualClock, type ManualClock } from '../simulators/slack/manual-clock.js';
import { createSlackSimulator } from '../simulators/slack/simulator.js';
import type { SlackSimulator } from '../simulators/slack/types.js';

let slack: SlackSimulator;
let clock: ManualClock;
let app: Awaited<ReturnType<typeof startAckingApp>>;

async function respond(url: string, body: unknown): Promise<{ status: number; answer: unknown }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, answer: await response.json() };
}

const button = { type: 'button', action_id: 'stop', text: { type: 'plain_text', text: 'Stop' } };
const blocks = [{ type: 'actions', block_id: 'b', elements: [button] }];

/** A command’s `response_url`. */
async function commandUrl(channelId = 'C1'): Promise<string> {
  await slack.command({ userId: 'U1', channelId, text: '' });
  return app.lastResponseUrl();
}

async function clickUrl(messageTs: string, channelId = 'C1'): Promise<string> {
  await slack.click({ userId: 'U1', channelId, messageTs, actionId: 'stop' });
  return app.lastResponseUrl();
}

beforeEach(async () => {
  clock = createManualClock(Date.now());
  slack = await createSlackSimulator({ clock });
  slack.addUser({ id: 'U1', name: 'ada' });
  slack.addChannel({ id: 'C1', name: 'supervisors', members: ['U1'] });
  slack.addChannel({ id: 'C2', name: 'quality', members: ['U1'], botIn: false });
  app = await startAckingApp(slack);
});

afterEach(async () => {
  await slack.close();
  await app.close();
});

describe('answers to a command', () => {
  it('is shown to the asker alone unless it says in_channel', async () => {
    const url = await commandUrl();
    expect(await respond(url, { text: 'only you' })).toEqual({ status: 200, answer: { ok: true } });
    expect(slack.ephemerals('U1', 'C1')).toMatchObject([{ text: 'only you' }]);
    expect(slack.messages('C1')).toEqual([]);
    await respond(url, { text: 'all of you', response_type: 'in_channel' });
    expect(slack.messages('C1')).toMatchObject([
      { text: 'all of you', source: 'response_url', fromBot: true },
    ]);
  });

  it('reaches a channel that the bot is not in', async () => {
    await respond(await commandUrl('C2'), { text: 'a card', blocks, response_type: 'in_channel' });
    expect(slack.messages('C2')).toMatchObject([{ text: 'a card', blocks }]);
  });

  it('can be used five times', async () => {
    const url = await commandUrl();
    for (let n = 1; n <= 5; n += 1)
      expect(await respond(url, { text: `${n}` })).toMatchObject({ status: 200 });
    expect(await respond(url, { text: '6' })).toEqual({
      status: 404,
      answer: { ok: false, error: 'used_url' },
    });
    expect(slack.ephemerals('U1', 'C1')).toHaveLength(5);
  });

  it('can be used for thirty minutes', async () => {
    const url = await commandUrl();
    clock.advance(30 * 60_000);
    expect(await respond(url, { text: 'x' })).toMatchObject({ status: 200 });
    clock.advance(1);
    expect(await respond(url, { text: 'y' })).toEqual({
      status: 404,
      answer: { ok: false, error: 'expired_url' },
    });
  });

  it.each([
    ['nothing to say', {}, 'no_text'],
    ['wrong blocks', { text: 'x', blocks: [{ type: 'banner' }] }, 'invalid_blocks'],
    ['too much text', { text: 'x'.repeat(40_001) }, 'msg_too_long'],
    ['no JSON', 'text=x', 'invalid_payload'],
  ])('refuses %s, which costs no use', async (_name, body, error) => {
    const url = await commandUrl();
    expect(await respond(url, body)).toEqual({ status: 400, answer: { ok: false, error } });
    for (let n = 1; n <= 5; n += 1) expect(await respond(url, { text: 'x' })).toMatchObject({ status: 200 });
  });

  it('refuses an address it never gave out', async () => {
    expect(await respond(`${await commandUrl()}x`, { text: 'x' })).toMatchObject({ status: 404 });
  });

  it('cannot replace anything', async () => {
    const url = await commandUrl();
    await respond(url, { text: 'one' });
    await respond(url, { text: 'two', replace_original: true });
    expect(slack.ephemerals('U1', 'C1').map((one) => one.text)).toEqual(['one', 'two']);
  });
});

describe('answers to a click', () => {
  async function postedCard(channelId: string): Promise<string> {
    await respond(await commandUrl(channelId), { text: 'card', blocks, response_type: 'in_channel' });
    return slack.messages(channelId)[0]?.ts ?? '';
  }

  it('replaces the message, also where the bot is not in the channel', async () => {
    const ts = await postedCard('C2');
    await respond(await clickUrl(ts, 'C2'), { text: 'stopped', replace_original: true });
    expect(slack.messages('C2')).toMatchObject([{ ts, text: 'stopped', blocks: [], editedAt: clock.now() }]);
    expect(slack.message('C2', ts)?.versions.map((one) => one.text)).toEqual(['card', 'stopped']);
  });

  it('replaces it unless told otherwise', async () => {
    const ts = await postedCard('C1');
    const url = await clickUrl(ts);
    await respond(url, { text: 'beside it', replace_original: false });
    expect(slack.ephemerals('U1', 'C1')).toMatchObject([{ text: 'beside it' }]);
    expect(slack.message('C1', ts)).toMatchObject({ text: 'card' });
    await respond(url, { text: 'instead of it' });
    expect(slack.message('C1', ts)).toMatchObject({ text: 'instead of it' });
  });

  it('deletes it', async () => {
    const ts = await postedCard('C1');
    await respond(await clickUrl(ts), { delete_original: true });
    expect(slack.messages('C1')).toEqual([]);
  });

  it('replaces and deletes ephemeral messages', async () => {
    await respond(await commandUrl(), { text: 'list', blocks });
    const [{ ts } = { ts: '' }] = slack.ephemerals('U1', 'C1');
    const url = await clickUrl(ts);
    await respond(url, { text: 'new list', blocks, replace_original: true });
    expect(slack.ephemerals('U1', 'C1')).toMatchObject([{ ts, text: 'new list' }]);
    await respond(url, { delete_original: true });
    expect(slack.ephemerals('U1', 'C1')).toEqual([]);
  });
});

it('journals every use without its address', async () => {
  const url = await commandUrl();
  await respond(url, { text: 'x' });
  const { deliveryId } = slack.journal.find((one) => one.kind === 'delivery') ?? {};
  expect(slack.journal.at(-1)).toMatchObject({
    kind: 'response_url',
    deliveryId,
    channelId: 'C1',
    userId: 'U1',
    body: { text: 'x' },
    status: 200,
  });
  expect(slack.count('response_url')).toBe(1);
  expect(JSON.stringify([slack.journal, slack.snapshot()])).not.toContain(new URL(url).pathname);
});
