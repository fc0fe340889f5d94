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
  const active = await findActive(
    deps,
    (recording) => recording.genesysId === id || recording.conversationId === id,
    priority,
  );
  return active ? observeRecording(deps, active) : ofConversation;
}

/** Takes a recording that somebody started elsewhere into the books. It has no deadline: it is not ours to end. */
export async function observeRecording(deps: Deps, active: ActiveRecording): Promise<RecordingJob> {
  const now = deps.clock.now();
  const job = { id: deps.newId(), conversationId: active.conversationId };
  const { begun, job: known } = await deps.store.beginJob(
    {
      ...job,
      genesysId: active.genesysId,
      state: 'recording',
      startedBy: { kind: 'genesys' },
      createdAt: now,
      recordingSince: now,
      adopted: true,
    },
    auditOf(deps, { actor: { kind: 'genesys' }, action: 'observe', outcome: 'done' }, job),
  );
  if (begun) deps.board.redraw(active.conversationId);
  return known;
}
