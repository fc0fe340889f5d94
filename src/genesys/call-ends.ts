/**
 * Which calls have ended, of those that the activity query does not list. It lists calls with a leg of a queue only: one in an
 * IVR, one dialled directly and one transferred off the queue are up all the same, so each call is read before it is taken for over.
 */
import type { CallDirectory, Clock, Logger, RequestOptions } from '../core/ports.js';
import type { ObservedCall } from './call-conversation.js';
import { callRequest } from './call-requests.js';
import type { GenesysClient } from './client.js';
import { createReadInTurn } from './read-in-turn.js';

export interface CallEndsOptions {
  readonly client: GenesysClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface CallEnds {
  /** The calls that whoever follows calls has just been shown. */
  noteListed(conversationIds: readonly string[]): void;
  readonly find: CallDirectory['findOver'];
}

/** With the other readings and the query itself less than the half of Genesys's allowance that polls may use. */
const readsPerMinute = 40;
/** So that a look ends soon. */
const readsPerLook = 20;
/** A call that was read and is up is read again after this, in milliseconds. */
const readAgainMs = 60_000;

/** A call that is not listed any more, or never was. */
interface Unlisted {
  /** From when on it is to be read, in milliseconds since 1970: whoever has waited for longest comes first. */
  readonly dueAt: number;
  /** It was read, and was up. */
  readonly wasUp: boolean;
}

export function createCallEnds({ client, clock, logger }: CallEndsOptions): CallEnds {
  const readInTurn = createReadInTurn(clock, readsPerMinute);
  /** The newest listing, and those before it as far as their calls are still asked about. */
  let latest: readonly string[] = [];
  let listed: ReadonlySet<string> = new Set();
  let unlisted = new Map<string, Unlisted>();

  async function read(ids: readonly string[], options?: RequestOptions) {
    const attempted = new Set<string>();
    const request: RequestOptions = { ...options, priority: 'poll' };
    const { found, failure } = await readInTurn(ids, (id) => {
      attempted.add(id);
      return client.send(callRequest(id), request);
    });
    if (failure) logger.warn({ err: failure }, 'Not all calls that are not listed were read');
    const now = clock.now();
    // A reading that failed is tried again after those that wait already.
    for (const id of attempted) unlisted.set(id, { dueAt: now + 1, wasUp: unlisted.get(id)?.wasUp ?? false });
    for (const [id, observed] of found) {
      if (isOver(observed)) unlisted.delete(id);
      else unlisted.set(id, { dueAt: now + readAgainMs, wasUp: true });
    }
    return { found, failure };
  }

  return {
    noteListed(ids) {
      latest = ids;
    },

    async find(ids, { complete }, options) {
      const now = clock.now();
      unlisted = new Map(ids.map((id) => [id, unlisted.get(id) ?? { dueAt: now, wasUp: false }]));
      const { found, failure } = await read(toRead(unlisted, now), options);
      // So many that reading them would take minutes: of one that was listed before, a complete listing is believed.
      const isBelieved = complete && !(failure && passes.has(failure.code));
      const over = ids.filter((id) => {
        const observed = found.get(id);
        if (observed) return isOver(observed);
        return isBelieved && listed.has(id) && !unlisted.get(id)?.wasUp;
      });
      listed = new Set([...latest, ...ids.filter((id) => listed.has(id))]);
      return over;
    },
  };
}

/** A failure that the next look need not meet. */
const passes: ReadonlySet<string> = new Set(['RATE_LIMITED', 'UNAVAILABLE']);

const isOver = (observed: ObservedCall | 'unknown'): boolean => observed === 'unknown' || observed.event.over;

function toRead(unlisted: ReadonlyMap<string, Unlisted>, now: number): string[] {
  return [...unlisted]
    .filter(([, { dueAt }]) => dueAt <= now)
    .toSorted(([, one], [, other]) => one.dueAt - other.dueAt)
    .slice(0, readsPerLook)
    .map(([id]) => id);
}
