/**
 * What Slack delivers may come twice; the first to claim a delivery's key handles it. What a person asked for stays owed
 * until it is answered, and is held for a few seconds at a time by the process at work on it.
 */
import type { PersonRequest } from '../core/model.js';
import type { RequestClaim } from '../core/ports.js';
import type { Db, Queryable } from './db.js';
import { toRequest } from './rows.js';
import { inChunks, placeholders } from './sql.js';

/** Word for word the condition of the index `deliveries_owed`. */
export const owed = 'kind IS NOT NULL AND answered_at IS NULL';

/** A claim that comes again from the same claimant leaves the time of the first one. */
export async function claimDelivery(
  db: Db,
  key: string,
  now: number,
  claimant: string | null,
  { request, heldUntil }: { request?: PersonRequest; heldUntil?: number } = {},
): Promise<boolean> {
  const rows = await db.query(
    `INSERT INTO deliveries (key, claimed_at, claimed_by, kind, words, value, user_id, channel_id, held_until)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (key) DO UPDATE SET held_until = excluded.held_until
       WHERE deliveries.claimed_by = excluded.claimed_by
     RETURNING key`,
    [
      key,
      request?.askedAt ?? now,
      claimant,
      request?.kind ?? null,
      request?.words ?? null,
      request?.value ?? null,
      request?.userId ?? null,
      request?.channelId ?? null,
      heldUntil ?? null,
    ],
  );
  return rows.length > 0;
}

export async function isClaimed(db: Db, key: string): Promise<boolean> {
  const rows = await db.query('SELECT key FROM deliveries WHERE key = $1', [key]);
  return rows.length > 0;
}

/** No two requests share a claimant but those that were taken over together, so the pairs need not be matched. */
export async function holdRequests(
  db: Db,
  claims: readonly RequestClaim[],
  until: number,
): Promise<readonly string[]> {
  const held: unknown[] = [];
  for (const chunk of inChunks(claims)) {
    const rows = await db.query(
      `UPDATE deliveries SET held_until = $1
       WHERE key IN ${placeholders(chunk.length, 1)} AND claimed_by IN ${placeholders(chunk.length, 1 + chunk.length)}
         AND ${owed}
       RETURNING key`,
      [until, ...chunk.map(({ key }) => key), ...chunk.map(({ claimant }) => claimant)],
    );
    held.push(...rows.map(({ key }) => key));
  }
  return held as readonly string[];
}

/** Locked first and changed then, past what another process has locked: as with jobs that are due. */
export function takeLeftRequests(
  db: Db,
  now: number,
  until: number,
  claimant: string,
  limit: number,
): Promise<readonly PersonRequest[]> {
  const skipLocked = db.dialect === 'postgres' ? 'FOR UPDATE SKIP LOCKED' : '';
  const find = (tx: Queryable) =>
    tx.query(
      `SELECT * FROM deliveries WHERE ${owed} AND held_until <= $1 ORDER BY held_until LIMIT $2 ${skipLocked}`,
      [now, limit],
    );
  return db.transaction(async (tx) => {
    const left = await find(tx);
    if (left.length === 0) return [];
    const rows = await tx.query(
      `UPDATE deliveries SET claimed_by = $1, held_until = $2, takeovers = takeovers + 1
       WHERE key IN ${placeholders(left.length, 2)} RETURNING *`,
      [claimant, until, ...left.map(({ key }) => String(key))],
    );
    return rows.map(toRequest).sort((one, other) => one.askedAt - other.askedAt);
  });
}

export async function closeRequests(db: Db, keys: readonly string[], at: number): Promise<void> {
  for (const chunk of inChunks(keys)) {
    await db.query(
      `UPDATE deliveries SET answered_at = $1 WHERE key IN ${placeholders(chunk.length, 1)} AND ${owed}`,
      [at, ...chunk],
    );
  }
}

export async function pruneDeliveries(db: Db, before: number): Promise<void> {
  await db.query(
    'DELETE FROM deliveries WHERE claimed_at < $1 AND (kind IS NULL OR answered_at IS NOT NULL)',
    [before],
  );
}
