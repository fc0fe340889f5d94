/** The bot's own HTTP server: health, readiness, metrics and, in HTTP mode, Slack's requests. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RecordError } from '../core/errors.js';
import type { Logger } from '../core/ports.js';
import { type Connections, trackConnections } from './connections.js';
import { createRoutes, type RouteOptions } from './routes.js';

export interface HttpServerOptions extends RouteOptions {
  /** 0: any free port; `start` tells which. */
  readonly port: number;
  readonly host: string;
  readonly logger: Logger;
  readonly limits?: Partial<HttpLimits>;
}

/** All in milliseconds. */
interface HttpLimits {
  /** Until the headers of a request must be there, from the connection's start. */
  readonly headersMs: number;
  /** Until a request must be there as a whole, body included. */
  readonly requestMs: number;
  /** How long an unused connection is kept. Load balancers keep theirs for 60 s and must be the first to let go. */
  readonly keepAliveMs: number;
  /** How often the first two are enforced. */
  readonly checkMs: number;
  /** How long a stop waits for requests in flight. */
  readonly stopMs: number;
}

const defaultLimits: HttpLimits = {
  headersMs: 10_000,
  requestMs: 15_000,
  keepAliveMs: 65_000,
  checkMs: 1_000,
  stopMs: 10_000,
};

export interface HttpServer {
  /** Rejects with `CONFIG_INVALID` when the address cannot be listened on. */
  start(): Promise<{ readonly port: number }>;
  /** Takes no new requests, answers those in flight, then ends every connection. Never rejects; may be repeated. */
  stop(): Promise<void>;
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { logger } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const handle = createRoutes(options);
  const listener: RequestListener = (request, response) => {
    connections.begin(request, response);
    void handle(request, response);
  };
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: limits.checkMs,
    },
    listener,
  );
  const connections = trackConnections(server);

  return {
    async start() {
      await listen(server, options.port, options.host);
      server.on('error', (err) => logger.error({ err }, 'The HTTP server reported an error'));
      const { port } = server.address() as AddressInfo;
      logger.info({ host: options.host, port }, 'The HTTP server listens');
      return { port };
    },
    stop: () => close(server, connections, limits.stopMs),
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => reject(toListenError(error, port, host));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

export function toListenError(error: NodeJS.ErrnoException, port: number, host: string): RecordError {
  const refuse = (message: string, cure: string) =>
    new RecordError('CONFIG_INVALID', message, { cure, cause: error });
  switch (error.code) {
    case 'EADDRINUSE':
      return refuse(
        `PORT ${port} is in use by another process.`,
        'End that process, or set PORT to a free one.',
      );
    case 'EACCES':
      return refuse(`PORT ${port} may not be used by this user.`, 'Set PORT to 1024 or above.');
    default:
      return refuse(
        `The address HOST ${host}, PORT ${port} cannot be listened on (${error.code}).`,
        'Set HOST to an address of this machine, or to 0.0.0.0 for all of them.',
      );
  }
}

async function close(server: Server, connections: Connections, withinMs: number): Promise<void> {
  // The callback's error says only that the server was not listening; then there is nothing to close.
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  connections.drain();
  const deadline = setTimeout(() => server.closeAllConnections(), withinMs);
  await closed;
  clearTimeout(deadline);
}
