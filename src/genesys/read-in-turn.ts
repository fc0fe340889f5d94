/** Reads many calls one by one, without using up what others may send. */
import { RecordError } from '../core/errors.js';
import type { Clock } from '../core/ports.js';
import { RateWindow } from './rate-window.js';

/** At once: enough to be quick, and few enough to stop soon. */
const readsAtOnce = 5;

interface Turns<T> {
  readonly found: ReadonlyMap<string, T>;
  /** Of the reads that failed, the first one's error. A failed read is not in `found`. */
  readonly failure: RecordError | null;
}

type ReadInTurn = <T>(ids: readonly string[], read: (id: string) => Promise<T>) => Promise<Turns<T>>;

/**
 * Reads in the order given, at most `perMinute`; the rest is left for later. Ends at a failure that the next read
 * would meet as well. Throws nothing but bugs.
 */
export function createReadInTurn(clock: Pick<Clock, 'now'>, perMinute: number): ReadInTurn {
  const window = new RateWindow(clock, perMinute);

  /** The window's whole allowance is for these reads: of its priorities the highest leaves nothing aside. */
  function mayRead(): boolean {
    if (window.waitFor('stop', 0) > 0) return false;
    window.count();
    return true;
  }

  return async (ids, read) => {
    const found = new Map<string, Awaited<ReturnType<typeof read>>>();
    const failures: RecordError[] = [];
    const readOne = async (id: string): Promise<void> => {
      try {
        found.set(id, await read(id));
      } catch (error) {
        if (!(error instanceof RecordError)) throw error;
        failures.push(error);
      }
    };
    for (let at = 0; at < ids.length && !failures.some(isEverybodys); at += readsAtOnce) {
      const batch = ids.slice(at, at + readsAtOnce).filter(mayRead);
      await Promise.all(batch.map(readOne));
    }
    return { found, failure: failures[0] ?? null };
  };
}

/** Not about that one call: Genesys is busy, or away, or lets the bot read no call at all. */
const isEverybodys = ({ code }: RecordError): boolean =>
  ['RATE_LIMITED', 'UNAVAILABLE', 'GENESYS_REFUSED'].includes(code);
