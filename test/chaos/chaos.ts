/** `npm run chaos`: breaks what can break, then asks whether anything was lost. Exit code 1 if so. */

import { readOptions, usage } from './options.js';
import { postgresServerUrl } from './postgres-server.js';
import { renderVerdict } from './report.js';
import { runChaos } from './run.js';

async function main(): Promise<number> {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort());
  const { databases, ...options } = readOptions(process.argv.slice(2));
  process.stdout.write(
    `Chaos on ${databases.join(' and ')}: ${options.kills} kills within ${options.minutes} min, seed ${options.seed}.\n\n`,
  );
  const verdicts = await Promise.all(
    databases.map((database) =>
      runChaos({
        ...options,
        kills: shareOf(options.kills, database, databases.length),
        database,
        serverUrl: postgresServerUrl,
        signal: ending.signal,
      }),
    ),
  );
  for (const verdict of verdicts) process.stdout.write(`${renderVerdict(verdict)}\n\n`);
  const violations = verdicts.flatMap((verdict) => verdict.violations).length;
  const kills = verdicts.flatMap(({ facts }) => facts.filter(([what]) => what === 'kills (SIGKILL)'));
  const killed = kills.reduce((sum, [, count]) => sum + Number(count), 0);
  process.stdout.write(`${killed} kills, ${violations} violations.\n`);
  return violations === 0 ? 0 : 1;
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
