import type { Migration } from './dialect-words.js';

/** What became of an order that another one took the place of. */
export const lastWishes: Migration = () => ['ALTER TABLE jobs ADD COLUMN overtook TEXT'];
