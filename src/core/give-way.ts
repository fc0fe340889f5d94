/** What becomes of a pause or a resumption on its way to Genesys when somebody has wanted the opposite meanwhile. */
import { auditOf, type Deps, reread } from './deps.js';
import { overtaken, undone } from './left-request.js';
import type { Actor, RecordingJob } from './model.js';

export const ordererOf = ({ pendingBy }: RecordingJob): Actor => pendingBy ?? { kind: 'bot' };

/**
 * The last wish counts. Of an order that somebody has withdrawn while it was on its way, the outcome is on record; what is
 * added is that it took effect all the same. From now on nothing stands in the way of the one that is pending in its place.
 * Throws `STATE_CONFLICT` then; else returns the job as it is, over, or settled by another process.
 */
export async function giveWay(
  deps: Deps,
  job: RecordingJob,
  order: 'pause' | 'resume',
  tookEffect: boolean,
): Promise<RecordingJob> {
  const current = await reread(deps, job);
  const { pending, pendingBy } = current;
  if (pending === null) return current;
  const now = deps.clock.now();
  const reason = `Genesys had ${order}d it before it could be told otherwise`;
  await deps.store.changeJob(
    job.id,
    ['recording', 'paused'],
    { retryAt: now },
    now,
    tookEffect
      ? auditOf(deps, { actor: ordererOf(job), action: 'observe', outcome: 'done', reason }, job)
      : [],
    { pending, pendingBy },
  );
  throw tookEffect ? undone(job, order) : overtaken(job, order);
}
