/** Messages in the thread under a card: that a recording is about to end, and how it ended. */
import { jobIdOf, type OverWarning, type RecordingJob, type Reply } from '../core/model.js';
import {
  actions,
  code,
  context,
  extendButton,
  type Message,
  outside,
  section,
  stopButton,
  toMessage,
} from './blocks.js';
import { headline, outcomeLine } from './job-lines.js';
import { date, user, who } from './wording.js';

export function renderReply({ kind, job }: Pick<Reply, 'kind' | 'job'>): Message {
  return kind === 'warning' ? renderWarning(job) : renderOutcome(job);
}

function renderOutcome(job: RecordingJob): Message {
  const lines = [
    `${headline(job)} · job ${code(jobIdOf(job))}`,
    outcomeLine(job),
    job.stopReason === null ? null : `Reason: ${outside(job.stopReason, 500)}`,
  ];
  return toMessage(lines.filter(Boolean).join('\n'), [section(lines)]);
}

const extendLabel = '+10 min';

function renderWarning(job: RecordingJob): Message {
  const text = `This recording ends in a minute, at ${end(job)}`;
  return toMessage(text, [
    section([`:alarm_clock: ${text}`]),
    // Named, so that Slack tells the one who waits for it.
    job.startedBy.kind === 'person' ? context([`Asked for by ${who(job.startedBy)}`]) : null,
    actions([extendButton(job.id, extendLabel), stopButton(job.id)]),
  ]);
}

/** False for a warning whose recording has ended, or has been given more time, before it could be sent. */
export const isStillTrue = (
  { kind, isOver, job }: Pick<Reply, 'kind' | 'isOver' | 'job'>,
  now: number,
): boolean =>
  kind === 'finished' ||
  (!isOver && job.state === 'recording' && job.deadlineAt !== null && now < job.deadlineAt);

/** In place of a warning on which nobody clicked in time. The same as if somebody had. */
export const renderOver = ({ job, extendedBy }: Pick<OverWarning, 'job' | 'extendedBy'>): Message =>
  extendedBy?.kind === 'person' ? renderExtended(job, extendedBy.userId) : renderOverWarning(job);

/** In place of the warning whose button did it. */
export function renderExtended(job: RecordingJob, userId: string): Message {
  const text = `Extended by ${user(userId)} to ${end(job)}`;
  return toMessage(text, [section([`:alarm_clock: ${text}`])]);
}

/** In place of a warning that came to nothing, since the recording was stopped or ended: its buttons go. */
export function renderOverWarning(job: RecordingJob): Message {
  const text = `This recording was to end at ${end(job)}`;
  return toMessage(text, [section([`:alarm_clock: ${text}`])]);
}

const end = ({ deadlineAt }: RecordingJob): string =>
  deadlineAt === null ? 'an unknown time' : date(deadlineAt);
