import { WebSocket } from 'ws';

/** How a socket came to its end, or never to its beginning. */
export interface SocketEnd {
  /** For a log and a sentence: `closed with 1001`, `ECONNRESET`. Never an address. */
  readonly why: string;
  /** The HTTP status with which the other side refused the connection; null where it did not. */
  readonly status: number | null;
}

/** Told of what happens to a socket. Nothing follows its end. */
interface SocketListener {
  onOpen(): void;
  /** Anything at all came: a message, a ping of the protocol. */
  onLife(): void;
  onText(text: string): void;
  onEnd(end: SocketEnd): void;
}

export interface Socket {
  /** Lost without a word where the socket is not open. */
  send(text: string): void;
  /** Ends it at once, whatever the other side does. */
  destroy(): void;
}

/** Begins to connect. Does not throw for an address that is a `ws:` or `wss:` URL. */
export type OpenSocket = (uri: string, listener: SocketListener) => Socket;

/** TCP, TLS and the upgrade, each silence within them. */
const handshakeTimeoutMs = 10_000;
/** A call with a hundred participants stays far below this. */
const maxMessageBytes = 4_000_000;

/** As the client's requests do, it uses no proxy and follows no redirect. */
export const openWebSocket: OpenSocket = (uri, listener) => {
  let ended = false;
  let cause: string | null = null;
  const end = (why: string, status: number | null = null) => {
    if (ended) return;
    ended = true;
    listener.onEnd({ why, status });
  };
  const socket = new WebSocket(uri, {
    handshakeTimeout: handshakeTimeoutMs,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  });
  socket.on('open', () => listener.onOpen());
  for (const sign of ['ping', 'pong'] as const) socket.on(sign, () => listener.onLife());
  socket.on('message', (data) => {
    listener.onLife();
    listener.onText(String(data));
  });
  // Its message may name the address; its code does not.
  socket.on('error', (error: NodeJS.ErrnoException) => {
    cause ??= error.code ?? 'no connection';
  });
  socket.on('unexpected-response', (_request, response) => {
    end(`refused with status ${response.statusCode}`, response.statusCode ?? null);
    socket.terminate();
  });
  socket.on('close', (code) => end(cause ?? `closed with ${code}`));
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    destroy: () => socket.terminate(),
  };
};
