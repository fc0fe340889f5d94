/** A way to a server that a test can cut: for outages without touching the server itself. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** Resets every connection, and every new one at once. */
  cut(): void;
  /** Neither side hears anything any more, on old connections and new ones, and none is closed. */
  silence(): void;
  /** New connections are let through. Old ones that were silenced are reset. */
  restore(): void;
  close(): Promise<void>;
}

export async function createTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  let way: 'open' | 'cut' | 'silent' = 'open';
  const pairs = new Set<readonly Socket[]>();
  const resetAll = () => {
    for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy();
    pairs.clear();
  };

  const server = createServer({ pauseOnConnect: true }, (near) => {
    near.on('error', () => undefined);
    if (way === 'cut') return void near.resetAndDestroy();
    if (way === 'silent') return void pairs.add([near]);
    const pair = [near, connect(target)] as const;
    pairs.add(pair);
    join(...pair, () => pairs.delete(pair));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      way = 'cut';
      resetAll();
    },
    silence() {
      way = 'silent';
      for (const [near, far] of pairs) {
        for (const socket of [near, far]) socket?.unpipe().removeAllListeners('end').pause();
      }
    },
    restore() {
      if (way === 'silent') resetAll();
      way = 'open';
    },
    async close() {
      way = 'cut';
      resetAll();
      server.close();
      await once(server, 'close');
    },
  };
}

function join(near: Socket, far: Socket, whenClosed: () => void): void {
  near.pipe(far);
  far.pipe(near);
  for (const [socket, other] of [
    [near, far],
    [far, near],
  ] as const) {
    socket.on('error', () => other.resetAndDestroy());
    socket.on('close', () => {
      other.destroy();
      whenClosed();
    });
  }
}
