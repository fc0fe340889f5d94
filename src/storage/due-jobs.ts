/** What time alone makes due: steps to be taken up, warnings, progress. */
import type { JobState, RecordingJob } from '../core/model.js';
import type { Db, Queryable, Row } from './db.js';
import { oweReplies } from './replies.js';
import { toJob } from './rows.js';
import { placeholders, unfinished } from './sql.js';
import { lockVersion, raiseVersion } from './versions.js';

/** Word for word the expression of the index `jobs_due`. */
const dueAt = 'COALESCE(retry_at, deadline_at)';

/**
 * Processes that claim at the same time pass over what the other has locked, and never wait. The rows are locked first
 * and changed then: a sub-select with a LIMIT inside the UPDATE may be run more than once by Postgres, and the order is
 * lost in RETURNING. NO KEY, so that cards and replies that refer to the jobs need not wait either.
 */
export function claimDueJobs(
  db: Db,
  now: number,
  until: number,
  limit: number,
): Promise<readonly RecordingJob[]> {
  const skipLocked = db.dialect === 'postgres' ? 'FOR NO KEY UPDATE SKIP LOCKED' : '';
  return db.transaction(async (tx) => {
    const rows = await tx.query(
      `SELECT * FROM jobs WHERE ${unfinished} AND ${dueAt} <= $1 ORDER BY ${dueAt}, seq LIMIT $2 ${skipLocked}`,
      [now, limit],
    );
    const jobs = rows.map((row) => toJob({ ...row, retry_at: until }));
    if (jobs.length === 0) return jobs;
    await tx.query(`UPDATE jobs SET retry_at = $1 WHERE id IN ${placeholders(jobs.length, 1)}`, [
      until,
      ...jobs.map(({ id }) => id),
    ]);
    return jobs;
  });
}

export async function holdJobs(db: Db, jobIds: readonly string[], until: number): Promise<void> {
  if (jobIds.length === 0) return;
  await db.query(
    `UPDATE jobs SET retry_at = $1
     WHERE id IN ${placeholders(jobIds.length, 1)} AND (state IN ('starting', 'stopping') OR pending IS NOT NULL)
       AND (retry_at IS NULL OR retry_at < $1)`,
    [until, ...jobIds],
  );
}

/** What is warned of: the columns with when it began and when it ends. */
interface Ending {
  readonly kind: 'warning' | 'pause-warning';
  readonly state: JobState;
  readonly beganAt: 'created_at' | 'paused_at';
  readonly endsAt: 'deadline_at' | 'pause_ends_at';
}

const ofRecording: Ending = {
  kind: 'warning',
  state: 'recording',
  beganAt: 'created_at',
  endsAt: 'deadline_at',
};
const ofPause: Ending = {
  kind: 'pause-warning',
  state: 'paused',
  beganAt: 'paused_at',
  endsAt: 'pause_ends_at',
};

export const warnOfDeadlines = (db: Db, now: number, aheadMs: number) => warn(db, ofRecording, now, aheadMs);

export const warnOfPauses = (db: Db, now: number, aheadMs: number) => warn(db, ofPause, now, aheadMs);

async function warn(
  db: Db,
  { kind, state, beganAt, endsAt }: Ending,
  now: number,
  aheadMs: number,
): Promise<readonly string[]> {
  const unwarned = `state = '${state}' AND COALESCE(warned_for, 0) <> ${endsAt}`;
  const jobs = await db.query(
    `SELECT * FROM jobs WHERE ${unwarned}
       AND ${endsAt} > $1 AND ${endsAt} <= $2 AND ${endsAt} - ${beganAt} > $3
     ORDER BY ${endsAt}`,
    [now, now + aheadMs, aheadMs],
  );
  return each(db, jobs, async (tx, job) => {
    await lockVersion(tx, job.conversationId);
    const end = endsAt === 'deadline_at' ? job.deadlineAt : job.pauseEndsAt;
    const [row] = await tx.query(
      `UPDATE jobs SET warned_for = ${endsAt} WHERE id = $1 AND ${unwarned} AND ${endsAt} = $2 RETURNING *`,
      [job.id, end],
    );
    if (!row) return false;
    await oweReplies(tx, toJob(row), now, kind);
    return true;
  });
}

/** When the next quarter begins. Word for word the expression of the index `jobs_progress`. */
const nextQuarterAt = 'COALESCE(progress_at, recording_since) + (deadline_at - recording_since) / 4';
const quarterHasBegun = `state = 'recording' AND ${nextQuarterAt} <= $1
       AND COALESCE(progress_at, recording_since) <= $2`;

export async function advanceProgress(db: Db, now: number, leastMs: number): Promise<readonly string[]> {
  const jobs = await db.query(`SELECT * FROM jobs WHERE ${quarterHasBegun} ORDER BY ${nextQuarterAt}`, [
    now,
    now - leastMs,
  ]);
  return each(db, jobs, async (tx, job) => {
    await lockVersion(tx, job.conversationId);
    const rows = await tx.query(
      `UPDATE jobs SET progress_at = $1 WHERE id = $3 AND ${quarterHasBegun} RETURNING id`,
      [now, now - leastMs, job.id],
    );
    if (rows.length === 0) return false;
    await raiseVersion(tx, job.conversationId, job.id);
    return true;
  });
}

/** Each job in a transaction of its own, so that none waits for many; the conversations of those that changed. */
async function each(
  db: Db,
  rows: readonly Row[],
  change: (tx: Queryable, job: RecordingJob) => Promise<boolean>,
): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const job of rows.map(toJob)) {
    const done = await db.transaction((tx) => change(tx, job));
    if (done) changed.push(job.conversationId);
  }
  return changed;
}
