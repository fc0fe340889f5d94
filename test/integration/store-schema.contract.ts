import { expect, it } from 'vitest';
import type { JobState } from '../../src/core/model.js';
import { sqliteWords } from '../../src/storage/dialect-words.js';
import { endedWarnings } from '../../src/storage/schema-004.js';
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
    expect(await bench.db.query('SELECT * FROM schema_migrations ORDER BY version')).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((version) => ({ version, applied_at: 1_000 })),
    );
  });

  it('refuses a database that a newer version has written, and leaves it alone', async () => {
    await bench.db.query('INSERT INTO schema_migrations VALUES (8, 1)');
    await expect(bench.store.migrate()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'The database has schema 8; this version of the bot knows 7 at most.',
    });
    expect(await bench.db.query('SELECT version FROM schema_migrations ORDER BY version')).toHaveLength(8);
  });

  it('leaves of an earlier version’s warnings those of recordings that still run', async () => {
    const begin = (id: string, state: JobState) =>
      bench.store.beginJob(sampleJob({ id, conversationId: id, state, deadlineAt: 9_000 }), sampleAudit(), {
        ...{ id: `card-${id}`, channelId: 'C1' },
      });
    const insert = (id: string, kind: string, ts: string | null) =>
      bench.db.query(
        `INSERT INTO replies (id, kind, card_id, job_id, due_at, ts) VALUES ($1 || $2 || $3, $2, 'card-' || $1, $1, 1, $4)`,
        [id, kind, ts ?? '', ts],
      );
    await begin('running', 'recording');
    await begin('over', 'ended');
    for (const ts of [null, '1.1', 'never']) {
      await insert('running', 'warning', ts);
      await insert('over', 'warning', ts);
    }
    await insert('over', 'finished', '1.2');
    await bench.db.query('DROP INDEX replies_warnings');
    for (const statement of endedWarnings(sqliteWords)) await bench.db.query(statement);
    const { replies } = await bench.everything();
    expect(replies.map(({ job_id, kind, ts }) => [job_id, kind, ts])).toEqual([
      ['over', 'finished', '1.2'],
      ['running', 'warning', null],
      ['running', 'warning', '1.1'],
    ]);
  });

  it('lets the database itself refuse a second unfinished job of a conversation', async () => {
    await bench.store.beginJob(sampleJob(), sampleAudit());
    const insert = `INSERT INTO jobs (id, conversation_id, state, started_by, created_at, adopted, retries, updated_at)
      VALUES ('x', 'call-1', $1, 'bot', 1, 0, 0, 1)`;
    await expect(bench.db.query(insert, ['paused'])).rejects.toThrow(/unique/i);
    await expect(bench.db.query(insert, ['ended'])).resolves.toEqual([]);
  });
}
