/** Did each recording end in time? */
import type { Evidence, Finding } from './evidence.js';
import { covered, excusedSpans, graceMs, hitsOf } from './excuses.js';

export function checkDeadlines(evidence: Evidence): Finding {
  const { books, world, endedAt } = evidence;
  const excused = excusedSpans(evidence);
  const measured = books.jobs.flatMap((job) => {
    const recording = world.recordings.all.find((one) => world.recordings.isOf(job, one));
    if (!recording || job.deadline_at === null) return [];
    const end = recording.endedAt ?? endedAt;
    // A job that came by its recording late may be past its time already; one begun elsewhere is the bot's from
    // the moment it is met.
    const begun = recording.elsewhere ? (job.recording_since ?? end) : recording.startedAt;
    const from = Math.max(job.deadline_at, begun);
    if (end <= from) return [];
    const hits = hitsOf(evidence, ['stop'], recording.id);
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
