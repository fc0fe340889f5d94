/** The SQL of docs/operation.md, run as it stands there on books with something in them. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/storage/open-store.js';
import { describePostgres } from '../support/postgres.js';
import { silent } from '../support/store-samples.js';

const doc = readFileSync(new URL('../../docs/operation.md', import.meta.url), 'utf8');
const [ofMonth = '', ofCall = '', unsettled = '', blank = '', shortenInSqlite = '', shortenInPostgres = ''] =
  [...doc.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql = '']) => sql);

type Rows = readonly Readonly<Record<string, unknown>>[];
type Run = (sql: string) => Promise<Rows>;

const call = '6a2b9c1e-0f4d-4b7a-9c3e-5d8f7a1b2c3d';
const november = Date.UTC(2026, 10, 15, 12);
const lastYear = Date.UTC(2025, 5, 1);

/** A call of last year; one of November that a stranger wanted to stop and whose pause was lost; and one under way. */
const books = `
  INSERT INTO conversations (id, caller, agent, queue, version, first_seen_at, seen_at, ended_at) VALUES
    ('old-call', '+49301', 'Ben', 'Support', 1, ${lastYear}, ${lastYear}, ${lastYear}),
    ('${call}', '+49302', 'Eve', 'Support', 1, ${november}, ${november}, NULL),
    ('third-call', '+49303', 'Eve', 'Support', 1, ${november}, ${november}, NULL);
  INSERT INTO jobs (id, genesys_id, conversation_id, state, started_by, start_reason, created_at, adopted, finished_at, retries, updated_at) VALUES
    ('job-1', 'g-1', 'old-call', 'stopped', 'person:U1', 'complaint', ${lastYear}, 0, ${lastYear}, 0, ${lastYear}),
    ('job-2', 'g-2', '${call}', 'recording', 'person:U1', 'complaint', ${november}, 0, NULL, 0, ${november}),
    ('job-3', NULL, 'third-call', 'starting', 'person:U1', NULL, ${november}, 0, NULL, 0, ${november});
  INSERT INTO audit (id, at, actor, action, outcome, conversation_id, job_id, reason, code) VALUES
    ('a', ${lastYear}, 'person:U1', 'start', 'asked', 'old-call', 'job-1', 'complaint', NULL),
    ('b', ${lastYear}, 'person:U1', 'adopt', 'done', 'old-call', 'job-1', NULL, NULL),
    ('c', ${november}, 'person:U1', 'start', 'asked', '${call}', 'job-2', 'complaint', NULL),
    ('d', ${november + 1}, 'person:U1', 'start', 'done', '${call}', 'job-2', NULL, NULL),
    ('e', ${november + 2}, 'person:U2', 'stop', 'refused', NULL, 'job-2', NULL, 'NOT_PERMITTED'),
    ('f', ${november + 3}, 'person:U1', 'start', 'asked', 'third-call', 'job-3', NULL, NULL),
    ('g', ${november + 4}, 'person:U1', 'stop', 'asked', 'third-call', 'job-3', NULL, NULL),
    ('g2', ${november + 4}, 'person:U2', 'stop', 'asked', 'third-call', 'job-3', NULL, NULL),
    ('h', ${november + 5}, 'person:U1', 'pause', 'asked', '${call}', 'job-2', NULL, NULL),
    ('i', ${november + 6}, 'genesys', 'stop', 'done', '${call}', 'job-2', NULL, NULL);
`;

/** `utc` completes the one place in which the databases differ; `shorten` is the last of the document's statements. */
function describeSql(begin: () => Promise<Run>, utc: (column: string) => string, shorten: string): void {
  let run: Run;
  const ask = (sql: string) =>
    run(sql.replaceAll(/datetime\((\w+) \/ 1000, 'unixepoch'\)/g, (_, at) => utc(at)));
  const outlineOf = (rows: Rows) =>
    rows.map(({ actor, action, outcome }) => [actor, action, outcome].join(' '));

  beforeAll(async () => {
    run = await begin();
    await run(books);
  });

  it('shows a month, in order, with times that people read', async () => {
    const rows = await ask(ofMonth);
    expect(outlineOf(rows)).toEqual([
      'person:U1 start asked',
      'person:U1 start done',
      'person:U2 stop refused',
      'person:U1 start asked',
      'person:U1 stop asked',
      'person:U2 stop asked',
      'person:U1 pause asked',
      'genesys stop done',
    ]);
    const [{ utc: at } = {}] = rows;
    expect(at instanceof Date ? at.toISOString() : at).toMatch(/^2026-11-15[ T]12:00:00/);
  });

  it('shows all about one call, the refusals too, with what Genesys calls its recording', async () => {
    const rows = await ask(ofCall);
    expect(outlineOf(rows)).toHaveLength(5);
    expect(new Set(rows.map(({ genesys_id: name }) => name))).toEqual(new Set(['g-2']));
  });

  it('shows what has no outcome yet', async () => {
    const rows = await ask(unsettled);
    expect(rows.map(({ job_id: jobId, action }) => `${jobId} ${action}`)).toEqual([
      'job-3 start',
      'job-3 stop',
      'job-3 stop',
      'job-2 pause',
    ]);
  });

  it('takes people out of calls that are over, and out of no other', async () => {
    await ask(blank);
    const callers = await run(
      'SELECT caller, agent, queue FROM conversations ORDER BY first_seen_at, caller',
    );
    expect(callers).toEqual([
      { caller: null, agent: null, queue: 'Support' },
      { caller: '+49302', agent: 'Eve', queue: 'Support' },
      { caller: '+49303', agent: 'Eve', queue: 'Support' },
    ]);
    const reasons = await run('SELECT start_reason FROM jobs ORDER BY id');
    expect(reasons.map(({ start_reason: reason }) => reason)).toEqual([null, 'complaint', null]);
  });

  it('shortens the audit trail, which takes no other deletion before and after', async () => {
    await expect(run('DELETE FROM audit')).rejects.toThrow('append-only');
    await ask(shorten);
    const left = await run('SELECT id FROM audit ORDER BY seq');
    expect(left.map(({ id }) => id)).toEqual(['c', 'd', 'e', 'f', 'g', 'g2', 'h', 'i']);
    await expect(run('DELETE FROM audit')).rejects.toThrow('append-only');
    await expect(run("UPDATE audit SET actor = 'bot'")).rejects.toThrow('append-only');
  });
}

const clock = { now: () => november };

describe('the SQL for whoever operates the bot, on SQLite', () => {
  let folder = '';
  let database: Database.Database | undefined;
  afterAll(async () => {
    database?.close();
    await rm(folder, { recursive: true, force: true });
  });

  describeSql(
    async () => {
      folder = await mkdtemp(join(tmpdir(), 'operation-'));
      const store = openStore({ dataDir: folder }, { clock, logger: silent });
      await store.migrate();
      await store.close();
      const opened = new Database(join(folder, 'recordings.db'));
      database = opened;
      return async (sql) => {
        if (/^\s*SELECT/.test(sql)) return opened.prepare(sql).all([]) as Rows;
        opened.exec(sql);
        return [];
      };
    },
    (at) => `datetime(${at} / 1000, 'unixepoch')`,
    shortenInSqlite,
  );
});

describePostgres('the SQL for whoever operates the bot, on Postgres', ({ url, schema, run }) => {
  describeSql(
    async () => {
      const store = openStore({ databaseUrl: url, schema, dataDir: '' }, { clock, logger: silent });
      await store.migrate();
      await store.close();
      return run;
    },
    (at) => `to_timestamp(${at} / 1000.0)`,
    shortenInPostgres,
  );
});
