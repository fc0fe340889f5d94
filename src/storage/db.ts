/** All that the store knows of a database. SQL is written once: `$1` parameters, `ON CONFLICT`, `RETURNING`. */

/** Booleans are stored as 0 and 1: `libsql` aborts the process when given one. */
export type SqlValue = string | number | null;

export type Row = Readonly<Record<string, unknown>>;

export interface Queryable {
  /** One statement and its rows, none where it returns none. `$2` may stand before `$1` or twice. */
  query(sql: string, params?: readonly SqlValue[]): Promise<readonly Row[]>;
}

/**
 * Queries and transactions throw `UNAVAILABLE` when the database cannot be used now, with `maybeDone` when a connection was lost
 * before it said whether a change was made. Any other error is a bug.
 */
export interface Db extends Queryable {
  readonly dialect: 'sqlite' | 'postgres';
  /**
   * Commits what `run` did, or nothing if it throws. `run` is run again after a deadlock and after a
   * {@link LostRace}, so it must do nothing but query, and only through `tx`: `query` of the database itself waits for
   * the transaction's end.
   */
  transaction<T>(run: (tx: Queryable) => Promise<T>): Promise<T>;
  /**
   * Makes this process the only one to work with the database, where it cannot be shared, until it is closed or the
   * process ends. Throws `CONFIG_INVALID` when another process does.
   */
  reserve(): Promise<void>;
  close(): Promise<void>;
}

/** Thrown in a transaction whose guard failed because somebody else was faster: undo it all and look again. */
export class LostRace extends Error {
  constructor(what: string) {
    super(`lost a race for ${what}`);
    this.name = 'LostRace';
  }
}

export const closedMessage = 'The database is closed: the bot is shutting down.';

/** Text as both databases can hold it: Postgres refuses NUL, SQLite's functions end at it. */
export const storable = (params: readonly SqlValue[]): SqlValue[] =>
  params.map((value) => (typeof value === 'string' ? value.replaceAll('\u0000', '\ufffd') : value));
