/** Cards: which messages show what, and which of them are stale. */
import type { Card, CardView } from '../core/model.js';
import type { NewCard } from '../core/ports.js';
import type { Db, Queryable } from './db.js';
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

/** One statement, so that what is read belongs together. */
export async function listStaleCards(
  db: Db,
  conversationId: string | undefined,
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
     WHERE cards.drawn_version < cards.wanted_version
       ${conversationId === undefined ? '' : 'AND cards.conversation_id = $1'}
     ORDER BY cards.seq`,
    conversationId === undefined ? [] : [conversationId],
  );
  return rows.map(({ job_id, ...row }) => ({
    card: toCard(unprefixed(row, 'card')),
    conversation: toConversation(unprefixed(row, 'conversation')),
    job: job_id === null ? null : toJob(unprefixed({ job_id, ...row }, 'job')),
  }));
}

export async function cardDrawn(db: Db, cardId: string, ts: string, version: number): Promise<void> {
  await db.query('UPDATE cards SET ts = $2, drawn_version = $3 WHERE id = $1 AND drawn_version <= $3', [
    cardId,
    ts,
    version,
  ]);
}

/** Its replies go with it. */
export async function dropCard(db: Db, cardId: string): Promise<void> {
  await db.query('DELETE FROM cards WHERE id = $1', [cardId]);
}
