/**
 * A request that another process has left, dead or stalled, somewhere between nothing and everything done. It is carried
 * out anew, but for what would then happen twice, or to a recording that nobody meant.
 */
import type { Answer, Asker } from './answer.js';
import type { Command } from './command.js';
import type { Deps } from './deps.js';
import { type ErrorCode, RecordError } from './errors.js';
import {
  type Actor,
  type AuditEntry,
  isUnfinished,
  type JobFailure,
  jobIdOf,
  type RecordingJob,
} from './model.js';

/** Whoever asked for something longer ago than this, in milliseconds, has looked, and perhaps asked again. */
const freshMs = 60_000;

/**
 * What has become of a start that was left; null when nothing has, and it is to be carried out. Throws what the first
 * process would have said of a start that failed, and `UNAVAILABLE` when it is too late to begin.
 */
export async function findLeftStart(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  { conversationId }: Extract<Command, { name: 'start' }>,
  asker: Asker,
): Promise<Answer | null> {
  const { leftSince } = asker;
  if (leftSince === undefined) return null;
  const job = await store.findJobOf(conversationId);
  if (job && job.createdAt >= leftSince) return isOwn(job, asker) ? ownStart(job) : standing(job);
  if (clock.now() - leftSince < freshMs) return null;
  throw tooLate('start', `/record start ${conversationId}`);
}

const isOwn = ({ startedBy, channelId }: RecordingJob, asker: Asker): boolean =>
  startedBy.kind === 'person' && startedBy.userId === asker.userId && channelId === asker.channelId;

/** Its card tells of a recording that runs or ran. Of what failed, or is not known yet, a card may be overtaken by the next. */
function ownStart(job: RecordingJob): Answer {
  const { state, failure } = job;
  if (state === 'starting') return { kind: 'start-pending', job };
  if (state !== 'failed' || failure === null) return { kind: job.adopted ? 'adopted' : 'started', job };
  throw toError(failure);
}

/** A job keeps what a `RecordError` said, word for word. */
const toError = ({ code, message, cure, reference }: JobFailure): RecordError =>
  new RecordError(code as ErrorCode, message, {
    ...(cure !== null && { cure }),
    ...(reference !== null && { reference }),
  });

const standing = (job: RecordingJob): Answer => ({
  kind: isUnfinished(job) ? 'already-recording' : 'already-finished',
  job,
});

/** Throws `STATE_CONFLICT` where a call's recording was to be stopped, and the one that runs there now is a later one. */
export function refuseLaterRecording(job: RecordingJob, id: string, asker: Asker): void {
  const { leftSince } = asker;
  if (leftSince === undefined || job.createdAt <= leftSince || job.conversationId !== id) return;
  if (!isUnfinished(job) || isBeingStoppedBy(job, asker)) return;
  // Of one that began elsewhere it is known when it was found. Perhaps by this very stop, before it was left.
  if (job.startedBy.kind === 'genesys') return;
  throw new RecordError(
    'STATE_CONFLICT',
    'Another recording of that call has begun since. It was not stopped.',
    {
      cure: `To stop that one: /record stop ${jobIdOf(job)}`,
    },
  );
}

const isBeingStoppedBy = ({ state, stoppedBy }: RecordingJob, asker: Asker): boolean =>
  state === 'stopping' && stoppedBy !== null && isBy(stoppedBy, asker);

/**
 * What has become of a pause or a resumption that was left after it had been asked for; null when it never was, and is to
 * be carried out. Late, or asked for again, it would undo what somebody has wanted since: a card number would be recorded.
 * Throws `STATE_CONFLICT` where somebody has, and `UNAVAILABLE` when it is too late: what happened elsewhere while no
 * process ran is in no book.
 */
export async function findLeftOrder(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  job: RecordingJob,
  order: 'pause' | 'resume',
  asker: Asker,
): Promise<Answer | null> {
  const { leftSince } = asker;
  if (leftSince === undefined) return null;
  const since = (await store.listAudit(job.id)).filter(({ at }) => at >= leftSince);
  const own = since.filter(({ action, actor }) => action === order && isBy(actor, asker));
  if (own.some(({ outcome }) => outcome === 'asked')) return ownOrder(job, order, own);
  if (since.some((entry) => isOpposite(entry, order))) throw overtaken(job, order);
  if (!isUnfinished(job) || clock.now() - leftSince < freshMs) return null;
  throw tooLate(order === 'pause' ? 'pause' : 'resumption', `/record status ${jobIdOf(job)}`);
}

