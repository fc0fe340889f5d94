/**
 * One Socket Mode connection that is always replaced when it is lost.
 *
 * Bolt's own reconnecting is switched off: it waits five seconds at best, and where `apps.connections.open` fails
 * with anything it deems final (a 500, a revoked token) it ends the process by an unhandled rejection.
 */
import { type App, type Logger as SlackLogger, SocketModeReceiver, type webApi } from '@slack/bolt';
import type { Clock, Logger } from '../core/ports.js';
import { readFailure } from './slack-failure.js';

export interface SocketLineDeps {
  readonly appToken: string;
  /** A fresh object each time: the receiver writes into it. */
  readonly clientOptions: () => webApi.WebClientOptions;
  readonly slackLogger: SlackLogger;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Between 0 and 1; spreads the reconnects. */
  readonly random: () => number;
  readonly app: App;
}

/** From the request for an address to Slack's hello, in milliseconds. */
const openTimeoutMs = 20_000;
const firstPauseMs = 500;
/** After an outage of any length the bot is back within this. */
const longestPauseMs = 8_000;
/** How often the socket is looked at, since one that is closing may say so only half a minute later. */
const watchEveryMs = 1_000;

export class SocketLine {
  readonly #deps: SocketLineDeps;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #firstAttempt: Promise<unknown> | undefined;
  #live = false;
  #problem: unknown = null;

  constructor(deps: SocketLineDeps) {
    this.#deps = deps;
  }

  get live(): boolean {
    return this.#live;
  }

  /** Why the last attempt failed; null when it did not. */
  get problem(): unknown {
    return this.#problem;
  }

  /** Resolves when the first attempt has ended, with its error or null. Goes on by itself afterwards. */
  start(): Promise<unknown> {
    this.#firstAttempt ??= new Promise((resolve) => {
      this.#running = this.#run(resolve);
    });
    return this.#firstAttempt;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(onAttempt: (error: unknown) => void): Promise<void> {
    for (let failures = 0; !this.#stop.signal.aborted; ) {
      const receiver = this.#createReceiver();
      try {
        await this.#open(receiver);
        failures = 0;
        this.#live = true;
        this.#problem = null;
        onAttempt(null);
        await this.#whileOpen(receiver);
      } catch (error) {
        this.#problem = error;
        onAttempt(error);
        failures += 1;
      }
      this.#live = false;
      closeNow(receiver);
      if (failures > 0) await this.#pause(failures);
    }
  }

  #createReceiver(): SocketModeReceiver {
    const receiver = new SocketModeReceiver({
      appToken: this.#deps.appToken,
      logger: this.#deps.slackLogger,
      autoReconnectEnabled: false,
      installerOptions: { clientOptions: this.#deps.clientOptions() },
    });
    receiver.init(this.#deps.app);
    return receiver;
  }

  /** Resolves at Slack's hello. */
  async #open(receiver: SocketModeReceiver): Promise<void> {
    const timer = new AbortController();
    const given = AbortSignal.any([timer.signal, this.#stop.signal]);
    const timeout = this.#deps.clock.sleep(openTimeoutMs, given).then(() => {
      throw new Error(`no connection within ${openTimeoutMs} ms`);
    });
    timeout.catch(() => {});
    try {
      await Promise.race([receiver.start(), timeout]);
    } catch (error) {
      throw error ?? new Error('the connection was closed before Slack said hello');
    } finally {
      timer.abort();
    }
  }

  /** Resolves when the socket is lost, or is to be closed. */
  async #whileOpen({ client }: SocketModeReceiver): Promise<void> {
    const lost = new AbortController();
    client.once('disconnected', () => lost.abort());
    const until = AbortSignal.any([lost.signal, this.#stop.signal]);
    while (!until.aborted && client.websocket?.isActive()) {
      await this.#deps.clock.sleep(watchEveryMs, until);
    }
    if (!this.#stop.signal.aborted)
      this.#deps.logger.info({}, 'a socket to Slack has ended; opening a new one');
  }

  async #pause(failures: number): Promise<void> {
    const asked = readFailure(this.#problem);
    const askedMs = asked?.kind === 'passing' ? (asked.afterMs ?? 0) : 0;
    const growing = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures, 8));
    const pauseMs = Math.max(askedMs, growing * (0.5 + this.#deps.random() / 2));
    if (this.#stop.signal.aborted) return;
    this.#deps.logger.warn(
      { err: this.#problem, failures, pauseMs: Math.round(pauseMs) },
      'no socket to Slack; trying again',
    );
    await this.#deps.clock.sleep(pauseMs, this.#stop.signal);
  }
}

/** Ends the connection, also one that is only just being made, without waiting for Slack's half of the close. */
function closeNow({ client }: SocketModeReceiver): void {
  client.on('connecting', () => queueMicrotask(() => cut(client)));
  cut(client);
}

/** The first call asks for the end, the second does not wait for it. Both do nothing to what is closed. */
function cut(client: SocketModeReceiver['client']): void {
  void client.disconnect();
  if (client.websocket?.readyState !== undefined) void client.disconnect();
}
