/** Genesys's notification service as far as a client can tell: small, obedient to the test, and counting. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

interface ServedChannel {
  readonly id: string;
  /** The bearer token that it was opened with. */
  readonly token: string;
  /** Each time that it was subscribed, the queues. */
  readonly subscriptions: string[][];
  /** Each socket that it has had, oldest first. */
  readonly sockets: WebSocket[];
  /** Requests and sockets for it are refused with 404. */
  gone: boolean;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

const queueIdOf = (topic: string): string => topic.split('.')[3] ?? '';

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
}

export async function createNotificationService() {
  const server = createServer();
  const webSockets = new WebSocketServer({ noServer: true, autoPong: false });
  const state = {
    queues: [] as { id: string; name: string }[],
    /** The list of queues ends before its end. */
    queuesCutShort: false,
    channels: [] as ServedChannel[],
    tokensIssued: 0,
    queueReads: 0,
    pings: 0,
    /** Silence: sockets stay open, and nothing is answered on them. */
    silent: false,
    /** Queues that a subscription leaves out. */
    untold: [] as string[],
    /** Queues that it answers as refused, each with why. */
    rejected: new Map<string, object>(),
    /** Resolves when the next subscription may be answered. */
    holdSubscription: null as Promise<unknown> | null,
    /** The status and body that every request but a token's is answered with; null for the truth. */
    refusal: null as Answer | null,
    /** The same for subscriptions alone. */
    subscriptionRefusal: null as Answer | null,
    /** Instead of the channel's own address. */
    connectUri: null as string | null,
    /** Answers an upgrade instead of opening a socket. */
    upgradeStatus: null as number | null,
  };

  const open = (request: IncomingMessage): object => {
    const id = `channel-${state.channels.length + 1}`;
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    state.channels.push({ id, token, subscriptions: [], sockets: [], gone: false });
    const { port } = server.address() as AddressInfo;
    return { id, connectUri: state.connectUri ?? `ws://127.0.0.1:${port}/channels/${id}`, expires: '…' };
  };

  const listQueues = (url: URL): object => {
    const [size, page] = ['pageSize', 'pageNumber'].map((name) => Number(url.searchParams.get(name)));
    if (!size || !page) throw new Error('a page must be asked for');
    state.queueReads += 1;
    const { length } = state.queues;
    const total = length + (state.queuesCutShort ? 1 : 0);
    const entities = state.queues.slice((page - 1) * size, page * size);
    return { entities, pageCount: Math.ceil(length / size), total };
  };

  const find = (id: string | undefined) =>
    state.channels.find((channel) => channel.id === id && !channel.gone);

  const subscribe = async (request: IncomingMessage, channelId: string | undefined): Promise<Answer> => {
    const channel = find(channelId);
    if (state.subscriptionRefusal) return state.subscriptionRefusal;
    if (!channel)
      return { status: 404, body: { code: 'not.found', status: 404, message: 'no such channel' } };
    const topics = (await readJson(request)) as { id: string }[];
    channel.subscriptions.push(topics.map(({ id }) => queueIdOf(id)));
    const entities = topics
      .filter(({ id }) => !state.untold.includes(queueIdOf(id)))
      .map(({ id }) => ({ id, state: 'Permitted', ...state.rejected.get(queueIdOf(id)) }));
    await state.holdSubscription;
    return { status: 200, body: { entities } };
  };

  async function answerTo(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '', 'http://service');
    if (url.pathname === '/oauth/token') {
      state.tokensIssued += 1;
      return { status: 200, body: { access_token: `token-${state.tokensIssued}`, expires_in: 86_400 } };
    }
    if (state.refusal) return state.refusal;
    if (url.pathname === '/api/v2/routing/queues') return { status: 200, body: listQueues(url) };
    if (url.pathname === '/api/v2/notifications/channels') return { status: 200, body: open(request) };
    return subscribe(request, url.pathname.split('/')[5]);
  }

  server.on('request', async (request, response) => {
    const { status, body } = await answerTo(request);
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.on('upgrade', (request, connection, head) => {
    const channel = find(request.url?.split('/').at(-1));
    const refused = state.upgradeStatus ?? (channel ? null : 404);
    if (refused !== null || !channel) {
      connection.end(`HTTP/1.1 ${refused} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    webSockets.handleUpgrade(request, connection, head, (socket) => {
      // A second one disconnects the first.
      channel.sockets.at(-1)?.close(1000);
      channel.sockets.push(socket);
      socket.on('message', () => {
        state.pings += 1;
        if (!state.silent) socket.send(metadata('pong'));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const openSockets = () =>
    state.channels.flatMap(({ sockets }) => sockets).filter((socket) => socket.readyState === socket.OPEN);
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Those that are open now. */
    openSockets,
    say(frame: object | string): void {
      for (const socket of openSockets()) {
        socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
      }
    },
    async close(): Promise<void> {
      for (const socket of webSockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

export type NotificationService = Awaited<ReturnType<typeof createNotificationService>>;

const metadata = (message: string): string =>
  JSON.stringify({ topicName: 'channel.metadata', eventBody: { message } });

export const heartbeat = metadata('WebSocket Heartbeat');

export const systemFrame = (topic: string) => ({
  topicName: `v2.system.${topic}`,
  version: '2',
  eventBody: {},
});

export const callFrame = (queueId: string, eventBody: unknown) => ({
  topicName: `v2.routing.queues.${queueId}.conversations.calls`,
  version: '2',
  eventBody,
  metadata: { CorrelationId: 'c-1' },
});
