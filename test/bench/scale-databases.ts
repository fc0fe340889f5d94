/** Databases that hold so much, made for the occasion and removed after it. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import pg from 'pg';
import { openStore, type StoreOptions } from '../../src/storage/open-store.js';
import { fill, type Holding, type Run } from './scale-fill.js';

export const databases = ['SQLite', 'Postgres'] as const;
export type DatabaseName = (typeof databases)[number];

export interface FilledDatabase {
  readonly storage: StoreOptions;
  remove(): Promise<void>;
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** As the tests have it. */
const { TEST_DATABASE_URL: serverUrl = 'postgres://postgres@127.0.0.1:5432/postgres' } = process.env;

export const openFilled = (name: DatabaseName, holding: Holding): Promise<FilledDatabase> =>
  name === 'SQLite' ? openSqlite(holding) : openPostgres(holding);

export async function isThere(name: DatabaseName): Promise<boolean> {
  if (name === 'SQLite') return true;
  const client = new pg.Client({ connectionString: serverUrl, connectionTimeoutMillis: 3_000 });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

async function openSqlite(holding: Holding): Promise<FilledDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-scale-'));
  const remove = () => rm(dataDir, { recursive: true, force: true });
  try {
    await migrate({ dataDir });
    const connection = new Database(join(dataDir, 'recordings.db'));
    // Nobody minds if the power goes while it is filled. The bot opens it anew, with its own settings.
    connection.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -400000');
    await fill(async (sql) => connection.exec(sql), holding, Date.now());
    connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    connection.close();
    return { storage: { dataDir }, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function openPostgres(holding: Holding): Promise<FilledDatabase> {
  const schema = `bench_${randomUUID().replaceAll('-', '')}`;
  const storage = { dataDir: '', databaseUrl: serverUrl, schema };
  const asOwner = async (work: (run: Run) => Promise<unknown>) => {
    const client = new pg.Client({ connectionString: serverUrl, options: `-c search_path=${schema}` });
    await client.connect();
    await work((sql) => client.query(sql)).finally(() => client.end());
  };
  const remove = () => asOwner((run) => run(`DROP SCHEMA IF EXISTS ${schema} CASCADE`));
  try {
    await asOwner((run) => run(`CREATE SCHEMA ${schema}`));
    await migrate(storage);
    await asOwner(async (run) => {
      await run('SET synchronous_commit = off');
      // Without the checks of references, where we may: all of them hold, and they are half of the work.
      await run('SET session_replication_role = replica').catch(() => undefined);
      await fill(run, holding, Date.now());
      // What autovacuum would do within minutes. SQLite has nothing of the kind, so it gets nothing.
      await run('VACUUM (ANALYZE) conversations, jobs, cards, replies, audit');
    });
    return { storage, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function migrate(storage: StoreOptions): Promise<void> {
  const store = openStore(storage, { clock: Date, logger: silent });
  await store.migrate();
  await store.close();
}
