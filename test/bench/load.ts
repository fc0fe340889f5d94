/**
 * Does it bear a big contact centre? Thousands of calls over hundreds of queues, and a hundred events a second, told by
 * Genesys's notification service. Before the load, supervisors give commands to the same process in quiet; during it they go
 * on in the same way. Then it is looked at what the bot knows, what stands in Slack, and what it took.
 *
 * Slack takes one new message a second per channel and fifty updates a minute, so most alerts of such a centre cannot be
 * drawn: what is checked is that no card is taken for drawn that is not, and that the pace is kept.
 */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Books } from '../chaos/database.js';
import type { JournalEntry } from '../simulators/genesys/types.js';
import { countAlerts, findDoubleAlerts, findWrongCards, findWrongRows } from './load-books.js';
import { onStage, type Stage, type StageOptions } from './load-stage.js';
import { commandNames, type Sample } from './load-supervisors.js';
import { compareEnds, mostInAMinute, type Vitals, watchVitals } from './load-vitals.js';
import { percentile } from './statistics.js';

type Print = (line?: string) => void;

export interface LoadOptions extends StageOptions {
  readonly quietSeconds: number;
  readonly loadSeconds: number;
}

/** One thing that must be so. */
export interface Line {
  readonly title: string;
  readonly found: string;
  readonly passed: boolean;
  /** It depends on the machine, and on what else runs there. */
  readonly isMeasured?: true;
  /** Sentences for whoever asks why it is not so. */
  readonly evidence?: readonly string[];
}

const mostMemoryRatio = 1.1;
const mostLatencyRatio = 1.5;
const mostRequestsPerMinute = 300;
/** For the look at all calls, and for what is left when the events have stopped, in milliseconds. */
const settleWithinMs = 60_000;
const mostExamples = 5;

/** True when every line has passed. */
export async function compareLoad(options: LoadOptions, print: Print): Promise<boolean> {
  const lines = await measureLoad(options, print);
  print();
  for (const { title, found, passed, evidence = [] } of lines) {
    print(`${passed ? 'PASS' : 'FAIL'}  ${title.padEnd(66)} ${found}`);
    for (const sentence of passed ? [] : evidence.slice(0, mostExamples)) print(`      ! ${sentence}`);
  }
  return lines.every(({ passed }) => passed);
}

export function measureLoad(options: LoadOptions, print: Print): Promise<readonly Line[]> {
  return onStage(options, async (stage) => {
    const requests = watchRequests(stage);
    await stage.supervisors.warmUp();
    const quiet = await stage.supervisors.work(AbortSignal.timeout(options.quietSeconds * 1_000));
    const lookSeconds = await takeIn(stage, options.calls);
    print(`${options.calls} calls over ${options.queues} queues taken in after ${lookSeconds.toFixed(1)} s.`);
    const loaded = await underLoad(stage, options.loadSeconds);
    const { samples, vitals } = loaded;
    const books = await settled(stage);
    tell(stage, { ...loaded, quiet, books }, print);
    return [
      ...judgeBooks(stage, books),
      ...judgeLimits(stage, requests),
      ...judgeMemory(vitals),
      ...judgeCommands(stage, quiet, samples),
    ];
  });
}

/** The journal of Genesys holds nothing of the events: it stays as small as its limit of requests. */
function watchRequests({ genesys }: Stage): readonly JournalEntry[] {
  const answered: JournalEntry[] = [];
  genesys.onChange((change) => {
    if (change.kind === 'request' && change.entry.operation !== 'token') answered.push(change.entry);
  });
  return answered;
}

/** The calls come while nobody is connected, so that it takes a look to learn of them. Seconds until all are known. */
async function takeIn({ genesys, centre, database }: Stage, calls: number): Promise<number> {
  genesys.notifications.closeSockets();
  centre.fill(calls);
  const begunAt = performance.now();
  const known = async () =>
    (await database.read()).conversations.filter(({ ended_at }) => ended_at === null).length;
  while ((await known()) < centre.up) {
    if (performance.now() - begunAt > settleWithinMs) throw new Error('The calls were not taken in.');
    await sleep(500);
  }
  return (performance.now() - begunAt) / 1_000;
}

async function underLoad({ centre, supervisors, bot }: Stage, loadSeconds: number) {
  const end = AbortSignal.timeout(loadSeconds * 1_000);
  const begunAt = performance.now();
  const lag = monitorEventLoopDelay();
  lag.enable();
  const [vitals, samples] = await Promise.all([
    watchVitals(bot.url, end),
    supervisors.work(end),
    centre.run(end),
  ]);
  lag.disable();
  return { vitals, samples, lag, seconds: (performance.now() - begunAt) / 1_000 };
}

/** What is written down once it says what is so, or when the time for that is over. */
async function settled({ database, centre }: Stage): Promise<Books> {
  const begunAt = performance.now();
  for (;;) {
    const books = await database.read();
    const isOver = performance.now() - begunAt > settleWithinMs;
    if (isOver || findWrongRows(books, centre).length === 0) return books;
    await sleep(1_000);
  }
}

interface Measured {
  readonly quiet: readonly Sample[];
  readonly samples: readonly Sample[];
  readonly vitals: readonly Vitals[];
  /** Of the process that plays Slack, Genesys and the supervisors: what it is late by, is in every time below. */
  readonly lag: Pick<IntervalHistogram, 'percentile' | 'max'>;
  readonly seconds: number;
  readonly books: Books;
}

