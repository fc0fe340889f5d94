/** A short run of `npm run bench -- --only load`, so that nobody breaks it, or what it checks, unnoticed. */
import { expect, it } from 'vitest';
import { measureLoad } from '../bench/load.js';

it('knows every call of a busy contact centre, and keeps the pace of Slack and Genesys', async () => {
  const printed: string[] = [];
  const lines = await measureLoad(
    {
      calls: 300,
      queues: 30,
      eventsPerSecond: 20,
      openingCalls: 20,
      quietSeconds: 6,
      loadSeconds: 20,
      database: 'sqlite',
    },
    (line = '') => printed.push(line),
  );
  // How fast it is, and how much memory it takes, is for a machine that has nothing else to do.
  const failed = lines.filter(({ passed, isMeasured }) => !passed && !isMeasured);
  expect(failed).toEqual([]);
  // A run in which nothing happened would prove nothing.
  expect(printed.join('\n')).toMatch(/^[1-9]\d+ events in/m);
}, 180_000);
