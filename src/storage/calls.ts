/** Calls as the bot remembers them. */
import type { ActiveCall, Conversation, PolicyReading } from '../core/model.js';
import type { NewId } from '../core/ports.js';
import { insertCard } from './cards.js';
import type { Db, Queryable, Row } from './db.js';
import { toConversation } from './rows.js';
import { inChunks, insert, placeholders } from './sql.js';
import { lockVersion, raiseVersion } from './versions.js';

export interface Alert {
  readonly channelId: string;
  readonly newId: NewId;
}

/**
 * A call as it was remembered. `seenAt` is null while only a job, or the report of its end, has named it; `reportedAt` is when
 * that happened which was reported last.
 */
export type Remembered = Conversation & {
  readonly seenAt: number | null;
  readonly reportedAt: number | null;
};

/** In the order of their ids: two replicas that see the same calls then wait for each other instead of deadlocking. */
export function seeCalls(db: Db, calls: readonly ActiveCall[], now: number, alert: Alert | undefined) {
  const byId = new Map(calls.map((call) => [call.conversationId, call]));
  const ids = [...byId.keys()].sort();
  return db.transaction(async (tx) => {
    const remembered = await readRemembered(tx, ids);
    const changed: string[] = [];
    for (const id of ids) {
      const call = byId.get(id) as ActiveCall;
      if (await seeCall(tx, call, remembered.get(id), now, alert)) changed.push(id);
    }
    return changed;
  });
}

async function readRemembered(tx: Queryable, ids: readonly string[]): Promise<Map<string, Remembered>> {
  const found = new Map<string, Remembered>();
  for (const chunk of inChunks(ids)) {
    const rows = await tx.query(
      `SELECT * FROM conversations WHERE id IN ${placeholders(chunk.length)}`,
      chunk,
    );
    for (const row of rows) {
      const conversation = toRemembered(row);
      found.set(conversation.id, conversation);
    }
  }
  return found;
}

function toRemembered(row: Row): Remembered {
  const { seen_at, reported_at } = row;
  return {
    ...toConversation(row),
    seenAt: seen_at as number | null,
    reportedAt: reported_at as number | null,
  };
}

/** True when something to be shown has changed. Writes nothing when there is nothing new. */
async function seeCall(
  tx: Queryable,
  call: ActiveCall,
  known: Remembered | undefined,
  now: number,
  alert: Alert | undefined,
): Promise<boolean> {
  if (known && known.seenAt !== null && !isChange(known, call)) return false;
  const before = await lockRemembered(tx, call.conversationId, now);
  if (before.endedAt !== null && before.endedAt >= now) return false;
  return seeLocked(tx, before, call, now, alert);
}

/** The same of a call whose row is locked. */
export async function seeLocked(
  tx: Queryable,
  before: Remembered,
  call: ActiveCall,
  now: number,
  alert: Alert | undefined,
): Promise<boolean> {
  await remember(tx, before, call, now);
  // A call that was taken for over may have lost its alert by that; one that has it gets no second.
  const alerting = (before.seenAt === null || before.endedAt !== null) && alert;
  if (!isChange(before, call) && !alerting) return false;
  const version = await raiseVersion(tx, before.id);
  if (alerting) {
    const card = { id: alert.newId(), channelId: alert.channelId, jobId: null };
    await insertCard(tx, { ...card, conversationId: before.id }, version);
  }
  return true;
}

/** Version 0 is of a row that was made a moment ago, in this transaction. */
function isChange(before: Remembered, call: ActiveCall): boolean {
  if (before.version === 0 || before.endedAt !== null) return true;
  const now = merge(before, call);
  return (Object.keys(now) as (keyof typeof now)[]).some((name) => now[name] !== before[name]);
}

/**
 * The caller and the start stay what they are during a call, so that a listing without them loses nothing, and not every
 * listing tells of the policy's recording. Queue and agent do change, also to none, if whoever tells would know.
 */
