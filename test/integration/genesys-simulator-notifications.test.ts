/** The Genesys simulator's notification service, over real HTTP and real sockets, on a clock set by hand. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import type { GenesysSimulator } from '../simulators/genesys/types.js';
import { createManualClock, type ManualClock } from '../support/genesys-bed.js';
import { logIn, type Wire } from '../support/genesys-wire.js';
import { until } from '../support/notification-bed.js';

const channelsPath = '/api/v2/notifications/channels';
const dayMs = 24 * 3_600_000;
const clients = ['one', 'other'].map((clientId) => ({ clientId, clientSecret: `secret of ${clientId}` }));
const [, otherClient] = clients;

let clock: ManualClock;
let genesys: GenesysSimulator;
let wire: Wire;
let listeners: Listener[];

beforeEach(async () => {
  clock = createManualClock();
  listeners = [];
  genesys = await createGenesysSimulator({
    api: 'conversations',
    clients,
    now: clock.now,
    sleep: clock.sleep,
  });
  wire = await logIn(genesys);
});

afterEach(async () => {
  for (const { socket } of listeners) socket.terminate();
  await genesys.close();
  expect(genesys.violations).toEqual([]);
});

interface Channel {
  readonly id: string;
  readonly connectUri: string;
  readonly expires: string;
}

interface Listener {
  readonly socket: WebSocket;
  // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is what the tests look at
  readonly frames: any[];
  /** Null while it is open. */
  closedWith: number | null;
}

const topicOf = (queue: string): string =>
  `v2.routing.queues.${genesys.addQueue(queue).id}.conversations.calls`;

const openChannel = async (by = wire): Promise<Channel> => (await by.send('POST', channelsPath)).body;

const subscribe = (channel: { id: string }, topics: readonly unknown[], method = 'PUT', by = wire) =>
  by.send(
    method,
    `${channelsPath}/${channel.id}/subscriptions`,
    topics.map((id) => ({ id })),
  );

