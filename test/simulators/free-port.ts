/** A port for a bot that is about to start. */
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give out by themselves, where any connection would take one just before the bot does. */
const ports = { first: 20_000, count: 12_000 };
/** Processes that run side by side begin in different places. */
let turn = process.pid * 131;

/** A port that is free now. Somebody else may take it first: good enough for a demo and for tests. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < ports.count; tried += 1) {
    turn += 1;
    const port = ports.first + (turn % ports.count);
    if (await isFree(port)) return port;
  }
  throw new Error('No port to be had.');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
