/** What `npm run chaos` may be told. */
import { parseArgs } from 'node:util';
import type { Api } from '../simulators/genesys/types.js';

export type DatabaseKind = 'postgres' | 'sqlite';

export interface ChaosOptions {
  readonly seed: number;
  /** SIGKILLs in all, shared out between the databases. */
  readonly kills: number;
  /** How long the trouble may last; what comes after it is bounded as well. */
  readonly minutes: number;
  readonly databases: readonly DatabaseKind[];
  /** The contract with Genesys. */
  readonly api: Api;
  /** The bot to run; `dist/main.js` by default. */
  readonly entry?: string;
}

export const usage =
  'npm run chaos -- [--kills 12] [--minutes 1] [--seed 1] [--database sqlite|postgres|both] [--api recording-jobs|conversations] [--entry dist/main.js]';

/** Throws, with what is wrong, for anything it does not know. */
export function readOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: 'string', default: '12' },
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      database: { type: 'string', default: 'both' },
      api: { type: 'string', default: 'recording-jobs' },
      entry: { type: 'string' },
    },
  });
  return {
    kills: readNumber('kills', values.kills, 0, 10_000),
    minutes: readNumber('minutes', values.minutes, 0.1, 60),
    seed: readNumber('seed', values.seed, 0, Number.MAX_SAFE_INTEGER),
    databases: readDatabases(values.database),
    api: readApi(values.api),
    ...(values.entry === undefined ? {} : { entry: values.entry }),
  };
}

function readNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  throw new Error(`--${name} takes a number from ${least} to ${most}, not “${text}”.`);
}

function readDatabases(text: string): readonly DatabaseKind[] {
  if (text === 'both') return ['postgres', 'sqlite'];
  if (text === 'postgres' || text === 'sqlite') return [text];
  throw new Error(`--database takes sqlite, postgres or both, not “${text}”.`);
}

function readApi(text: string): Api {
  if (text === 'recording-jobs' || text === 'conversations') return text;
  throw new Error(`--api takes recording-jobs or conversations, not “${text}”.`);
}