async function listen({ connectUri }: Channel): Promise<Listener> {
  const socket = new WebSocket(connectUri, { autoPong: false });
  const listener: Listener = { socket, frames: [], closedWith: null };
  listeners.push(listener);
  socket.on('message', (data) => listener.frames.push(JSON.parse(String(data))));
  socket.on('close', (code) => {
    listener.closedWith = code;
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return listener;
}

/** A channel with a socket that hears of the calls of one queue. */
async function listenTo(queue = 'Billing'): Promise<Listener & { readonly channel: Channel }> {
  const channel = await openChannel();
  await subscribe(channel, [topicOf(queue)]);
  return Object.assign(await listen(channel), { channel });
}

const topicsOf = ({ frames }: Listener) => frames.map(({ topicName }) => topicName);

describe('a channel', () => {
  it('lives for 24 hours, and is listed for its client alone', async () => {
    const channel = await openChannel();
    expect(channel).toEqual({
      id: expect.any(String),
      connectUri: `ws://127.0.0.1:${genesys.port}/channels/${channel.id}`,
      expires: new Date(clock.now() + dayMs).toISOString(),
    });
    const other = await logIn(genesys, otherClient);
    expect((await wire.send('GET', channelsPath)).body).toEqual({ entities: [channel] });
    expect((await other.send('GET', channelsPath)).body).toEqual({ entities: [] });
  });

  it('is gone after that, with its socket', async () => {
    const listener = await listenTo();
    await clock.leap(dayMs - 1);
    wire = await logIn(genesys);
    expect((await subscribe(listener.channel, [])).status).toBe(200);
    await clock.leap(1);
    expect((await subscribe(listener.channel, [])).status).toBe(404);
    await until(() => listener.closedWith).toBe(1000);
    await expect(listen(listener.channel)).rejects.toThrow('404');
    expect(genesys.notifications.channels).toEqual([]);
  });

  it('shows itself to the token that it was opened with; to others of its client, only that it is there', async () => {
    const channel = await openChannel();
    const later = await logIn(genesys);
    const list = async (query = '') => (await later.send('GET', channelsPath + query)).body.entities;
    expect(await list()).toEqual([]);
    expect(await list('?includechannels=token')).toEqual([]);
    expect(await list('?includechannels=oauthclient')).toEqual([{ expires: channel.expires }]);
    expect((await later.send('GET', `${channelsPath}?includechannels=all`)).status).toBe(400);
  });

  it('too many, the 21st, pushes out another one of that client that has no socket', async () => {
    const foreign = await openChannel(await logIn(genesys, otherClient));
    const listener = await listenTo();
    const idle = [];
    for (let count = 2; count <= 20; count += 1) idle.push(await openChannel());
    const newest = await openChannel();
    expect(genesys.notifications.channels.map(({ id }) => id)).toEqual(
      [foreign, listener.channel, ...idle.slice(1), newest].map(({ id }) => id),
    );
    expect(listener).toMatchObject({ frames: [], closedWith: null });
  });

  it('too many where all have sockets pushes out the least recently used, which is told', async () => {
    const listening: Awaited<ReturnType<typeof listenTo>>[] = [];
    for (let count = 1; count <= 20; count += 1) listening.push(await listenTo());
    const [oldest, second] = listening;
    if (!oldest || !second) throw new Error('There are twenty.');
    await clock.advance(1);
    const again = await listen(oldest.channel);
    await openChannel();
    await until(() => second.closedWith).toBe(1000);
    expect(second.frames).toMatchObject([
      {
        topicName: `v2.system.no_longer_subscribed.${second.channel.id}`,
        eventBody: { channelId: second.channel.id },
      },
    ]);
    expect(again.closedWith).toBeNull();
  });

  it('takes one socket: a second one disconnects the first', async () => {
    const first = await listenTo();
    const second = await listen(first.channel);
    await until(() => first.closedWith).toBe(1000);
    genesys.startCall();
    await until(() => second.frames.length).toBe(1);
    expect(genesys.notifications.channels).toMatchObject([{ connected: true, connections: 2 }]);
    expect(genesys.notifications.openSockets).toBe(1);
  });

  it('that nobody opened takes no socket', async () => {
    const channel = await openChannel();
    const unknown = { ...channel, connectUri: channel.connectUri.replace(channel.id, randomUUID()) };
    await expect(listen(unknown)).rejects.toThrow('404');
  });
});

describe('subscriptions', () => {
  it('are replaced by PUT, added by POST, listed by GET and dropped by DELETE', async () => {
    const channel = await openChannel();
    const path = `${channelsPath}/${channel.id}/subscriptions`;
    const [billing, claims] = [topicOf('Billing'), topicOf('Claims')];
    const listed = async () =>
      (await wire.send('GET', path)).body.entities.map(({ id }: { id: string }) => id);
    expect((await subscribe(channel, [billing])).body).toEqual({
      entities: [{ id: billing, state: 'Permitted' }],
    });
    await subscribe(channel, [claims], 'POST');
    expect(await listed()).toEqual([billing, claims]);
    await subscribe(channel, [claims]);
    expect(await listed()).toEqual([claims]);
    expect(await wire.send('DELETE', path)).toMatchObject({ status: 200, body: null });
    expect(await listed()).toEqual([]);
  });

  it.each([
    ['a topic without a queue', () => ['v2.routing.queues..conversations.calls']],
    ['a wildcard', () => ['v2.routing.queues.*.conversations.calls']],
    ['a queue that is not there', () => [`v2.routing.queues.${randomUUID()}.conversations.calls`]],
    ['a topic that is not simulated', () => [`v2.users.${randomUUID()}.presence`]],
    ['a topic that is no text', () => [1]],
    ['one unknown topic among others', () => [topicOf('Billing'), 'v2.nothing']],
  ])('are refused for %s, all of them', async (_what, topics) => {
    const channel = await openChannel();
    await subscribe(channel, [topicOf('Claims')]);
    expect(await subscribe(channel, topics())).toMatchObject({ status: 400, body: { code: 'bad.request' } });
    expect(genesys.notifications.channels[0]?.topics).toEqual([topicOf('Claims')]);
  });

  it.each([['x'], [{}], [{ id: 'x', name: 'y' }]])(
    'are refused where the topics are not named: %j',
    async (body) => {
      const { id } = await openChannel();
      const path = `${channelsPath}/${id}/subscriptions`;
      expect((await wire.send('PUT', path, body)).status).toBe(400);
      expect((await wire.send('PUT', path, [body])).status).toBe(400);
    },
  );

  it('are 1,000 at most', async () => {
    const channel = await openChannel();
    const topics = Array.from({ length: 1_001 }, (_, i) => topicOf(`queue ${i}`));
    expect((await subscribe(channel, topics.slice(0, 1_000))).status).toBe(200);
    expect((await subscribe(channel, topics)).status).toBe(400);
    expect((await subscribe(channel, topics.slice(1_000), 'POST')).status).toBe(400);
    expect(genesys.notifications.channels[0]?.topics).toHaveLength(1_000);
  });

  it('are of nobody else’s channel, and of none that is not there', async () => {
    const channel = await openChannel();
    const other = await logIn(genesys, otherClient);
    expect((await subscribe(channel, [], 'PUT', other)).status).toBe(404);
    expect((await subscribe({ id: randomUUID() }, [])).status).toBe(404);
  });

  it('need the permission for their topics', async () => {
    const channel = await openChannel();
    genesys.setPermissions(['routing:queue:view']);
    expect(await subscribe(channel, [topicOf('Billing')])).toMatchObject({
      status: 403,
      body: { code: 'missing.permissions' },
    });
    expect((await subscribe(channel, [])).status).toBe(200);
    const path = `${channelsPath}/${channel.id}/subscriptions?ignoreErrors=true`;
    const topic = topicOf('Billing');
    expect(await wire.send('PUT', path, [{ id: topic }])).toMatchObject({
      status: 200,
      body: {
        entities: [{ id: topic, state: 'Rejected', missingPermissions: ['analytics:queueObservation:view'] }],
      },
    });
    expect(genesys.notifications.channels[0]?.topics).toEqual([]);
  });

  it('are to what is listed as available', async () => {
    const { body } = await wire.send('GET', '/api/v2/notifications/availabletopics');
    expect(body.entities).toMatchObject([{ id: 'v2.routing.queues.{id}.conversations.calls' }]);
  });
});

describe('events', () => {
  it('come on every change of a call, in lower case', async () => {
    const listener = await listenTo('Claims');
    const { id } = genesys.startCall({ queue: 'Claims', agent: null, policyRecording: true });
    const changes = [
      () => genesys.ringAgent(id, 'Grace'),
      () => genesys.answerCall(id, 'Grace'),
      () => genesys.holdCall(id),
      () => genesys.unholdCall(id),
      () => genesys.pauseElsewhere(id),
      () => genesys.resumeElsewhere(id),
      () => genesys.startSnippetElsewhere(id),
      () => genesys.stopSnippetElsewhere(id),
      () => genesys.consultAgent(id, 'Ben'),
      () => genesys.transferCall(id, 'Ben'),
      () => genesys.endCall(id),
    ];
    for (const change of changes) change();
    await until(() => listener.frames.length).toBe(changes.length + 1);
    expect(listener.frames[0]).toEqual({
      topicName: topicOf('Claims'),
      version: '2',
      eventBody: expect.objectContaining({ id, recordingState: 'active', securePause: false }),
      metadata: { CorrelationId: expect.any(String) },
    });
    expect(listener.frames.map(({ eventBody }) => eventBody.recordingState)).toEqual([
      ...['active', 'active', 'active', 'paused', 'active', 'paused'],
      ...['active', 'active', 'active', 'paused', 'active', 'none'],
    ]);
    expect(listener.frames.map(({ eventBody }) => eventBody.securePause)).toEqual(
      listener.frames.map((_, index) => index === 5),
    );
    expect(listener.frames[7].eventBody.participants[2].recordersState.snippetState).toBe('active');
    expect(listener.frames.at(-1).eventBody.participants[0]).toMatchObject({
      purpose: 'customer',
      state: 'terminated',
    });
    expect(genesys.notifications.eventsSent).toBe(changes.length + 1);
  });

  it('come of what the bot does, and of what fails on the edge', async () => {
    const listener = await listenTo();
    const { id, legs } = genesys.startCall();
    genesys.failOnEdge(id, { code: 'no.media', message: 'There is no audio.' });
    const path = `/api/v2/conversations/calls/${id}/participants/${legs.at(-1)?.id}/snippet/record`;
    for (let i = 0; i < 2; i += 1) await wire.send('POST', path, { type: 'snippet', record: true });
    await until(() => listener.frames.length).toBe(3);
    const [, failed, done] = listener.frames.map(({ eventBody }) => eventBody.participants.at(-1));
    expect(failed).toMatchObject({
      errorInfo: { code: 'no.media', messageWithParams: 'There is no audio.' },
      recordersState: { snippetState: 'none' },
    });
    expect(done).toMatchObject({ recordersState: { snippetState: 'active' } });
    expect(done).not.toHaveProperty('errorInfo');
  });

  it('come to each queue that a call is in or was in, and to no other', async () => {
    const [claims, appeals, billing] = [
      await listenTo('Claims'),
      await listenTo('Appeals'),
      await listenTo('Billing'),
    ];
    const { id } = genesys.startCall({ queue: 'Claims' });
    genesys.transferCall(id, 'Ben', 'Appeals');
    await until(() => claims.frames.length).toBe(2);
    await until(() => appeals.frames.length).toBe(1);
    genesys.notifications.sendText('{"topicName":"last"}');
    await until(() => topicsOf(billing)).toEqual(['last']);
  });

  it('that came while there was no socket do not come later', async () => {
    const { channel, socket } = await listenTo();
    socket.close();
    await until(() => genesys.notifications.openSockets).toBe(0);
    genesys.startCall();
    const again = await listen(channel);
    const { id } = genesys.startCall();
    await until(() => again.frames.map(({ eventBody }) => eventBody.id)).toEqual([id]);
    expect(genesys.notifications.eventsSent).toBe(1);
  });
});

describe('a socket', () => {
  const heartbeat = { topicName: 'channel.metadata', eventBody: { message: 'WebSocket Heartbeat' } };
  const pong = { topicName: 'channel.metadata', eventBody: { message: 'pong' } };

  it('has a heartbeat every 30 seconds', async () => {
    const listener = await listenTo();
    await clock.advance(29_999);
    expect(listener.frames).toEqual([]);
    await clock.advance(1);
    await until(() => listener.frames).toEqual([heartbeat]);
    await clock.advance(60_000);
    await until(() => listener.frames).toEqual([heartbeat, heartbeat, heartbeat]);
  });

  it('answers pings of both kinds, and nothing else', async () => {
    const { socket, frames } = await listenTo();
    let pongs = 0;
    socket.on('pong', () => {
      pongs += 1;
    });
    for (const text of ['nonsense', '[]', '{"message":"hello"}', '{"message":"ping"}']) socket.send(text);
    await until(() => frames).toEqual([pong]);
    socket.ping();
    await until(() => pongs).toBe(1);
  });

  it('that is silent stays open, and says nothing at all', async () => {
    const silent = await listenTo();
    genesys.notifications.silenceSockets();
    const speaking = await listenTo();
    let pongs = 0;
    silent.socket.on('pong', () => {
      pongs += 1;
    });
    silent.socket.send('{"message":"ping"}');
    silent.socket.ping();
    genesys.startCall();
    await clock.advance(30_000);
    speaking.socket.send('{"message":"ping"}');
    await until(() => speaking.frames).toContainEqual(pong);
    expect([silent.frames, pongs, silent.closedWith]).toEqual([[], 0, null]);
    expect(genesys.notifications.openSockets).toBe(2);
  });

  it.each([
    ['close', 1001],
    ['cut', 1006],
  ] as const)('may be ended by a %s (%i), and its channel stays', async (how, code) => {
    const listener = await listenTo();
    genesys.notifications.closeSockets(how);
    await until(() => listener.closedWith).toBe(code);
    await until(() => genesys.notifications.channels).toMatchObject([
      { connected: false, topics: [topicOf('Billing')] },
    ]);
    const again = await listen(listener.channel);
    genesys.startCall();
    await until(() => again.frames.length).toBe(1);
  });

  it('is closed a minute after that was announced', async () => {
    const listener = await listenTo();
    genesys.notifications.sendSocketClosing();
    await until(() => topicsOf(listener)).toEqual(['v2.system.socket_closing']);
    await clock.advance(59_999);
    expect(listener.closedWith).toBeNull();
    await clock.advance(1);
    await until(() => listener.closedWith).toBe(1001);
  });

  it('may be taken over by another client', async () => {
    const [one, other] = [await listenTo(), await listenTo('Claims')];
    genesys.notifications.takeOverChannel(one.channel.id);
    await until(() => one.closedWith).toBe(1000);
    expect(other.closedWith).toBeNull();
    expect(genesys.notifications.channels).toMatchObject([{ connections: 2 }, { connections: 1 }]);
  });

  it('hears that nothing is subscribed any more, and stays', async () => {
    const listener = await listenTo();
    genesys.notifications.unsubscribe();
    genesys.startCall();
    await until(() => topicsOf(listener)).toEqual([`v2.system.no_longer_subscribed.${listener.channel.id}`]);
    expect(genesys.notifications.channels).toMatchObject([{ topics: [], connected: true }]);
  });

  it('hears that its token was revoked, and then nothing of calls', async () => {
    const listener = await listenTo();
    genesys.revokeTokens();
    genesys.startCall();
    await clock.advance(30_000);
    await until(() => topicsOf(listener)).toEqual([
      `v2.system.token_revoked.${listener.channel.id}`,
      'channel.metadata',
    ]);
    expect((await wire.send('GET', channelsPath)).status).toBe(401);
  });

  it('ends with the simulator', async () => {
    const listener = await listenTo();
    await genesys.close();
    await until(() => listener.closedWith).toBe(1006);
  });
});

describe('the other contract', () => {
  it('has no notifications', async () => {
    const other = await createGenesysSimulator();
    const upgrade = new WebSocket(`${other.url.replace('http', 'ws')}/channels/any`);
    await expect(
      new Promise((resolve, reject) => upgrade.once('open', resolve).once('error', reject)),
    ).rejects.toThrow('404');
    await other.close();
  });
});