/** `own`: what the books say of it since it was asked for. */
function ownOrder(job: RecordingJob, order: 'pause' | 'resume', own: readonly AuditEntry[]): Answer {
  if (!isUnfinished(job)) return { kind: 'already-finished', job };
  if (job.pending === order) return { kind: 'pause-pending', job };
  const last = own.at(-1);
  if (last?.outcome === 'failed') throw whyFailed(job, order, last);
  if (job.pending === null && (job.state === 'paused') === (order === 'pause')) {
    return { kind: order === 'pause' ? 'paused' : 'resumed', job };
  }
  throw undone(job, order);
}

const whyFailed = (job: RecordingJob, order: 'pause' | 'resume', { code }: AuditEntry): RecordError =>
  code === withdrawnCode ? overtaken(job, order) : toError(job.failure ?? unknownFailure);

/** The audit's code for an order that gave way to the opposite one. */
export const withdrawnCode = 'STATE_CONFLICT';

/** Somebody's here, or elsewhere, as on the agent's own screen; not the bot's own end of an earlier pause. */
const isOpposite = ({ action, outcome, actor }: AuditEntry, order: 'pause' | 'resume'): boolean =>
  action === (order === 'pause' ? 'resume' : 'pause') &&
  ((actor.kind === 'person' && outcome === 'asked') || (actor.kind === 'genesys' && outcome === 'done'));

/** It was done, and then undone. */
export const undone = (job: RecordingJob, order: 'pause' | 'resume'): RecordError =>
  new RecordError('STATE_CONFLICT', `That recording was ${order}d, and no longer is.`, {
    cure: `Somebody else has wanted otherwise since: /record status ${jobIdOf(job)} shows who.`,
  });

/** It was not done, or nobody knows, and is not to be any more. */
export const overtaken = (job: RecordingJob, order: 'pause' | 'resume'): RecordError =>
  new RecordError(
    'STATE_CONFLICT',
    `Somebody has wanted otherwise since: that recording was not ${order}d.`,
    {
      cure: `/record status ${jobIdOf(job)} shows who. If you still want it: /record ${order} ${jobIdOf(job)}`,
    },
  );

const isBy = (actor: Actor, { userId }: Asker): boolean => actor.kind === 'person' && actor.userId === userId;

const unknownFailure: JobFailure = {
  code: 'UNAVAILABLE',
  message: 'Genesys did not do it.',
  cure: 'Try again.',
  reference: null,
};

/** Throws `UNAVAILABLE` where ten minutes more would come on top of a later warning than the one that was clicked. */
export function refuseLateExtension({ clock }: Pick<Deps, 'clock'>, job: RecordingJob, asker: Asker): void {
  const { leftSince } = asker;
  if (leftSince !== undefined && clock.now() - leftSince >= freshMs) {
    throw tooLate('extension', `/record status ${jobIdOf(job)}`);
  }
}

/** What the first process has done for this very person is told as theirs. */
export function asOwnStop(answer: Answer, { leftSince, userId }: Asker): Answer {
  if (leftSince === undefined || answer.kind !== 'already-finished') return answer;
  const { state, stoppedBy, finishedAt } = answer.job;
  const own = stoppedBy?.kind === 'person' && stoppedBy.userId === userId && (finishedAt ?? 0) >= leftSince;
  return own && state === 'stopped' ? { kind: 'stopped', job: answer.job } : answer;
}

const tooLate = (what: 'start' | 'extension' | 'pause' | 'resumption', command: string): RecordError =>
  new RecordError('UNAVAILABLE', `The bot was interrupted before this ${what}, and nothing was done.`, {
    cure:
      what === 'start' ? `Send it again if you still want it: ${command}` : `How it stands now: ${command}`,
  });
