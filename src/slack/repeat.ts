/** Tries something until it is done, with growing pauses after what throws. */
import type { Clock, Logger } from '../core/ports.js';

export interface RepeatDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Between 0 and 1; spreads the attempts. */
  readonly random: () => number;
  /** After it aborts nothing is tried any more; the store still knows what is left. */
  readonly signal: AbortSignal;
}

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/**
 * `attempt` says whether it is done; if it is not, it is called again at once. `pause` may end sooner than after so many
 * milliseconds, and does when the signal aborts.
 */
export async function repeatUntilDone(
  { clock, logger, random, signal }: RepeatDeps,
  trouble: string,
  attempt: () => Promise<boolean>,
  pause = (ms: number): Promise<void> => clock.sleep(ms, signal),
): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    try {
      if (await attempt()) return;
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      const pauseMs =
        Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures, 6)) * (0.5 + random() / 2);
      failures += 1;
      logger.warn({ err: error, failures, pauseMs: Math.round(pauseMs) }, `${trouble}; trying again`);
      await pause(pauseMs);
    }
  }
}
