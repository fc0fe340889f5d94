/**
 * Does it get slower the more it remembers? Start, stop, status and list with years of finished recordings and thousands
 * of running ones beside the same on an empty database, in turns, on the same machine.
 *
 * Measured is the use case: the controller over the real store, and Genesys over HTTP by the real client. That is all
 * of it that can depend on what the database holds, and what a person waits for less the way through Slack, which is the same
 * for both and would only hide a difference. The time in the store alone would be the harder measure, but of
 * nothing that anybody waits for.
 *
 * The empty database holds one page of running recordings, twenty, or a list there would be compared with no list at all.
 */
import { randomUUID } from 'node:crypto';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import type { GenesysSimulator } from '../simulators/genesys/types.js';
import {
  ada,
  type CoreProcess,
  createCoreProcess,
  createFastClock,
  type FastClock,
} from '../support/core-harness.js';
import { type DatabaseName, databases, type FilledDatabase, isThere, openFilled } from './scale-databases.js';
import type { Holding } from './scale-fill.js';
import { median } from './statistics.js';

type Print = (line?: string) => void;

const empty: Holding = { finished: 0, running: 20 };
const mostRatio = 1.3;
const warmUpRounds = 30;
const rounds = 150;
/** A noisy neighbour on the machine is not a slow bot: whatever fails is measured once more, for longer. */
const roundsInDoubt = 500;

const steps = ['start', 'status', 'list', 'stop', 'upkeep'] as const;
type Step = (typeof steps)[number];
type Times = Readonly<Record<Step, number>>;

const titles: Readonly<Record<Step, string>> = {
  start: '/record start',
  status: '/record status <job>',
  list: '/record list',
  stop: '/record stop',
  upkeep: 'one look for what is due',
};

/** True when no ratio is above what it may be. */
export async function compareScale(full: Holding, print: Print): Promise<boolean> {
  print(`${thousands(full.finished)} finished and ${thousands(full.running)} running recordings:`);
  let kept = true;
  for (const name of databases) {
    if (await isThere(name)) kept = (await compareOn(name, full, print)) && kept;
    else print(`${name} does not answer: not measured. TEST_DATABASE_URL may name one.`);
  }
  print();
  print(`Medians. Each may take ${mostRatio} times what it takes on an empty database.`);
  return kept;
}

async function compareOn(name: DatabaseName, full: Holding, print: Print): Promise<boolean> {
  const startedAt = performance.now();
  const opened: FilledDatabase[] = [];
  try {
    for (const holding of [empty, full]) opened.push(await openFilled(name, holding));
    print();
    print(row(`${name} (filled in ${seconds(startedAt)} s)`, 'empty', 'full', 'full : empty'));
    const [small, large] = opened as [FilledDatabase, FilledDatabase];
    let ratios = await measure(small, large, rounds, print);
    if (ratios.some(isTooMuch)) {
      print(`Above ${mostRatio}: measured once more, for longer.`);
      ratios = await measure(small, large, roundsInDoubt, print);
    }
    return !ratios.some(isTooMuch);
  } finally {
    for (const database of opened) await database.remove();
  }
}

const isTooMuch = (ratio: number): boolean => ratio > mostRatio;

/** The ratios, after printing them. */
async function measure(
  small: FilledDatabase,
  large: FilledDatabase,
  count: number,
  print: Print,
): Promise<readonly number[]> {
  const clock = createFastClock();
  const genesys = await createGenesysSimulator({ now: clock.now });
  const processes: CoreProcess[] = [];
  try {
    for (const { storage } of [small, large]) {
      processes.push(
        await createCoreProcess({ genesys, clock, storage }, { alerts: false, timeoutMs: 10_000 }),
      );
    }
    const times = await inTurns({ genesys, clock }, processes, count);
    return steps.map((step) => {
      const [ofSmall, ofLarge] = times.map((each) => median(each.map((round) => round[step])));
      const ratio = (ofLarge as number) / (ofSmall as number);
      print(row(titles[step], ms(ofSmall), ms(ofLarge), ratio.toFixed(2)));
      return ratio;
    });
  } finally {
    for (const each of processes) await each.close();
    await genesys.close();
  }
}

/** Between two rounds, in milliseconds: however fast the machine, a minute has 60 of them at most, and no limit of Genesys's is met. */
const roundEveryMs = 1_000;

/** Whoever comes first in a round comes second in the next. */
async function inTurns(
  { genesys, clock }: { readonly genesys: GenesysSimulator; readonly clock: FastClock },
  processes: readonly CoreProcess[],
  count: number,
): Promise<readonly (readonly Times[])[]> {
  const times = processes.map((): Times[] => []);
  for (let round = -warmUpRounds; round < count; round += 1) {
    const turns = [...processes.entries()];
    for (const [index, each] of round % 2 === 0 ? turns : turns.toReversed()) {
      const taken = await oneRound(genesys, each);
      if (round >= 0) times[index]?.push(taken);
    }
    clock.jump(roundEveryMs);
  }
  return times;
}

/** A recording from its start to its stop, as somebody types it. */
async function oneRound(genesys: GenesysSimulator, { record, upkeep }: CoreProcess): Promise<Times> {
  const { id } = genesys.startCall();
  const asker = { ...ada, newCardId: randomUUID() };
  const start = await timed(() => record(`start ${id} for 30m a complaint`, asker));
  const jobId = genesys.jobs.at(-1)?.id;
  const status = await timed(() => record(`status ${jobId}`));
  const upkeepTime = await timed(() => upkeep.tick());
  const stop = await timed(() => record(`stop ${jobId}`));
  const list = await timed(() => record('list'));
  genesys.endCall(id);
  const kinds = [start, status, stop, list].map(({ result: { kind } }) => kind);
  if (kinds.join() !== 'started,status,stopped,list') throw new Error(`unexpected answers: ${kinds}`);
  return { start: start.ms, status: status.ms, list: list.ms, stop: stop.ms, upkeep: upkeepTime.ms };
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const startedAt = performance.now();
  const result = await work();
  return { result, ms: performance.now() - startedAt };
}

const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(0);
const thousands = (count: number): string => count.toLocaleString('en');
const ms = (value: number | undefined): string => `${value?.toFixed(2)} ms`;

const row = (title: string, ...cells: readonly string[]): string =>
  title.padEnd(42) + cells.map((cell) => cell.padStart(14)).join('');
