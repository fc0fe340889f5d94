/**
 * Ends the parts in order, each in its time. A neighbour that hangs must cost neither the others their turn nor the process
 * its orderly end: all times together stay below the 25 s after which `main` ends it all the same.
 */
import type { Clock, Logger } from './core/ports.js';

interface Stopping {
  stop(): Promise<void>;
}

export interface Parts {
  readonly slack: Stopping;
  readonly upkeep: Stopping;
  readonly watch: Stopping;
  readonly board: Stopping;
  readonly http: Stopping;
  readonly pace: { leave(): Promise<void> };
  readonly genesys: { close(): void };
  readonly store: { close(): Promise<void> };
  readonly clock: Clock;
  readonly logger: Logger;
}

/** In milliseconds. Slack, the board and HTTP bound themselves, and are left behind only if that fails. */
const within = {
  slack: 11_000,
  upkeep: 5_000,
  watch: 5_000,
  board: 5_500,
  http: 10_500,
  pace: 1_000,
  store: 1_000,
};

/** Never rejects. */
export async function stopInOrder(parts: Parts): Promise<void> {
  const { slack, upkeep, watch, board, http, pace, genesys, store } = parts;
  const end = (name: keyof typeof within, work: Promise<unknown>) => inTime(parts, name, work);
  await end('slack', slack.stop());
  const closed = end('http', http.stop());
  await Promise.all([end('upkeep', upkeep.stop()), end('watch', watch.stop())]);
  await end('board', board.stop());
  await Promise.all([end('pace', pace.leave()), closed]);
  genesys.close();
  await end('store', store.close());
}

async function inTime(
  { clock, logger }: Pick<Parts, 'clock' | 'logger'>,
  part: keyof typeof within,
  work: Promise<unknown>,
): Promise<void> {
  const timer = new AbortController();
  const timeUp = clock.sleep(within[part], timer.signal).then(() => {
    if (!timer.signal.aborted) logger.error({ part }, 'did not stop in time, and is left behind');
  });
  const ended = work.catch((error: unknown) => logger.error({ err: error, part }, 'did not stop cleanly'));
  await Promise.race([ended, timeUp]);
  timer.abort();
}
