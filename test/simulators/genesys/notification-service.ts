/** Who is told of calls, over which socket, and how that fails. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { queuesOf } from './call-changes.js';
import { toCallEvent } from './call-conversation.js';
import { eventFrame, openChannelSocket, type SocketDeps } from './channel-socket.js';
import type { Channel, Channels } from './channels.js';
import { queueIdOf } from './ids.js';
import { channelPath, queueTopicOf } from './notifications.js';
import type { NotificationControls, SimulatedCall, SimulatedChannel } from './types.js';

/** After the announcement, in milliseconds. */
const closingMs = 60_000;
/** What a server says that leaves (RFC 6455, 7.4.1). */
const goingAway = 1001;

export class NotificationService implements NotificationControls {
  readonly #channels: Channels;
  readonly #sleep: SocketDeps['sleep'];
  /** Of what runs on a leg, by its kind. */
  readonly #tellsRecorders: boolean;
  readonly #server = new WebSocketServer({ noServer: true, autoPong: false });
  readonly #closing = new AbortController();
  #eventsSent = 0;

  constructor(channels: Channels, sleep: SocketDeps['sleep'], tellsRecorders: boolean) {
    this.#channels = channels;
    this.#sleep = sleep;
    this.#tellsRecorders = tellsRecorders;
  }

  get channels(): readonly SimulatedChannel[] {
    return this.#channels
      .all()
      .map(({ id, clientId, createdAt, expiresAt, topics, socket, connections }) => ({
        id,
        clientId,
        createdAt,
        expiresAt,
        topics: [...topics],
        connected: socket !== null,
        connections,
      }));
  }

  get openSockets(): number {
    return this.#connected().length;
  }

  get eventsSent(): number {
    return this.#eventsSent;
  }

  /** The way to a socket: the path names the channel, and nothing else is asked for. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const channel = this.#channels.all().find(({ id }) => request.url === channelPath(id));
    if (!channel) {
      stream.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, stream, head, (webSocket) => {
      const isAlive = () => this.#channels.find(channel.id) !== undefined;
      this.#channels.connect(channel, openChannelSocket(webSocket, { sleep: this.#sleep, isAlive }));
    });
  }

  /** To whoever is subscribed to a queue that the call is in, or was in. */
  tell(call: SimulatedCall): void {
    for (const topic of queuesOf(call).map((name) => queueTopicOf(queueIdOf(name)))) {
      for (const channel of this.#connected()) {
        if (!channel.topics.has(topic)) continue;
        channel.socket?.send(eventFrame(topic, toCallEvent(call, this.#tellsRecorders)));
        this.#eventsSent += 1;
      }
    }
  }

  silenceSockets(): void {
    for (const { socket } of this.#connected()) socket?.silence();
  }

  closeSockets(how: 'close' | 'cut' = 'close'): void {
    for (const { socket } of this.#connected()) {
      if (how === 'cut') socket?.cut();
      else socket?.close(goingAway);
    }
  }

  sendSocketClosing(): void {
    for (const { socket } of this.#connected()) {
      if (!socket) continue;
      socket.send({ topicName: 'v2.system.socket_closing', version: '2', eventBody: {}, metadata: {} });
      this.#sleep(closingMs, this.#closing.signal)
        .then(() => socket.close(goingAway))
        .catch(() => undefined);
    }
  }

  takeOverChannel(channelId?: string): void {
    for (const channel of this.#named(channelId)) this.#channels.connect(channel, null);
  }

  unsubscribe(channelId?: string): void {
    for (const channel of this.#named(channelId)) this.#channels.unsubscribe(channel);
  }

  sendText(text: string): void {
    for (const { socket } of this.#connected()) socket?.sendText(text);
  }

  reset(): void {
    this.#channels.clear();
    this.#eventsSent = 0;
  }

  close(): void {
    this.#closing.abort();
    for (const client of this.#server.clients) client.terminate();
  }

  #connected(): readonly Channel[] {
    return this.#channels.all().filter(({ socket }) => socket !== null);
  }

  #named(id: string | undefined): readonly Channel[] {
    return this.#connected().filter((channel) => id === undefined || channel.id === id);
  }
}
