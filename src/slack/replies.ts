/** Messages in the thread under a card: that a recording is about to end, and how it ended. */
import { jobIdOf, type OverWarning, type RecordingJob, type Reply } from '../core/model.js';
import {
  actions,
  code,
  context,
  extendButton,
  type Message,
  outside,
  resumeButton,
  section,
  stopButton,
  toMessage,
} from './blocks.js';
import { headline, outcomeLine } from './job-lines.js';
import { date, user, who } from './wording.js';

export function renderReply({ kind, job }: Pick<Reply, 'kind' | 'job'>): Message {
  switch (kind) {
    case 'finished':
      return renderOutcome(job);
    case 'warning':
      return renderWarning(job);
    case 'pause-warning':
      return renderPauseWarning(job);
  }
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
  const text = `This recording ends in a minute: ${end(job)}`;
  return toMessage(text, [
    section([`:alarm_clock: ${text}`]),
    // Named, so that Slack tells the one who waits for it.
    job.startedBy.kind === 'person' ? context([`Asked for by ${who(job.startedBy)}`]) : null,
    actions([extendButton(job.id, extendLabel), stopButton(job.id)]),
  ]);
}

function renderPauseWarning(job: RecordingJob): Message {
  const since = job.pausedAt === null ? '' : ` since ${date(job.pausedAt)}`;
  const text = `This recording is paused${since}; the bot resumes it in a minute: ${time(job.pauseEndsAt)}`;
  return toMessage(text, [
    section([`:alarm_clock: ${text}`, 'To stay paused, pause it again after that']),
    // Named, so that Slack tells the one who may still need it.
    job.pausedBy === null ? null : context([`Paused by ${who(job.pausedBy)}`]),
    actions([resumeButton(job.id)]),
  ]);
}

/** False for a warning of an end that has come, has moved, or is on its way, before it could be sent. */
export function isStillTrue(
  { kind, isOver, job }: Pick<Reply, 'kind' | 'isOver' | 'job'>,
  now: number,
): boolean {
  switch (kind) {
    case 'finished':
      return true;
    case 'warning':
      return !isOver && job.state === 'recording' && isAhead(job.deadlineAt, now);
    case 'pause-warning':
      return !isOver && job.pending === null && isAhead(job.pauseEndsAt, now);
  }
}

const isAhead = (end: number | null, now: number): boolean => end !== null && now < end;

/** In place of a warning on which nobody clicked in time. The same as if somebody had. */
export function renderOver({
  kind,
  job,
  extendedBy,
}: Pick<OverWarning, 'kind' | 'job' | 'extendedBy'>): Message {
  if (kind === 'pause-warning') return renderOverPause();
  return extendedBy?.kind === 'person' ? renderExtended(job, extendedBy.userId) : renderOverWarning(job);
}

/** In place of the warning whose button did it. */
export function renderExtended(job: RecordingJob, userId: string): Message {
  const text = `Extended by ${user(userId)} to ${end(job)}`;
  return toMessage(text, [section([`:alarm_clock: ${text}`])]);
}

/** In place of a warning that came to nothing, since the recording was stopped or ended: its buttons go. */
export function renderOverWarning(job: RecordingJob): Message {
  const text = `This recording has ended, or is being stopped. It was to end ${end(job)}`;
  return toMessage(text, [section([`:alarm_clock: ${text}`])]);
}

/** In place of the warning whose button did it. */
export function renderResumed(userId: string): Message {
  const text = `Resumed by ${user(userId)}`;
  return toMessage(text, [section([`:alarm_clock: ${text}`])]);
}

/** In place of a warning whose pause had ended otherwise. */
export function renderOverPause(): Message {
  const text = 'This pause is over';
  return toMessage(text, [section([`:alarm_clock: ${text}`])]);
}

const end = ({ deadlineAt }: RecordingJob): string => time(deadlineAt);

const time = (ms: number | null): string => (ms === null ? 'an unknown time' : date(ms));
