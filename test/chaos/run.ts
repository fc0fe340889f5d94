/** One run on one database: trouble for a while, then quiet, then what the journals and the books say. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosDatabase } from './database.js';
import { createPostgres, createSqlite } from './database.js';
import { type Evidence, judge, type Verdict } from './evidence.js';
import { Fleet } from './fleet.js';
import type { ChaosOptions, DatabaseKind } from './options.js';
import { People } from './people.js';
import { findUnrest, type Unrest } from './quiet.js';
import { createRandom, type Random } from './random.js';
import { Trouble } from './trouble.js';
import { createWorld, type World } from './world.js';

export interface RunOptions extends Pick<ChaosOptions, 'seed' | 'minutes' | 'kills' | 'api' | 'entry'> {
  readonly database: DatabaseKind;
  readonly serverUrl: string;
  /** Ends the run early, and all that it has started. */
  readonly signal?: AbortSignal;
}

/** Calls that are up when the run begins. */
const openingCalls = 4;
/** Bounds of what is not trouble, in milliseconds. */
const readyWithinMs = 60_000;
const quietWithinMs = 150_000;
/** Slack lets an app redraw fifty cards a minute: what is stale after hard times takes its time, as long as it gets less. */
const backlogWithinMs = 420_000;

export async function runChaos(options: RunOptions): Promise<Verdict> {
  const random = createRandom(options.seed).fork(options.database);
  const database =
    options.database === 'postgres' ? await createPostgres(options.serverUrl) : await createSqlite();
  const world = await createWorld({
    api: options.api,
    mayReadHistory: random.chance(0.5),
    // A stream of its own, so that the other contract's runs stay as they are.
    isTold: random.fork('alerts').chance(0.5),
  });
  const logs = await mkdtemp(join(tmpdir(), `chaos-logs-${options.database}-`));
  const fleet = new Fleet({
    size: options.database === 'postgres' ? 3 : 1,
    env: { ...world.env, ...database.env },
    entry: options.entry,
    logFile: (name) => join(logs, `${name}.log`),
  });
  try {
    const verdict = await play(options, { random, database, world, fleet, logs });
    if (verdict.violations.length === 0) await rm(logs, { recursive: true, force: true });
    return { ...verdict, logs: verdict.violations.length === 0 ? null : logs };
  } finally {
    await fleet.stopAll();
    await world.close();
    await database.drop();
  }
}

interface Stage {
  readonly random: Random;
  readonly database: ChaosDatabase;
  readonly world: World;
  readonly fleet: Fleet;
  readonly logs: string;
}

/** All that was seen, for whoever looks into a violation. */
async function keep(folder: string, { books, world, people, fleet, trouble }: Evidence): Promise<void> {
  const { slack, genesys } = world;
  const all = {
    books,
    people: people.asks,
    kills: fleet.kills,
    outages: trouble.outages,
    genesys: {
      journal: genesys.journal,
      recordings: world.recordings.all,
      pauses: world.live?.pauses,
      calls: genesys.calls,
    },
    slack: { journal: slack.journal, snapshot: slack.snapshot() },
  };
  for (const [name, what] of Object.entries(all)) {
    await writeFile(join(folder, `${name}.json`), JSON.stringify(what, null, 1));
  }
}

async function play(options: RunOptions, stage: Stage): Promise<Verdict> {
  const { random, database, world, fleet } = stage;
  const people = new People(world, random.fork('people'));
  const trouble = new Trouble(world, database, random.fork('trouble'));
  await fleet.startAll();
  if (!(await fleet.allReady(readyWithinMs)))
    throw new Error('The bots were not ready before the run began.');
  for (let call = 0; call < openingCalls; call += 1) people.callComes();
  const begunAt = Date.now();
  const end = new AbortController();
  const loops = [
    repeat(end.signal, random.fork('acts'), [100, 500], () => people.act()),
    repeat(end.signal, random.fork('strikes'), [500, 2_000], () => trouble.strike()),
  ];
  await killAll(options, stage, begunAt + options.minutes * 60_000);
  end.abort();
  await Promise.all(loops);
  await trouble.end();
  await people.settled();
  await fleet.startAll();
  const calmAt = Date.now();
  const quiet = await untilQuiet(stage, options.signal);
  const evidence: Evidence = {
    world,
    people,
    trouble,
    fleet,
    begunAt,
    calmAt,
    quiet,
    books: await database.read(),
    endedAt: Date.now(),
  };
  await fleet.stopAll();
  const verdict = judge(options, evidence);
  if (verdict.violations.length > 0) await keep(stage.logs, evidence);
  return verdict;
}

/** It is quiet when so many looks in a row have found nothing. */
const calmLooks = 4;
/** How long the backlog may stay as it is before it counts as stuck, in milliseconds. */
const lastStepMs = 70_000;

async function repeat(
  signal: AbortSignal,
  random: Random,
  [least, most]: readonly [number, number],
  act: () => void,
): Promise<void> {
  while (!signal.aborted) {
    act();
    await pause(random.between(least, most), signal);
  }
}

const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  sleep(ms, undefined, signal && { signal }).catch(() => undefined);

/** Trouble goes on for so long after the last kill, in milliseconds. */
const afterLastKillMs = 15_000;

/** Spread over the time there is; now and then all processes at once, as when the power fails. */
async function killAll({ kills, minutes, signal }: RunOptions, stage: Stage, until: number): Promise<void> {
  const { fleet } = stage;
  const random = stage.random.fork('kills');
  const meanMs = (minutes * 60_000) / Math.max(kills, 1);
  while (fleet.kills.length < kills && Date.now() < until && !signal?.aborted) {
    await pause(Math.min(random.between(meanMs * 0.4, meanMs * 1.2), until - Date.now()), signal);
    const all = random.chance(0.05);
    const name = random.pick(fleet.names) ?? '';
    const awayMs = random.chance(0.2) ? random.between(1_000, 4_000) : random.between(0, 300);
    const victims = all ? fleet.running : fleet.running.filter((one) => one === name);
    await Promise.all(victims.slice(0, kills - fleet.kills.length).map((victim) => fleet.kill(victim)));
    void pause(awayMs).then(() => Promise.all(victims.map((victim) => fleet.start(victim))));
  }
  if (Date.now() < until) await pause(Math.min(until - Date.now(), afterLastKillMs), signal);
}

/** Null when it has come to rest in time, else what still moves. */
async function untilQuiet(stage: Stage, signal?: AbortSignal): Promise<string | null> {
  const begunAt = Date.now();
  let until = begunAt + quietWithinMs;
  let least = Number.POSITIVE_INFINITY;
  let calm = 0;
  let unrest: Unrest | null = null;
  while (Date.now() < until && !signal?.aborted) {
    unrest = await findUnrest(stage).catch((error) => ({ what: String(error), backlog: least }));
    calm = unrest === null ? calm + 1 : 0;
    if (calm >= calmLooks) return null;
    if (unrest && unrest.backlog < least) {
      least = unrest.backlog;
      until = Math.min(Math.max(until, Date.now() + lastStepMs), begunAt + backlogWithinMs);
    }
    await pause(1_000);
  }
  return unrest?.what ?? 'it was not looked at for long enough';
}
