/** The socket side of the server: opened, and closed at once with whatever hangs on it. */
import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** A client may open many connections in one go; Node's default of 511 would drop some. */
const backlog = 4096;
/** Longer than clients keep idle connections, so that none is closed just when it is used again. */
const keepAliveTimeoutMs = 65_000;

type Upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => void;
type Handler = (request: IncomingMessage, response: ServerResponse, signal: AbortSignal) => Promise<void>;

export class Listener {
  readonly #server: Server;
  readonly #closing = new AbortController();
  #port = 0;

  /** `onError` gets what the handler rejects with, unless that comes from closing. */
  constructor(handle: Handler, upgrade: Upgrade, onError: (error: unknown) => void) {
    // One listener for each slow request; Node warns at eleven.
    setMaxListeners(0, this.#closing.signal);
    this.#server = createServer({ keepAliveTimeout: keepAliveTimeoutMs }, (request, response) => {
      handle(request, response, this.#closing.signal).catch((error: unknown) => {
        if (!this.#closing.signal.aborted) onError(error);
        response.destroy();
      });
    });
    this.#server.on('upgrade', upgrade);
  }

  get port(): number {
    return this.#port;
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, host: '127.0.0.1', backlog }, () => {
        this.#server.off('error', reject);
        this.#port = (this.#server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  /** A server that is closed already says so by an error, which is as good. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#closing.abort();
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}
