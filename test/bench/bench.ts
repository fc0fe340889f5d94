/**
 * What the bot costs. `speed`: beside a bare Bolt app. `scale`: with a million finished jobs beside none. Both, or one of
 * them: `npm run bench -- --only scale`. Exits 1 when a full database slows the bot down more than it may.
 */
import { parseArgs } from 'node:util';
import { compareScale } from './scale.js';
import { compareSpeed, readStarts } from './speed.js';

const print = (line = '') => process.stdout.write(`${line}\n`);

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      starts: { type: 'string', default: '120' },
      jobs: { type: 'string', default: '1000000' },
      running: { type: 'string', default: '10000' },
    },
  });
  const { only } = values;
  if (only !== undefined && only !== 'speed' && only !== 'scale') {
    throw new Error('--only takes speed or scale.');
  }
  return {
    only,
    rounds: whole('--rounds', values.rounds),
    starts: readStarts(values.starts),
    jobs: whole('--jobs', values.jobs),
    running: whole('--running', values.running),
  };
}

function whole(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new Error(`${option} takes a whole number from 1.`);
}

async function main(): Promise<void> {
  const { only, rounds, starts, jobs, running } = readOptions();
  if (only !== 'scale') await compareSpeed({ rounds, starts }, print);
  if (only === undefined) print();
  if (only === 'speed') return;
  const kept = await compareScale({ finished: jobs, running }, print);
  if (!kept) process.exitCode = 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
