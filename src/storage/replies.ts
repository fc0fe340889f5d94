/** Replies that are due in the threads of cards: how a recording ended. */
import type { RecordingJob, Reply } from '../core/model.js';
import type { Db, Queryable } from './db.js';
import { cardColumns, jobColumns, toCard, toJob } from './rows.js';
import { currentOrder, prefixed, unprefixed } from './sql.js';

/** On the job's own cards, and on call alerts whose job it is. */
export async function oweReplies(tx: Queryable, job: RecordingJob, at: number): Promise<void> {
  await tx.query(
    `INSERT INTO replies (id, card_id, job_id, due_at)
     SELECT id || '/' || $1, id, $1, $3 FROM cards
     WHERE conversation_id = $2 AND COALESCE(job_id, (
       SELECT id FROM jobs WHERE conversation_id = $2 ORDER BY ${currentOrder} LIMIT 1
     )) = $1
     ON CONFLICT DO NOTHING`,
    [job.id, job.conversationId, at],
  );
}

export async function listDueReplies(db: Db, conversationId: string | undefined): Promise<readonly Reply[]> {
  const rows = await db.query(
    `SELECT replies.id, ${prefixed('cards', 'card', cardColumns)}, ${prefixed('jobs', 'job', jobColumns)}
     FROM replies
     JOIN cards ON cards.id = replies.card_id
     JOIN jobs ON jobs.id = replies.job_id
     WHERE replies.ts IS NULL AND cards.ts IS NOT NULL
       ${conversationId === undefined ? '' : 'AND cards.conversation_id = $1'}
     ORDER BY replies.due_at, cards.seq`,
    conversationId === undefined ? [] : [conversationId],
  );
  return rows.map(({ id, ...row }) => ({
    id: String(id),
    card: toCard(unprefixed(row, 'card')),
    job: toJob(unprefixed(row, 'job')),
  }));
}

export async function replySent(db: Db, replyId: string, ts: string): Promise<void> {
  await db.query('UPDATE replies SET ts = $2 WHERE id = $1 AND ts IS NULL', [replyId, ts]);
}
