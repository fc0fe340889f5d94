import { RecordError } from '../core/errors.js';
import type { Clock } from '../core/ports.js';
import { TimeUp, within } from './deadline.js';
import { type Frame, pingText, readFrame } from './notification-frames.js';
import type { OpenSocket, Socket, SocketEnd } from './web-socket.js';

export interface NotificationSocketOptions {
  readonly openSocket: OpenSocket;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly connectUri: string;
  readonly signal: AbortSignal;
  readonly onFrame: (frame: Frame) => void;
  /** It was open and is no more; not told of {@link NotificationSocket.close}. */
  readonly onLost: (why: string) => void;
}

/** For all of the handshake, however it drips. */
const openTimeoutMs = 15_000;
const tickMs = 1_000;
/** Genesys sends a heartbeat about every 30 s. Counted in ticks: a clock that is set must not pass for silence. */
const pingAfterTicks = 25;
const deadAfterTicks = 30;

/** One socket, watched: sockets die without a close. Whatever comes is life. */
export class NotificationSocket {
  readonly #options: NotificationSocketOptions;
  readonly #over = new AbortController();
  #socket: Socket | undefined;
  #open = false;
  #silentTicks = 0;

  /** Use {@link openNotificationSocket}. */
  constructor(options: NotificationSocketOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** At once, and without a word to `onLost`. */
  close(): void {
    this.#open = false;
    this.#over.abort();
    this.#socket?.destroy();
  }

  /** Resolves when it is open; rejects as {@link openNotificationSocket} does when it ends before. */
  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket = this.#options.openSocket(this.#options.connectUri, {
        onOpen: () => {
          if (this.#over.signal.aborted) return;
          this.#open = true;
          void this.#watch();
          resolve();
        },
        onLife: () => {
          this.#silentTicks = 0;
        },
        onText: (text) => {
          if (!this.#over.signal.aborted) this.#options.onFrame(readFrame(text));
        },
        onEnd: (end) => {
          reject(toError(end));
          this.#lose(end.why);
        },
      });
    });
  }

  #lose(why: string): void {
    if (!this.#open) return;
    this.close();
    this.#options.onLost(why);
  }

  async #watch(): Promise<void> {
    while (this.#open) {
      await this.#options.clock.sleep(tickMs, this.#over.signal);
      this.#silentTicks += 1;
      if (this.#silentTicks === pingAfterTicks) this.#socket?.send(pingText);
      if (this.#silentTicks >= deadAfterTicks) this.#lose(`silent for ${deadAfterTicks} s`);
    }
  }
}

/** Throws `NOT_FOUND` when Genesys does not let it in, since the channel is gone; `UNAVAILABLE` when no connection comes about. */
export async function openNotificationSocket(
  options: NotificationSocketOptions,
): Promise<NotificationSocket> {
  const socket = new NotificationSocket(options);
  try {
    await within(socket.connect(), { ms: openTimeoutMs, signal: options.signal });
    return socket;
  } catch (error) {
    socket.close();
    throw error instanceof TimeUp ? unavailable('no answer') : error;
  }
}

function toError({ why, status }: SocketEnd): RecordError {
  // A server that is overloaded or broken says nothing about the channel.
  const aboutChannel = status !== null && status >= 400 && status < 500 && status !== 429;
  if (!aboutChannel) return unavailable(why);
  return new RecordError('NOT_FOUND', `Genesys gives no more access to the channel of call events (${why}).`);
}

const unavailable = (why: string): RecordError =>
  new RecordError('UNAVAILABLE', `Genesys cannot be reached for call events (${why}).`, {
    cure: 'If it persists, check that the network of the bot lets WebSockets out.',
  });
