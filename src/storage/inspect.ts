/** A look at the database that changes nothing in it, and makes none. */
import type { Logger } from '../core/ports.js';
import { inspectPostgres } from './inspect-postgres.js';
import { inspectSqlite } from './inspect-sqlite.js';
import type { SeenDatabase } from './inspected.js';
import { newestVersion, refuseNewer } from './migrations.js';
import type { StoreOptions } from './open-store.js';

export interface InspectedDatabase extends SeenDatabase {
  /** The version that this bot makes of it at its start. */
  readonly newestVersion: number;
}

/** Throws `RecordError` for whatever would keep the bot from using the database. */
export async function inspectDatabase(options: StoreOptions, logger: Logger): Promise<InspectedDatabase> {
  const { databaseUrl } = options;
  const seen = databaseUrl
    ? await inspectPostgres({ ...options, databaseUrl }, logger)
    : await inspectSqlite(options.dataDir);
  refuseNewer(seen.version ?? 0);
  return { ...seen, newestVersion };
}
