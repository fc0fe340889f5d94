/** A conversation's version: what makes its cards stale, and the lock under which its jobs and cards change. */
import type { Queryable } from './db.js';
import { unfinished } from './sql.js';

/**
 * Makes the conversation's cards stale, but for those of jobs that are finished: what such a card shows no longer changes with
 * the call or with another job, and Slack counts updates. A change of a job itself, named by `jobId`, reaches its cards
 * whatever its state. Locks the conversation until the transaction's end.
 */
export async function raiseVersion(tx: Queryable, conversationId: string, jobId?: string): Promise<number> {
  const version = await write(tx, conversationId, 'version + 1');
  await tx.query(
    `UPDATE cards SET wanted_version = $2
     WHERE conversation_id = $1 AND (job_id IS NULL OR job_id = $3 OR job_id IN (
       SELECT id FROM jobs WHERE conversation_id = $1 AND ${unfinished}
     ))`,
    [conversationId, version, jobId ?? null],
  );
  return version;
}

/** Locks the conversation until the transaction's end, so that its version stands still. SQLite has no FOR UPDATE. */
export const lockVersion = (tx: Queryable, conversationId: string): Promise<number> =>
  write(tx, conversationId, 'version');

async function write(tx: Queryable, conversationId: string, version: string): Promise<number> {
  const [row] = await tx.query(
    `UPDATE conversations SET version = ${version} WHERE id = $1 RETURNING version`,
    [conversationId],
  );
  if (!row) throw new Error(`the conversation ${conversationId} is not known`);
  const { version: written } = row;
  return Number(written);
}
