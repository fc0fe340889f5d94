/** What Slack and Genesys deliver may come twice; the first to claim a delivery's key handles it. */
import type { Db } from './db.js';

export async function claimDelivery(
  db: Db,
  key: string,
  now: number,
  claimant: string | null,
): Promise<boolean> {
  const rows = await db.query(
    `INSERT INTO deliveries (key, claimed_at, claimed_by) VALUES ($1, $2, $3)
     ON CONFLICT (key) DO UPDATE SET claimed_at = excluded.claimed_at
       WHERE deliveries.claimed_by = excluded.claimed_by
     RETURNING key`,
    [key, now, claimant],
  );
  return rows.length > 0;
}

export async function pruneDeliveries(db: Db, before: number): Promise<void> {
  await db.query('DELETE FROM deliveries WHERE claimed_at < $1', [before]);
}
