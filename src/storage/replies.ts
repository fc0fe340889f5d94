/** Replies that are due in the threads of cards: that a recording is about to end, and how it ended. */
import type { RecordingJob, Reply } from '../core/model.js';
import type { Db, Queryable } from './db.js';
import { cardColumns, jobColumns, toCard, toJob, toReplyHead } from './rows.js';
import { currentOrder, prefixed, unprefixed } from './sql.js';

/** On the job's own cards, and on call alerts whose job it is. */
export async function oweReplies(
  tx: Queryable,
  job: RecordingJob,
  at: number,
  kind: Reply['kind'],
): Promise<void> {
  // One outcome for each job, one warning for each of its deadlines. See `isTrue`.
  const about = kind === 'finished' ? job.id : `${job.id}/${job.deadlineAt}`;
  await tx.query(
    `INSERT INTO replies (id, kind, card_id, job_id, due_at)
     SELECT id || '/' || $5, $4, id, $1, $3 FROM cards
     WHERE conversation_id = $2 AND COALESCE(job_id, (
       SELECT id FROM jobs WHERE conversation_id = $2 ORDER BY ${currentOrder} LIMIT 1
     )) = $1
     ON CONFLICT DO NOTHING`,
    [job.id, job.conversationId, at, kind, about],
  );
}

/** A warning that could not be sent in time is not sent any more: the recording is over, or its deadline has moved. */
const isTrue = `(replies.kind = 'finished' OR (
         jobs.state = 'recording' AND replies.id = cards.id || '/' || jobs.id || '/' || jobs.deadline_at
       ))`;

export async function listDueReplies(db: Db, conversationId: string | undefined): Promise<readonly Reply[]> {
  const rows = await db.query(
    `SELECT replies.id, replies.kind, replies.attempted_at, ${prefixed('cards', 'card', cardColumns)}, ${prefixed('jobs', 'job', jobColumns)}
     FROM replies
     JOIN cards ON cards.id = replies.card_id
     JOIN jobs ON jobs.id = replies.job_id
     WHERE replies.ts IS NULL AND cards.ts IS NOT NULL AND ${isTrue}
       ${conversationId === undefined ? '' : 'AND cards.conversation_id = $1'}
     ORDER BY replies.due_at, cards.seq`,
    conversationId === undefined ? [] : [conversationId],
  );
  return rows.map(({ id, kind, attempted_at, ...row }) => ({
    ...toReplyHead({ id, kind, attempted_at }),
    card: toCard(unprefixed(row, 'card')),
    job: toJob(unprefixed(row, 'job')),
  }));
}

export async function replyBegun(db: Db, replyId: string, at: number): Promise<void> {
  await db.query('UPDATE replies SET attempted_at = $2 WHERE id = $1', [replyId, at]);
}

export async function replySent(db: Db, replyId: string, ts: string): Promise<void> {
  await db.query('UPDATE replies SET ts = $2 WHERE id = $1 AND ts IS NULL', [replyId, ts]);
}
