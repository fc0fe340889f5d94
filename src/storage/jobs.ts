/** Recording jobs. One winner: by the unique indexes when they begin, by guarded updates when they change. */
import { RecordError } from '../core/errors.js';
import { type AuditEntry, type JobState, jobIdOf, type RecordingJob } from '../core/model.js';
import type { JobChange, NewCard, NewJob } from '../core/ports.js';
import { appendAudit } from './audit.js';
import { insertCard } from './cards.js';
import { LostRace, type Queryable, type Row } from './db.js';
import { oweReplies } from './replies.js';
import { fromJob, toJob } from './rows.js';
import { currentOrder, insert, placeholders, unfinished } from './sql.js';
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
  audit: AuditEntry | undefined,
): Promise<RecordingJob | null> {
  const before = first(await tx.query('SELECT * FROM jobs WHERE id = $1', [jobId]));
  if (!before || !from.includes(before.state)) return null;
  await refuseTakenName(tx, jobId, change.genesysId);

  await raiseVersion(tx, before.conversationId);
  const job = await guardedUpdate(tx, jobId, from, change, at);
  // Changed since it was read a moment ago.
  if (!job) throw new LostRace(`job ${jobId}`);
  if (audit) await appendAudit(tx, audit);
  if (change.state === 'stopped' || change.state === 'ended') await oweReplies(tx, job, at);
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

async function guardedUpdate(
  tx: Queryable,
  jobId: string,
  from: readonly JobState[],
  change: JobChange,
  at: number,
): Promise<RecordingJob | null> {
  const values = fromJob({ ...change, updatedAt: at });
  const columns = Object.keys(values);
  const rows = await tx.query(
    `UPDATE jobs SET ${columns.map((column, index) => `${column} = $${index + 1}`).join(', ')}
     WHERE id = $${columns.length + 1} AND state IN ${placeholders(from.length, columns.length + 1)}
     RETURNING *`,
    [...Object.values(values), jobId, ...from],
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

export async function listUnfinishedJobs(tx: Queryable): Promise<readonly RecordingJob[]> {
  return (await tx.query(`SELECT * FROM jobs WHERE ${unfinished} ORDER BY created_at, seq`)).map(toJob);
}

/** Walks through the unfinished jobs: they are as few as calls can be up at once. */
export async function listDueJobs(
  tx: Queryable,
  now: number,
  limit: number,
): Promise<readonly RecordingJob[]> {
  const rows = await tx.query(
    `SELECT * FROM jobs WHERE ${unfinished} AND COALESCE(retry_at, deadline_at) <= $1
     ORDER BY COALESCE(retry_at, deadline_at), seq LIMIT $2`,
    [now, limit],
  );
  return rows.map(toJob);
}

const first = ([row]: readonly Row[]): RecordingJob | null => (row ? toJob(row) : null);
