/** One socket of a channel: heartbeats, the answer to a ping, and silence when told to. */
import { randomUUID } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import { isJsonObject, parseJson } from './json-body.js';

const heartbeatMs = 30_000;

export interface ChannelSocket {
  send(frame: object): void;
  sendText(text: string): void;
  /** Nothing goes out any more, and nobody is told. */
  silence(): void;
  close(code?: number): void;
  /** Without a word. */
  cut(): void;
  onClose(listener: () => void): void;
}

export interface SocketDeps {
  /** Resolves after `ms`; may reject when aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** Asked at every heartbeat. False ends the socket. */
  readonly isAlive: () => boolean;
}

const metadataFrame = (message: string) => ({ topicName: 'channel.metadata', eventBody: { message } });

/** The `WebSocket` must not answer pings of the protocol by itself: silence would not be silent. */
export function openChannelSocket(webSocket: WebSocket, { sleep, isAlive }: SocketDeps): ChannelSocket {
  let silent = false;
  const closed = new AbortController();
  const sendText = (text: string) => {
    if (!silent && webSocket.readyState === webSocket.OPEN) webSocket.send(text);
  };
  const socket: ChannelSocket = {
    send: (frame) => sendText(JSON.stringify(frame)),
    sendText,
    silence() {
      silent = true;
    },
    close: (code = 1000) => webSocket.close(code),
    cut: () => webSocket.terminate(),
    onClose: (listener) => void webSocket.on('close', listener),
  };
  async function beat(): Promise<void> {
    for (;;) {
      await sleep(heartbeatMs, closed.signal);
      if (closed.signal.aborted || !isAlive()) return;
      socket.send(metadataFrame('WebSocket Heartbeat'));
    }
  }
  webSocket.on('close', () => closed.abort());
  webSocket.on('error', () => webSocket.terminate());
  webSocket.on('ping', (data: Buffer) => {
    if (!silent) webSocket.pong(data);
  });
  webSocket.on('message', (data: RawData) => {
    const { message, correlationId } = readMessage(String(data));
    if (message === 'ping')
      socket.send({ ...metadataFrame('pong'), ...(correlationId !== undefined && { correlationId }) });
  });
  // A sleep may reject when it is aborted, which is how a closed socket's ends.
  beat().catch(() => webSocket.terminate());
  return socket;
}

export const eventFrame = (topicName: string, eventBody: object) => ({
  topicName,
  version: '2',
  eventBody,
  metadata: { CorrelationId: randomUUID() },
});

/** Anything else than a ping is passed over, as Genesys does. */
function readMessage(text: string): { readonly message: unknown; readonly correlationId?: unknown } {
  const frame = parseJson(text);
  return isJsonObject(frame)
    ? { message: frame['message'], correlationId: frame['correlationId'] }
    : { message: null };
}
