/** Knows which connections of a server carry a request, so that a stop need not wait for the others. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface Connections {
  /** Call for each request before it is answered. */
  begin(request: IncomingMessage, response: ServerResponse): void;
  /** Ends the connections that carry nothing, and from now on each one as soon as its request is answered. */
  drain(): void;
}

/**
 * Node's own `closeIdleConnections` is not enough: it spares a connection on which nothing was ever sent, and nothing
 * ends a kept-alive one whose request is answered after the server was closed.
 */
export function trackConnections(server: Server): Connections {
  /** The number of requests in flight on each open connection. */
  const open = new Map<Socket, number>();
  let draining = false;

  server.on('connection', (socket: Socket) => {
    open.set(socket, 0);
    socket.once('close', () => open.delete(socket));
  });

  return {
    begin({ socket }, response) {
      open.set(socket, (open.get(socket) ?? 0) + 1);
      if (draining) response.setHeader('connection', 'close');
      response.once('close', () => {
        const left = (open.get(socket) ?? 1) - 1;
        if (open.has(socket)) open.set(socket, left);
        if (draining && left === 0) socket.destroySoon();
      });
    },
    drain() {
      draining = true;
      for (const [socket, requests] of open) if (requests === 0) socket.destroy();
    },
  };
}
