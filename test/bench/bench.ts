/**
 * What the bot costs. `speed`: beside a bare Bolt app. `scale`: with a million finished jobs beside none. `load`: in a
 * contact centre with thousands of calls. All of them, or one: `npm run bench -- --only load --minutes 10`. Exits 1 when
 * the bot does worse than it may.
 */
import { parseArgs } from 'node:util';
import { compareLoad } from './load.js';
import { compareScale } from './scale.js';
import { compareSpeed, readStarts } from './speed.js';

const print = (line = '') => process.stdout.write(`${line}\n`);

const parts = ['speed', 'scale', 'load'] as const;
type Part = (typeof parts)[number];

/** Calls for the commands in the quiet before the load: each recording has a call of its own. */
const openingCalls = 100;

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      starts: { type: 'string', default: '120' },
      jobs: { type: 'string', default: '1000000' },
      running: { type: 'string', default: '10000' },
      minutes: { type: 'string', default: '10' },
      events: { type: 'string', default: '100' },
      calls: { type: 'string', default: '5000' },
      queues: { type: 'string', default: '300' },
      database: { type: 'string', default: 'sqlite' },
    },
  });
  return {
    parts: values.only === undefined ? parts : [oneOf('--only', values.only, parts)],
    speed: { rounds: whole('--rounds', values.rounds), starts: readStarts(values.starts) },
    scale: { finished: whole('--jobs', values.jobs), running: whole('--running', values.running) },
    load: {
      loadSeconds: whole('--minutes', values.minutes) * 60,
      quietSeconds: Math.min(whole('--minutes', values.minutes), 5) * 60,
      eventsPerSecond: whole('--events', values.events),
      calls: whole('--calls', values.calls),
      queues: whole('--queues', values.queues),
      database: oneOf('--database', values.database, ['sqlite', 'postgres']),
      openingCalls,
    },
  };
}

function whole(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new Error(`${option} takes a whole number from 1.`);
}

function oneOf<const T extends string>(option: string, text: string, known: readonly T[]): T {
  const found = known.find((each) => each === text);
  if (found !== undefined) return found;
  throw new Error(`${option} takes ${known.join(', ')}, not “${text}”.`);
}

async function main(): Promise<void> {
  const { speed, scale, load, ...options } = readOptions();
  const run: Readonly<Record<Part, () => Promise<boolean>>> = {
    speed: () => compareSpeed(speed, print).then(() => true),
    scale: () => compareScale(scale, print),
    load: () => compareLoad(load, print),
  };
  for (const [index, part] of options.parts.entries()) {
    if (index > 0) print();
    if (!(await run[part]())) process.exitCode = 1;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
