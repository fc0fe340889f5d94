/** Prepared statements, kept for the next time: to prepare one takes longer than most of them run. */
import type Database from 'libsql';
import type { Row } from './db.js';

/** Lists of every length are statements of their own. */
const mostKept = 200;

export class KeptStatements {
  readonly #connection: Pick<Database.Database, 'prepare'>;
  /** Those used last come last. */
  readonly #kept = new Map<string, Database.Statement>();

  constructor(connection: Pick<Database.Database, 'prepare'>) {
    this.#connection = connection;
  }

  /** Throws what libsql throws. */
  all(sql: string, params: readonly unknown[]): readonly Row[] {
    const statement = this.#kept.get(sql) ?? this.#prepare(sql);
    this.#kept.delete(sql);
    const rows = statement.all(params) as Row[];
    // One that failed may still be in progress, and goes with the garbage.
    this.#kept.set(sql, statement);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
    return rows;
  }

  /** The file is closed only when no statement is left. */
  forget(): void {
    this.#kept.clear();
  }

  /** `$1` means the same as `?1` here only when parameters appear in order, so they are named by their numbers. */
  #prepare(sql: string): Database.Statement {
    return this.#connection.prepare(sql.replace(/\$(\d+)/g, '?$1'));
  }
}