/** The figures that nothing is required of. */
function tell({ centre, slack, alertChannelId }: Stage, measured: Measured, print: Print): void {
  const { quiet, samples, vitals, lag, seconds, books } = measured;
  const kinds = [...centre.counts].map(([kind, count]) => `${kind} ${count}`).join(', ');
  print(
    `${centre.happened} events in ${seconds.toFixed(0)} s (${(centre.happened / seconds).toFixed(1)}/s): ${kinds}.`,
  );
  const cpu = (vitals.at(-1)?.cpuSeconds ?? 0) - (vitals[0]?.cpuSeconds ?? 0);
  print(`The bot used ${((100 * cpu) / seconds).toFixed(0)} % of one core.`);
  // The first sample tells of the time before the load.
  const lags = vitals.slice(1).map(({ longestLagMs }) => longestLagMs);
  print(
    `Late by, ms: the bot ${Math.max(...lags).toFixed(0)} at the worst (${percentile(lags, 50).toFixed(0)} in half of the samples); ` +
      `the simulators ${(lag.max / 1e6).toFixed(0)} at the worst (p99 ${(lag.percentile(99) / 1e6).toFixed(0)}).`,
  );
  const alerts = countAlerts(books);
  print(
    `Alerts: ${slack.messages(alertChannelId).length} posted; ${alerts.true} of them up to date, ${alerts.toRedraw} known as stale; ` +
      `${alerts.toPost} of calls that are up and ${alerts.dead} of calls that are over wait to be posted.`,
  );
  print();
  print(row('from the command to its answer, ms', 'quiet p50', 'p99', 'load p50', 'p99', 'samples'));
  for (const name of [...commandNames, 'all'] as const) {
    const of = (all: readonly Sample[]) =>
      all.filter(({ command }) => name === 'all' || command === name).map(({ ms }) => ms);
    const cells = [quiet, samples].flatMap((all) => {
      const times = of(all);
      return times.length === 0
        ? ['–', '–']
        : [50, 99].map((percent) => percentile(times, percent).toFixed(1));
    });
    print(row(`/record ${name}`, ...cells, `${of(quiet).length} + ${of(samples).length}`));
  }
}

function judgeBooks({ centre, slack, alertChannelId }: Stage, books: Books): readonly Line[] {
  const alerts = countAlerts(books);
  return [
    none(
      `every call’s row is as the call is (${centre.calls.size} calls, ${centre.up} of them up)`,
      findWrongRows(books, centre),
    ),
    none('every alert is true to its row, or known as stale', findWrongCards(books, slack)),
    none('no call is announced twice', findDoubleAlerts(slack, alertChannelId)),
    line('no alert of a call that is over waits to be posted', String(alerts.dead), alerts.dead === 0),
  ];
}

function judgeLimits({ slack, genesys }: Stage, requests: readonly JournalEntry[]): readonly Line[] {
  const refused = requests.filter(({ status }) => status === 429).length;
  const most = mostInAMinute(requests.map(({ at }) => at));
  const slowedDown = slack.journal.filter((entry) => 'status' in entry && entry.status === 429).length;
  return [
    line('Genesys’s limit is kept: answers with 429', String(refused), refused === 0),
    line(
      `Genesys’s limit is kept: most requests in any minute, of ${mostRequestsPerMinute}`,
      String(most),
      most <= mostRequestsPerMinute,
    ),
    line('Slack’s limits are kept: answers with 429', String(slowedDown), slowedDown === 0),
    none('no rule of Slack’s or Genesys’s is broken', [...slack.violations, ...genesys.violations]),
  ];
}

function judgeMemory(vitals: readonly Vitals[]): readonly Line[] {
  return (['rss', 'heapUsed'] as const).map((name) => {
    const { early, late } = compareEnds(vitals, (sample) => sample[name]);
    const found = `${mebibytes(early)} → ${mebibytes(late)} MiB, ${(late / early).toFixed(2)}`;
    const title = `memory stays flat: ${name}, third tenth of the time → last, ${mostMemoryRatio} at most`;
    return { ...line(title, found, late / early <= mostMemoryRatio), isMeasured: true };
  });
}

function judgeCommands(
  { supervisors }: Stage,
  quiet: readonly Sample[],
  samples: readonly Sample[],
): readonly Line[] {
  const [before, during] = [quiet, samples].map((all) =>
    percentile(
      all.map(({ ms }) => ms),
      99,
    ),
  ) as [number, number];
  const title = `commands are answered as fast as in quiet: p99, ${mostLatencyRatio} times at most`;
  const found = `${before.toFixed(1)} → ${during.toFixed(1)} ms, ${(during / before).toFixed(2)}`;
  return [
    none(`every command does what it says (${quiet.length + samples.length} did)`, supervisors.troubles),
    { ...line(title, found, during / before <= mostLatencyRatio), isMeasured: true },
  ];
}

const line = (title: string, found: string, passed: boolean): Line => ({ title, found, passed });

const none = (title: string, evidence: readonly string[]): Line => ({
  title,
  found: evidence.length === 0 ? 'yes' : `${evidence.length} not`,
  passed: evidence.length === 0,
  evidence,
});

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);

const row = (title: string, ...cells: readonly string[]): string =>
  title.padEnd(36) + cells.map((cell) => cell.padStart(12)).join('');
