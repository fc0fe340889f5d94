/** What has become of the recordings that are known: this API has no list of them, so each one's call is read. */
import type { ActiveRecording, PolicyReading, RecordingListing, RecordingRef } from '../core/model.js';
import type { Clock, Logger, RequestOptions } from '../core/ports.js';
import type { ObservedCall } from './call-conversation.js';
import { callRequest } from './call-requests.js';
import type { GenesysClient } from './client.js';
import { createReadInTurn } from './read-in-turn.js';
import { findKnown } from './running-recording.js';

export interface KnownRecordingsOptions {
  readonly client: GenesysClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface KnownRecordings {
  /** Throws `RecordError` when not one call could be read. */
  list(known: readonly RecordingRef[], options?: RequestOptions): Promise<RecordingListing>;
}

/** A fifth of what Genesys allows one token in a minute. */
const readsPerMinute = 60;

export function createKnownRecordings({ client, clock, logger }: KnownRecordingsOptions): KnownRecordings {
  const readInTurn = createReadInTurn(clock, readsPerMinute);
  /** When each call was read last, as a number that grows: those that have waited for longest come first. */
  let turns = new Map<string, number>();
  let turn = 0;

  function inTurn(known: readonly RecordingRef[]): string[] {
    const ids = [...new Set(known.map(({ conversationId }) => conversationId))];
    turns = new Map(ids.map((id) => [id, turns.get(id) ?? 0]));
    return ids.toSorted((one, other) => (turns.get(one) ?? 0) - (turns.get(other) ?? 0));
  }

  return {
    async list(known, options) {
      const ids = inTurn(known);
      const { found, failure } = await readInTurn(ids, (id) => {
        turn += 1;
        turns.set(id, turn);
        return client.send(callRequest(id), { priority: 'poll', ...options });
      });
      if (failure && found.size === 0) throw failure;
      if (failure) {
        logger.warn(
          { err: failure, read: found.size, known: ids.length },
          'Not all calls with a recording were read',
        );
      }
      return toListing(known, found);
    },
  };
}

function toListing(
  known: readonly RecordingRef[],
  found: ReadonlyMap<string, ObservedCall | 'unknown'>,
): RecordingListing {
  const items: ActiveRecording[] = [];
  const policies: PolicyReading[] = [];
  const covered = new Set<string>();
  const isUp = (conversationId: string): boolean => {
    const observed = found.get(conversationId);
    return observed !== undefined && observed !== 'unknown' && !observed.event.over;
  };
  for (const recording of known) {
    const observed = found.get(recording.conversationId);
    if (observed === undefined) continue;
    const shown = observed === 'unknown' ? null : findKnown(recording, observed);
    if (shown === 'unclear') continue;
    covered.add(recording.conversationId);
    if (shown) items.push(shown);
    if (shown?.recordingType === 'policy') policies.push(...policyOf(observed));
  }
  return { items, covers: (conversationId) => covered.has(conversationId), policies, isUp };
}

/** Empty where the call does not tell. */
function policyOf(observed: ObservedCall | 'unknown'): PolicyReading[] {
  if (observed === 'unknown') return [];
  const { conversationId, policyRecording } = observed.event.call;
  return policyRecording === null ? [] : [{ conversationId, policyRecording }];
}
