/** `npm run chaos`: breaks what can break, then asks whether anything was lost. Exit code 1 if so. */

import type { Verdict } from './evidence.js';
import { readOptions, usage } from './options.js';
import { postgresServerUrl } from './postgres-server.js';
import { renderVerdict } from './report.js';
import { type RunOptions, runChaos } from './run.js';

async function main(): Promise<number> {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => end(ending));
  const { databases, ...options } = readOptions(process.argv.slice(2));
  process.stdout.write(
    `Chaos on ${databases.join(' and ')}, ${options.api}: ${options.kills} kills within ${options.minutes} min, seed ${options.seed}.\n\n`,
  );
  const runs = databases.map((database) => ({
    ...options,
    kills: shareOf(options.kills, database, databases.length),
    database,
    serverUrl: postgresServerUrl,
    signal: ending.signal,
  }));
  const verdicts = await runAll(runs, ending);
  for (const verdict of verdicts) process.stdout.write(`${renderVerdict(verdict)}\n\n`);
  const violations = verdicts.flatMap((verdict) => verdict.violations).length;
  const kills = verdicts.flatMap(({ facts }) => facts.filter(([what]) => what === 'kills (SIGKILL)'));
  const killed = kills.reduce((sum, [, count]) => sum + Number(count), 0);
  process.stdout.write(`${killed} kills, ${violations} violations.\n`);
  return violations === 0 ? 0 : 1;
}

/** Ends the run in order; at the second time at once, and the bots with it. */
function end(ending: AbortController): void {
  if (ending.signal.aborted) process.exit(1);
  ending.abort();
}

/** All at once. When one cannot go on, the others end too, and whatever they have started, before it is said. */
async function runAll(runs: readonly RunOptions[], ending: AbortController): Promise<readonly Verdict[]> {
  const outcomes = await Promise.allSettled(
    runs.map(async (run) => {
      try {
        return await runChaos(run);
      } catch (error) {
        ending.abort();
        throw error;
      }
    }),
  );
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

/** Three processes on Postgres, one on SQLite: each process gets as many. */
function shareOf(kills: number, database: string, databases: number): number {
  if (databases === 1) return kills;
  const onSqlite = Math.round(kills / 4);
  return database === 'sqlite' ? onSqlite : kills - onSqlite;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
    process.exit(1);
  },
);
