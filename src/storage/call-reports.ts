/** What senders of call alerts report, in whatever order it comes: of each call the newest counts. */
import type { CallReport } from '../core/model.js';
import { type Alert, endCall, lockRemembered, type Remembered, seeLocked } from './calls.js';
import type { Db, Queryable } from './db.js';

export function takeReport(db: Db, report: CallReport, now: number, alert: Alert): Promise<boolean> {
  return db.transaction(async (tx) => {
    const before = await lockRemembered(tx, report.call.conversationId, now);
    return report.over ? takeEnd(tx, before, report, now) : takeNews(tx, before, report, now, alert);
  });
}

/** Of two reports of the same time the end counts, since some senders know the second only. */
async function takeEnd(
  tx: Queryable,
  before: Remembered,
  { occurredAt }: CallReport,
  now: number,
): Promise<boolean> {
  if (isOlder(before, occurredAt)) return false;
  await note(tx, before, occurredAt);
  return endCall(tx, before.id, now);
}

async function takeNews(
  tx: Queryable,
  before: Remembered,
  { call, occurredAt }: CallReport,
  now: number,
  alert: Alert,
): Promise<boolean> {
  if (before.endedAt !== null && occurredAt <= Math.max(before.endedAt, before.reportedAt ?? 0)) return false;
  const old = isOlder(before, occurredAt);
  if (!old) await note(tx, before, occurredAt);
  // Who called and since when does not change during a call; where it is and who has it does.
  const told = { ...call, ...(old && { queue: null, agent: null }), partly: true };
  return seeLocked(tx, before, told, now, alert);
}

const isOlder = ({ reportedAt }: Remembered, occurredAt: number): boolean =>
  reportedAt !== null && occurredAt < reportedAt;

async function note(tx: Queryable, { id }: Remembered, occurredAt: number): Promise<void> {
  await tx.query('UPDATE conversations SET reported_at = $2 WHERE id = $1', [id, occurredAt]);
}

/** By then whatever was reported of such a call has come, or is too old to be taken. */
export async function forgetUnseenEnds(db: Db, before: number): Promise<void> {
  await db.query(
    `DELETE FROM conversations
     WHERE seen_at IS NULL AND ended_at < $1
       AND NOT EXISTS (SELECT 1 FROM jobs WHERE conversation_id = conversations.id)
       AND NOT EXISTS (SELECT 1 FROM cards WHERE conversation_id = conversations.id)`,
    [before],
  );
}
