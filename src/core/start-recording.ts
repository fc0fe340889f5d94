/** Start: the intent is committed, Genesys is asked once, the outcome is committed. A lost answer is settled by looking. */
import type { Answer, Asker } from './answer.js';
import type { Command } from './command.js';
import {
  auditOf,
  backoffMs,
  type Deps,
  failureOf,
  holdMs,
  personOf,
  reread,
  showWorkingAfterMs,
  whileInFlight,
} from './deps.js';
import { RecordError } from './errors.js';
import { findActive, observeRecording } from './find-recording.js';
import { formatDuration } from './format-duration.js';
import { findLeftStart } from './left-request.js';
import type { RecordingJob } from './model.js';
import { showWaiting } from './show-waiting.js';

type StartCommand = Extract<Command, { name: 'start' }>;

/** Pauses before each look for a recording whose start was not answered: it may become visible late. */
const lookPausesMs = [0, 1_000, 3_000];

/** As long as a request may wait for its turn and then still be on its way when its process has died, in milliseconds. */
const onItsWayMs = 45_000;

/** The same after a crash. A start that was asked for long enough ago is settled by one look. */
const lookPausesAfterCrashMs = (ageMs: number): readonly number[] =>
  ageMs >= onItsWayMs ? [0] : [0, 2_000, 3_000, 6_000];

export async function startRecording(deps: Deps, command: StartCommand, asker: Asker): Promise<Answer> {
  const left = await findLeftStart(deps, command, asker);
  if (left) return left;
  await refuseWhatCannotStart(deps, command);
  const { begun, job } = await recordIntent(deps, command, asker);
  if (!begun) return { kind: 'already-recording', job };
  return whileInFlight(deps, job.id, () => askGenesys(deps, job));
}

async function refuseWhatCannotStart(deps: Deps, command: StartCommand): Promise<void> {
  if (command.durationMs !== null && command.durationMs > deps.recordMaxMs) {
    const limit = formatDuration(deps.recordMaxMs);
    throw new RecordError('COMMAND_INVALID', `A recording may last ${limit} at most.`, {
      cure: `Ask for ${limit} or less (the setting is RECORD_MAX_MINUTES), or leave the duration out.`,
    });
  }
  const namesake = await deps.store.findJob(command.conversationId);
  if (namesake && namesake.conversationId !== command.conversationId) {
    throw new RecordError('COMMAND_INVALID', 'That is the id of a recording job, not of a conversation.', {
      cure: `Its conversation is ${namesake.conversationId}: send /record start ${namesake.conversationId}`,
    });
  }
}

function recordIntent(deps: Deps, command: StartCommand, asker: Asker) {
  const now = deps.clock.now();
  const job = { id: deps.newId(), conversationId: command.conversationId };
  return deps.store.beginJob(
    {
      ...job,
      state: 'starting',
      startedBy: personOf(asker),
      startReason: command.reason,
      channelId: asker.channelId,
      createdAt: now,
      deadlineAt: now + (command.durationMs ?? deps.recordMaxMs),
      retryAt: now + holdMs,
    },
    auditOf(
      deps,
      {
        actor: personOf(asker),
        action: 'start',
        outcome: 'asked',
        channelId: asker.channelId,
        reason: command.reason,
      },
      job,
    ),
    asker.newCardId === undefined ? undefined : { id: asker.newCardId, channelId: asker.channelId },
  );
}

async function askGenesys(deps: Deps, job: RecordingJob): Promise<Answer> {
  deps.board.redraw(job.conversationId, showWorkingAfterMs);
  try {
    const asked = await requestStart(deps, job);
    // Outside of what catches Genesys's errors: a database that fails here says nothing about the recording.
    if (!(asked instanceof RecordError)) {
      return { kind: 'started', job: await confirm(deps, job, asked.genesysId, false) };
    }
    if (asked.code === 'STATE_CONFLICT') return await settleStart(deps, job, asked, [0]);
    if (asked.maybeDone) return await settleStart(deps, job, asked);
    throw await fail(deps, job, asked);
  } finally {
    deps.board.redraw(job.conversationId);
  }
}

async function requestStart(
  deps: Deps,
  job: RecordingJob,
): Promise<{ readonly genesysId: string } | RecordError> {
  try {
    return await deps.recordings.start(job.conversationId, {
      priority: 'start',
      onWait: (ms) => void showWaiting(deps, job, ms),
    });
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    return error;
  }
}

/**
 * Finds out whether a start took effect, by looking at what Genesys records: adopted if it is there, failed with
 * `error` if it is not, and looked for again later when Genesys cannot be asked.
 */
async function settleStart(
  deps: Deps,
  job: RecordingJob,
  error: RecordError,
  pausesMs: readonly number[] = lookPausesMs,
): Promise<Answer> {
  const adopted = error.code === 'STATE_CONFLICT';
  try {
    for (const pauseMs of pausesMs) {
      await deps.clock.sleep(pauseMs);
      const found = await findActive(
        deps,
        (recording) => recording.conversationId === job.conversationId,
        'start',
      );
      if (found) {
        const settled = await confirm(deps, job, found.genesysId, adopted);
        return { kind: adopted ? 'adopted' : 'started', job: settled };
      }
    }
  } catch (lookError) {
    return { kind: 'start-pending', job: await lookLater(deps, job, lookError) };
  }
  throw await fail(deps, job, error);
}

/**
 * The same for a job whose process has died, or that could not be settled at once. Nobody waits for the answer any
 * more, which `retries` tells: the card says how it went, also if it failed.
 */
export function settleLeftStart(deps: Deps, job: RecordingJob): Promise<Answer> {
  const error = new RecordError(
    'UNAVAILABLE',
    'Genesys never confirmed the start, and it runs no recording of that call.',
    { cure: `Start it again: /record start ${job.conversationId}` },
  );
  const pausesMs = lookPausesAfterCrashMs(deps.clock.now() - job.createdAt);
  return settleStart(deps, { ...job, retries: job.retries + 1 }, error, pausesMs);
}

async function confirm(
  deps: Deps,
  job: RecordingJob,
  genesysId: string,
  adopted: boolean,
): Promise<RecordingJob> {
  const now = deps.clock.now();
  const changed = await deps.store.changeJob(
    job.id,
    ['starting'],
    { state: 'recording', genesysId, adopted, recordingSince: now, failure: null, retryAt: null, retries: 0 },
    now,
    auditOf(deps, { actor: job.startedBy, action: adopted ? 'adopt' : 'start', outcome: 'done' }, job),
  );
  deps.logger.info({ jobId: job.id, genesysId, conversationId: job.conversationId, adopted }, 'recording');
  return changed ?? (await acceptLate(deps, job, genesysId));
}

/** Somebody else has settled the job meanwhile. If they gave it up, the recording that runs after all is a job anew. */
async function acceptLate(deps: Deps, job: RecordingJob, genesysId: string): Promise<RecordingJob> {
  const current = await reread(deps, job);
  if (current.state !== 'failed') return current;
  return observeRecording(deps, { genesysId, conversationId: job.conversationId }, current);
}

async function fail(deps: Deps, job: RecordingJob, error: RecordError): Promise<RecordError> {
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
