/** Cards: which messages show what, and which of them are stale. */
import type { Card, CardView } from '../core/model.js';
import type { NewCard } from '../core/ports.js';
import type { Db, Queryable, SqlValue } from './db.js';
import { cardColumns, conversationColumns, jobColumns, toCard, toConversation, toJob } from './rows.js';
import { currentOrder, insert, prefixed, unprefixed } from './sql.js';
import { lockVersion } from './versions.js';

/** Null when the channel has such a card already. `version` must be read under the conversation's lock. */
export async function insertCard(
  tx: Queryable,
  card: NewCard & Pick<Card, 'conversationId' | 'jobId'>,
  version: number,
): Promise<Card | null> {
  const row = await insert(tx, 'cards', {
    id: card.id,
    channel_id: card.channelId,
    conversation_id: card.conversationId,
    job_id: card.jobId,
    drawn_version: 0,
    wanted_version: version,
  });
  return row && toCard(row);
}

export function addCard(db: Db, card: NewCard, conversationId: string, jobId: string): Promise<Card> {
  return db.transaction(async (tx) => {
    const version = await lockVersion(tx, conversationId);
    const added = await insertCard(tx, { ...card, conversationId, jobId }, version);
    if (added) return added;
    const [row] = await tx.query('SELECT * FROM cards WHERE channel_id = $1 AND job_id = $2', [
      card.channelId,
      jobId,
    ]);
    if (!row) throw new Error(`a card with the id ${card.id} exists already`);
    return toCard(row);
  });
}

export async function findCard(db: Db, channelId: string, ts: string): Promise<Card | null> {
  const [row] = await db.query('SELECT * FROM cards WHERE channel_id = $1 AND ts = $2 LIMIT 1', [
    channelId,
    ts,
  ]);
  return row ? toCard(row) : null;
}

export const listStaleCards = (db: Db, conversationId: string | undefined): Promise<readonly CardView[]> =>
  conversationId === undefined
    ? listStale(db, 'ORDER BY cards.seq')
    : listStale(db, 'AND cards.conversation_id = $1 ORDER BY cards.seq', [conversationId]);

export const listStaleJobCards = (db: Db): Promise<readonly CardView[]> =>
  listStale(db, 'AND jobs.id IS NOT NULL ORDER BY cards.seq');

const unclaimed = '(cards.claimed_by IS NULL OR cards.claimed_until <= $1)';

export const listUnposted = (db: Db, now: number, limit: number): Promise<readonly CardView[]> =>
  listStale(
    db,
    `AND cards.ts IS NULL AND jobs.id IS NULL AND ${unclaimed} ORDER BY cards.seq DESC LIMIT $2`,
    [now, limit],
  );

/** What has missed the most changes goes first, so that each has its turn. A call that is over changes no more. */
export const listOutdated = (db: Db, now: number, limit: number): Promise<readonly CardView[]> =>
  listStale(
    db,
    `AND cards.ts IS NOT NULL AND ${unclaimed}
     ORDER BY CASE WHEN conversations.ended_at IS NULL THEN 1 ELSE 0 END,
       cards.wanted_version - cards.drawn_version DESC, cards.seq LIMIT $2`,
    [now, limit],
  );

/** One statement, so that what is read belongs together. `which` says more of the cards, and their order. */
async function listStale(
  db: Db,
  which: string,
  params: readonly SqlValue[] = [],
): Promise<readonly CardView[]> {
  const rows = await db.query(
    `SELECT ${prefixed('cards', 'card', cardColumns)},
       ${prefixed('conversations', 'conversation', conversationColumns)},
       ${prefixed('jobs', 'job', jobColumns)}
     FROM cards
     JOIN conversations ON conversations.id = cards.conversation_id
     LEFT JOIN jobs ON jobs.id = COALESCE(cards.job_id, (
       SELECT id FROM jobs WHERE conversation_id = cards.conversation_id ORDER BY ${currentOrder} LIMIT 1
     ))
     WHERE cards.drawn_version < cards.wanted_version ${which}`,
    params,
  );
  return rows.map(({ job_id, ...row }) => ({
    card: toCard(unprefixed(row, 'card')),
    conversation: toConversation(unprefixed(row, 'conversation')),
    job: job_id === null ? null : toJob(unprefixed({ job_id, ...row }, 'job')),
  }));
}

export async function cardDrawn(db: Db, cardId: string, ts: string, version: number): Promise<void> {
  await db.query(
    `UPDATE cards SET ts = $2, drawn_version = $3, attempted_at = NULL WHERE id = $1 AND drawn_version <= $3`,
    [cardId, ts, version],
  );
}

export async function claimCard(
  db: Db,
  cardId: string,
  holder: string,
  now: number,
  until: number,
): Promise<Card | null> {
  const [row] = await db.query(
    `UPDATE cards SET claimed_by = $2, claimed_until = $4
     WHERE id = $1 AND (claimed_by IS NULL OR claimed_by = $2 OR claimed_until <= $3) RETURNING *`,
    [cardId, holder, now, until],
  );
  return row ? toCard(row) : null;
}

export async function releaseCard(db: Db, cardId: string, holder: string): Promise<void> {
  await db.query(
    'UPDATE cards SET claimed_by = NULL, claimed_until = NULL WHERE id = $1 AND claimed_by = $2',
    [cardId, holder],
  );
}

export async function postBegun(db: Db, cardId: string, at: number): Promise<void> {
  await db.query('UPDATE cards SET attempted_at = $2 WHERE id = $1', [cardId, at]);
}

export async function reviveCard(db: Db, cardId: string): Promise<boolean> {
  const rows = await db.query(
    `UPDATE cards SET ts = NULL, drawn_version = 0, attempted_at = NULL, revived = 1
     WHERE id = $1 AND revived = 0 RETURNING id`,
    [cardId],
  );
  return rows.length > 0;
}

/**
 * Its replies go with it. Under the conversation's lock, as whatever is about to be owed on the card: a reply to a card
 * that goes at that moment would break a reference.
 */
export function dropCard(db: Db, cardId: string): Promise<void> {
  return db.transaction(async (tx) => {
    const [row] = await tx.query('SELECT * FROM cards WHERE id = $1', [cardId]);
    if (!row) return;
    await lockVersion(tx, toCard(row).conversationId);
    await tx.query('DELETE FROM cards WHERE id = $1', [cardId]);
  });
}
