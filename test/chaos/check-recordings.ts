/** Is what runs known, is what is known running, and was nothing started twice? */
import type { Books, JobRow } from './database.js';
import type { Evidence, Finding } from './evidence.js';
import { isRunning } from './quiet.js';
import { isRunning as isRecording } from './recordings.js';

const isUnfinished = ({ state }: JobRow) => isRunning(state) || state === 'starting' || state === 'stopping';

export function checkRecordings(evidence: Evidence): Finding {
  const { books, world } = evidence;
  const { recordings } = world;
  const { all } = recordings;
  const jobsOf = new Map(all.map(({ id }) => [id, [] as JobRow[]]));
  for (const job of books.jobs) {
    for (const recording of all.filter((one) => recordings.isOf(job, one)))
      jobsOf.get(recording.id)?.push(job);
  }
  const active = all.filter(isRecording);
  const unmet = active.filter(({ id }) => !(jobsOf.get(id) ?? []).some(isUnfinished));
  const unknown = unmet.filter(recordings.mustBeKnown);
  const idle = books.jobs.filter((job) => isUnfinished(job) && !recordings.isMade(job));
  const twice = [...jobsOf].filter(([, rows]) => rows.length > 1);
  const doubled = findOverlaps(books);
  return {
    title: 'nothing runs unknown, nothing known does not run, nothing is started twice',
    violations: [
      ...unknown.map(
        ({ id }) => `Genesys runs recording ${id}, and the books have no unfinished job for it.`,
      ),
      ...idle.map((job) => `Job ${job.id} is ${job.state} in the books, and Genesys does not run it.`),
      ...twice.map(([id, rows]) => `Recording ${id} has ${rows.length} jobs in the books.`),
      ...doubled.map((id) => `Conversation ${id} had two unfinished jobs at the same time.`),
      ...startedWhileRunning(evidence),
    ],
    counts: [
      ['recordings at Genesys', all.length],
      ['… of them running at the end', active.length],
      ['… started elsewhere', all.filter(({ elsewhere }) => elsewhere).length],
      ...(world.live ? [['… and not met yet', unmet.length - unknown.length] as const] : []),
    ],
  };
}

/**
 * When the job came into the books. Not its `created_at`: a recording that is met after its start was given up keeps
 * the time of that start.
 */
const begunAt = ({ audit }: Books, job: JobRow): number =>
  audit.find(({ job_id }) => job_id === job.id)?.at ?? job.created_at;

/** A job is stamped before it waits for the lock of its conversation: so much overlap is none, in milliseconds. */
const stampLagMs = 2_000;

/** Conversations whose jobs overlap in time. */
function findOverlaps(books: Books): readonly string[] {
  const overlapping = books.jobs.filter((job) =>
    books.jobs.some(
      (other) =>
        other.seq < job.seq &&
        other.conversation_id === job.conversation_id &&
        begunAt(books, job) + stampLagMs < (other.finished_at ?? Number.POSITIVE_INFINITY),
    ),
  );
  return [...new Set(overlapping.map((job) => job.conversation_id))];
}

/** A start reached Genesys while a recording ran that the books knew as running all the time. */
function startedWhileRunning({ world, books }: Evidence): readonly string[] {
  const { genesys, recordings } = world;
  const starts = genesys.journal.filter(({ operation }) => operation === 'start');
  return starts.flatMap((start) => {
    const running = recordings.ranBefore(start);
    // A recording that was met by this very start is known by the job that asked.
    if (!running || running.elsewhere) return [];
    const known = books.jobs.find(
      (job) =>
        recordings.isOf(job, running) &&
        begunAt(books, job) < start.at &&
        (job.finished_at ?? Number.POSITIVE_INFINITY) > start.at,
    );
    return known
      ? [`Conversation ${running.conversationId} was started while job ${known.id} was recording it.`]
      : [];
  });
}
