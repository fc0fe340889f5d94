import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'libsql';
import { RecordError } from '../core/errors.js';
import type { Row } from './db.js';
import type { SeenDatabase } from './inspected.js';
import { readVersion } from './migrations.js';
import { sqliteCodeOf, toRecordError } from './sqlite-errors.js';

/** Throws `CONFIG_INVALID` when the folder or the file cannot be used, `UNAVAILABLE` when the file is damaged. */
export async function inspectSqlite(dataDir: string): Promise<SeenDatabase> {
  const folder = resolve(dataDir);
  const file = join(folder, 'recordings.db');
  const name = `SQLite, ${file}`;
  expectWritable(folder);
  if (!existsSync(file)) return { name, version: 0, note: 'not there yet' };
  expectWritable(file);
  if (isInUse(join(folder, 'recordings.lock'))) return { name, version: null, note: 'a bot runs on it' };
  if (sizeOf(`${file}-wal`) === 0) return { name, version: await versionOf(file) };
  // What waits in the journal cannot be read without writing; it is never from an older schema.
  const version = await versionOf(file).catch(() => 0);
  return { name, version: version || null, note: 'as of its last checkpoint' };
}

/** What is not there yet can be made if the nearest folder above it can be written to. */
function expectWritable(path: string): void {
  let there = path;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  const isFolder = statSync(there).isDirectory();
  try {
    if (!isFolder && there !== path) throw new Error('a file stands where a folder should be');
    accessSync(there, isFolder ? constants.W_OK | constants.X_OK : constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new RecordError('CONFIG_INVALID', `The bot may not write to ${there}.`, {
      cure: 'Let DATA_DIR name a folder that the bot may write to.',
      cause,
    });
  }
}

/** The bot locks that file for as long as it runs. Looking takes the lock, too, but shared, and for a moment only. */
function isInUse(lockFile: string): boolean {
  if (!existsSync(lockFile)) return false;
  try {
    look(lockFile, 'mode=ro', 'SELECT COUNT(*) FROM sqlite_master');
    return false;
  } catch (error) {
    return sqliteCodeOf(error).startsWith('SQLITE_BUSY');
  }
}

/**
 * Even a read-only connection makes files beside a database in WAL mode. An immutable one does not: it takes the file
 * for one that nobody changes, which holds while no bot runs, and does not look into the journal.
 * https://www.sqlite.org/uri.html#uriimmutable
 */
async function versionOf(file: string): Promise<number> {
  try {
    const query = async (sql: string) => look(file, 'immutable=1', sql);
    const tables = await query("SELECT name FROM sqlite_master WHERE name = 'schema_migrations'");
    return tables.length === 0 ? 0 : await readVersion({ query });
  } catch (error) {
    throw toRecordError(error);
  }
}

function look(file: string, how: 'mode=ro' | 'immutable=1', sql: string): Row[] {
  const connection = new Database(`${pathToFileURL(file).href.replace('file://', 'file:')}?${how}`);
  try {
    return connection.prepare(sql).all([]) as Row[];
  } finally {
    connection.close();
  }
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
