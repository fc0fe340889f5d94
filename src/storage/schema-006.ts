import type { Migration } from './dialect-words.js';

/**
 * What becomes of an order that another one has taken the place of, and of a recording that its call outlives; and since when
 * a policy records a call as it does.
 */
export const lastWishes: Migration = () => [
  'ALTER TABLE jobs ADD COLUMN overtook TEXT',
  'ALTER TABLE jobs ADD COLUMN call_went_on BIGINT NOT NULL DEFAULT 0',
  'ALTER TABLE conversations ADD COLUMN policy_since BIGINT',
];
