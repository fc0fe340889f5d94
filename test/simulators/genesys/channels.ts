/**
 * Notification channels: who has which, what they are subscribed to, and when they end.
 * Limits: https://developer.genesys.cloud/notificationsalerts/notifications/notifications-apis
 */
import { randomUUID } from 'node:crypto';
import type { Token } from './auth.js';
import type { ChannelSocket } from './channel-socket.js';

const channelsPerClient = 20;
const lifetimeMs = 24 * 3_600_000;

export interface Channel {
  readonly id: string;
  readonly clientId: string;
  /** The token that it was opened with. */
  readonly tokenId: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** When it was opened, or a socket was, last. */
  lastUsedAt: number;
  topics: ReadonlySet<string>;
  socket: ChannelSocket | null;
  connections: number;
}

/** Sockets and subscriptions end with the channel; whoever listens is told why. */
export class Channels {
  /** By id. */
  readonly #channels = new Map<string, Channel>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Oldest first. */
  all(): readonly Channel[] {
    for (const channel of this.#channels.values()) {
      if (channel.expiresAt <= this.#now()) this.#remove(channel);
    }
    return [...this.#channels.values()];
  }

  of(clientId: string): readonly Channel[] {
    return this.all().filter((channel) => channel.clientId === clientId);
  }

  find(id: string): Channel | undefined {
    const channel = this.#channels.get(id);
    if (channel && channel.expiresAt <= this.#now()) this.#remove(channel);
    return this.#channels.get(id);
  }

  /** One too many pushes out another one of the client's: the least recently used, those without a socket first. */
  open({ clientId, id: tokenId }: Token): Channel {
    const others = this.of(clientId);
    if (others.length >= channelsPerClient) this.#pushOut(others);
    const channel: Channel = {
      id: `streaming-0-${randomUUID()}`,
      clientId,
      tokenId,
      createdAt: this.#now(),
      expiresAt: this.#now() + lifetimeMs,
      lastUsedAt: this.#now(),
      topics: new Set(),
      socket: null,
      connections: 0,
    };
    this.#channels.set(channel.id, channel);
    return channel;
  }

  /** Null stands for the socket of another client. The one that was there before is disconnected. */
  connect(channel: Channel, socket: ChannelSocket | null): void {
    channel.socket?.close();
    channel.socket = socket;
    channel.connections += 1;
    channel.lastUsedAt = this.#now();
    socket?.onClose(() => {
      if (channel.socket === socket) channel.socket = null;
    });
  }

  /** Genesys drops the subscriptions, and says so. */
  unsubscribe(channel: Channel): void {
    this.#drop(channel, 'no_longer_subscribed');
  }

  /** Said on each channel; then nothing more is told, though the socket stays. */
  revokeTokens(): void {
    for (const channel of this.all()) this.#drop(channel, 'token_revoked');
  }

  clear(): void {
    for (const channel of this.#channels.values()) this.#remove(channel);
  }

  #drop(channel: Channel, why: 'no_longer_subscribed' | 'token_revoked'): void {
    channel.topics = new Set();
    channel.socket?.send({
      topicName: `v2.system.${why}.${channel.id}`,
      version: '2',
      eventBody: { channelId: channel.id },
      metadata: {},
    });
  }

  #pushOut(channels: readonly Channel[]): void {
    const [first] = channels.toSorted(
      (one, other) =>
        Number(one.socket !== null) - Number(other.socket !== null) || one.lastUsedAt - other.lastUsedAt,
    );
    if (!first) return;
    this.unsubscribe(first);
    this.#remove(first);
  }

  #remove(channel: Channel): void {
    this.#channels.delete(channel.id);
    channel.socket?.close();
  }
}
