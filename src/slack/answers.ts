/** An answer as a message for the one who asked. */
import type { Answer } from '../core/answer.js';
import { jobIdOf, type RecordingJob } from '../core/model.js';
import { actions, code, type Message, section, stopButton, toMessage } from './blocks.js';
import { renderHelp } from './help.js';
import { stateInWords } from './job-lines.js';
import { renderCalls, renderList, renderOverview } from './listings.js';
import { renderStatus } from './status.js';
import { date, recordedFor, who } from './wording.js';

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
      return renderHelp();
    default:
      return renderJobAnswer(answer.kind, answer.job);
  }
}

type JobAnswer = Exclude<Answer['kind'], 'started' | 'status' | 'overview' | 'list' | 'calls' | 'help'>;

function renderJobAnswer(kind: JobAnswer, job: RecordingJob): Message {
  const sentence = sentences[kind](job);
  const offersStop = kind === 'adopted' || kind === 'already-recording';
  return toMessage(sentence, [
    section([sentence]),
    offersStop && (job.state === 'recording' || job.state === 'paused')
      ? actions([stopButton(job.id)])
      : null,
  ]);
}

const sentences: Readonly<Record<JobAnswer, (job: RecordingJob) => string>> = {
  adopted: (job) =>
    `Genesys was recording that call already. Its job is ${code(jobIdOf(job))}, and this bot has taken charge of it.`,
  'start-pending': (job) =>
    `Genesys did not answer, so it is not known yet whether job ${code(jobIdOf(job))} records. The bot keeps looking; the card will say.`,
  'already-recording': alreadyRecording,
  stopped: (job) => `Stopped ${code(jobIdOf(job))}${afterDuration(job)}.`,
  'stop-pending': (job) =>
    `Genesys is not answering. The stop of ${code(jobIdOf(job))} is recorded, and the bot repeats it until it is done.`,
  extended: (job) => `${code(jobIdOf(job))} ${untilWhen(job)}.`,
  'already-extended': (job) => `Somebody has extended ${code(jobIdOf(job))} already: it ${untilWhen(job)}.`,
  'already-stopping': (job) => `${code(jobIdOf(job))} is being stopped already${stopper(job)}.`,
  'already-finished': alreadyFinished,
};

function alreadyRecording(job: RecordingJob): string {
  const asker =
    job.startedBy.kind === 'genesys'
      ? `It was started outside this bot and found ${date(job.createdAt)}.`
      : `${who(job.startedBy)} asked for it ${date(job.createdAt)}.`;
  return `That call has a job already: ${code(jobIdOf(job))} (${stateInWords(job).toLowerCase()}). ${asker}`;
}

const untilWhen = (job: RecordingJob): string =>
  job.deadlineAt === null ? 'has no deadline' : `now ends by ${date(job.deadlineAt)}`;

function alreadyFinished(job: RecordingJob): string {
  if (job.state === 'failed') return `${code(jobIdOf(job))} never ran: its start failed ${when(job)}.`;
  const by = job.state === 'stopped' ? stopper(job) : '';
  return `${code(jobIdOf(job))} is already finished: ${job.state}${afterDuration(job)}${by}, ${when(job)}.`;
}

const when = (job: RecordingJob): string => date(job.finishedAt ?? job.updatedAt);

const afterDuration = (job: RecordingJob): string => {
  const duration = recordedFor(job);
  return duration === null ? '' : ` after ${duration}`;
};

const stopper = (job: RecordingJob): string => (job.stoppedBy === null ? '' : ` by ${who(job.stoppedBy)}`);
