/**
 * One channel's worth of queues that is always listened to: a channel, its topics and its socket are made anew when they
 * are lost, and replaced before they end.
 */
import { levelOf, RecordError } from '../core/errors.js';
import { Backoff } from './notification-backoff.js';
import {
  blame,
  type Channel,
  type ChannelDeps,
  isSpent,
  lapse,
  openChannel,
  subscribe,
  untilRenewalMs,
} from './notification-channel.js';
import { type Frame, noticeOf } from './notification-frames.js';
import { type NotificationSocket, openNotificationSocket } from './notification-socket.js';
import type { OpenSocket } from './web-socket.js';

export interface LineDeps extends ChannelDeps {
  /** From 0 to 1; spreads the attempts. */
  readonly random: () => number;
  readonly openSocket: OpenSocket;
}

export interface LineListener {
  /** A call event, or something that could not be read. */
  onFrame(frame: Frame): void;
  /** It listens (again), or listens to more: what happened before may have been missed. */
  onUp(): void;
  /** An attempt has failed; the next one follows by itself. */
  onFailed(): void;
}

interface Connection {
  readonly channel: Channel;
  readonly socket: NotificationSocket;
  readonly since: number;
}

export class NotificationLine {
  readonly #deps: LineDeps;
  readonly #listener: LineListener;
  readonly #backoff: Backoff;
  readonly #stop = new AbortController();
  #queueIds: readonly string[];
  /** The one to listen on; null when a new one is wanted. */
  #channel: Channel | null = null;
  /** The newest that was open. While another channel is made ready it is the old one's. */
  #connection: Connection | null = null;
  /** Aborts when something is to be made anew. */
  #changed = new AbortController();
  #problem: string | null = null;
  #running: Promise<void> | undefined;

  constructor(deps: LineDeps, listener: LineListener, queueIds: readonly string[]) {
    this.#deps = deps;
    this.#listener = listener;
    this.#queueIds = queueIds;
    this.#backoff = new Backoff(deps);
  }

  /** Why no events arrive on it now, one sentence; null when they do. */
  get problem(): string | null {
    if (this.#connection?.socket.isOpen && this.#connection.channel.queueIds !== null) return null;
    return this.#problem ?? 'The bot is about to connect to Genesys for call events.';
  }

  /** The queues that Genesys does not tell of, although asked to. */
  get refused(): Channel['refused'] {
    return this.#connection?.channel.refused ?? [];
  }

  /** Somebody may have granted what was missing. */
  retryRefused(): void {
    if (!this.#channel?.refused.length) return;
    lapse(this.#channel);
    this.#changed.abort();
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when nothing more is told. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#connection?.socket.close();
    await this.#running;
  }

  listenTo(queueIds: readonly string[]): void {
    if (queueIds === this.#queueIds) return;
    this.#queueIds = queueIds;
    this.#changed.abort();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#changed = new AbortController();
      try {
        await this.#bringUp();
        await this.#untilChanged();
      } catch (error) {
        this.#failed(error);
      }
      await this.#backoff.pause(this.#stop.signal);
    }
    this.#connection?.socket.close();
  }

  /** Makes whatever is missing. The topics come before the socket, which replaces the old one only when it is open. */
  async #bringUp(): Promise<void> {
    const { signal } = this.#stop;
    this.#channel ??= await openChannel(this.#deps, signal);
    const channel = this.#channel;
    const queueIds = this.#queueIds;
    if (channel.queueIds === queueIds && this.#isConnectedTo(channel)) return;
    try {
      if (channel.queueIds !== queueIds) await subscribe(this.#deps, channel, queueIds, signal);
      if (!this.#isConnectedTo(channel)) await this.#connect(channel);
    } catch (error) {
      if (this.#channel === channel && isSpent(channel, error)) this.#channel = null;
      throw error;
    }
    // Its topics were lost while they were asked for: the next round is due already.
    if (signal.aborted || channel.queueIds === null) return;
    this.#backoff.succeeded();
    this.#problem = null;
    this.#deps.logger.info({ queues: queueIds.length }, 'Genesys tells of calls as they happen');
    this.#listener.onUp();
  }

  #isConnectedTo(channel: Channel): boolean {
    return this.#connection?.channel === channel && this.#connection.socket.isOpen;
  }

  async #connect(channel: Channel): Promise<void> {
    const socket = await openNotificationSocket({
      ...this.#deps,
      connectUri: channel.connectUri,
      signal: this.#stop.signal,
      onFrame: (frame) => this.#onFrame(channel, frame),
      onLost: (why) => this.#onLost(channel, why),
    }).catch((error) => {
      blame(channel);
      throw error;
    });
    const old = this.#connection;
    this.#connection = { channel, socket, since: this.#deps.clock.now() };
    channel.hasWorked = true;
    old?.socket.close();
  }

  /** Or until it is time for another channel. */
  async #untilChanged(): Promise<void> {
    const { clock } = this.#deps;
    const signal = AbortSignal.any([this.#changed.signal, this.#stop.signal]);
    await clock.sleep(this.#channel ? untilRenewalMs(this.#channel, clock.now()) : 0, signal);
    if (!signal.aborted) this.#channel = null;
  }

  #onFrame(channel: Channel, frame: Frame): void {
    const notice = noticeOf(frame);
    if (frame.kind === 'token-revoked') this.#deps.tokens.invalidate(channel.token);
    if (frame.kind === 'unsubscribed') lapse(channel);
    if (notice !== null) this.#disrupted(channel, notice, { spent: frame.kind !== 'unsubscribed' });
    else if (frame.kind !== 'life') this.#listener.onFrame(frame);
  }

  #onLost(channel: Channel, why: string): void {
    blame(channel, this.#deps.clock.now() - (this.#connection?.since ?? 0));
    // Asking for them again also finds out whether the channel is still there.
    lapse(channel);
    this.#disrupted(channel, `The connection for call events was lost: ${why}`, { spent: false });
  }

  /** What concerns a channel that is being replaced anyway is no news. */
  #disrupted(channel: Channel, why: string, { spent }: { readonly spent: boolean }): void {
    if (channel !== this.#channel) return;
    this.#problem = `${why}.`;
    this.#deps.logger.warn({ why }, 'Call events from Genesys must be connected anew');
    if (spent || isSpent(channel)) this.#channel = null;
    this.#backoff.failed();
    this.#changed.abort();
  }

  #failed(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    const problem = error instanceof Error ? error.message : String(error);
    if (problem !== this.#problem) {
      this.#deps.logger[levelOf(error)]({ err: error }, 'Genesys does not tell of calls; trying again');
    }
    this.#problem = problem;
    this.#backoff.failed(error instanceof RecordError ? error.retryAfterMs : 0);
    this.#listener.onFailed();
  }
}
