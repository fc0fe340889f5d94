/** A short run of `npm run chaos`, so that nobody breaks it, or what it checks, unnoticed. */
import { expect, it } from 'vitest';

import { readOptions } from '../chaos/options.js';
import { type RunOptions, runChaos } from '../chaos/run.js';
import { describePostgres } from '../support/postgres.js';

/** Far longer than the run: it is bounded by itself. */
const timeoutMs = 180_000;

type Run = Pick<RunOptions, 'database' | 'kills'> & Partial<RunOptions>;

async function shortRun({ kills, ...run }: Run): Promise<void> {
  const usual = { seed: 7, minutes: 0.2, api: 'recording-jobs', serverUrl: '' } as const;
  const verdict = await runChaos({ ...usual, kills, ...run });
  expect(verdict.violations).toEqual([]);
  const facts = new Map(verdict.facts);
  expect(facts.get('kills (SIGKILL)')).toBe(kills);
  // A run in which nothing happened would prove nothing.
  expect(facts.get('recordings at Genesys')).toBeGreaterThan(0);
}

it(
  'loses nothing on SQLite while the bot is killed and everything around it misbehaves',
  async () => {
    await shortRun({ database: 'sqlite', kills: 1 });
  },
  timeoutMs,
);

it(
  'ends every pause, and none that an agent has made, in the contract that knows pauses',
  async () => {
    await shortRun({ database: 'sqlite', kills: 1, api: 'conversations' });
  },
  timeoutMs,
);

describePostgres('three replicas', (schema) => {
  it(
    'lose nothing on Postgres while they are killed and everything around them misbehaves',
    async () => {
      await shortRun({ database: 'postgres', kills: 3, serverUrl: schema.url });
    },
    timeoutMs,
  );
});

it('refuses options that it does not know', () => {
  expect(() => readOptions(['--kills', 'many'])).toThrow('--kills takes a number');
  expect(() => readOptions(['--database', 'oracle'])).toThrow('--database takes sqlite, postgres or both');
  expect(() => readOptions(['--api', 'public'])).toThrow('--api takes recording-jobs or conversations');
  expect(readOptions([]).api).toBe('recording-jobs');
});
