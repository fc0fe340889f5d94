import type { Clock, Logger } from '../core/ports.js';

/** In milliseconds. */
const quietMs = 60_000;

/** Warns of each reason at most once a minute: whoever scans the internet must not flood the log. */
export function createRefusalLog(logger: Logger, clock: Pick<Clock, 'now'>) {
  const said = new Map<string, { at: number; unsaid: number }>();

  /** `reason` is one of a few, and nothing that the sender wrote. */
  return (reason: string, fields: object = {}): void => {
    const last = said.get(reason);
    if (last && clock.now() - last.at < quietMs) {
      last.unsaid += 1;
      return;
    }
    said.set(reason, { at: clock.now(), unsaid: 0 });
    logger.warn({ reason, ...fields, unsaidBefore: last?.unsaid ?? 0 }, 'A call alert was not taken');
  };
}
