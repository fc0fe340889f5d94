import type { Migration } from './dialect-words.js';

/** The running recordings in the order in which they are listed, so that the first few of many cost no more than few. */
const listed = [
  `CREATE INDEX jobs_running ON jobs (created_at, seq)
     WHERE state IN ('starting', 'recording', 'paused', 'stopping')`,
];

/**
 * The indexes of what time alone makes due: looked at every second by every process, so that must not cost more the more
 * recordings run. Their expressions and conditions stand word for word in the statements.
 */
const due = [
  `CREATE INDEX jobs_due ON jobs ((COALESCE(retry_at, deadline_at)), seq)
     WHERE state IN ('starting', 'recording', 'paused', 'stopping')`,
  "CREATE INDEX jobs_deadline ON jobs (deadline_at) WHERE state = 'recording'",
  `CREATE INDEX jobs_progress ON jobs ((COALESCE(progress_at, recording_since) + (deadline_at - recording_since) / 4))
     WHERE state = 'recording'`,
  'CREATE INDEX cards_claimed ON cards (seq) WHERE claimed_by IS NOT NULL',
];

/** What several replicas need to share the work, and what a crash in the middle of a post leaves to be found. */
export const sharedWork: Migration = () => [
  'ALTER TABLE jobs ADD COLUMN warned_for BIGINT',
  'ALTER TABLE jobs ADD COLUMN progress_at BIGINT',
  'ALTER TABLE cards ADD COLUMN claimed_by TEXT',
  'ALTER TABLE cards ADD COLUMN claimed_until BIGINT',
  'ALTER TABLE cards ADD COLUMN attempted_at BIGINT',
  'ALTER TABLE cards ADD COLUMN revived BIGINT NOT NULL DEFAULT 0',
  "ALTER TABLE replies ADD COLUMN kind TEXT NOT NULL DEFAULT 'finished'",
  'ALTER TABLE replies ADD COLUMN attempted_at BIGINT',
  'ALTER TABLE deliveries ADD COLUMN claimed_by TEXT',
  'CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until BIGINT NOT NULL)',
  ...due,
  ...listed,
];
