import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Db, Queryable } from '../../src/storage/db.js';
import { openStore } from '../../src/storage/open-store.js';
import { openSqlite } from '../../src/storage/sqlite.js';
import { KeptStatements } from '../../src/storage/sqlite-statements.js';
import { createStore } from '../../src/storage/store.js';
import { sampleAudit, sampleCall, sampleJob, sampleRequest, silent } from '../support/store-samples.js';
import { describeStore } from './store.contract.js';
import { describeDb } from './store-db.contract.js';

const deps = { clock: { now: () => 1_000 }, logger: silent };

describe('store on SQLite', () => {
  describeStore(async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'store-'));
    const db = openSqlite({ dataDir });
    return {
      dbs: [db],
      close: async () => {
        await db.close();
        rmSync(dataDir, { recursive: true });
      },
    };
  });
});

describe('SQLite driver', () => {
  let dataDir: string;
  let opened: Db[] = [];
  const file = () => join(dataDir, 'recordings.db');
  const open = (busyTimeoutMs?: number): Db => {
    const db = openSqlite({ dataDir, ...(busyTimeoutMs === undefined ? {} : { busyTimeoutMs }) });
    opened.push(db);
    return db;
  };

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'store-'));
  });
  afterEach(async () => {
    for (const db of opened) await db.close();
    opened = [];
    rmSync(dataDir, { recursive: true });
  });

  describeDb(async () => open());

  it('runs the same statement again after it has failed, and after its table has changed', async () => {
    const db = open();
    await db.query('CREATE TABLE t (id TEXT PRIMARY KEY)');
    const add = (id: string) => db.query('INSERT INTO t (id) VALUES ($1) RETURNING id', [id]);
    const all = () => db.query('SELECT * FROM t ORDER BY id');
    await add('a');
    await expect(add('a')).rejects.toThrow();
    expect(await add('b')).toEqual([{ id: 'b' }]);
    expect(await all()).toEqual([{ id: 'a' }, { id: 'b' }]);
    await db.query("ALTER TABLE t ADD COLUMN name TEXT DEFAULT 'x'");
    expect(await all()).toEqual([
      { id: 'a', name: 'x' },
      { id: 'b', name: 'x' },
    ]);
  });

  it('prepares a statement once, as long as not too many others come between', () => {
    const connection = new Database(':memory:');
    let prepared = 0;
    const statements = new KeptStatements({
      prepare: (sql) => {
        prepared += 1;
        return connection.prepare(sql);
      },
    });
    const ask = (column: number) => statements.all(`SELECT $1 AS c${column}`, [column]);
    for (let asked = 0; asked < 3; asked += 1) expect(ask(1)).toEqual([{ c1: 1 }]);
    expect(prepared).toBe(1);
    for (let column = 2; column <= 200; column += 1) ask(column);
    ask(1);
    expect(prepared).toBe(200);
    ask(201);
    ask(1);
    expect(prepared).toBe(201);
    for (let column = 202; column <= 401; column += 1) ask(column);
    ask(1);
    expect(prepared).toBe(402);
    connection.close();
  });

  it('has everything in its one file once it is closed, so that a copy of that is whole', async () => {
    const db = open();
    await db.query('CREATE TABLE t (id TEXT)');
    await db.query("INSERT INTO t (id) VALUES ('kept')");
    await db.close();
    const copied = join(dataDir, 'copy');
    mkdirSync(copied);
    copyFileSync(file(), join(copied, 'recordings.db'));
    dataDir = copied;
    expect(await open().query('SELECT id FROM t')).toEqual([{ id: 'kept' }]);
    dataDir = dirname(copied);
  });

  it('makes a folder and files that nobody else can read', async () => {
    dataDir = join(dataDir, 'new', 'folder');
    await open().query('CREATE TABLE t (id TEXT)');
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    const modes = readdirSync(dataDir).map((name) => [name, statSync(join(dataDir, name)).mode & 0o777]);
    expect(modes).toEqual([
      ['recordings.db', 0o600],
      ['recordings.db-shm', 0o600],
      ['recordings.db-wal', 0o600],
    ]);
  });

  it('takes a database file that others may read away from them', () => {
    writeFileSync(file(), '', { mode: 0o644 });
    open();
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('commits to the disk, not to a cache, and checks references', async () => {
    const db = open();
    expect(await db.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await db.query('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
    expect(await db.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }]);
    expect(await db.query('PRAGMA busy_timeout')).toEqual([{ timeout: 1_000 }]);
  });

  it('finds everything again after it was closed', async () => {
    const store = openStore({ dataDir }, deps);
    await store.migrate();
    await store.appendAudit(sampleAudit({ id: 'a', jobId: 'j' }));
    await store.close();
    const again = openStore({ dataDir }, deps);
    await again.migrate();
    expect((await again.listAudit('j')).map(({ id }) => id)).toEqual(['a']);
    await again.close();
  });

  it('is unavailable while another program holds the lock, and works when it is gone', async () => {
    const db = open(20);
    await db.query('CREATE TABLE t (id TEXT)');
    const other = new Database(file());
    other.exec('BEGIN IMMEDIATE');
    const locked = { code: 'UNAVAILABLE', message: 'The database is locked by another program.' };
    await expect(db.transaction((tx) => tx.query("INSERT INTO t VALUES ('a')"))).rejects.toMatchObject(
      locked,
    );
    await expect(db.query("INSERT INTO t VALUES ('a')")).rejects.toMatchObject(locked);
    expect(await db.query('SELECT * FROM t')).toEqual([]);
    other.exec('ROLLBACK');
    other.close();
    await db.transaction((tx) => tx.query("INSERT INTO t VALUES ('b')"));
    await db.query("INSERT INTO t VALUES ('c')");
    expect(await db.query('SELECT * FROM t')).toEqual([{ id: 'b' }, { id: 'c' }]);
  });

  it('is unavailable while the disk is full, keeps what was there, and works again when there is space', async () => {
    const db = open();
    const store = createStore(db, deps);
    await store.migrate();
    await store.beginJob(sampleJob({ id: 'j1', state: 'recording' }), sampleAudit({ id: 'a1' }));
    const before = await everything(db);
    const [{ page_count: pages } = {}] = await db.query('PRAGMA page_count');
    await db.query(`PRAGMA max_page_count = ${pages}`);
    const full = {
      ...{ code: 'UNAVAILABLE', reference: 'SQLITE_FULL', maybeDone: false },
      message: 'The disk that holds the database is full.',
      cure: 'Free some space on the disk of DATA_DIR.',
    };
    const long = 'x'.repeat(100_000);
    const begin = () =>
      store.beginJob(sampleJob({ id: 'j2', conversationId: 'call-2' }), sampleAudit({ reason: long }), {
        ...{ id: 'card', channelId: 'C1' },
      });
    const stop = () =>
      store.changeJob('j1', ['recording'], { state: 'stopping', stopReason: long }, 2_000, sampleAudit());
    await expect(begin()).rejects.toMatchObject(full);
    await expect(stop()).rejects.toMatchObject(full);
    await expect(store.appendAudit(sampleAudit({ reason: long }))).rejects.toMatchObject(full);
    expect(await everything(db)).toEqual(before);
    await db.query('PRAGMA max_page_count = 100000');
    expect(await begin()).toMatchObject({ begun: true });
    expect(await stop()).toMatchObject({ state: 'stopping' });
  });

  it('lets one store work with a folder, and the next when the first is closed', async () => {
    const first = openStore({ dataDir }, deps);
    await first.migrate();
    await first.migrate();
    const second = openStore({ dataDir }, deps);
    await expect(second.migrate()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `DATA_DIR: another process of the bot uses ${dataDir}.`,
      cure: expect.stringContaining('DATABASE_URL'),
    });
    expect(await second.listUnfinishedJobs()).toEqual([]);
    expect(statSync(join(dataDir, 'recordings.lock')).mode & 0o777).toBe(0o600);
    await first.close();
    await second.migrate();
    await second.close();
  });

  it('says what is wrong when the lock cannot be made', async () => {
    mkdirSync(join(dataDir, 'recordings.lock'));
    await expect(openStore({ dataDir }, deps).migrate()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('recordings.lock'),
      cure: expect.stringContaining('DATA_DIR'),
    });
  });

  it('is refused while another process works with the folder, and not when that was killed', async () => {
    const store = openStore({ dataDir }, deps);
    const other = await startOther(dataDir);
    await expect(store.migrate()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    const ended = once(other, 'exit');
    other.kill('SIGKILL');
    await ended;
    await store.migrate();
    expect(readdirSync(dataDir).filter((name) => name.startsWith('recordings.lock'))).toEqual([
      'recordings.lock',
    ]);
    const late = await startOther(dataDir).catch((error: Error) => error.message);
    expect(late).toContain('CONFIG_INVALID');
    await store.close();
  });

  it('says that a damaged file is damaged', async () => {
    writeFileSync(file(), 'this is no database. '.repeat(500));
    expect(() => open()).toThrow(
      expect.objectContaining({ code: 'UNAVAILABLE', message: 'The database file is damaged.' }),
    );
  });

  it('names the setting when its folder cannot be used', () => {
    writeFileSync(join(dataDir, 'file'), '');
    dataDir = join(dataDir, 'file');
    expect(() => open()).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', cure: expect.stringContaining('DATA_DIR') }),
    );
    dataDir = join(dataDir, '..');
  });

  it('names the setting when a folder stands where the file should be', () => {
    mkdirSync(file());
    expect(() => open()).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  it('is unavailable once it is closed', async () => {
    const db = open();
    await db.close();
    await db.close();
    await expect(db.query('SELECT 1')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(db.transaction(async () => 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('does not let INSERT OR REPLACE overwrite an audit entry', async () => {
    const db = open();
    const store = createStore(db, deps);
    await store.migrate();
    await store.appendAudit(sampleAudit({ id: 'a' }));
    const before = await db.query('SELECT * FROM audit');
    const replace = `INSERT OR REPLACE INTO audit (seq, id, at, actor, action, outcome) VALUES ($1, $2, 1, 'bot', 'stop', 'done')`;
    await expect(db.query(replace, [99, 'a'])).rejects.toThrow('append-only');
    await expect(db.query(replace, [1, 'b'])).rejects.toThrow('append-only');
    expect(await db.query('SELECT * FROM audit')).toEqual(before);
  });

  it('asks one question about three hundred calls that are as they were', async () => {
    const statements: string[] = [];
    const store = createStore(listenTo(open(), statements), deps);
    await store.migrate();
    const calls = Array.from({ length: 300 }, (_, index) => sampleCall({ conversationId: `call-${index}` }));
    await store.seeCalls(calls, 1);
    statements.length = 0;
    await store.seeCalls(calls, 2);
    expect(statements).toHaveLength(1);
  });

  it('finds jobs, cards and replies by an index, never by walking through a table', async () => {
    const statements: string[] = [];
    const store = createStore(listenTo(open(), statements), deps);
    await store.migrate();
    statements.length = 0;
    await useEverything(store);
    // On a connection of its own: `libsql` does not finish an EXPLAIN, and nothing can be committed beside it.
    const explaining = new Database(file());
    for (const sql of new Set(statements)) {
      // The plan of a plain INSERT lists checks of references that run only while some reference is broken.
      if (/^INSERT INTO \w+ \([^)]*\) VALUES/.test(sql)) continue;
      const plan = explaining.prepare(`EXPLAIN QUERY PLAN ${sql.replace(/\$/g, '?')}`).all(noParams(sql));
      const walks = (plan as { detail: string }[])
        .map(({ detail }) => detail)
        .filter((step) => /^SCAN/.test(step) && !short.test(step));
      expect({ sql, walks }).toEqual({ sql, walks: [] });
    }
    explaining.close();
    expect(statements.length).toBeGreaterThan(20);
  });
});

/** A process of its own that works with the folder until it is killed; rejects with what it wrote if it does not get that far. */
async function startOther(dataDir: string): Promise<ChildProcess> {
  const script = `
    import { openSqlite } from './src/storage/sqlite.ts';
    const db = openSqlite({ dataDir: process.argv[1] });
    await db.reserve().catch((error) => { console.log(error.code); process.exit(1); });
    await db.query('CREATE TABLE IF NOT EXISTS other (id TEXT)');
    console.log('works');
    setInterval(() => {}, 1_000);`;
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script, '--', dataDir],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const [written] = (await once(child.stdout, 'data')) as [Buffer];
  if (written.toString().trim() !== 'works') throw new Error(written.toString());
  return child;
}

const everything = async (db: Db) =>
  Promise.all(['conversations', 'jobs', 'cards', 'audit'].map((table) => db.query(`SELECT * FROM ${table}`)));

/** The database, with every statement noted down. */
function listenTo(db: Db, statements: string[]): Db {
  const note = (to: Queryable): Queryable['query'] => {
    return (sql, params) => {
      statements.push(sql);
      return to.query(sql, params);
    };
  };
  return { ...db, query: note(db), transaction: (run) => db.transaction((tx) => run({ query: note(tx) })) };
}

/**
 * Indexes of what is unfinished, stale, due or open: they stay short however much is finished. `few` is what was read
 * up to a limit, and there are as many leases as processes and a few.
 */
const short =
  /USING (COVERING )?INDEX (jobs_unfinished|jobs_genesys_unfinished|jobs_running|jobs_paused|jobs_due|cards_stale|cards_claimed|replies_due|replies_warnings|conversations_open)$|CONSTANT ROW|SCAN few$|SCAN leases$/;

const noParams = (sql: string) => {
  const numbers = [...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number));
  return Array.from({ length: Math.max(0, ...numbers) }, () => null);
};

async function useEverything(store: ReturnType<typeof createStore>): Promise<void> {
  await store.seeCalls([], 1);
  await store.beginJob(
    { id: 'j', conversationId: 'c', state: 'starting', startedBy: { kind: 'bot' }, createdAt: 1 },
    sampleAudit(),
  );
  const call = {
    conversationId: 'c',
    caller: null,
    queue: null,
    agent: null,
    startedAt: null,
    policyRecording: null,
  };
  await store.seeCalls([call], 1, { channelId: 'C', newId: () => 'alert' });
  await store.addCard({ id: 'card', channelId: 'C' }, 'c', 'j');
  await store.findCard('C', '1');
  await store.listStaleCards();
  await store.listStaleCards('c');
  await store.cardDrawn('card', '1', 1);
  await store.changeJob('j', ['starting'], { state: 'stopped', genesysId: 'g' }, 2, sampleAudit());
  await store.findJob('g');
  await store.findJobOf('c');
  await store.listUnfinishedJobs();
  await store.listUnfinishedJobs(20);
  await store.countUnfinishedJobs();
  await store.countUnfinishedJobs(1);
  await store.listUnfinishedJobsOf(['c']);
  await store.claimDueJobs(1, 2, 1);
  await store.holdJobs(['j'], 3);
  await store.warnOfDeadlines(1, 1);
  await store.advanceProgress(1, 1);
  await store.listAudit('j');
  await store.listDueReplies();
  await store.listDueReplies('c');
  await store.replySent('card/j', '2');
  await store.endCalls(['c'], 3);
  for (const over of [false, true]) {
    await store.takeReport({ call, over, occurredAt: 1 }, 3, { channelId: 'C', newId: () => 'alert' });
  }
  await store.findConversation('c');
  await store.listOpenConversations();
  await store.postBegun('card', 1);
  await store.claimCard('card', 'holder', 1, 2);
  await store.releaseCard('card', 'holder');
  await store.reviveCard('card');
  await store.replyBegun('card/j', 1);
  await store.listOverWarnings();
  await store.listOverWarnings('c');
  await store.forgetReply('card/j');
  await store.takeLease('watch', 'holder', 1, 2);
  await store.dropLease('watch', 'holder');
  await store.countLeases('watch', 1);
  await store.pruneLeases(1);
  await store.forgetClaims(1);
  await store.dropCard('card');
  await store.claimDelivery('k', 1);
  await store.isClaimed('k');
  await store.claimDelivery('r', 1, 'one', { request: sampleRequest({ key: 'r' }), heldUntil: 1 });
  await store.holdRequests([{ key: 'r', claimant: 'one' }], 1);
  await store.takeLeftRequests(1, 2, 'two', 1);
  await store.closeRequests(['r'], 2);
  await store.pruneDeliveries(1);
}
