import type { Migration } from './dialect-words.js';

/** What the public API adds: recordings of several kinds, some by policy, which can be paused. */
export const pauses: Migration = () => [
  "ALTER TABLE jobs ADD COLUMN recording_type TEXT NOT NULL DEFAULT 'job'",
  'ALTER TABLE jobs ADD COLUMN pending TEXT',
  'ALTER TABLE jobs ADD COLUMN pending_by TEXT',
  'ALTER TABLE jobs ADD COLUMN paused_by TEXT',
  'ALTER TABLE jobs ADD COLUMN paused_at BIGINT',
  'ALTER TABLE jobs ADD COLUMN pause_ends_at BIGINT',
  'ALTER TABLE conversations ADD COLUMN policy_recording TEXT',
  "CREATE INDEX jobs_paused ON jobs (pause_ends_at) WHERE state = 'paused'",
  // Of pauses too; its condition stands word for word in the statement.
  'DROP INDEX replies_warnings',
  "CREATE INDEX replies_warnings ON replies (due_at) WHERE kind <> 'finished' AND ts IS NOT NULL",
];
