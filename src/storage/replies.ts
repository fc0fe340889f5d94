/** Replies in the threads of cards: that a recording is about to end, and how it ended. */
import type { OverWarning, RecordingJob, Reply } from '../core/model.js';
import type { Db, Queryable } from './db.js';
import { cardColumns, jobColumns, toCard, toJob, toOverWarningHead, toReplyHead } from './rows.js';
import { currentOrder, prefixed, unfinished, unprefixed } from './sql.js';

/** On the job's own cards, and on call alerts whose job it is. */
export async function oweReplies(
  tx: Queryable,
  job: RecordingJob,
  at: number,
  kind: Reply['kind'],
): Promise<void> {
  // One outcome for each job, one warning for each of its deadlines and pauses. See `isOfThisDeadline`.
  const about = {
    finished: job.id,
    warning: `${job.id}/${job.deadlineAt}`,
    'pause-warning': `${job.id}/pause/${job.pauseEndsAt}`,
  }[kind];
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

const isOfThisDeadline = "replies.id = cards.id || '/' || jobs.id || '/' || jobs.deadline_at";
const isOfThisPause = "replies.id = cards.id || '/' || jobs.id || '/pause/' || jobs.pause_ends_at";

/** What was warned of does not come any more. While the recording is being stopped nobody knows yet. */
const isOver = `replies.kind <> 'finished' AND (
       (replies.kind = 'warning' AND (NOT jobs.${unfinished} OR NOT ${isOfThisDeadline})) OR
       (replies.kind = 'pause-warning' AND (jobs.state <> 'paused' OR NOT ${isOfThisPause}))
     )`;

const isTrue = `(
       replies.kind = 'finished' OR
       (replies.kind = 'warning' AND jobs.state = 'recording' AND ${isOfThisDeadline}) OR
       (replies.kind = 'pause-warning' AND jobs.state = 'paused' AND ${isOfThisPause})
     )`;

const cardAndJob = `${prefixed('cards', 'card', cardColumns)}, ${prefixed('jobs', 'job', jobColumns)}`;

const withCardAndJob = `replies
     JOIN cards ON cards.id = replies.card_id
     JOIN jobs ON jobs.id = replies.job_id`;

export async function listDueReplies(db: Db, conversationId: string | undefined): Promise<readonly Reply[]> {
  const rows = await db.query(
    `SELECT replies.id, replies.kind, replies.attempted_at, CASE WHEN ${isOver} THEN 1 ELSE 0 END AS is_over, ${cardAndJob}
     FROM ${withCardAndJob}
     WHERE replies.ts IS NULL AND cards.ts IS NOT NULL AND (${isTrue} OR (${isOver}))
       ${conversationId === undefined ? '' : 'AND cards.conversation_id = $1'}
     ORDER BY replies.due_at, cards.seq`,
    conversationId === undefined ? [] : [conversationId],
  );
  return rows.map(({ id, kind, attempted_at, is_over, ...row }) => ({
    ...toReplyHead({ id, kind, attempted_at, is_over }),
    card: toCard(unprefixed(row, 'card')),
    job: toJob(unprefixed(row, 'job')),
  }));
}

/** A deadline is moved by people alone, and then the audit says by whom. */
const extendedBy = `CASE WHEN replies.kind = 'warning' AND NOT ${isOfThisDeadline} THEN (
       SELECT actor FROM audit WHERE audit.job_id = jobs.id AND action = 'extend' AND outcome = 'done'
       ORDER BY at DESC, seq DESC LIMIT 1
     ) END`;

export async function listOverWarnings(
  db: Db,
  conversationId: string | undefined,
): Promise<readonly OverWarning[]> {
  const rows = await db.query(
    `SELECT replies.id, replies.kind, replies.ts, ${extendedBy} AS extended_by, ${cardAndJob}
     FROM ${withCardAndJob}
     WHERE replies.ts IS NOT NULL AND ${isOver}
       ${conversationId === undefined ? '' : 'AND cards.conversation_id = $1'}
     ORDER BY replies.due_at, cards.seq`,
    conversationId === undefined ? [] : [conversationId],
  );
  return rows.map(({ id, kind, ts, extended_by, ...row }) => ({
    ...toOverWarningHead({ id, kind, ts, extended_by }),
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

export async function forgetReply(db: Db, replyId: string): Promise<void> {
  await db.query('DELETE FROM replies WHERE id = $1', [replyId]);
}
