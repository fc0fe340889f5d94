/** Who did what. Rows are added and read, never changed: the database refuses that. */
import type { AuditEntry } from '../core/model.js';
import type { Queryable } from './db.js';
import { fromAuditEntry, toAuditEntry } from './rows.js';
import { insert } from './sql.js';

export async function appendAudit(tx: Queryable, entry: AuditEntry): Promise<void> {
  const row = await insert(tx, 'audit', fromAuditEntry(entry));
  if (!row) throw new Error(`an audit entry with the id ${entry.id} exists already`);
}

export async function listAudit(tx: Queryable, jobId: string): Promise<readonly AuditEntry[]> {
  const rows = await tx.query('SELECT * FROM audit WHERE job_id = $1 ORDER BY at, seq', [jobId]);
  return rows.map(toAuditEntry);
}
