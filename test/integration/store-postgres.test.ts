import { inspect } from 'node:util';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Db } from '../../src/storage/db.js';
import { newestVersion } from '../../src/storage/migrations.js';
import { openStore } from '../../src/storage/open-store.js';
import { openPostgres, type PostgresOptions } from '../../src/storage/postgres.js';
import { createStore } from '../../src/storage/store.js';
import { describePostgres, postgresUrl } from '../support/postgres.js';
import { sampleAudit, sampleJob, silent } from '../support/store-samples.js';
import { describeStore, tables } from './store.contract.js';
import { describeDb } from './store-db.contract.js';

const opened: Db[] = [];
const clock = { now: () => 1_000 };

function open(options: PostgresOptions): Db {
  const db = openPostgres(options, silent);
  opened.push(db);
  return db;
}

afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});

describePostgres('store on Postgres', ({ url, schema, reset, run }) => {
  /** To make the tables takes many times as long as to empty them. What a test has made of the schema is not kept. */
  let isMade = false;
  const empty = () =>
    run(
      [
        // Whoever owns the table can do that, and nobody else.
        `ALTER TABLE ${schema}.audit DISABLE TRIGGER audit_append_only`,
        ...tables.map((table) => `DELETE FROM ${schema}.${table}`),
        `ALTER TABLE ${schema}.audit ENABLE TRIGGER audit_append_only`,
      ].join(';'),
    );
  const isAsMade = async () => {
    const [row] = await run(
      `SELECT MAX(version) = ${newestVersion} AS made FROM ${schema}.schema_migrations`,
    );
    return row?.['made'] === true;
  };

  // On a busy machine a crowd may wait for its locks longer than the bot has the patience for.
  const patience = { statementTimeoutMs: 60_000, answerTimeoutMs: 60_000, connectTimeoutMs: 60_000 };
  // A connection takes longer than most tests.
  const dbs = [0, 1].map(() => openPostgres({ databaseUrl: url, schema, ...patience }, silent));
  afterAll(() => Promise.all(dbs.map((db) => db.close())));

  describeStore(async () => {
    await (isMade ? empty() : reset());
    return {
      dbs,
      close: async () => {
        isMade = await isAsMade();
      },
    };
  });
});

