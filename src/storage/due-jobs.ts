/** What time alone makes due: steps to be taken up, warnings, progress. */
import type { RecordingJob } from '../core/model.js';
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

export async function warnOfDeadlines(db: Db, now: number, aheadMs: number): Promise<readonly string[]> {
  const jobs = await db.query(
    `SELECT * FROM jobs WHERE state = 'recording'
       AND deadline_at > $1 AND deadline_at <= $2 AND deadline_at - created_at > $3
       AND COALESCE(warned_for, 0) <> deadline_at
     ORDER BY deadline_at`,
    [now, now + aheadMs, aheadMs],
  );
  return each(db, jobs, async (tx, job) => {
    await lockVersion(tx, job.conversationId);
    const [row] = await tx.query(
      `UPDATE jobs SET warned_for = deadline_at
       WHERE id = $1 AND state = 'recording' AND deadline_at = $2 AND COALESCE(warned_for, 0) <> deadline_at
       RETURNING *`,
      [job.id, job.deadlineAt],
    );
    if (!row) return false;
    await oweReplies(tx, toJob(row), now, 'warning');
    return true;
  });
}

export async function warnOfPauses(db: Db, now: number, aheadMs: number): Promise<readonly string[]> {
  const jobs = await db.query(
    `SELECT * FROM jobs WHERE state = 'paused'
       AND pause_ends_at > $1 AND pause_ends_at <= $2 AND pause_ends_at - paused_at > $3
       AND COALESCE(warned_for, 0) <> pause_ends_at
     ORDER BY pause_ends_at`,
    [now, now + aheadMs, aheadMs],
  );
  return each(db, jobs, async (tx, job) => {
    await lockVersion(tx, job.conversationId);
    const [row] = await tx.query(
      `UPDATE jobs SET warned_for = pause_ends_at
       WHERE id = $1 AND state = 'paused' AND pause_ends_at = $2 AND COALESCE(warned_for, 0) <> pause_ends_at
       RETURNING *`,
      [job.id, job.pauseEndsAt],
    );
    if (!row) return false;
    await oweReplies(tx, toJob(row), now, 'pause-warning');
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
