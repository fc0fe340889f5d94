/** What SQLite reports → what the reader can do. Codes: https://www.sqlite.org/rescode.html */
import { RecordError } from '../core/errors.js';

const troubles: readonly (readonly [RegExp, message: string, cure: string])[] = [
  [
    /^SQLITE_(BUSY|LOCKED|PROTOCOL)/,
    'The database is locked by another program.',
    'Close whatever else has opened recordings.db, then try again.',
  ],
  [/^SQLITE_FULL/, 'The disk that holds the database is full.', 'Free some space on the disk of DATA_DIR.'],
  [/^SQLITE_(CORRUPT|NOTADB)/, 'The database file is damaged.', 'Restore recordings.db from a backup.'],
  [
    /^SQLITE_(IOERR|CANTOPEN|READONLY|PERM|NOMEM)/,
    'The database file cannot be read or written.',
    'Check the folder that DATA_DIR names: its disk, its owner and its permissions.',
  ],
];

/** Bugs stay as they are. */
export function toRecordError(error: unknown): unknown {
  const code = sqliteCodeOf(error);
  const trouble = troubles.find(([pattern]) => pattern.test(code));
  if (!trouble) return error;
  return new RecordError('UNAVAILABLE', trouble[1], { cure: trouble[2], reference: code, cause: error });
}

export const sqliteCodeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';
