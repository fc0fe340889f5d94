/** SQLite in a file of our own: one connection, one transaction at a time. */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { RecordError } from '../core/errors.js';
import { closedMessage, type Db, type Queryable, storable } from './db.js';
import { toRecordError } from './sqlite-errors.js';
import { type FolderLock, lockFolder } from './sqlite-lock.js';
import { KeptStatements } from './sqlite-statements.js';

export interface SqliteOptions {
  /** The folder of `recordings.db`; made if it is missing. */
  readonly dataDir: string;
  /** How long to wait for another process's lock, in milliseconds. The whole process waits, so keep it short. */
  readonly busyTimeoutMs?: number;
}

/** Throws `CONFIG_INVALID` when the folder or the file cannot be used, `UNAVAILABLE` when the file is damaged. */
export function openSqlite({ dataDir, busyTimeoutMs = 1_000 }: SqliteOptions): Db {
  const connection = connect(dataDir, busyTimeoutMs);
  const statements = new KeptStatements(connection);
  const inTurn = createTurns();
  let closed = false;
  let lock: FolderLock | undefined;

  const ask: Queryable['query'] = async (sql, params = []) => {
    const values = storable(params);
    try {
      return statements.all(sql, values);
    } catch (error) {
      throw toRecordError(error);
    }
  };

  const transaction: Db['transaction'] = (run) =>
    inTurn(async () => {
      if (closed) throw new RecordError('UNAVAILABLE', closedMessage);
      control(connection, 'BEGIN IMMEDIATE');
      try {
        const result = await run({ query: ask });
        control(connection, 'COMMIT');
        return result;
      } catch (error) {
        // SQLite has rolled back by itself after some errors, a full disk among them.
        if (connection.inTransaction) control(connection, 'ROLLBACK');
        throw error;
      }
    });

  const read: Queryable['query'] = (sql, params) =>
    inTurn(async () => {
      if (closed) throw new RecordError('UNAVAILABLE', closedMessage);
      return ask(sql, params);
    });

  return {
    dialect: 'sqlite',
    // A write that finds the file locked stays in progress, and no transaction could be committed until it is
    // collected as garbage. Here only `control` waits for the lock, and it leaves nothing behind.
    query: (sql, params) =>
      /^\s*SELECT\b/i.test(sql) ? read(sql, params) : transaction((tx) => tx.query(sql, params)),
    transaction,
    reserve: () =>
      inTurn(async () => {
        if (closed) throw new RecordError('UNAVAILABLE', closedMessage);
        lock ??= lockFolder(dataDir);
      }),
    close: () =>
      inTurn(async () => {
        if (closed) return;
        closed = true;
        statements.forget();
        emptyJournal(connection);
        connection.close();
        lock?.release();
      }),
  };
}

function connect(dataDir: string, busyTimeoutMs: number): Database.Database {
  const file = join(dataDir, 'recordings.db');
  let connection: Database.Database;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    // SQLite gives its journal files the mode of the database file.
    closeSync(openSync(file, 'a', 0o600));
    restrict(file);
    connection = new Database(file);
  } catch (cause) {
    throw new RecordError('CONFIG_INVALID', `The database file ${file} cannot be opened.`, {
      cure: 'Let DATA_DIR name a folder that the bot may write to.',
      cause,
    });
  }
  for (const setting of [
    `busy_timeout = ${busyTimeoutMs}`,
    'journal_mode = WAL',
    // A committed intent must survive a power cut, or a recording could run that nobody knows of.
    'synchronous = FULL',
    'foreign_keys = ON',
  ]) {
    pragma(connection, setting);
  }
  return connection;
}

/** So that the file alone is the whole database: libsql leaves the journal behind when it closes. */
function emptyJournal(connection: Database.Database): void {
  try {
    pragma(connection, 'wal_checkpoint(TRUNCATE)');
  } catch {
    // What stays in the journal, the next start reads from there.
  }
}

function restrict(file: string): void {
  try {
    chmodSync(file, 0o600);
  } catch {
    // A file of another owner, or a file system without modes: whoever set that up has decided who may read it.
  }
}

function pragma(connection: Database.Database, text: string): void {
  try {
    connection.prepare(`PRAGMA ${text}`).all();
  } catch (error) {
    throw toRecordError(error);
  }
}

/** Unlike a prepared statement, `exec` is finished when it fails. */
function control(connection: Database.Database, statement: 'BEGIN IMMEDIATE' | 'COMMIT' | 'ROLLBACK'): void {
  try {
    connection.exec(statement);
  } catch (error) {
    throw toRecordError(error);
  }
}

/** Runs one task after another, whatever becomes of each: nothing slips into somebody else's transaction. */
function createTurns() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(task: () => Promise<T>): Promise<T> => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
}
