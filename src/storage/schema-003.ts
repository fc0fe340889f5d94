import type { Migration } from './dialect-words.js';

/**
 * What a delivery asked for, so that another process can answer it. `kind` is null where nothing is owed: in rows of older
 * versions, and for deliveries that nobody waits for. Neither `response_url` nor `trigger_id` is here: both are secrets.
 */
export const owedAnswers: Migration = () => [
  'ALTER TABLE deliveries ADD COLUMN kind TEXT',
  'ALTER TABLE deliveries ADD COLUMN words TEXT',
  'ALTER TABLE deliveries ADD COLUMN value TEXT',
  'ALTER TABLE deliveries ADD COLUMN user_id TEXT',
  'ALTER TABLE deliveries ADD COLUMN channel_id TEXT',
  'ALTER TABLE deliveries ADD COLUMN held_until BIGINT',
  'ALTER TABLE deliveries ADD COLUMN takeovers BIGINT NOT NULL DEFAULT 0',
  'ALTER TABLE deliveries ADD COLUMN answered_at BIGINT',
  // Looked at every second by every process; its condition stands word for word in the statements.
  'CREATE INDEX deliveries_owed ON deliveries (held_until) WHERE kind IS NOT NULL AND answered_at IS NULL',
];
