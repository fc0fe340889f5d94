import { webApi } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../simulators/slack/manual-clock.js';
import { quietLogger } from '../simulators/slack/quiet-logger.js';
import { createSlackSimulator } from '../simulators/slack/simulator.js';
import type { SlackSimulator } from '../simulators/slack/types.js';

let slack: SlackSimulator;
let clock: ManualClock;
let client: webApi.WebClient;

const clientWith = (token: string | undefined) =>
  new webApi.WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: quietLogger,
  });

/** What Slack says to a call that it refuses. */
async function refusal(
  call: Promise<unknown>,
): Promise<{ error: string; needed?: string; provided?: string }> {
  const thrown: unknown = await call.then(
    () => new Error('It was not refused.'),
    (error: unknown) => error,
  );
  if (thrown instanceof webApi.WebAPIPlatformError) return thrown.data as { error: string };
  throw thrown;
}

beforeEach(async () => {
  clock = createManualClock();
  slack = await createSlackSimulator({ clock });
  client = clientWith(slack.botToken);
  slack.addUser({ id: 'U1', name: 'ada', realName: 'Ada Okafor' });
  slack.addChannel({ id: 'C1', name: 'supervisors', members: ['U1'] });
});

afterEach(async () => {
  await slack.close();
});

describe('tokens and scopes', () => {
  it('says who the bot is', async () => {
    expect(await client.auth.test()).toMatchObject({
      ok: true,
      user_id: slack.botUserId,
      bot_id: slack.botId,
      team_id: slack.team.id,
      response_metadata: { scopes: ['commands', 'chat:write', 'usergroups:read'] },
    });
  });

  it('refuses a wrong token, and none', async () => {
    expect(await refusal(clientWith('xoxb-wrong').auth.test())).toMatchObject({ error: 'invalid_auth' });
    expect(await refusal(clientWith(undefined).auth.test())).toMatchObject({ error: 'not_authed' });
  });

  it('refuses a token that was revoked', async () => {
    slack.refuseToken('bot', 'token_revoked');
    expect(await refusal(client.auth.test())).toMatchObject({ error: 'token_revoked' });
    slack.refuseToken('bot', null);
    expect((await client.auth.test()).ok).toBe(true);
  });

  it('gives sockets to the app token only, and posts to the bot token only', async () => {
    expect(await refusal(client.apps.connections.open())).toMatchObject({ error: 'not_allowed_token_type' });
    const app = clientWith(slack.appToken);
    expect((await app.apps.connections.open()).url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/link\/\?ticket=./);
    expect(await refusal(app.chat.postMessage({ channel: 'C1', text: 'x' }))).toMatchObject({
      error: 'not_allowed_token_type',
    });
  });

  it('names the scope that is missing and those that are there', async () => {
    slack.setScopes(['commands']);
    expect(await refusal(client.chat.postMessage({ channel: 'C1', text: 'x' }))).toMatchObject({
      error: 'missing_scope',
      needed: 'chat:write',
      provided: 'commands',
    });
    expect(await refusal(client.usergroups.users.list({ usergroup: 'S1' }))).toMatchObject({
      needed: 'usergroups:read',
    });
  });

  it.each([
    ['users.info', { user: 'U1' }, 'users:read'],
    ['conversations.info', { channel: 'C1' }, 'channels:read,groups:read'],
    ['conversations.history', { channel: 'C1' }, 'channels:history,groups:history'],
    ['conversations.replies', { channel: 'C1', ts: '1.2' }, 'channels:history,groups:history'],
  ])('does not let the default scopes call %s', async (method, args, needed) => {
    expect(await refusal(client.apiCall(method, args))).toMatchObject({ error: 'missing_scope', needed });
  });

  it('knows no other methods', async () => {
    expect(await refusal(client.apiCall('chat.shout'))).toMatchObject({ error: 'unknown_method' });
  });
});

