/** What becomes of a start that has been committed: confirmed, settled by looking where its answer was lost, or failed. */
import type { Answer } from './answer.js';
import { auditOf, backoffMs, type Deps, failureOf, reread } from './deps.js';
import { RecordError } from './errors.js';
import { observeRecording, runningState } from './find-recording.js';
import type { ActiveRecording, RecordingJob, RecordingRef } from './model.js';

/** Pauses before each look for a recording whose start was not answered: it may become visible late. */
const lookPausesMs = [0, 1_000, 3_000];

/** As long as a request may wait for its turn and then still be on its way when its process has died, in milliseconds. */
const onItsWayMs = 45_000;

/** The same after a crash. A start that was asked for long enough ago is settled by one look. */
const lookPausesAfterCrashMs = (ageMs: number): readonly number[] =>
  ageMs >= onItsWayMs ? [0] : [0, 2_000, 3_000, 6_000];

/** What Genesys says of the recording that it began. */
export type Started = Pick<RecordingRef, 'genesysId' | 'recordingType'>;

/**
 * Finds out whether a start took effect, by looking at what Genesys records: adopted if it ran before, or by the
 * organisation's policy, failed with `error` if nothing is recorded, and looked for again later when Genesys cannot be asked.
 */
export async function settleStart(
  deps: Deps,
  job: RecordingJob,
  error: RecordError,
  pausesMs: readonly number[] = lookPausesMs,
): Promise<Answer> {
  try {
    const found = await look(deps, job, pausesMs);
    if (found) {
      const adopted = job.adopted || found.recordingType === 'policy';
      const settled = await confirmStart(deps, job, found, adopted);
      return { kind: adopted ? 'adopted' : 'started', job: settled };
    }
  } catch (lookError) {
    return { kind: 'start-pending', job: await lookLater(deps, job, lookError) };
  }
  throw await failStart(deps, job, error);
}

/** What was begun may become visible late: what the policy records is taken for it only when nothing else has come. */
async function look(
  { clock, recordings }: Deps,
  { conversationId, adopted }: RecordingJob,
  pausesMs: readonly number[],
): Promise<ActiveRecording | null> {
  let found: ActiveRecording | null = null;
  for (const pauseMs of pausesMs) {
    await clock.sleep(pauseMs);
    found = await recordings.find(conversationId, { priority: 'start' });
    if (found && (adopted || found.recordingType !== 'policy')) break;
  }
  return found;
}

/**
 * Genesys was recording that call before. Committed before it is looked at, so that whoever settles the job, perhaps after a
 * crash, does not take somebody else's recording for the asker's.
 */
export async function settleConflict(deps: Deps, job: RecordingJob, error: RecordError): Promise<Answer> {
  const noted = await deps.store.changeJob(job.id, ['starting'], { adopted: true }, deps.clock.now());
  return settleStart(deps, noted ?? { ...job, adopted: true }, error, [0]);
}

/**
 * The same for a job whose process has died, or that could not be settled at once. Nobody waits for the answer any
 * more, which `retries` tells: the card says how it went, also if it failed.
 */
export function settleLeftStart(deps: Deps, job: RecordingJob): Promise<Answer> {
  const again = { cure: `Start it again: /record start ${job.conversationId}` };
  const error = job.adopted
    ? new RecordError(
        'STATE_CONFLICT',
        'That call was recorded already, and that recording has ended since.',
        again,
      )
    : new RecordError(
        'UNAVAILABLE',
        'Genesys never confirmed the start, and it runs no recording of that call.',
        again,
      );
  const pausesMs = lookPausesAfterCrashMs(deps.clock.now() - job.createdAt);
  return settleStart(deps, { ...job, retries: job.retries + 1 }, error, pausesMs);
}

export async function confirmStart(
  deps: Deps,
  job: RecordingJob,
  found: Started & Pick<ActiveRecording, 'paused'>,
  adopted: boolean,
): Promise<RecordingJob> {
  const now = deps.clock.now();
  const { genesysId, recordingType } = found;
  const changed = await deps.store.changeJob(
    job.id,
    ['starting'],
    {
      ...runningState(found, now),
      genesysId,
      recordingType,
      adopted,
      recordingSince: now,
      // Nobody can stop what a policy records.
      ...(recordingType === 'policy' && { deadlineAt: null }),
      failure: null,
      retryAt: null,
      retries: 0,
    },
    now,
    auditOf(deps, { actor: job.startedBy, action: adopted ? 'adopt' : 'start', outcome: 'done' }, job),
  );
  deps.logger.info(
    { jobId: job.id, genesysId, recordingType, conversationId: job.conversationId, adopted },
    'recording',
  );
  return changed ?? (await acceptLate(deps, job, found));
}

/** Somebody else has settled the job meanwhile. If they gave it up, the recording that runs after all is a job anew. */
async function acceptLate(
  deps: Deps,
  job: RecordingJob,
  found: Started & Pick<ActiveRecording, 'paused'>,
): Promise<RecordingJob> {
  const current = await reread(deps, job);
  if (current.state !== 'failed') return current;
  return observeRecording(deps, { ...found, conversationId: job.conversationId }, current);
}

export async function failStart(deps: Deps, job: RecordingJob, error: RecordError): Promise<RecordError> {
  const now = deps.clock.now();
  await deps.store.changeJob(
    job.id,
    ['starting'],
    { state: 'failed', failure: failureOf(error), finishedAt: now, retryAt: null, retries: job.retries },
    now,
    auditOf(
      deps,
      {
        actor: job.startedBy,
        action: 'start',
        outcome: 'failed',
        code: error.code,
        reference: error.reference ?? null,
      },
      job,
    ),
  );
  return error;
}

async function lookLater(deps: Deps, job: RecordingJob, lookError: unknown): Promise<RecordingJob> {
  const now = deps.clock.now();
  const changed = await deps.store.changeJob(
    job.id,
    ['starting'],
    {
      failure: failureOf(lookError),
      retryAt: now + backoffMs(job.retries),
      retries: Math.max(job.retries, 1),
    },
    now,
  );
  return changed ?? (await reread(deps, job));
}
