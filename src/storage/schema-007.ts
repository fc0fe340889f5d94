import type { Migration } from './dialect-words.js';

/** Of each call the time of the newest event that was reported, so that an older one that comes later undoes nothing. */
export const reportedCalls: Migration = () => [
  'ALTER TABLE conversations ADD COLUMN reported_at BIGINT',
  // Ends of calls that nobody has seen: they are forgotten after an hour.
  'CREATE INDEX conversations_unseen ON conversations (ended_at) WHERE seen_at IS NULL AND ended_at IS NOT NULL',
];
