/**
 * What becomes of a pause or a resumption that has been committed. Genesys takes either twice without harm, so a lost
 * answer is settled by asking again.
 */
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
import { type AuditOutcome, isUnfinished, type RecordingJob } from './model.js';
import type { JobChange } from './ports.js';
import { showWaiting } from './show-waiting.js';

export type Order = 'pause' | 'resume';

/** A forgotten pause loses evidence; a card number that is recorded cannot be taken back. */
export const priorityOf = (order: Order) => (order === 'pause' ? 'stop' : 'start');

/** Asks Genesys for what is pending, and commits what came of it. */
export function carryOutPending(deps: Deps, job: RecordingJob): Promise<Answer> {
  const order = job.pending;
  if (order === null) throw new Error(`nothing is pending for job ${job.id}`);
  return whileInFlight(deps, job.id, async () => {
    deps.board.redraw(job.conversationId, showWorkingAfterMs);
    try {
      const outcome = await deps.recordings.setPaused(job, order === 'pause', {
        priority: priorityOf(order),
        onWait: (ms) => void showWaiting(deps, job, ms),
      });
      return outcome === 'done' ? await finish(deps, job, order) : await end(deps, job, order);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      if (isPassing(error)) return await repeatLater(deps, job, error);
      throw await giveBack(deps, job, order, error);
    } finally {
      deps.board.redraw(job.conversationId);
    }
  });
}

const settled = { pending: null, pendingBy: null } as const;
export const notPaused = { pausedBy: null, pausedAt: null, pauseEndsAt: null } as const;

async function finish(deps: Deps, job: RecordingJob, order: Order): Promise<Answer> {
  const now = deps.clock.now();
  const changed =
    order === 'pause'
      ? await settle(deps, job, 'done', {
          ...{ state: 'paused', pausedBy: job.pendingBy, pausedAt: now },
          pauseEndsAt: now + deps.pauseMaxMs,
          retryAt: now + deps.pauseMaxMs,
        })
      : await settle(deps, job, 'done', { state: 'recording', ...notPaused, retryAt: null });
  deps.logger.info(
    { jobId: job.id, conversationId: job.conversationId, order },
    'recording paused or resumed',
  );
  if (!isUnfinished(changed)) return { kind: 'already-finished', job: changed };
  return { kind: order === 'pause' ? 'paused' : 'resumed', job: changed };
}

async function end(deps: Deps, job: RecordingJob, order: Order): Promise<Answer> {
  const over = { ...notPaused, state: 'ended', finishedAt: deps.clock.now(), retryAt: null } as const;
  const error = new RecordError('NOT_FOUND', `There was nothing left to ${order}: the call is over.`);
  return { kind: 'already-finished', job: await settle(deps, job, 'failed', over, error) };
}

/** Commits the outcome; of an order that was overtaken (the call has ended) only that it was carried out. */
async function settle(
  deps: Deps,
  job: RecordingJob,
  outcome: AuditOutcome,
  change: JobChange,
  error?: RecordError,
): Promise<RecordingJob> {
  const now = deps.clock.now();
  const audit = auditOf(
    deps,
    {
      actor: job.pendingBy ?? { kind: 'bot' },
      action: job.pending ?? 'resume',
      outcome,
      code: error?.code ?? null,
      reference: error?.reference ?? null,
    },
    job,
  );
  const changed = await deps.store.changeJob(
    job.id,
    ['recording', 'paused'],
    { ...settled, failure: null, retries: 0, ...change },
    now,
    audit,
    { pending: job.pending },
  );
  if (changed) return changed;
  await deps.store.appendAudit(audit);
  return reread(deps, job);
}

async function repeatLater(deps: Deps, job: RecordingJob, error: RecordError): Promise<Answer> {
  const now = deps.clock.now();
  const changed = await deps.store.changeJob(
    job.id,
    ['recording', 'paused'],
    {
      failure: failureOf(error),
      retryAt: now + Math.max(backoffMs(job.retries), error.retryAfterMs ?? 0),
      retries: job.retries + 1,
    },
    now,
    undefined,
    { pending: job.pending },
  );
  deps.logger.warn({ err: error, jobId: job.id, pending: job.pending }, 'not paused or resumed yet');
  return { kind: 'pause-pending', job: changed ?? (await reread(deps, job)) };
}

/** The recording stays as it was. The bot itself goes on trying to end a pause that has lasted long enough. */
async function giveBack(
  deps: Deps,
  job: RecordingJob,
  order: Order,
  error: RecordError,
): Promise<RecordError> {
  const now = deps.clock.now();
  const byBot = job.pendingBy?.kind === 'bot';
  const retryAt = byBot ? now + backoffMs(job.retries) : order === 'resume' ? job.pauseEndsAt : null;
  const retries = byBot ? job.retries + 1 : 0;
  await settle(deps, job, 'failed', { failure: failureOf(error), retryAt, retries }, error);
  return error;
}
