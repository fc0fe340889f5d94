/** Pieces of SQL that several statements share. */
import { type JobState, unfinishedStates } from '../core/model.js';
import type { Queryable, Row, SqlValue } from './db.js';

const quoted = (states: readonly JobState[]) => states.map((state) => `'${state}'`).join(', ');

/** Word for word the condition of the partial index on unfinished jobs, or it would not be used. */
export const unfinished = `state IN (${quoted(unfinishedStates)})`;

/** `($3, $4, $5)`: that many placeholders, after those that were used before. */
export const placeholders = (count: number, used = 0): string =>
  `(${Array.from({ length: count }, (_, index) => `$${used + index + 1}`).join(', ')})`;

/** Both databases allow far more parameters in one statement. */
const chunkSize = 500;

/** As many as one statement may name at once. */
export function* inChunks<T>(values: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < values.length; from += chunkSize) yield values.slice(from, from + chunkSize);
}

/** The order in which jobs are wanted of which one is current: the unfinished one, else the newest. */
export const currentOrder = `CASE WHEN ${unfinished} THEN 0 ELSE 1 END, created_at DESC, seq DESC`;

/** `t.id AS p_id, …`, for joins of tables with columns of the same name. */
export const prefixed = (table: string, prefix: string, columns: readonly string[]): string =>
  columns.map((column) => `${table}.${column} AS ${prefix}_${column}`).join(', ');

/** The columns of one table out of a joined row. */
export const unprefixed = (row: Row, prefix: string): Row =>
  Object.fromEntries(
    Object.entries(row)
      .filter(([name]) => name.startsWith(`${prefix}_`))
      .map(([name, value]) => [name.slice(prefix.length + 1), value]),
  );

/** Inserts one row; null when a unique index knows it already, and then nothing is written. */
export async function insert(
  tx: Queryable,
  table: string,
  values: Readonly<Record<string, SqlValue>>,
): Promise<Row | null> {
  const columns = Object.keys(values);
  const [row] = await tx.query(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${placeholders(columns.length)}
     ON CONFLICT DO NOTHING RETURNING *`,
    Object.values(values),
  );
  return row ?? null;
}
