/** Which recording does somebody mean, and does it run? Asks the store first, Genesys only about what the store has not seen. */
import { auditOf, type Deps } from './deps.js';
import { type ActiveRecording, isUnfinished, type RecordingJob } from './model.js';
import type { Priority } from './ports.js';

/**
 * The job with that id, or of the conversation with that id; a recording that only Genesys knows is taken into the
 * books first. Null when neither knows one.
 */
export async function findRecording(
  deps: Deps,
  id: string,
  priority: Priority,
): Promise<RecordingJob | null> {
  const byId = await deps.store.findJob(id);
  if (byId) return byId;
  const ofConversation = await deps.store.findJobOf(id);
  if (ofConversation && isUnfinished(ofConversation)) return ofConversation;
  const asOf = deps.clock.now();
  const active = await deps.recordings.find(id, { priority });
  return active ? meetRecording(deps, active, asOf) : ofConversation;
}

/** Genesys may list a recording for a little while after its stop, in milliseconds. */
const listingLagMs = 15_000;

/**
 * The job that stands for a recording which a listing shows that was asked for at `asOf`: one that runs, one that was
 * stopped about then, so that the listing is merely late, or else a new one.
 */
export async function meetRecording(
  deps: Deps,
  active: ActiveRecording,
  asOf: number,
): Promise<RecordingJob> {
  const namesake = await findNamesake(deps, active);
  if (namesake) {
    if (isUnfinished(namesake) || (namesake.finishedAt ?? 0) > asOf - listingLagMs) return namesake;
    // Without names nothing tells a recording from the next one of its call.
    if (active.genesysId !== null) {
      deps.logger.warn(
        { jobId: namesake.id, genesysId: active.genesysId },
        'a finished recording runs again',
      );
      return observeRecording(deps, active, namesake);
    }
  }
  return observeRecording(deps, active, await findGivenUp(deps, active.conversationId));
}

/** The job of that name; where recordings have none, the conversation's newest, unless it never ran. */
async function findNamesake({ store }: Deps, active: ActiveRecording): Promise<RecordingJob | null> {
  if (active.genesysId !== null) return store.findJob(active.genesysId);
  const newest = await store.findJobOf(active.conversationId);
  return newest?.state === 'failed' ? null : newest;
}

/**
 * A start of ours that was given up may have taken effect this much later, in milliseconds. No longer than it must be:
 * what begins in that time is taken for ours, and ends by our deadline.
 */
const lateEffectMs = 60_000;

/**
 * Takes a recording into the books that runs at Genesys and that no unfinished job stands for. If it comes from a
 * job of ours that was given up, it keeps who asked, when, why, and until when, and gets a card where it was asked
 * for, because the old one says otherwise. If not, somebody started it elsewhere, and it has no deadline: it is not
 * ours to end.
 */
export async function observeRecording(
  deps: Deps,
  active: ActiveRecording,
  givenUp?: RecordingJob,
): Promise<RecordingJob> {
  const now = deps.clock.now();
  const job = { id: deps.newId(), conversationId: active.conversationId };
  // A policy records of its own accord, whatever was asked for before.
  const origin = active.recordingType === 'policy' ? undefined : givenUp;
  const inherited = origin && {
    startedBy: origin.startedBy,
    startReason: origin.startReason,
    channelId: origin.channelId,
    createdAt: origin.createdAt,
    deadlineAt: origin.deadlineAt,
  };
  const card = origin?.channelId == null ? undefined : { id: deps.newId(), channelId: origin.channelId };
  const { begun, job: known } = await deps.store.beginJob(
    {
      ...job,
      genesysId: active.genesysId,
      recordingType: active.recordingType,
      ...runningState(active, now),
      startedBy: { kind: 'genesys' },
      createdAt: now,
      recordingSince: now,
      updatedAt: now,
      adopted: true,
      ...inherited,
    },
    auditOf(deps, { actor: { kind: 'genesys' }, action: 'observe', outcome: 'done' }, job),
    card,
  );
  if (begun) deps.board.redraw(active.conversationId);
  return known;
}

/** The state of a recording that was found running, or paused by somebody else. */
export const runningState = ({ paused }: Pick<ActiveRecording, 'paused'>, now: number) =>
  paused
    ? ({ state: 'paused', pausedBy: { kind: 'genesys' }, pausedAt: now } as const)
    : ({ state: 'recording' } as const);

/** What Genesys may have done although it did not say so. */
const unsure: readonly (string | undefined)[] = ['UNAVAILABLE', 'UNEXPECTED_RESPONSE'];

/** The newest job of the conversation, if its start was given up without certainty and not long ago. */
async function findGivenUp(
  { store, clock }: Deps,
  conversationId: string,
): Promise<RecordingJob | undefined> {
  const newest = await store.findJobOf(conversationId);
  if (newest?.state !== 'failed' || !unsure.includes(newest.failure?.code)) return undefined;
  return clock.now() - (newest.finishedAt ?? 0) < lateEffectMs ? newest : undefined;
}
