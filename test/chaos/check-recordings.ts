/** Is what runs known, is what is known running, and was nothing started twice? */
import type { Books, JobRow } from './database.js';
import type { Evidence, Finding } from './evidence.js';
import { isRunning } from './quiet.js';

const isUnfinished = ({ state }: JobRow) => isRunning(state) || state === 'starting' || state === 'stopping';

export function checkRecordings(evidence: Evidence): Finding {
  const { books, world } = evidence;
  const { jobs } = world.genesys;
  const byGenesysId = new Map<string, JobRow[]>();
  for (const job of books.jobs) {
    if (job.genesys_id === null) continue;
    byGenesysId.set(job.genesys_id, [...(byGenesysId.get(job.genesys_id) ?? []), job]);
  }
  const active = new Set(jobs.filter(({ state }) => state === 'active').map(({ id }) => id));
  const unknown = [...active].filter((id) => !(byGenesysId.get(id) ?? []).some(isUnfinished));
  const idle = books.jobs.filter((job) => isUnfinished(job) && !active.has(job.genesys_id ?? ''));
  const twice = [...byGenesysId].filter(([, rows]) => rows.length > 1);
  const doubled = findOverlaps(books);
  return {
    title: 'nothing runs unknown, nothing known does not run, nothing is started twice',
    violations: [
      ...unknown.map((id) => `Genesys runs recording ${id}, and the books have no unfinished job for it.`),
      ...idle.map((job) => `Job ${job.id} is ${job.state} in the books, and Genesys does not run it.`),
      ...twice.map(([id, rows]) => `Recording ${id} has ${rows.length} jobs in the books.`),
      ...doubled.map((id) => `Conversation ${id} had two unfinished jobs at the same time.`),
      ...startedWhileRunning(evidence),
    ],
    counts: [
      ['recordings at Genesys', jobs.length],
      ['… of them running at the end', active.size],
      ['… started elsewhere', jobs.filter(({ elsewhere }) => elsewhere).length],
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

/** Genesys refused a start because of a recording that the books knew as running all the time. */
function startedWhileRunning({ world, books }: Evidence): readonly string[] {
  const { genesys } = world;
  const refused = genesys.journal.filter(
    ({ operation, status, fault }) => operation === 'start' && status === 409 && fault === null,
  );
  return refused.flatMap(({ at, body }) => {
    const { conversationId } = body as { conversationId: string };
    const running = genesys.jobs.find(
      (job) =>
        job.conversationId === conversationId &&
        job.startedAt <= at &&
        (job.endedAt ?? Number.POSITIVE_INFINITY) > at,
    );
    const known = books.jobs.find(
      (job) =>
        job.genesys_id === running?.id &&
        begunAt(books, job) < at &&
        (job.finished_at ?? Number.POSITIVE_INFINITY) > at,
    );
    // A recording that was met by this very start is known by the job that asked.
    const metByIt = known !== undefined && running?.elsewhere === true;
    return running && known && !metByIt
      ? [`Conversation ${conversationId} was started while job ${known.id} was recording it.`]
      : [];
  });
}
