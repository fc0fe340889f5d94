/** The process `npm run doctor`: looks at everything that a first start needs, and changes nothing. */
import { randomUUID } from 'node:crypto';
import { config as loadDotenv } from 'dotenv';
import nodeFetch from 'node-fetch';
import type { CheckResult } from './doctor/check.js';
import { examine } from './doctor/examine.js';
import { isWell, toJson, toLine, toSummary } from './doctor/report.js';
import { checkSettings } from './doctor/settings.js';
import { createLogger } from './logger.js';
import { systemClock } from './system-clock.js';

const usage = `npm run doctor [-- --json]

Looks at everything that a first start of the bot needs, with the settings of the environment and of .env, and changes
nothing: no file, no row, no message. Exits with 0 when nothing is wrong, with 1 otherwise. npm builds dist/ first;
node dist/doctor.js is the same without.

  --json   one JSON object in place of the lines; run it as: npm run -s doctor -- --json
  --help   this text
`;

const known = ['--json', '--help'];

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => !known.includes(arg));
  if (unknown !== undefined) {
    process.stderr.write(`There is no option ${unknown}.\n\n${usage}`);
    return 1;
  }
  if (args.includes('--help')) {
    process.stdout.write(usage);
    return 0;
  }
  const asJson = args.includes('--json');
  const results = await look(asJson ? () => undefined : print);
  process.stdout.write(`${asJson ? toJson(results) : `\n${toSummary(results)}`}\n`);
  return isWell(results) ? 0 : 1;
}

async function look(onResult: (result: CheckResult) => void): Promise<readonly CheckResult[]> {
  loadDotenv({ quiet: true });
  const { config, results } = checkSettings(process.env);
  const all = [...results];
  results.forEach(onResult);
  if (config === null) return all;
  // What the adapters would log is in the results already.
  const deps = { fetch: nodeFetch, clock: systemClock, random: Math.random, newId: randomUUID };
  for await (const result of examine(config, { ...deps, logger: createLogger('silent') })) {
    all.push(result);
    onResult(result);
  }
  return all;
}

const isColoured = process.stdout.isTTY === true && !process.env['NO_COLOR'];

const print = (result: CheckResult): void => void process.stdout.write(`${toLine(result, isColoured)}\n`);

// A look that hangs must not keep the process: whatever it has open is dropped with it.
process.exit(await main(process.argv.slice(2)));
