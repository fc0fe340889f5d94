import type { Migration } from './dialect-words.js';

/**
 * The row of a warning goes when nothing is left to be done about it, so that the index has only those of recordings that run
 * or have just ended. The rows of earlier versions stayed for ever; their messages are left as they are.
 */
export const endedWarnings: Migration = () => [
  `DELETE FROM replies WHERE kind = 'warning' AND (ts = 'never' OR NOT EXISTS (
     SELECT 1 FROM jobs WHERE jobs.id = replies.job_id AND jobs.state IN ('starting', 'recording', 'paused', 'stopping')
   ))`,
  "CREATE INDEX replies_warnings ON replies (due_at) WHERE kind = 'warning' AND ts IS NOT NULL",
];
