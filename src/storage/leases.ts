/** Leases: which one of several processes does what only one may do. */
import type { Db } from './db.js';
import { owed } from './deliveries.js';
import { unfinished } from './sql.js';

export async function takeLease(
  db: Db,
  name: string,
  holder: string,
  now: number,
  until: number,
): Promise<boolean> {
  const rows = await db.query(
    `INSERT INTO leases (name, holder, until) VALUES ($1, $2, $4)
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
       WHERE leases.holder = excluded.holder OR leases.until <= $3
     RETURNING name`,
    [name, holder, now, until],
  );
  return rows.length > 0;
}

export async function dropLease(db: Db, name: string, holder: string): Promise<void> {
  await db.query('DELETE FROM leases WHERE name = $1 AND holder = $2', [name, holder]);
}

export async function countLeases(db: Db, prefix: string, now: number): Promise<number> {
  const [row] = await db.query(
    'SELECT COUNT(*) AS count FROM leases WHERE substr(name, 1, length($1)) = $1 AND until > $2',
    [prefix, now],
  );
  const { count } = row ?? {};
  return Number(count);
}

export async function pruneLeases(db: Db, now: number): Promise<void> {
  await db.query('DELETE FROM leases WHERE until <= $1', [now]);
}

/**
 * Half-done jobs and unanswered requests come due at once, and nothing is reserved any more: neither a recording whose
 * deadline somebody had taken on, nor one that was to be tried again later.
 */
export async function forgetClaims(db: Db, now: number): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('DELETE FROM leases');
    await tx.query('UPDATE cards SET claimed_by = NULL, claimed_until = NULL WHERE claimed_by IS NOT NULL');
    await tx.query(`UPDATE deliveries SET held_until = $1 WHERE ${owed} AND held_until > $1`, [now]);
    await tx.query(
      `UPDATE jobs SET retry_at = $1
       WHERE ${unfinished} AND (retry_at > $1 OR (retry_at IS NULL AND state IN ('starting', 'stopping')))`,
      [now],
    );
  });
}
