/** Which database? Postgres where its URL is given, SQLite otherwise. */
import type { Store } from '../core/ports.js';
import { openPostgres } from './postgres.js';
import { openSqlite } from './sqlite.js';
import { createStore, type StoreDeps } from './store.js';

export interface StoreOptions {
  /** `postgres://…`; without it SQLite keeps `recordings.db` in `dataDir`. */
  readonly databaseUrl?: string | undefined;
  readonly dataDir: string;
  /** Postgres only: the schema to work in, which must exist. */
  readonly schema?: string | undefined;
}

/** Throws `CONFIG_INVALID` when SQLite's folder cannot be used. Call `migrate` before anything else. */
export function openStore({ databaseUrl, dataDir, schema }: StoreOptions, deps: StoreDeps): Store {
  const db = databaseUrl ? openPostgres({ databaseUrl, schema }, deps.logger) : openSqlite({ dataDir });
  return createStore(db, deps);
}
