/** A conversation's version: what makes its cards stale, and the lock under which its jobs and cards change. */
import type { Queryable } from './db.js';

/** Makes every card of the conversation stale. Locks the conversation until the transaction's end. */
export async function raiseVersion(tx: Queryable, conversationId: string): Promise<number> {
  const version = await write(tx, conversationId, 'version + 1');
  await tx.query('UPDATE cards SET wanted_version = $2 WHERE conversation_id = $1', [
    conversationId,
    version,
  ]);
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
