import { describe, expect, it } from 'vitest';
import { Backoff, pauseBefore } from '../../src/genesys/notification-backoff.js';
import { readFrame } from '../../src/genesys/notification-frames.js';
import { openChannelRequest, subscribeRequest } from '../../src/genesys/notification-requests.js';
import { shareQueues } from '../../src/genesys/notification-topics.js';
import { createLeapingClock } from '../support/genesys-bed.js';

describe('a frame', () => {
  const frame = (topicName: unknown, eventBody?: unknown) => JSON.stringify({ topicName, eventBody });

  it.each([
    ['v2.routing.queues.q-1.conversations.calls', 'event'],
    ['V2.Routing.Queues.q-1.Conversations.Calls', 'event'],
    ['channel.metadata', 'life'],
    ['v2.system.socket_closing', 'closing'],
    ['v2.system.token_revoked.channel-1', 'token-revoked'],
    ['v2.system.no_longer_subscribed.channel-1', 'unsubscribed'],
    ['v2.system.socket_closing_soon', 'unreadable'],
    ['v2.routing.queues.q-1.conversations.emails', 'unreadable'],
    ['v2.routing.queues.q-1.users', 'unreadable'],
  ])('of the topic %s is read as %s', (topicName, kind) => {
    expect(readFrame(frame(topicName, { id: 'c' })).kind).toBe(kind);
  });

  it.each(['', '{', 'null', '[]', '7', frame(7)])('that is none of Genesys’s, %s, is unreadable', (text) => {
    expect(readFrame(text)).toEqual({ kind: 'unreadable' });
  });

  it('of a call carries its body as it came', () => {
    expect(readFrame(frame('v2.routing.queues.q.conversations.calls', [1]))).toEqual({
      kind: 'event',
      body: [1],
    });
  });
});

describe('queues shared by channels', () => {
  const limits = { topicsPerChannel: 2, maxChannels: 3 };

  it('fill one channel after the other', () => {
    expect(shareQueues([], ['a', 'b', 'c'], limits)).toEqual({ shares: [['a', 'b'], ['c']], leftOut: 0 });
  });

  it('stay where they are; new ones take the places that are free', () => {
    const { shares } = shareQueues([['a', 'b'], ['c']], ['d', 'c', 'a'], limits);
    expect(shares).toEqual([['a', 'd'], ['c']]);
  });

  it('of a channel that gains and loses none are the very same share', () => {
    const current = [['a', 'b'], ['c']];
    const { shares } = shareQueues(current, ['c', 'b', 'a', 'd'], limits);
    expect(shares[0]).toBe(current[0]);
    expect(shares[1]).not.toBe(current[1]);
  });

  it('are counted where there is no place for them', () => {
    const { shares, leftOut } = shareQueues([], ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], limits);
    expect(shares.flat()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(leftOut).toBe(2);
  });

  it('count once when they are named twice, and leave an empty channel when they are gone', () => {
    expect(shareQueues([], ['a', 'a'], limits).shares).toEqual([['a']]);
    expect(shareQueues([['a', 'b'], ['c']], ['a', 'b'], limits).shares).toEqual([['a', 'b'], []]);
  });
});

describe('the answer to the request for a channel', () => {
  const read = (baseUrl: string, connectUri: unknown) =>
    openChannelRequest(baseUrl).read({ id: 'streaming-1', connectUri, expires: '2026-01-16T12:00:00Z' });
  const encrypted = 'wss://streaming.mypurecloud.com/channels/streaming-1';

  it('is taken with an encrypted address', () => {
    expect(read('https://api.mypurecloud.com', encrypted)).toEqual({
      id: 'streaming-1',
      connectUri: encrypted,
    });
  });

  it.each([
    'ws://streaming.mypurecloud.com/x',
    'https://x.test/',
    'file:///etc/passwd',
    'x',
    '',
    7,
    undefined,
  ])('is refused with the address %s where the API is encrypted', (connectUri) =>
    expect(read('https://api.mypurecloud.com', connectUri)).toBeNull(),
  );

  it('is taken with a plain address only where the API is plain as well', () => {
    expect(read('http://127.0.0.1:8080', 'ws://127.0.0.1:8080/x')).not.toBeNull();
    expect(read('http://127.0.0.1:8080', 'http://127.0.0.1:8080/x')).toBeNull();
  });
});

describe('the answer to a subscription', () => {
  const { read, body, path } = subscribeRequest('streaming-1', ['q-1', 'q-2']);
  const [first, second] = body as { id: string }[];
  const refusedOf = (...topics: readonly object[]) =>
    read({ entities: topics })?.map(({ queueId }) => queueId);

  it('is of each topic by itself: one that is refused costs the others nothing', () => {
    expect(path).toMatch(/\/subscriptions\?ignoreErrors=true$/);
  });

  it('tells which queues Genesys did not take, whatever the letter case', () => {
    expect(refusedOf({ id: first?.id.toUpperCase() })).toEqual(['q-2']);
    expect(read({ entities: body })).toEqual([]);
  });

  it('counts a topic as taken only if it is permitted', () => {
    expect(refusedOf({ ...first, state: 'PERMITTED' }, { ...second, state: 'Permitted' })).toEqual([]);
    expect(refusedOf({ ...first, state: 'Rejected' }, { ...second, state: 'Pending' })).toEqual([
      'q-1',
      'q-2',
    ]);
  });

  it('tells why, as far as Genesys does', () => {
    const missingPermissions = ['routing:queue:view'];
    const topics = [
      { ...first, state: 'Rejected', rejectionReason: 'No\n way', missingPermissions },
      { ...second, state: 'Rejected', rejectionReason: 7, missingPermissions: 'none' },
    ];
    expect(read({ entities: topics })).toEqual([
      { queueId: 'q-1', reason: 'No way', missingPermissions },
      { queueId: 'q-2', reason: null, missingPermissions: [] },
    ]);
  });

  it.each([undefined, null, {}, { entities: [{}] }])('is refused when it names no topics: %j', (json) => {
    expect(read(json)).toBeNull();
  });
});

describe('the pause before an attempt', () => {
  it('is none, then 1, 2, 4 … 30 s', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7, 8, 1_000].map((attempt) => pauseBefore(attempt, () => 1));
    expect(pauses).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('is up to half of it shorter, at random', () => {
    expect(pauseBefore(4, () => 0)).toBe(2_000);
    expect(pauseBefore(4, () => 0.5)).toBe(3_000);
  });

  it('is at least what was asked for, is waited once, and is forgotten after a minute without trouble', async () => {
    const clock = createLeapingClock();
    const backoff = new Backoff({ clock, random: () => 1 });
    const { signal } = new AbortController();
    backoff.failed(5_000);
    await backoff.pause(signal);
    await backoff.pause(signal);
    expect(clock.slept).toEqual([5_000]);
    backoff.succeeded();
    await clock.sleep(59_999);
    backoff.failed();
    await backoff.pause(signal);
    expect(clock.slept.at(-1)).toBe(1_000);
    backoff.succeeded();
    await clock.sleep(60_000);
    backoff.failed();
    await backoff.pause(signal);
    expect(clock.slept.at(-1)).toBe(60_000);
  });
});
