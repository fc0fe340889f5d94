/** Which recording does somebody mean, and does it run? Asks the store first, Genesys only about what the store has not seen. */
import { auditOf, type Deps } from './deps.js';
import { RecordError } from './errors.js';
import { type ActiveRecording, isUnfinished, type RecordingJob } from './model.js';
import type { Priority } from './ports.js';

/**
 * The running recording at Genesys that matches. Null only when Genesys has shown its whole list: a list cut short
 * is an `UNAVAILABLE`, never an absence, or a second recording would be started beside the first.
 */
export async function findActive(
  deps: Pick<Deps, 'recordings'>,
  matches: (recording: ActiveRecording) => boolean,
  priority: Priority,
): Promise<ActiveRecording | null> {
  const { items, complete } = await deps.recordings.listActive({ priority });
  const found = items.find(matches);
  if (found) return found;
  if (complete) return null;
  throw new RecordError('UNAVAILABLE', 'Genesys did not show its whole list of running recordings.', {
    cure: 'Try again; the log says what was missing.',
  });
}

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
  const active = await findActive(
    deps,
    (recording) => recording.genesysId === id || recording.conversationId === id,
    priority,
  );
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
  const namesake = await deps.store.findJob(active.genesysId);
  if (namesake) {
    if (isUnfinished(namesake) || (namesake.finishedAt ?? 0) > asOf - listingLagMs) return namesake;
    deps.logger.warn({ jobId: namesake.id, genesysId: active.genesysId }, 'a finished recording runs again');
  }
  return observeRecording(deps, active, namesake ?? (await findGivenUp(deps, active.conversationId)));
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
  origin?: RecordingJob,
): Promise<RecordingJob> {
  const now = deps.clock.now();
  const job = { id: deps.newId(), conversationId: active.conversationId };
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
      state: 'recording',
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
