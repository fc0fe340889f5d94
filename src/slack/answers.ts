/** An answer as a message for the one who asked. */
import type { Answer } from '../core/answer.js';
import { formatDuration } from '../core/format-duration.js';
import { type Actor, canBeStopped, jobIdOf, type RecordingJob } from '../core/model.js';
import { actions, code, type Message, outside, section, toMessage } from './blocks.js';
import { jobButton } from './controls.js';
import { renderHelp } from './help.js';
import { stateInWords } from './job-lines.js';
import { renderCalls, renderList, renderOverview } from './listings.js';
import { renderStatus } from './status.js';
import { date, recordedFor, who } from './wording.js';

/** For the asker alone, where the card cannot say it or is late. */
export function renderStarted(job: RecordingJob): Message {
  const sentence = `Started ${code(jobIdOf(job))}: the call is being recorded.`;
  return toMessage(sentence, [section([sentence])]);
}

/**
 * Null where the card in the channel is the answer. Callers' numbers are not masked: only the asker sees it, and
 * whoever is told of a call has been found to be permitted. `now` in milliseconds since 1970.
 */
export function renderAnswer(answer: Answer, now: number): Message | null {
  switch (answer.kind) {
    case 'started':
      return null;
    case 'status':
      return renderStatus(answer, now);
    case 'overview':
      return renderOverview(answer.overview);
    case 'list':
      return renderList(answer);
    case 'calls':
      return renderCalls(answer);
    case 'help':
      return renderHelp(answer);
    case 'adopted':
      return renderJobAnswer(answer.kind, answer.job, adoptedSentence(answer));
    default:
      return renderJobAnswer(answer.kind, answer.job, sentences[answer.kind](answer.job));
  }
}

type JobAnswer = Exclude<Answer['kind'], 'started' | 'status' | 'overview' | 'list' | 'calls' | 'help'>;

function renderJobAnswer(kind: JobAnswer, job: RecordingJob, sentence: string): Message {
  return toMessage(sentence, [section([sentence]), offering.has(kind) ? actions([jobButton(job)]) : null]);
}

/** Those that bring a button: whoever gets them may want something else now. */
const offering: ReadonlySet<JobAnswer> = new Set(['adopted', 'already-recording', 'already-paused']);

function adoptedSentence({ job, droppedMs }: Extract<Answer, { kind: 'adopted' }>): string {
  const name = code(jobIdOf(job));
  if (canBeStopped(job)) {
    const end = job.deadlineAt === null ? '' : `, and ends by ${date(job.deadlineAt)}`;
    return `Genesys was recording that call already. Its job is ${name}, and this bot has taken charge of it: it can be stopped here${end}.`;
  }
  const possible = job.state === 'paused' ? 'it is paused now, and can be resumed' : 'it can be paused';
  const dropped =
    droppedMs === undefined ? '' : ` It ends with the call, and not after ${formatDuration(droppedMs)}.`;
  return `Genesys records that call by the organisation’s policy: nobody can stop that, but ${possible}. Its job is ${name}.${dropped}`;
}

const sentences: Readonly<Record<Exclude<JobAnswer, 'adopted'>, (job: RecordingJob) => string>> = {
  'start-pending': (job) =>
    `Genesys did not answer, so it is not known yet whether job ${code(jobIdOf(job))} records. The bot keeps looking, and the card will say: you need not start it again.`,
  'already-recording': alreadyRecording,
  stopped: (job) => `Stopped ${code(jobIdOf(job))}${afterDuration(job)}.`,
  'stop-pending': (job) =>
    `Not stopped yet: the call may still be recorded. Genesys has not confirmed the stop of ${code(jobIdOf(job))}, and the bot repeats it until it is done; the card will say.`,
  paused: (job) => `Paused ${code(jobIdOf(job))}: nothing is recorded until it is resumed${pauseEnd(job)}.`,
  resumed: (job) => `Resumed ${code(jobIdOf(job))}: its pause is over.`,
  'pause-pending': pausePending,
  'already-paused': alreadyPaused,
  'not-paused': notPaused,
  extended: (job) => `${code(jobIdOf(job))} ${untilWhen(job)}.`,
  'already-extended': (job) => `${code(jobIdOf(job))} has been extended already: it ${untilWhen(job)}.`,
  'already-stopping': (job) => `${code(jobIdOf(job))} is being stopped already${by(job.stoppedBy)}.`,
  'already-finished': alreadyFinished,
};

function alreadyRecording(job: RecordingJob): string {
  return `That call has a job already: ${code(jobIdOf(job))} (${stateInWords(job).toLowerCase()}). ${origin(job)}`;
}

function origin(job: RecordingJob): string {
  if (!canBeStopped(job)) return 'Genesys records it by the organisation’s policy, which nobody can stop.';
  return job.startedBy.kind === 'genesys'
    ? `It was started outside this bot and found ${date(job.createdAt)}.`
    : `${who(job.startedBy)} asked for it ${date(job.createdAt)}.`;
}

const pauseEnd = ({ pauseEndsAt }: RecordingJob): string =>
  pauseEndsAt === null ? '' : `, by the bot itself ${date(pauseEndsAt)} at the latest`;

function pausePending(job: RecordingJob): string {
  const [order, meanwhile, sign] =
    job.pending === 'resume'
      ? ['resumption', 'Not resumed yet: perhaps nothing is recorded.', 'the card will say']
      : [
          'pause',
          'Not paused yet: the call may still be recorded.',
          'before a card number is said, wait for “PAUSED” on the card',
        ];
  if (job.overtook !== null && job.failure === null) {
    return `${meanwhile} The opposite is on its way to Genesys, and the bot sends the ${order} of ${code(jobIdOf(job))} right after it; ${sign}.`;
  }
  const why = job.failure === null ? 'Genesys is not answering.' : outside(job.failure.message, 500);
  return `${meanwhile} ${why} The bot repeats the ${order} of ${code(jobIdOf(job))} until it is done; ${sign}.`;
}

function alreadyPaused(job: RecordingJob): string {
  if (job.state !== 'paused') return `${code(jobIdOf(job))} is being paused already${by(job.pendingBy)}.`;
  const since = job.pausedAt === null ? '' : ` since ${date(job.pausedAt)}`;
  return `${code(jobIdOf(job))} is paused already${since}${by(job.pausedBy)}.`;
}

function notPaused(job: RecordingJob): string {
  return job.pending === 'resume'
    ? `${code(jobIdOf(job))} is being resumed already${by(job.pendingBy)}.`
    : `${code(jobIdOf(job))} is not paused.`;
}

const untilWhen = (job: RecordingJob): string =>
  job.deadlineAt === null ? 'has no deadline' : `now ends by ${date(job.deadlineAt)}`;

function alreadyFinished(job: RecordingJob): string {
  if (job.state === 'failed') return `${code(jobIdOf(job))} never ran: its start failed ${when(job)}.`;
  const stopper = job.state === 'stopped' ? by(job.stoppedBy) : '';
  return `${code(jobIdOf(job))} is already finished: ${job.state}${afterDuration(job)}${stopper}, ${when(job)}.`;
}

const when = (job: RecordingJob): string => date(job.finishedAt ?? job.updatedAt);

const afterDuration = (job: RecordingJob): string => {
  const duration = recordedFor(job);
  return duration === null ? '' : ` after ${duration}`;
};

const by = (actor: Actor | null): string => (actor === null ? '' : ` by ${who(actor)}`);