describe('posting', () => {
  it('posts a message that is there for everybody, with its metadata', async () => {
    const metadata = { event_type: 'card', event_payload: { id: '1' } };
    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: '*Recording*' } }];
    const posted = await client.chat.postMessage({ channel: 'C1', text: 'Recording', blocks, metadata });
    expect(slack.messages('C1')).toMatchObject([
      { ts: posted.ts, text: 'Recording', metadata, source: 'api', fromBot: true, blocks },
    ]);
    expect(posted.message?.blocks?.[0]).toHaveProperty('block_id');
  });

  it('takes JSON as well as a form', async () => {
    const response = await fetch(`${slack.apiUrl}chat.postMessage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: 'C1', text: 'from JSON' }),
    });
    expect(await response.json()).toMatchObject({ ok: true, channel: 'C1' });
    expect(slack.messages('C1')).toMatchObject([{ text: 'from JSON' }]);
  });

  it('refuses channels it cannot post to, each in its own way', async () => {
    slack.addChannel({ id: 'C2', name: 'quality', botIn: false });
    slack.addChannel({ id: 'C3', name: 'board', private: true, botIn: false });
    slack.addChannel({ id: 'C4', name: 'old', archived: true });
    const post = (channel: string) => refusal(client.chat.postMessage({ channel, text: 'x' }));
    expect(await post('C9')).toMatchObject({ error: 'channel_not_found' });
    expect(await post('C2')).toMatchObject({ error: 'not_in_channel' });
    expect(await post('C3')).toMatchObject({ error: 'channel_not_found' });
    expect(await post('C4')).toMatchObject({ error: 'is_archived' });
    slack.invite('C2');
    expect((await client.chat.postMessage({ channel: 'C2', text: 'x' })).ok).toBe(true);
    slack.remove('C2');
    expect(await post('C2')).toMatchObject({ error: 'not_in_channel' });
  });

  it('lets a bot with chat:write.public post to any public channel', async () => {
    slack.addChannel({ id: 'C2', name: 'quality', botIn: false });
    slack.setScopes(['chat:write', 'chat:write.public']);
    expect((await client.chat.postMessage({ channel: 'C2', text: 'x' })).ok).toBe(true);
  });

  it.each([
    ['no text and no blocks', { text: '' }, 'no_text'],
    ['a text of 40,001 characters', { text: 'x'.repeat(40_001) }, 'msg_too_long'],
    ['a thread that is not there', { text: 'x', thread_ts: '1.000001' }, 'thread_not_found'],
    ['metadata without a payload', { text: 'x', metadata: { event_type: 'a' } }, 'invalid_metadata_schema'],
    ['blocks that are no array', { text: 'x', blocks: '{"type":"divider"}' }, 'invalid_blocks_format'],
    ['blocks that are no JSON', { text: 'x', blocks: '[' }, 'invalid_blocks_format'],
  ])('refuses %s', async (_name, args, error) => {
    expect(await refusal(client.apiCall('chat.postMessage', { channel: 'C1', ...args }))).toMatchObject({
      error,
    });
    expect(slack.messages('C1')).toEqual([]);
  });

  it('takes a text of 40,000 characters', async () => {
    expect((await client.chat.postMessage({ channel: 'C1', text: 'x'.repeat(40_000) })).ok).toBe(true);
  });

  it('says which block is wrong, and notes the mistake', async () => {
    const blocks = [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }];
    expect(await refusal(client.chat.postMessage({ channel: 'C1', text: 'x', blocks }))).toMatchObject({
      error: 'invalid_blocks',
      response_metadata: {
        messages: ['[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]'],
      },
    });
    expect(slack.violations).toHaveLength(1);
  });

  it('puts a reply under the first message of its thread', async () => {
    const parent = await client.chat.postMessage({ channel: 'C1', text: 'parent' });
    const first = await client.chat.postMessage({ channel: 'C1', text: 'a', thread_ts: parent.ts ?? '' });
    await client.chat.postMessage({ channel: 'C1', text: 'b', thread_ts: first.ts ?? '' });
    expect(slack.messages('C1').map((one) => one.threadTs)).toEqual([null, parent.ts, parent.ts]);
  });
});

describe('changing and deleting', () => {
  it('keeps every version of an edited message, and its blocks unless new ones are given', async () => {
    const blocks = [{ type: 'divider' }];
    const { ts = '' } = await client.chat.postMessage({ channel: 'C1', text: 'one', blocks });
    await client.chat.update({ channel: 'C1', ts, text: 'two' });
    expect(slack.message('C1', ts)).toMatchObject({ text: 'two', blocks });
    await client.chat.update({ channel: 'C1', ts, text: 'three', blocks: [] });
    expect(slack.message('C1', ts)).toMatchObject({ text: 'three', blocks: [], editedAt: clock.now() });
    expect(slack.message('C1', ts)?.versions.map((one) => one.text)).toEqual(['one', 'two', 'three']);
  });

  it('refuses to change what is not there or not its own', async () => {
    const update = (ts: string) => refusal(client.chat.update({ channel: 'C1', ts, text: 'x' }));
    expect(await update('1.000001')).toMatchObject({ error: 'message_not_found' });
    const theirs = slack.post({ userId: 'U1', channelId: 'C1', text: 'hello' });
    expect(await update(theirs.ts)).toMatchObject({ error: 'cant_update_message' });
    expect(await refusal(client.chat.delete({ channel: 'C1', ts: theirs.ts }))).toMatchObject({
      error: 'cant_delete_message',
    });
    const { ts = '' } = await client.chat.postMessage({ channel: 'C1', text: 'one' });
    slack.deleteMessage('C1', ts);
    expect(await update(ts)).toMatchObject({ error: 'message_not_found' });
    expect(slack.messages('C1', { deleted: true }).at(-1)).toMatchObject({ ts, deletedAt: clock.now() });
  });

  it('deletes its own message', async () => {
    const { ts = '' } = await client.chat.postMessage({ channel: 'C1', text: 'one' });
    await client.chat.delete({ channel: 'C1', ts });
    expect(slack.messages('C1')).toEqual([]);
  });

  it('links to a message', async () => {
    const { ts = '' } = await client.chat.postMessage({ channel: 'C1', text: 'one' });
    const { permalink } = await client.chat.getPermalink({ channel: 'C1', message_ts: ts });
    expect(permalink).toBe(`https://simulated.slack.com/archives/C1/p${ts.replace('.', '')}`);
    expect(await refusal(client.chat.getPermalink({ channel: 'C1', message_ts: '1.2' }))).toMatchObject({
      error: 'message_not_found',
    });
  });
});

