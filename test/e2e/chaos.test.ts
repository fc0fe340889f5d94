/** A short run of `npm run chaos`, so that nobody breaks it, or what it checks, unnoticed. */
import { expect, it } from 'vitest';

import { type DatabaseKind, readOptions } from '../chaos/options.js';
import { runChaos } from '../chaos/run.js';
import { describePostgres } from '../support/postgres.js';

/** Far longer than the run: it is bounded by itself. */
const timeoutMs = 180_000;

async function shortRun(database: DatabaseKind, kills: number, serverUrl = ''): Promise<void> {
  const verdict = await runChaos({
    seed: 7,
    minutes: 0.2,
    kills,
    database,
    api: 'recording-jobs',
    serverUrl,
  });
  expect(verdict.violations).toEqual([]);
  const facts = new Map(verdict.facts);
  expect(facts.get('kills (SIGKILL)')).toBe(kills);
  // A run in which nothing happened would prove nothing.
  expect(facts.get('recordings at Genesys')).toBeGreaterThan(0);
}

it(
  'loses nothing on SQLite while the bot is killed and everything around it misbehaves',
  async () => {
    await shortRun('sqlite', 1);
  },
  timeoutMs,
);

describePostgres('three replicas', (schema) => {
  it(
    'lose nothing on Postgres while they are killed and everything around them misbehaves',
    async () => {
      await shortRun('postgres', 3, schema.url);
    },
    timeoutMs,
  );
});

it('refuses options that it does not know', () => {
  expect(() => readOptions(['--kills', 'many'])).toThrow('--kills takes a number');
  expect(() => readOptions(['--database', 'oracle'])).toThrow('--database takes sqlite, postgres or both');
});
