/** What the bot's process uses, by its own metrics, and what it asks of Genesys in a minute. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Vitals {
  readonly at: number;
  /** Bytes. */
  readonly rss: number;
  readonly heapUsed: number;
  /** Seconds of one core, since the process began. */
  readonly cpuSeconds: number;
  /** The longest that its event loop was late since the sample before, in milliseconds. */
  readonly longestLagMs: number;
}

const everyMs = 2_000;

/** Until the signal aborts. */
export async function watchVitals(botUrl: string, signal: AbortSignal): Promise<readonly Vitals[]> {
  const samples: Vitals[] = [];
  while (!signal.aborted) {
    samples.push(await readVitals(botUrl));
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
  return samples;
}

async function readVitals(botUrl: string): Promise<Vitals> {
  const text = await (await fetch(`${botUrl}/metrics`)).text();
  const value = (name: string): number => {
    const [, number] = new RegExp(`^${name} (\\S+)$`, 'm').exec(text) ?? [];
    if (number === undefined) throw new Error(`/metrics does not tell ${name}.`);
    return Number(number);
  };
  return {
    at: Date.now(),
    rss: value('process_resident_memory_bytes'),
    heapUsed: value('nodejs_heap_size_used_bytes'),
    cpuSeconds: value('process_cpu_seconds_total'),
    longestLagMs: value('nodejs_eventloop_lag_max_seconds') * 1_000,
  };
}

/** The mean of the third tenth of the time (of ten minutes, the third), and of the last tenth. */
export function compareEnds(
  samples: readonly Vitals[],
  measure: (sample: Vitals) => number,
): { readonly early: number; readonly late: number } {
  const from = samples[0]?.at ?? 0;
  const tenth = ((samples.at(-1)?.at ?? 0) - from) / 10;
  const meanOf = (first: number, last: number) => {
    const part = samples.filter(({ at }) => at >= from + first * tenth && at <= from + last * tenth);
    return part.reduce((sum, sample) => sum + measure(sample), 0) / part.length;
  };
  return { early: meanOf(2, 3), late: meanOf(9, 10) };
}

/** The most of these times, in milliseconds, that lie within one minute. */
export function mostInAMinute(times: readonly number[]): number {
  const sorted = times.toSorted((one, other) => one - other);
  let most = 0;
  let first = 0;
  for (const [index, at] of sorted.entries()) {
    while ((sorted[first] ?? at) <= at - 60_000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
