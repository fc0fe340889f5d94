/** What Slack and Genesys deliver may come twice; the first to claim a delivery's key handles it. */
import type { Db } from './db.js';
import { insert } from './sql.js';

export async function claimDelivery(db: Db, key: string, now: number): Promise<boolean> {
  return (await insert(db, 'deliveries', { key, claimed_at: now })) !== null;
}

export async function pruneDeliveries(db: Db, before: number): Promise<void> {
  await db.query('DELETE FROM deliveries WHERE claimed_at < $1', [before]);
}
