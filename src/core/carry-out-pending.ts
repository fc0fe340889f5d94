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
  showWorkingAfterMs,
  whileInFlight,
} from './deps.js';
import { RecordError } from './errors.js';
import { giveWay, ordererOf } from './give-way.js';
import { type AuditOutcome, isUnfinished, type RecordingJob } from './model.js';
import type { JobChange } from './ports.js';
import { showWaiting } from './show-waiting.js';

export type Order = 'pause' | 'resume';

/** A forgotten pause loses evidence; a card number that is recorded cannot be taken back. */
export const priorityOf = (order: Order) => (order === 'pause' ? 'stop' : 'start');

/**
 * Asks Genesys for what is pending, and commits what came of it. Throws `STATE_CONFLICT` where somebody has wanted the
 * opposite meanwhile.
 */
export function carryOutPending(deps: Deps, job: RecordingJob): Promise<Answer> {
  const order = job.pending;
  if (order === null) throw new Error(`nothing is pending for job ${job.id}`);
  return whileInFlight(deps, job.id, async () => {
    deps.board.redraw(job.conversationId, showWorkingAfterMs);
    try {
      const outcome = await ask(deps, job, order);
      // Outside of what catches Genesys's errors: a database that fails here says nothing about the recording.
      if (outcome === 'done') return await finish(deps, job, order);
      if (outcome === 'already-finished') return await end(deps, job, order, false);
      if (outcome === 'not-recorded' && !isRunningPause(job)) return await end(deps, job, order, true);
      const error = outcome === 'not-recorded' ? nothingRecorded() : outcome;
      if (isRepeated(job, error)) return await repeatLater(deps, job, order, error);
      throw await giveBack(deps, job, order, error);
    } finally {
      deps.board.redraw(job.conversationId);
    }
  });
}

async function ask(deps: Deps, job: RecordingJob, order: Order) {
  try {
    return await deps.recordings.setPaused(job, order === 'pause', {
      priority: priorityOf(order),
      onWait: (ms) => void showWaiting(deps, job, ms),
    });
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    return error;
  }
}

/** What has taken the place of another order is repeated whatever Genesys answers: nobody knows what it would go back to. */
const isRepeated = (job: RecordingJob, error: RecordError): boolean =>
  isPassing(error) || job.overtook !== null;

/**
 * Until Genesys has resumed it, or the call is over, a pause made here is the bot's to end: that nothing is recorded just now does
 * not mean that it will not be, and then paused. Of two opposite orders nobody knows whether one has made such a pause.
 */
const isRunningPause = ({ pauseEndsAt, overtook }: RecordingJob): boolean =>
  pauseEndsAt !== null || overtook !== null;

const nothingRecorded = (): RecordError =>
  new RecordError('UNAVAILABLE', 'Genesys records nothing of that call at the moment.', {
    cure: 'It may record the call again with the next agent, as paused as it was.',
  });

const settled = { pending: null, pendingBy: null, overtook: null } as const;
export const notPaused = { pausedBy: null, pausedAt: null, pauseEndsAt: null } as const;

async function finish(deps: Deps, job: RecordingJob, order: Order): Promise<Answer> {
  const now = deps.clock.now();
  const changed =
    order === 'pause'
      ? await settle(deps, job, order, 'done', {
          ...{ state: 'paused', pausedBy: job.pendingBy, pausedAt: now },
          pauseEndsAt: now + deps.pauseMaxMs,
          retryAt: now + deps.pauseMaxMs,
        })
      : await settle(deps, job, order, 'done', { state: 'recording', ...notPaused, retryAt: null });
  deps.logger.info(
    { jobId: job.id, conversationId: job.conversationId, order },
    'recording paused or resumed',
  );
  if (!isUnfinished(changed)) return { kind: 'already-finished', job: changed };
  return { kind: order === 'pause' ? 'paused' : 'resumed', job: changed };
}

async function end(deps: Deps, job: RecordingJob, order: Order, callWentOn: boolean): Promise<Answer> {
  const finishedAt = deps.clock.now();
  const over = { ...notPaused, state: 'ended', finishedAt, callWentOn, retryAt: null } as const;
  const error = new RecordError('NOT_FOUND', `There was nothing left to ${order}.`);
  return { kind: 'already-finished', job: await settle(deps, job, order, 'failed', over, error) };
}

/** Commits the outcome; of an order whose call has ended meanwhile only that it was carried out. */
async function settle(
  deps: Deps,
  job: RecordingJob,
  order: Order,
  outcome: AuditOutcome,
  change: JobChange,
  error?: RecordError,
): Promise<RecordingJob> {
  const now = deps.clock.now();
  const audit = auditOf(
    deps,
    {
      actor: ordererOf(job),
      action: order,
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
    { pending: order, pendingBy: job.pendingBy },
  );
  if (changed) return changed;
  const current = await giveWay(deps, job, order, outcome === 'done');
  if (!isUnfinished(current)) await deps.store.appendAudit(audit);
  return current;
}

async function repeatLater(deps: Deps, job: RecordingJob, order: Order, error: RecordError): Promise<Answer> {
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
    { pending: order, pendingBy: job.pendingBy },
  );
  deps.logger.warn({ err: error, jobId: job.id, pending: order }, 'not paused or resumed yet');
  return { kind: 'pause-pending', job: changed ?? (await giveWay(deps, job, order, false)) };
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
  await settle(deps, job, order, 'failed', { failure: failureOf(error), retryAt, retries }, error);
  return error;
}
