/** What a message says about a job, line by line. */
import {
  type Conversation,
  canBeStopped,
  isUnfinished,
  type JobFailure,
  jobIdOf,
  type RecordingJob,
} from '../core/model.js';
import { code, outside } from './blocks.js';
import { isHeld, pauseLines } from './pause-lines.js';
import { date, recordedFor, who } from './wording.js';

/** Said in words and with a sober sign, never by colour alone. */
const headlines: Readonly<Record<RecordingJob['state'], readonly [sign: string, words: string]>> = {
  starting: [':hourglass_flowing_sand:', 'Starting…'],
  recording: [':red_circle:', 'Recording'],
  paused: [':double_vertical_bar:', 'PAUSED – nothing is being recorded'],
  stopping: [':hourglass_flowing_sand:', 'Stopping…'],
  stopped: [':black_square_for_stop:', 'Recording stopped'],
  ended: [':black_square_for_stop:', 'Recording ended'],
  failed: [':warning:', 'Recording failed'],
};

const heldHeadline = [':white_circle:', 'Not recording just now'] as const;

/** What is known of the job's call, where it is. */
type Call = Pick<Conversation, 'policyRecording'>;

/** Of two opposite orders neither is confirmed: nobody knows which of them holds. */
const unclearHeadlines = {
  pause: [':hourglass_flowing_sand:', 'Pausing – the call may still be recorded'],
  resume: [':hourglass_flowing_sand:', 'Resuming – perhaps nothing is recorded yet'],
} as const;

function headlineOf(job: RecordingJob, call?: Call) {
  if (job.overtook !== null && job.pending !== null) return unclearHeadlines[job.pending];
  return isHeld(job, call) ? heldHeadline : headlines[job.state];
}

export const stateInWords = (job: RecordingJob, call?: Call): string => headlineOf(job, call)[1];

export const headline = (job: RecordingJob, call?: Call): string => {
  const [sign, words] = headlineOf(job, call);
  return `${sign} *${words}*`;
};

/** `now`: when it is drawn, in milliseconds since 1970. */
export function jobLines(job: RecordingJob, now: number, call?: Call): (string | null)[] {
  return [
    isHeld(job, call) ? 'On hold: nothing is recorded until the call is taken up again' : null,
    ...pauseLines(job, now),
    `Job ${code(jobIdOf(job))}`,
    `Conversation ${code(job.conversationId)}`,
    canBeStopped(job) ? null : byPolicy,
    startLine(job),
    job.startReason === null ? null : `Reason: ${outside(job.startReason, 500)}`,
    progressLine(job, now),
    deadlineLine(job, now),
    outcomeLine(job),
    job.stopReason === null ? null : `Reason for the stop: ${outside(job.stopReason, 500)}`,
  ];
}

const byPolicy = 'Recorded by Genesys’s own policy';

/** Where there is room for one line only. */
export const originLine = (job: RecordingJob): string => (canBeStopped(job) ? startLine(job) : byPolicy);

function startLine(job: RecordingJob): string {
  if (job.startedBy.kind === 'genesys') {
    return canBeStopped(job)
      ? `Started outside this bot; found ${date(job.createdAt)}`
      : `Followed by this bot since ${date(job.createdAt)}`;
  }
  const asked = `Asked for by ${who(job.startedBy)} · ${date(job.createdAt)}`;
  return job.adopted ? `${asked}; it was already running` : asked;
}

function deadlineLine(job: RecordingJob, now: number): string | null {
  if (!isUnfinished(job) || job.deadlineAt === null) return null;
  const mayRun = job.state !== 'starting';
  if (mayRun && now >= job.deadlineAt) {
    return `:warning: Overdue since ${date(job.deadlineAt)}: Genesys has not confirmed the stop yet`;
  }
  return job.state === 'stopping' ? null : `Ends by ${date(job.deadlineAt)}`;
}

const barLength = 10;
/** Shorter recordings are counted in seconds, in milliseconds. */
const countMinutesFromMs = 2 * 60_000;

/** How much of its time has passed: `▰▰▰▱▱▱▱▱▱▱ 3 of 10 min`. */
function progressLine({ state, recordingSince, deadlineAt }: RecordingJob, now: number): string | null {
  if (state !== 'recording' || recordingSince === null || deadlineAt === null) return null;
  const wholeMs = deadlineAt - recordingSince;
  const passedMs = Math.max(0, now - recordingSince);
  if (wholeMs <= 0 || passedMs >= wholeMs) return null;
  const filled = Math.floor((passedMs / wholeMs) * barLength);
  const bar = '▰'.repeat(filled) + '▱'.repeat(barLength - filled);
  const [unitMs, unit] = wholeMs < countMinutesFromMs ? [1_000, 's'] : [60_000, 'min'];
  return `${bar} ${Math.floor(passedMs / unitMs)} of ${Math.round(wholeMs / unitMs)} ${unit}`;
}

/** How it came to its end, or is coming to it; null while it runs. */
export function outcomeLine(job: RecordingJob): string | null {
  switch (job.state) {
    case 'stopping':
      return job.stoppedBy === null ? null : `${who(job.stoppedBy)} asked to stop it`;
    case 'stopped':
      return stoppedLine(job);
    case 'ended':
      return endedLine(job);
    default:
      return null;
  }
}

function stoppedLine(job: RecordingJob): string {
  const by = job.stoppedBy === null ? '' : ` by ${who(job.stoppedBy)}`;
  const at = job.finishedAt === null ? '' : ` · ${date(job.finishedAt)}`;
  return `Stopped${after(job)}${by}${at}`;
}

function endedLine(job: RecordingJob): string {
  const at = job.finishedAt === null ? '' : ` · ${date(job.finishedAt)}`;
  return job.stoppedBy?.kind === 'person'
    ? `Ended${after(job)}: ${whyEnded(job)}, when ${who(job.stoppedBy)} asked to stop it${at}`
    : `Ended${after(job)}: ${whyEnded(job)}${at}`;
}

/** What somebody began lives on an agent's side of the call, and goes with that agent. True also when the call is over by now. */
function whyEnded(job: RecordingJob): string {
  const { callWentOn, conversationId } = job;
  if (!canBeStopped(job)) return callWentOn ? 'Genesys recorded this call no more' : 'the call is over';
  return callWentOn
    ? `it went with the agent’s part in the call, or was stopped outside this bot. If the call goes on: ${code(`/record start ${conversationId}`)} records the rest`
    : 'the call is over, or it was stopped outside this bot';
}

/** Of a recording that ran before the bot knew it, only a lower bound is known. */
function after(job: RecordingJob): string {
  const duration = recordedFor(job);
  if (duration === null) return '';
  return job.adopted ? ` after at least ${duration}` : ` after ${duration}`;
}

export function failureLines(failure: JobFailure): (string | null)[] {
  return [
    `:warning: ${outside(failure.message, 1_000)}`,
    failure.cure === null ? null : outside(failure.cure, 1_000),
    failure.reference === null ? null : `Reference ${code(failure.reference)}`,
  ];
}
