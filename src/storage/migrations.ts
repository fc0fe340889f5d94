/** The schema, in numbered steps that only go forward. A step that has been released is never changed. */
import { RecordError } from '../core/errors.js';
import type { Logger } from '../core/ports.js';
import type { Db, Queryable } from './db.js';
import { type Migration, postgresWords, sqliteWords } from './dialect-words.js';
import { firstTables } from './schema-001.js';
import { sharedWork } from './schema-002.js';
import { owedAnswers } from './schema-003.js';
import { endedWarnings } from './schema-004.js';
import { pauses } from './schema-005.js';
import { lastWishes } from './schema-006.js';
import { reportedCalls } from './schema-007.js';

/** The schema's version is the number of steps taken. */
const migrations: readonly Migration[] = [
  firstTables,
  sharedWork,
  owedAnswers,
  endedWarnings,
  pauses,
  lastWishes,
  reportedCalls,
];

/** The version that {@link migrate} makes of any older one. */
export const newestVersion = migrations.length;

export async function migrate(db: Db, now: number, logger: Logger): Promise<void> {
  for (;;) {
    const version = await db.transaction((tx) => applyNext(db.dialect, tx, now));
    if (version === null) return;
    logger.info({ version }, 'database schema brought up to date');
  }
}

/** Several replicas may start at once: each step is taken under a lock, by the first to get it. */
async function applyNext(dialect: Db['dialect'], tx: Queryable, now: number): Promise<number | null> {
  // Any number will do, as long as nobody else in this database uses it. SQLite's write transaction is lock enough.
  if (dialect === 'postgres') await tx.query('SELECT pg_advisory_xact_lock(7310868735)');
  await tx.query(
    'CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL)',
  );
  const version = await readVersion(tx);
  refuseNewer(version);
  const next = migrations[version];
  if (!next) return null;
  for (const statement of next(dialect === 'sqlite' ? sqliteWords : postgresWords)) await tx.query(statement);
  await tx.query('INSERT INTO schema_migrations (version, applied_at) VALUES ($1, $2)', [version + 1, now]);
  return version + 1;
}

/** Of a database that has the table `schema_migrations`. */
export async function readVersion(db: Queryable): Promise<number> {
  const [{ version } = {}] = await db.query(
    'SELECT COALESCE(MAX(version), 0) AS version FROM schema_migrations',
  );
  return Number(version);
}

/** Throws `CONFIG_INVALID` for a version from the future: what its columns mean is not known here. */
export function refuseNewer(version: number): void {
  if (version <= newestVersion) return;
  throw new RecordError(
    'CONFIG_INVALID',
    `The database has schema ${version}; this version of the bot knows ${newestVersion} at most.`,
    { cure: 'Run the newer version of the bot that has written it, or restore an older backup.' },
  );
}
