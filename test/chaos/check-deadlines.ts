/** Did each recording end in time? */
import type { JobRow } from './database.js';
import type { Evidence, Finding } from './evidence.js';
import { covered, excusedSpans, graceMs, hitsOf } from './excuses.js';
import type { Span } from './fleet.js';
import type { Recording } from './recordings.js';

export function checkDeadlines(evidence: Evidence): Finding {
  const { books, world, endedAt } = evidence;
  const excused = excusedSpans(evidence);
  const { recordings } = world;
  const measured = books.jobs.flatMap((job) =>
    recordings.all
      .filter((recording) => job.deadline_at !== null && recordings.isOf(job, recording))
      .flatMap((recording) => {
        const { from, to } = dueSpan(job, recording, endedAt);
        if (to <= from) return [];
        const hits = hitsOf(evidence, (entry) => recordings.isNeededToEnd(recording, entry));
        return [{ job, recording, lateMs: to - from - covered([...excused, ...hits], { from, to }) }];
      }),
  );
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

/** From when it should have ended until it did. */
function dueSpan(job: JobRow, recording: Recording, endedAt: number): Span {
  const end = recording.endedAt ?? endedAt;
  const from = (begun: number) => Math.max(job.deadline_at ?? end, begun);
  // A job that came by its recording late may be past its time already.
  if (!recording.elsewhere) return { from: from(recording.startedAt), to: end };
  // One begun elsewhere is the bot's from the moment it is met, until the job has ended.
  const met = Math.max(job.recording_since ?? end, recording.startedAt);
  return { from: from(met), to: Math.min(end, job.finished_at ?? end) };
}
