import { expect, it } from 'vitest';
import { sampleAudit, sampleJob } from '../support/store-samples.js';
import type { Bench } from './store.contract.js';

export function describeSchema(bench: Bench): void {
  it('answers a ping', async () => {
    await expect(bench.store.ping()).resolves.toBeUndefined();
  });

  it('changes nothing when it is up to date already', async () => {
    await bench.store.beginJob(sampleJob(), sampleAudit());
    const before = await bench.everything();
    await Promise.all(bench.stores.map((store) => store.migrate()));
    expect(await bench.everything()).toEqual(before);
    expect(await bench.db.query('SELECT * FROM schema_migrations')).toEqual([
      { version: 1, applied_at: 1_000 },
      { version: 2, applied_at: 1_000 },
    ]);
  });

  it('refuses a database that a newer version has written, and leaves it alone', async () => {
    await bench.db.query('INSERT INTO schema_migrations VALUES (3, 1)');
    await expect(bench.store.migrate()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'The database has schema 3; this version of the bot knows 2 at most.',
    });
    expect(await bench.db.query('SELECT version FROM schema_migrations ORDER BY version')).toHaveLength(3);
  });

  it('lets the database itself refuse a second unfinished job of a conversation', async () => {
    await bench.store.beginJob(sampleJob(), sampleAudit());
    const insert = `INSERT INTO jobs (id, conversation_id, state, started_by, created_at, adopted, retries, updated_at)
      VALUES ('x', 'call-1', $1, 'bot', 1, 0, 0, 1)`;
    await expect(bench.db.query(insert, ['paused'])).rejects.toThrow(/unique/i);
    await expect(bench.db.query(insert, ['ended'])).resolves.toEqual([]);
  });
}
