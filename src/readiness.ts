/** Whether commands can be served now, and the patience to wait until they can. */
import { RecordError } from './core/errors.js';
import type { Clock, Logger } from './core/ports.js';

/** Between attempts to reach Slack or the database at the start, in milliseconds. */
const reachRetryMs = 2_000;

/** Why commands cannot be served now, a sentence each; empty when they can. */
export async function notReady(parts: {
  readonly started: boolean;
  readonly slack: { notReady(): string[] };
  readonly clients: { notReady(): string[] };
  readonly store: { ping(): Promise<void> };
  readonly genesys: { ready(): Promise<void> };
}): Promise<string[]> {
  const reasonOf = (name: string, check: Promise<void>) =>
    check.then(
      () => [],
      (error: unknown) => [`${name}: ${error instanceof Error ? error.message : String(error)}`],
    );
  const reasons = await Promise.all([
    parts.started ? [] : ['The bot is starting or stopping'],
    parts.slack.notReady(),
    parts.clients.notReady(),
    reasonOf('Database', parts.store.ping()),
    reasonOf('Genesys', parts.genesys.ready()),
  ]);
  return reasons.flat();
}

/** A neighbour being down is no reason to end: whoever restarts the bot then would only have to do it again. */
export async function untilReachable(
  name: string,
  attempt: () => Promise<void>,
  { clock, logger, signal }: { clock: Clock; logger: Logger; signal: AbortSignal },
): Promise<void> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RecordError) || error.code !== 'UNAVAILABLE' || signal.aborted) throw error;
      logger.warn({ err: error }, `${name} cannot be reached yet; trying again`);
      await clock.sleep(reachRetryMs, signal);
    }
  }
}