describe('ephemeral messages', () => {
  it('shows them to one user only, and never to others', async () => {
    slack.addUser({ id: 'U2', name: 'sam' });
    await client.chat.postEphemeral({ channel: 'C1', user: 'U1', text: 'only you' });
    expect(slack.ephemerals('U1', 'C1')).toMatchObject([{ text: 'only you', from: 'bot' }]);
    expect(slack.ephemerals('U2', 'C1')).toEqual([]);
    expect(slack.messages('C1')).toEqual([]);
    expect(await refusal(client.chat.postEphemeral({ channel: 'C1', user: 'U2', text: 'x' }))).toMatchObject({
      error: 'user_not_in_channel',
    });
  });
});

describe('reading', () => {
  it('lists a user group’s members, and refuses a group that is not there', async () => {
    slack.addUserGroup({ id: 'S1', members: ['U1'] });
    expect(await client.usergroups.users.list({ usergroup: 'S1' })).toMatchObject({ users: ['U1'] });
    expect(await refusal(client.usergroups.users.list({ usergroup: 'S2' }))).toMatchObject({
      error: 'no_such_subteam',
    });
  });

  it('reads people, channels and messages with the scopes for that', async () => {
    slack.setScopes(['chat:write', 'users:read', 'channels:read', 'channels:history']);
    expect(await client.users.info({ user: 'U1' })).toMatchObject({ user: { real_name: 'Ada Okafor' } });
    expect(await refusal(client.users.info({ user: 'U9' }))).toMatchObject({ error: 'user_not_found' });
    expect(await client.conversations.info({ channel: 'C1' })).toMatchObject({
      channel: { name: 'supervisors', is_member: true },
    });
    const { ts = '' } = await client.chat.postMessage({ channel: 'C1', text: 'parent' });
    await client.chat.postMessage({ channel: 'C1', text: 'reply', thread_ts: ts });
    expect(await client.conversations.history({ channel: 'C1' })).toMatchObject({
      messages: [{ text: 'parent', reply_count: 1 }],
    });
    const thread = await client.conversations.replies({ channel: 'C1', ts });
    expect(thread.messages?.map((one) => one.text)).toEqual(['parent', 'reply']);
    slack.addChannel({ id: 'G1', name: 'board', private: true });
    expect(await refusal(client.conversations.info({ channel: 'G1' }))).toMatchObject({
      needed: 'groups:read',
    });
  });
});

describe('rate limits', () => {
  it('takes a short burst of posts in a channel, then one a second', async () => {
    slack.addChannel({ id: 'C2', name: 'other' });
    const post = (channel = 'C1') => client.chat.postMessage({ channel, text: 'x' });
    for (let n = 0; n < 5; n += 1) await post();
    await expect(post()).rejects.toMatchObject({ retryAfter: 1 });
    expect((await post('C2')).ok).toBe(true);
    clock.advance(1_000);
    expect((await post()).ok).toBe(true);
    await expect(post()).rejects.toMatchObject({ retryAfter: 1 });
    expect(slack.messages('C1')).toHaveLength(6);
  });

  it('takes fifty updates a minute', async () => {
    const { ts = '' } = await client.chat.postMessage({ channel: 'C1', text: 'x' });
    const update = () => client.chat.update({ channel: 'C1', ts, text: 'y' });
    for (let n = 0; n < 50; n += 1) await update();
    await expect(update()).rejects.toMatchObject({ retryAfter: 2 });
    clock.advance(60_000);
    for (let n = 0; n < 50; n += 1) await update();
  });

  it('notes who goes on before Retry-After has passed', async () => {
    slack.inject({ method: 'chat.postMessage', fault: { kind: 'ratelimited', retryAfter: 30 } });
    const post = () => client.chat.postMessage({ channel: 'C1', text: 'x' });
    await expect(post()).rejects.toMatchObject({ retryAfter: 30 });
    clock.advance(10_000);
    await post();
    expect(slack.violations).toEqual([
      'chat.postMessage was called again for C1 before Retry-After had passed.',
    ]);
    slack.resetJournal();
    clock.advance(20_000);
    await post();
    expect(slack.violations).toEqual([]);
  });

  it('can be switched off', async () => {
    const fast = await createSlackSimulator({ clock, rateLimits: false });
    fast.addChannel({ id: 'C1', name: 'fast' });
    const quick = new webApi.WebClient(fast.botToken, {
      slackApiUrl: fast.apiUrl,
      rejectRateLimitedCalls: true,
    });
    for (let n = 0; n < 20; n += 1) await quick.chat.postMessage({ channel: 'C1', text: 'x' });
    expect(fast.messages('C1')).toHaveLength(20);
    await fast.close();
  });
});