describePostgres('Postgres driver', ({ url, schema, reset, run }) => {
  const openHere = () => open({ databaseUrl: url, schema });

  describeDb(async () => {
    await reset();
    return openHere();
  });

  it('runs a transaction again after a deadlock', async () => {
    await reset();
    const db = openHere();
    await db.query('CREATE TABLE pair (id TEXT PRIMARY KEY, n BIGINT NOT NULL)');
    await db.query("INSERT INTO pair VALUES ('a', 0), ('b', 0)");
    let attempts = 0;
    let inside = 0;
    let bothInside = () => {};
    const together = new Promise<void>((resolve) => {
      bothInside = resolve;
    });
    const crossing = (first: string, second: string) =>
      db.transaction(async (tx) => {
        attempts += 1;
        await tx.query('UPDATE pair SET n = n + 1 WHERE id = $1', [first]);
        inside += 1;
        if (inside === 2) bothInside();
        await together;
        await tx.query('UPDATE pair SET n = n + 1 WHERE id = $1', [second]);
      });
    await Promise.all([crossing('a', 'b'), crossing('b', 'a')]);
    expect(attempts).toBeGreaterThan(2);
    expect(await db.query('SELECT n FROM pair')).toEqual([{ n: 2 }, { n: 2 }]);
  });

  it('survives the loss of its connection between two queries of a transaction, and says so', async () => {
    await reset();
    const db = openHere();
    const lost = db.transaction(async (tx) => {
      const [{ pid } = {}] = await tx.query('SELECT pg_backend_pid() AS pid');
      await run(`SELECT pg_terminate_backend(${pid})`);
      await gone(run, pid);
      await tx.query('SELECT 1');
    });
    await expect(lost).rejects.toMatchObject({ code: 'UNAVAILABLE', maybeDone: false });
    expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('says that a change may be done when the connection is lost while it is made', async () => {
    await reset();
    const db = openHere();
    await expect(db.query('SELECT pg_terminate_backend(pg_backend_pid())')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      maybeDone: true,
    });
  });

  it('takes a connection without an answer for lost, and does not use it again', async () => {
    const db = open({ databaseUrl: url, schema, answerTimeoutMs: 1_000 });
    await expect(db.query('SELECT pg_sleep(5)')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      maybeDone: true,
    });
    expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('gives up a statement that the server works on for too long, and says that it is not done', async () => {
    const db = open({ databaseUrl: url, schema, statementTimeoutMs: 1_000 });
    await expect(db.query('SELECT pg_sleep(60)')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The database is too busy to answer.',
      maybeDone: false,
    });
    expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('survives the loss of idle connections', async () => {
    await reset();
    const db = openHere();
    const [{ pid } = {}] = await db.query('SELECT pg_backend_pid() AS pid');
    await run(`SELECT pg_terminate_backend(${pid})`);
    await gone(run, pid);
    await expect
      .poll(() => db.query('SELECT 1 AS one').catch(() => null), { timeout: 10_000 })
      .toEqual([{ one: 1 }]);
  });

  it('calls a database without the right to create tables a matter of configuration', async () => {
    await reset();
    const db = openHere();
    const refused = db.transaction(async (tx) => {
      await tx.query(`CREATE ROLE ${schema}_guest`);
      await tx.query(`GRANT USAGE ON SCHEMA ${schema} TO ${schema}_guest`);
      await tx.query(`SET LOCAL ROLE ${schema}_guest`);
      await tx.query('CREATE TABLE mine (id TEXT)');
    });
    await expect(refused).rejects.toMatchObject({ code: 'CONFIG_INVALID', reference: '42501' });
  });

  it('calls a database that can only be read unavailable', async () => {
    const db = openHere();
    const refused = db.transaction(async (tx) => {
      await tx.query('SET TRANSACTION READ ONLY');
      await tx.query('CREATE TABLE mine (id TEXT)');
    });
    await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE', reference: '25006' });
  });

  it('calls an unknown database a matter of configuration', async () => {
    const unknown = new URL(postgresUrl);
    unknown.pathname = '/there-is-no-such-database';
    const db = open({ databaseUrl: unknown.href });
    await expect(db.query('SELECT 1')).rejects.toMatchObject({ code: 'CONFIG_INVALID', reference: '3D000' });
  });

  it('brings an empty schema up to date once when several replicas start together', async () => {
    await reset();
    const stores = Array.from({ length: 4 }, () => createStore(openHere(), { clock, logger: silent }));
    await Promise.all(stores.map((store) => store.migrate()));
    expect(await run('SELECT * FROM schema_migrations ORDER BY version')).toEqual(
      ['1', '2', '3', '4', '5', '6', '7'].map((version) => ({ version, applied_at: '1000' })),
    );
  });

  it('refuses to empty the audit table', async () => {
    await reset();
    const db = openHere();
    const store = createStore(db, { clock, logger: silent });
    await store.migrate();
    await store.appendAudit(sampleAudit());
    await expect(db.query('TRUNCATE audit')).rejects.toThrow('append-only');
    expect(await db.query('SELECT COUNT(*) AS n FROM audit')).toEqual([{ n: 1 }]);
  });

  it('is unavailable while the server’s disk is full, keeps what was there, and works again when there is space', async () => {
    await reset();
    const db = openHere();
    const store = createStore(db, { clock, logger: silent });
    await store.migrate();
    // The server's own error, raised where a job's last row is written: its disk cannot be filled in a test.
    await run(`CREATE FUNCTION ${schema}.full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$`);
    await run(`CREATE TRIGGER full_disk BEFORE INSERT ON cards EXECUTE FUNCTION ${schema}.full_disk()`);
    const begin = () =>
      store.beginJob(sampleJob({ id: 'j1' }), sampleAudit(), { id: 'card', channelId: 'C1' });
    await expect(begin()).rejects.toMatchObject({
      ...{ code: 'UNAVAILABLE', reference: '53100', maybeDone: false },
      message: 'The disk of the database is full.',
      cure: 'Free some space on the database server.',
    });
    for (const table of ['conversations', 'jobs', 'audit', 'cards']) {
      expect(await db.query(`SELECT * FROM ${table}`)).toEqual([]);
    }
    await run('DROP TRIGGER full_disk ON cards');
    expect(await begin()).toMatchObject({ begun: true });
  });

  it('lets a card be drawn while its conversation changes without losing the change', async () => {
    await reset();
    const [a, b] = [openHere(), openHere()];
    const store = createStore(a, { clock, logger: silent });
    await store.migrate();
    const { job } = await store.beginJob(sampleJob(), sampleAudit(), { id: 'card', channelId: 'C1' });
    let drawn: Promise<void> = Promise.resolve();
    await b.transaction(async (tx) => {
      await tx.query('UPDATE conversations SET version = 2 WHERE id = $1', [job.conversationId]);
      await tx.query('UPDATE cards SET wanted_version = 2 WHERE conversation_id = $1', [job.conversationId]);
      drawn = store.cardDrawn('card', '1.1', 1);
      await waitingForLock(run, 'UPDATE cards SET ts');
    });
    await drawn;
    expect((await store.listStaleCards()).map(({ card }) => card.drawnVersion)).toEqual([1]);
  });

  it('lets a card be dropped while something is owed on it without breaking either', async () => {
    await reset();
    const [a, b] = [openHere(), openHere()];
    const store = createStore(a, { clock, logger: silent });
    await store.migrate();
    const { job } = await store.beginJob(sampleJob(), sampleAudit(), { id: 'card', channelId: 'C1' });
    let dropped: Promise<void> = Promise.resolve();
    await b.transaction(async (tx) => {
      await tx.query('UPDATE conversations SET version = version WHERE id = $1', [job.conversationId]);
      dropped = store.dropCard('card');
      await waitingForLock(run, 'UPDATE conversations SET version');
      await tx.query("INSERT INTO replies (id, card_id, job_id, due_at) VALUES ('r', 'card', $1, 1)", [
        job.id,
      ]);
    });
    await dropped;
    expect(await a.query('SELECT id FROM cards UNION SELECT id FROM replies')).toEqual([]);
  });

  it('gives up a lock that is not released in time', async () => {
    await reset();
    const [a, b] = [openHere(), openHere()];
    await a.query('CREATE TABLE one (id TEXT)');
    await a.transaction(async (tx) => {
      await tx.query('LOCK TABLE one');
      const blocked = b.transaction(async (other) => {
        await other.query("SET LOCAL lock_timeout = '50ms'");
        await other.query('SELECT * FROM one');
      });
      await expect(blocked).rejects.toMatchObject({ code: 'UNAVAILABLE', reference: '55P03' });
    });
  });
});

describe('Postgres that does not answer', () => {
  it('is unavailable when the connection is refused, and nothing was done', async () => {
    const store = openStore(
      { databaseUrl: 'postgres://u:secret-word@127.0.0.1:1/x', dataDir: '/nonexistent' },
      { clock, logger: silent },
    );
    const error: unknown = await store.ping().catch((reason) => reason);
    await store.close();
    expect(error).toMatchObject({ code: 'UNAVAILABLE', maybeDone: false, reference: 'ECONNREFUSED' });
    expect(JSON.stringify(error) + (error as Error).stack).not.toContain('secret-word');
  });

  it.each([
    'postgres://u:secret-word@127.0.0.1/x?sslrootcert=/secret-word.pem',
    'postgres://u:secret-word%E4@127.0.0.1/x',
    'postgres://u:secret-word@127.0.0.1/x?uselibpqcompat=true&sslmode=verify-ca',
  ])(
    'says which setting is wrong, and nothing of it, when the driver cannot read its URL',
    async (databaseUrl) => {
      const store = openStore({ databaseUrl, dataDir: '/nonexistent' }, { clock, logger: silent });
      const error: unknown = await store.ping().catch((reason) => reason);
      await store.close();
      expect(error).toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/^DATABASE_URL /),
      });
      expect(inspect(error)).not.toContain('secret-word');
    },
  );

  it('is unavailable once it is closed', async () => {
    const store = openStore({ databaseUrl: postgresUrl, dataDir: '' }, { clock, logger: silent });
    await store.close();
    await store.close();
    const closed = { code: 'UNAVAILABLE', message: 'The database is closed: the bot is shutting down.' };
    await expect(store.ping()).rejects.toMatchObject(closed);
  });
});

type Run = (sql: string) => Promise<readonly Record<string, unknown>[]>;

async function gone(run: Run, pid: unknown): Promise<void> {
  await expect
    .poll(() => run(`SELECT 1 FROM pg_stat_activity WHERE pid = ${pid}`), { timeout: 10_000 })
    .toEqual([]);
}

async function waitingForLock(run: Run, query: string): Promise<void> {
  const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '${query}%'`;
  await expect.poll(async () => (await run(waiting)).length, { timeout: 10_000 }).toBeGreaterThan(0);
}
