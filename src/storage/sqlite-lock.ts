/**
 * One process for each folder. Two would each believe that whatever is half done was left by a predecessor.
 *
 * The lock is SQLite's own, on an empty file beside the database: a transaction that is never ended. It is a lock of
 * the operating system (fcntl on Linux and macOS), so it vanishes with the process however that ends, and no file left
 * behind means anything. `locking_mode = EXCLUSIVE` on the database itself would do the same, and would also shut out
 * `sqlite3 recordings.db .backup` while the bot runs.
 */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { RecordError } from '../core/errors.js';
import { sqliteCodeOf } from './sqlite-errors.js';

export interface FolderLock {
  release(): void;
}

/** Does not wait. Throws `CONFIG_INVALID` when another process has the lock. */
export function lockFolder(dataDir: string): FolderLock {
  const file = join(dataDir, 'recordings.lock');
  let connection: Database.Database | undefined;
  try {
    connection = new Database(file);
    chmodSync(file, 0o600);
    connection.exec('PRAGMA busy_timeout = 0');
    // Or a journal would lie about after a crash.
    connection.exec('PRAGMA journal_mode = MEMORY');
    connection.exec('BEGIN EXCLUSIVE');
    const held = connection;
    return { release: () => void held.close() };
  } catch (error) {
    connection?.close();
    throw sqliteCodeOf(error).startsWith('SQLITE_BUSY') ? inUse(dataDir, error) : notLocked(file, error);
  }
}

const inUse = (dataDir: string, cause: unknown): RecordError =>
  new RecordError('CONFIG_INVALID', `DATA_DIR: another process of the bot uses ${dataDir}.`, {
    cure: 'Run one process per folder, or set DATABASE_URL (Postgres) to run several.',
    cause,
  });

const notLocked = (file: string, cause: unknown): RecordError =>
  new RecordError('CONFIG_INVALID', `The file ${file} cannot be locked.`, {
    cure: 'Let DATA_DIR name a folder on a local disk that the bot may write to.',
    cause,
  });
