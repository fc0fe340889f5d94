/** Did each recording end in time? */
import type { Evidence, Finding } from './evidence.js';
import type { Span } from './fleet.js';

/** How late a recording may end while Genesys can be reached, in milliseconds. */
const graceMs = 5_000;

export function checkDeadlines(evidence: Evidence): Finding {
  const { books, world, endedAt } = evidence;
  const excused = excusedSpans(evidence);
  const measured = books.jobs.flatMap((job) => {
    const recording = world.genesys.jobs.find(({ id }) => id === job.genesys_id);
    if (!recording || job.deadline_at === null) return [];
    const end = recording.endedAt ?? endedAt;
    // A job that came by its recording late may be past its time already; one begun elsewhere is the bot's from
    // the moment it is met.
    const begun = recording.elsewhere ? (job.recording_since ?? end) : recording.startedAt;
    const from = Math.max(job.deadline_at, begun);
    if (end <= from) return [];
    const hits = hitsOf(evidence, recording.id);
    const lateMs = end - from - covered([...excused, ...hits], { from, to: end });
    return [{ job, recording, lateMs }];
  });
  const late = measured.filter(({ lateMs }) => lateMs > graceMs);
  const kept = books.jobs.filter((job) => job.stopped_by === 'bot').length;
  return {
    title: 'none runs past its deadline by more than 5 s of reachable Genesys',
    violations: late.map(
      ({ job, recording, lateMs }) =>
        `Job ${job.id} (${recording.id}) ran ${Math.round(lateMs / 100) / 10} s of reachable Genesys past its deadline ${new Date(job.deadline_at ?? 0).toISOString()}.`,
    ),
    counts: [
      ['recordings with a deadline', books.jobs.filter((job) => job.deadline_at !== null).length],
      ['… ended by the bot because their time was up', kept],
      [
        '… the latest, in milliseconds past it',
        Math.round(Math.max(0, ...measured.map((one) => one.lateMs))),
      ],
    ],
  };
}

/** When no process was up, or Genesys was away. */
function excusedSpans({ fleet, trouble, begunAt, endedAt }: Evidence): readonly Span[] {
  const up = [...fleet.up].sort((one, other) => one.from - other.from);
  const down: Span[] = [];
  let at = begunAt;
  for (const span of up) {
    if (span.from > at) down.push({ from: at, to: span.from });
    at = Math.max(at, span.to);
  }
  if (at < endedAt) down.push({ from: at, to: endedAt });
  return [...down, ...trouble.outages];
}

/** How long a fault keeps a request from being answered, in milliseconds: the bot waits ten seconds at most. */
const heldMs: Readonly<Record<string, number>> = {
  slow: 4_000,
  hang: 10_000,
  'hang-body': 10_000,
  status: 1_000,
};

/** While a request that was needed for this stop was held by a fault. */
function hitsOf({ world }: Evidence, genesysId: string): readonly Span[] {
  return world.genesys.journal
    .filter(
      ({ fault, operation, path }) =>
        fault !== null && (operation === 'token' || (operation === 'stop' && path.includes(genesysId))),
    )
    .map(({ at, fault }) => ({ from: at, to: at + (heldMs[fault ?? ''] ?? 0) }));
}

/** How much of `within` the spans cover together, in milliseconds. */
function covered(spans: readonly Span[], within: Span): number {
  const clipped = spans
    .map(({ from, to }) => ({ from: Math.max(from, within.from), to: Math.min(to, within.to) }))
    .filter(({ from, to }) => to > from)
    .sort((one, other) => one.from - other.from);
  let sum = 0;
  let at = within.from;
  for (const { from, to } of clipped) {
    sum += Math.max(0, to - Math.max(from, at));
    at = Math.max(at, to);
  }
  return sum;
}