const merge = (before: Remembered, call: ActiveCall): Omit<ActiveCall, 'conversationId' | 'partly'> => ({
  caller: call.caller ?? before.caller,
  queue: call.queue ?? (call.partly ? before.queue : null),
  agent: call.agent ?? (call.partly ? before.agent : null),
  startedAt: before.startedAt ?? call.startedAt,
  policyRecording: call.policyRecording ?? before.policyRecording,
});

/** Somebody else may have written it since it was read: from here on nobody else does until the transaction's end. */
export async function lockRemembered(tx: Queryable, id: string, now: number): Promise<Remembered> {
  await insert(tx, 'conversations', { id, version: 0, first_seen_at: now });
  await lockVersion(tx, id);
  const [row] = await tx.query('SELECT * FROM conversations WHERE id = $1', [id]);
  return toRemembered(row ?? {});
}

async function remember(tx: Queryable, before: Remembered, call: ActiveCall, now: number): Promise<void> {
  const { caller, queue, agent, startedAt, policyRecording } = merge(before, call);
  const policySince = policyRecording === before.policyRecording ? before.policySince : now;
  await tx.query(
    `UPDATE conversations
     SET caller = $2, queue = $3, agent = $4, started_at = $5, policy_recording = $6, policy_since = $8, seen_at = $7,
       ended_at = NULL
     WHERE id = $1`,
    [before.id, caller, queue, agent, startedAt, policyRecording, before.seenAt ?? now, policySince],
  );
}

/** Writes nothing when there is nothing new; what is new concerns few calls, and is read of sixty a minute at most. */
export function seePolicies(
  db: Db,
  readings: readonly PolicyReading[],
  now: number,
): Promise<readonly string[]> {
  const byId = new Map(readings.map((reading) => [reading.conversationId, reading.policyRecording]));
  const ids = [...byId.keys()].sort();
  return db.transaction(async (tx) => {
    const remembered = await readRemembered(tx, ids);
    const changed: string[] = [];
    for (const id of ids) {
      const policyRecording = byId.get(id) as PolicyReading['policyRecording'];
      if (remembered.get(id)?.policyRecording === policyRecording) continue;
      const [row] = await tx.query(
        `UPDATE conversations SET policy_recording = $2, policy_since = $3
         WHERE id = $1 AND ended_at IS NULL RETURNING id`,
        [id, policyRecording, now],
      );
      if (!row) continue;
      await raiseVersion(tx, id);
      changed.push(id);
    }
    return changed;
  });
}

export function endCalls(db: Db, ids: readonly string[], now: number): Promise<readonly string[]> {
  const sorted = [...new Set(ids)].sort();
  return db.transaction(async (tx) => {
    const ended: string[] = [];
    for (const id of sorted) {
      if (await endCall(tx, id, now)) ended.push(id);
    }
    return ended;
  });
}

/** False when it was over before, or is not known. */
export async function endCall(tx: Queryable, id: string, now: number): Promise<boolean> {
  const [row] = await tx.query(
    'UPDATE conversations SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING id',
    [id, now],
  );
  if (!row) return false;
  await raiseVersion(tx, id);
  await dropUnseenAlert(tx, id);
  return true;
}

/**
 * A call that is over is no news: in a storm of alerts those of living calls do not wait behind it. What somebody writes at
 * this moment, or what may stand in Slack already, is left to the board.
 */
async function dropUnseenAlert(tx: Queryable, conversationId: string): Promise<void> {
  await tx.query(
    `DELETE FROM cards
     WHERE conversation_id = $1 AND job_id IS NULL AND ts IS NULL AND attempted_at IS NULL AND revived = 0
       AND claimed_by IS NULL AND NOT EXISTS (SELECT 1 FROM jobs WHERE conversation_id = $1)`,
    [conversationId],
  );
}

export async function findConversation(db: Db, id: string): Promise<Conversation | null> {
  const [row] = await db.query('SELECT * FROM conversations WHERE id = $1', [id]);
  return row ? toConversation(row) : null;
}

export async function listOpenConversations(db: Db): Promise<readonly Conversation[]> {
  const rows = await db.query(
    `SELECT * FROM conversations WHERE seen_at IS NOT NULL AND ended_at IS NULL ORDER BY first_seen_at, id`,
  );
  return rows.map(toConversation);
}
