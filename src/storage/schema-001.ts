import type { Migration } from './dialect-words.js';

/**
 * Times are milliseconds since 1970, booleans 0 and 1, actors `person:U…`, `bot` or `genesys`.
 *
 * Every transaction that touches a conversation's jobs or cards locks the conversation's row first, so none of them
 * deadlock and none of them see half of another.
 */
export const firstTables: Migration = ({ sequence, appendOnly }) => [
  ...conversations,
  ...jobs(sequence),
  ...cards(sequence),
  ...replies,
  ...audit(sequence),
  ...appendOnly('audit'),
  ...deliveries,
];

/** A conversation may be known by a job alone; `seen_at` is when it was first seen up. */
const conversations = [
  `CREATE TABLE conversations (
     id TEXT PRIMARY KEY,
     caller TEXT,
     queue TEXT,
     agent TEXT,
     started_at BIGINT,
     version BIGINT NOT NULL,
     first_seen_at BIGINT NOT NULL,
     seen_at BIGINT,
     ended_at BIGINT
   )`,
  `CREATE INDEX conversations_open ON conversations (first_seen_at)
     WHERE seen_at IS NOT NULL AND ended_at IS NULL`,
];

const jobs = (sequence: string) => [
  `CREATE TABLE jobs (
     seq ${sequence},
     id TEXT NOT NULL UNIQUE,
     genesys_id TEXT,
     conversation_id TEXT NOT NULL REFERENCES conversations (id),
     state TEXT NOT NULL,
     started_by TEXT NOT NULL,
     start_reason TEXT,
     channel_id TEXT,
     created_at BIGINT NOT NULL,
     recording_since BIGINT,
     adopted BIGINT NOT NULL,
     deadline_at BIGINT,
     stopped_by TEXT,
     stop_reason TEXT,
     finished_at BIGINT,
     failure TEXT,
     retry_at BIGINT,
     retries BIGINT NOT NULL,
     updated_at BIGINT NOT NULL
   )`,
  `CREATE UNIQUE INDEX jobs_unfinished ON jobs (conversation_id)
     WHERE state IN ('starting', 'recording', 'paused', 'stopping')`,
  // Not among the finished: a recording that was taken for ended and runs after all becomes a job again.
  `CREATE UNIQUE INDEX jobs_genesys_unfinished ON jobs (genesys_id)
     WHERE state IN ('starting', 'recording', 'paused', 'stopping')`,
  'CREATE INDEX jobs_genesys ON jobs (genesys_id)',
  'CREATE INDEX jobs_conversation ON jobs (conversation_id, created_at)',
];

/**
 * A card is stale while `drawn_version < wanted_version`. Whenever the conversation's version grows, it is copied into the
 * `wanted_version` of the cards that show what has changed, so that one row tells, an index finds the stale ones, and
 * drawing and growing cannot miss each other.
 */
const cards = (sequence: string) => [
  `CREATE TABLE cards (
     seq ${sequence},
     id TEXT NOT NULL UNIQUE,
     channel_id TEXT NOT NULL,
     ts TEXT,
     conversation_id TEXT NOT NULL REFERENCES conversations (id),
     job_id TEXT REFERENCES jobs (id),
     drawn_version BIGINT NOT NULL,
     wanted_version BIGINT NOT NULL
   )`,
  'CREATE UNIQUE INDEX cards_alert ON cards (channel_id, conversation_id) WHERE job_id IS NULL',
  'CREATE UNIQUE INDEX cards_job ON cards (channel_id, job_id) WHERE job_id IS NOT NULL',
  'CREATE INDEX cards_message ON cards (channel_id, ts)',
  'CREATE INDEX cards_conversation ON cards (conversation_id)',
  'CREATE INDEX cards_stale ON cards (seq) WHERE drawn_version < wanted_version',
];

/** `ts` is null until sent. The id is made of the card's and the job's: one outcome is told once in a thread. */
const replies = [
  `CREATE TABLE replies (
     id TEXT PRIMARY KEY,
     card_id TEXT NOT NULL REFERENCES cards (id) ON DELETE CASCADE,
     job_id TEXT NOT NULL REFERENCES jobs (id),
     due_at BIGINT NOT NULL,
     ts TEXT
   )`,
  'CREATE INDEX replies_card ON replies (card_id)',
  'CREATE INDEX replies_due ON replies (due_at) WHERE ts IS NULL',
];

/** Refers to nothing: an entry may name a conversation or a job that the bot does not know. */
const audit = (sequence: string) => [
  `CREATE TABLE audit (
     seq ${sequence},
     id TEXT NOT NULL UNIQUE,
     at BIGINT NOT NULL,
     actor TEXT NOT NULL,
     action TEXT NOT NULL,
     outcome TEXT NOT NULL,
     conversation_id TEXT,
     job_id TEXT,
     channel_id TEXT,
     reason TEXT,
     code TEXT,
     reference TEXT
   )`,
  'CREATE INDEX audit_job ON audit (job_id, at, seq)',
];

const deliveries = [
  'CREATE TABLE deliveries (key TEXT PRIMARY KEY, claimed_at BIGINT NOT NULL)',
  'CREATE INDEX deliveries_claimed ON deliveries (claimed_at)',
];
