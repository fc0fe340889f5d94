/** What the use cases work with: the ports, the limits, and the two lines each of them would otherwise repeat. */
import { RecordError } from './errors.js';
import type { Actor, AuditEntry, JobFailure, RecordingJob } from './model.js';
import type { Board, CallDirectory, Clock, Logger, NewId, RecordingApi, Store } from './ports.js';

export interface Deps {
  readonly recordings: RecordingApi;
  readonly calls: CallDirectory;
  readonly store: Store;
  readonly board: Board;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly logger: Logger;
  /** Every recording started here ends by then, in milliseconds. */
  readonly recordMaxMs: number;
  /** Every pause made here is ended by then, in milliseconds. */
  readonly pauseMaxMs: number;
  /** Jobs that this process is busy with at Genesys right now; upkeep leaves them alone. */
  readonly inFlight: Set<string>;
}

/**
 * How long a job in `starting` or `stopping`, or with something pending, is left to the process that works on it, in milliseconds. That process
 * renews it every second; when it dies, another one takes the job up so soon that a deadline is kept within seconds.
 */
export const holdMs = 3_000;

/** A card shows “working” only when Genesys has not answered by then, in milliseconds. */
export const showWorkingAfterMs = 500;

/** Marks the job as being worked on by this process for as long as the work lasts. */
export async function whileInFlight<T>(deps: Deps, jobId: string, work: () => Promise<T>): Promise<T> {
  deps.inFlight.add(jobId);
  try {
    return await work();
  } finally {
    deps.inFlight.delete(jobId);
  }
}

export const personOf = (asker: { readonly userId: string }): Actor => ({
  kind: 'person',
  userId: asker.userId,
});

/** An audit entry about a job, now; `about` says what differs from the plain case. */
export function auditOf(
  deps: Pick<Deps, 'newId' | 'clock'>,
  entry: Pick<AuditEntry, 'actor' | 'action' | 'outcome'> & Partial<AuditEntry>,
  job?: Pick<RecordingJob, 'id' | 'conversationId'>,
): AuditEntry {
  return {
    id: deps.newId(),
    at: deps.clock.now(),
    conversationId: job?.conversationId ?? null,
    jobId: job?.id ?? null,
    channelId: null,
    reason: null,
    code: null,
    reference: null,
    ...entry,
  };
}

/** The error as a job keeps it. Not for bugs: whatever is not a `RecordError` is thrown on. */
export function failureOf(error: unknown): JobFailure {
  if (!(error instanceof RecordError)) throw error;
  return {
    code: error.code,
    message: error.message,
    cure: error.cure ?? null,
    reference: error.reference ?? null,
  };
}

const passing: readonly string[] = ['UNAVAILABLE', 'RATE_LIMITED', 'UNEXPECTED_RESPONSE'];

/** It passes by itself; whatever else Genesys answers to a stop, a pause or a resumption needs somebody to act. */
export const isPassing = (error: RecordError): boolean => passing.includes(error.code);

/** Growing pauses between the bot's own attempts: 2 s, 4 s, 8 s … at most a minute. */
export const backoffMs = (retries: number): number => Math.min(60_000, 2_000 * 2 ** Math.min(retries, 5));

/** The job as it stands now, after somebody else has changed it. Jobs are never deleted. */
export async function reread(deps: Pick<Deps, 'store'>, job: RecordingJob): Promise<RecordingJob> {
  const current = await deps.store.findJob(job.id);
  if (!current) throw new Error(`job ${job.id} has vanished from the database`);
  return current;
}
