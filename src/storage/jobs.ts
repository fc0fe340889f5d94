/** Recording jobs. One winner: by the unique indexes when they begin, by guarded updates when they change. */
import { RecordError } from '../core/errors.js';
import { type AuditEntry, type JobState, jobIdOf, type RecordingJob } from '../core/model.js';
import type { Expected, JobChange, JobCount, NewCard, NewJob } from '../core/ports.js';
import { appendAudit } from './audit.js';
import { insertCard } from './cards.js';
import { LostRace, type Queryable, type Row, type SqlValue } from './db.js';
import { oweReplies } from './replies.js';
import { fromJob, toJob } from './rows.js';
import { currentOrder, inChunks, insert, placeholders, unfinished } from './sql.js';
import { raiseVersion } from './versions.js';

export async function beginJob(
  tx: Queryable,
  job: NewJob,
  audit: AuditEntry,
  card: NewCard | undefined,
): Promise<{ begun: boolean; job: RecordingJob }> {
  const standing = await findStanding(tx, job);
  if (standing) return { begun: false, job: standing };

  await insert(tx, 'conversations', { id: job.conversationId, version: 0, first_seen_at: job.createdAt });
  const version = await raiseVersion(tx, job.conversationId);
  const row = await insert(
    tx,
    'jobs',
    fromJob({ adopted: false, retries: 0, updatedAt: job.createdAt, ...job }),
  );
  if (!row) throw new LostRace(`conversation ${job.conversationId}`);
  await appendAudit(tx, audit);
  if (card) await insertCard(tx, { ...card, conversationId: job.conversationId, jobId: job.id }, version);
  return { begun: true, job: toJob(row) };
}

/** The job in whose way a new one would be. */
async function findStanding(tx: Queryable, job: NewJob): Promise<RecordingJob | null> {
  return (
    first(
      await tx.query(`SELECT * FROM jobs WHERE conversation_id = $1 AND ${unfinished}`, [job.conversationId]),
    ) ??
    first(
      await tx.query(`SELECT * FROM jobs WHERE id = $1 OR (genesys_id = $2 AND ${unfinished})`, [
        job.id,
        job.genesysId ?? null,
      ]),
    )
  );
}

export async function changeJob(
  tx: Queryable,
  jobId: string,
  from: readonly JobState[],
  change: JobChange,
  at: number,
  audit: AuditEntry | readonly AuditEntry[],
  expected: Expected,
): Promise<RecordingJob | null> {
  const before = first(await tx.query('SELECT * FROM jobs WHERE id = $1', [jobId]));
  if (!before || !from.includes(before.state)) return null;
  if (!isAsExpected(before, expected)) return null;
  await refuseTakenName(tx, jobId, change.genesysId);

  await raiseVersion(tx, before.conversationId, jobId);
  const job = await guardedUpdate(tx, jobId, from, change, at, expected);
  // Changed since it was read a moment ago.
  if (!job) throw new LostRace(`job ${jobId}`);
  for (const entry of [audit].flat()) await appendAudit(tx, entry);
  if (change.state === 'stopped' || change.state === 'ended') await oweReplies(tx, job, at, 'finished');
  return job;
}

/** Two unfinished jobs of ours can never stand for one recording of Genesys. */
async function refuseTakenName(tx: Queryable, jobId: string, genesysId: string | null | undefined) {
  if (genesysId === undefined || genesysId === null) return;
  const other = first(
    await tx.query(`SELECT * FROM jobs WHERE genesys_id = $1 AND id <> $2 AND ${unfinished}`, [
      genesysId,
      jobId,
    ]),
  );
  if (!other) return;
  throw new RecordError(
    'STATE_CONFLICT',
    `Genesys calls this recording ${genesysId}, which is another job here.`,
    {
      cure: `See /record status ${jobIdOf(other)}`,
    },
  );
}

function isAsExpected(job: RecordingJob, expected: Expected): boolean {
  const stored = fromJob(job);
  return Object.entries(fromJob(expected)).every(([column, value]) => stored[column] === value);
}

/** Null when the job is not any more in one of the states `from`, or not as expected. */
async function guardedUpdate(
  tx: Queryable,
  jobId: string,
  from: readonly JobState[],
  change: JobChange,
  at: number,
  expected: Expected,
): Promise<RecordingJob | null> {
  const values: SqlValue[] = [];
  const parameter = (value: SqlValue) => `$${values.push(value)}`;
  const each = (columns: Record<string, SqlValue>, operator: string) =>
    Object.entries(columns).map(([column, value]) => `${column} ${operator} ${parameter(value)}`);
  const assignments = each(fromJob({ ...change, updatedAt: at }), '=');
  // No index serves IS NOT DISTINCT FROM.
  const conditions = [...each({ id: jobId }, '='), ...each(fromJob(expected), 'IS NOT DISTINCT FROM')];
  const rows = await tx.query(
    `UPDATE jobs SET ${assignments.join(', ')}
     WHERE ${conditions.join(' AND ')} AND state IN (${from.map(parameter).join(', ')})
     RETURNING *`,
    values,
  );
  return first(rows);
}

export async function findJob(tx: Queryable, anyJobId: string): Promise<RecordingJob | null> {
  return first(
    await tx.query(
      `SELECT * FROM jobs WHERE id = $1 OR genesys_id = $1
       ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END, ${currentOrder} LIMIT 1`,
      [anyJobId],
    ),
  );
}

export async function findJobOf(tx: Queryable, conversationId: string): Promise<RecordingJob | null> {
  return first(
    await tx.query(`SELECT * FROM jobs WHERE conversation_id = $1 ORDER BY ${currentOrder} LIMIT 1`, [
      conversationId,
    ]),
  );
}

export async function listUnfinishedJobs(
  tx: Queryable,
  limit: number | undefined,
): Promise<readonly RecordingJob[]> {
  const inOrder = `SELECT * FROM jobs WHERE ${unfinished} ORDER BY created_at, seq`;
  const rows = limit === undefined ? tx.query(inOrder) : tx.query(`${inOrder} LIMIT $1`, [limit]);
  return (await rows).map(toJob);
}

export async function countUnfinishedJobs(tx: Queryable, atMost: number | undefined): Promise<JobCount> {
  const all = `SELECT id FROM jobs WHERE ${unfinished}`;
  // By the index that holds nothing else: to look at each job's state would take longer the more there are.
  const counted = (rows: string) =>
    `SELECT COUNT(*) AS total, (SELECT COUNT(*) FROM jobs WHERE state = 'paused') AS paused FROM (${rows}) AS few`;
  const [{ total, paused } = {}] =
    atMost === undefined
      ? await tx.query(counted(all))
      : await tx.query(counted(`${all} LIMIT $1`), [atMost]);
  return { total: Number(total), paused: Number(paused) };
}

export async function listUnfinishedJobsOf(
  tx: Queryable,
  conversationIds: readonly string[],
): Promise<readonly RecordingJob[]> {
  const jobs: RecordingJob[] = [];
  for (const ids of inChunks(conversationIds)) {
    const rows = await tx.query(
      `SELECT * FROM jobs WHERE ${unfinished} AND conversation_id IN ${placeholders(ids.length)}`,
      ids,
    );
    jobs.push(...rows.map(toJob));
  }
  return jobs;
}

const first = ([row]: readonly Row[]): RecordingJob | null => (row ? toJob(row) : null);
