/** What becomes of a stop that has been committed: carried out, repeated later, or given back. */
import type { Answer } from './answer.js';
import {
  auditOf,
  backoffMs,
  type Deps,
  failureOf,
  isPassing,
  reread,
  showWorkingAfterMs,
  whileInFlight,
} from './deps.js';
import { RecordError } from './errors.js';
import type { RecordingJob } from './model.js';
import { showWaiting } from './show-waiting.js';

/**
 * Asks Genesys to stop a job that is `stopping`, and commits what came of it. `again`: an earlier attempt may have
 * taken effect, whether its answer was lost or the process that made it.
 */
export function carryOutStop(deps: Deps, job: RecordingJob, again = false): Promise<Answer> {
  return whileInFlight(deps, job.id, async () => {
    deps.board.redraw(job.conversationId, showWorkingAfterMs);
    try {
      const outcome = await deps.recordings.stop(job, {
        priority: 'stop',
        onWait: (ms) => void showWaiting(deps, job, ms),
      });
      return await finish(deps, job, outcome, again);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      if (isPassing(error)) return await repeatLater(deps, job, error);
      throw await giveBack(deps, job, error);
    } finally {
      deps.board.redraw(job.conversationId);
    }
  });
}

async function finish(
  deps: Deps,
  job: RecordingJob,
  outcome: 'stopped' | 'already-finished',
  again: boolean,
): Promise<Answer> {
  const now = deps.clock.now();
  // After an attempt whose answer was lost, “already finished” is most likely our own doing.
  const ours = outcome === 'stopped' || again;
  const changed = await deps.store.changeJob(
    job.id,
    ['stopping'],
    {
      state: ours ? 'stopped' : 'ended',
      finishedAt: now,
      failure: null,
      retryAt: null,
    },
    now,
    auditOf(
      deps,
      {
        actor: job.stoppedBy ?? { kind: 'bot' },
        action: 'stop',
        outcome: 'done',
        code: outcome === 'stopped' ? null : 'NOT_FOUND',
      },
      job,
    ),
  );
  deps.logger.info({ jobId: job.id, genesysId: job.genesysId, outcome }, 'recording stopped');
  return { kind: ours ? 'stopped' : 'already-finished', job: changed ?? (await reread(deps, job)) };
}

async function repeatLater(deps: Deps, job: RecordingJob, error: RecordError): Promise<Answer> {
  const now = deps.clock.now();
  const changed = await deps.store.changeJob(
    job.id,
    ['stopping'],
    {
      failure: failureOf(error),
      retryAt: now + Math.max(backoffMs(job.retries), error.retryAfterMs ?? 0),
      retries: job.retries + 1,
    },
    now,
  );
  deps.logger.warn({ err: error, jobId: job.id, retries: job.retries + 1 }, 'stop not done yet');
  return { kind: 'stop-pending', job: changed ?? (await reread(deps, job)) };
}

/** The recording runs on, so its card offers Stop again and says why the last one was refused. */
async function giveBack(deps: Deps, job: RecordingJob, error: RecordError): Promise<RecordError> {
  const now = deps.clock.now();
  const byBot = job.stoppedBy?.kind === 'bot';
  await deps.store.changeJob(
    job.id,
    ['stopping'],
    {
      state: 'recording',
      stoppedBy: null,
      stopReason: null,
      failure: failureOf(error),
      retryAt: byBot ? now + backoffMs(job.retries) : null,
      retries: byBot ? job.retries + 1 : 0,
    },
    now,
    auditOf(
      deps,
      {
        actor: job.stoppedBy ?? { kind: 'bot' },
        action: 'stop',
        outcome: 'failed',
        code: error.code,
        reference: error.reference ?? null,
      },
      job,
    ),
  );
  return error;
}
