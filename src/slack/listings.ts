/** Lists with their buttons, folded before they fill a screen. */
import type { Answer, CallRow, Overview } from '../core/answer.js';
import { jobIdOf, type RecordingJob } from '../core/model.js';
import { code, type Message, outside, section, startButton, stopButton, toMessage } from './blocks.js';
import { headline } from './job-lines.js';
import { callFacts, channel, date, who } from './wording.js';

/** Entries with a row and a button of their own. */
const maxRows = 20;

export function renderList({ jobs, total, complete }: Extract<Answer, { kind: 'list' }>): Message {
  if (jobs.length === 0) {
    return sentence('No recording is running. `/record calls` shows the active calls.');
  }
  const shown = jobs.slice(0, maxRows);
  // Counted beside the listing: one may have begun or ended between the two.
  const left = Math.max(total, jobs.length) - shown.length;
  const title = `${count(shown.length + left, 'recording')} running${complete ? '' : ', and more'}`;
  const more = complete ? `${left} more` : `at least ${left} more`;
  return toMessage(title, [
    section([`*${title}*`]),
    ...shown.map(jobRow),
    left === 0
      ? null
      : section([`and ${more}. \`/record status\` with the id of a call or of a job shows any of them.`]),
  ]);
}

function jobRow(job: RecordingJob, index: number) {
  const lines = [
    `${headline(job)} · job ${code(jobIdOf(job))}`,
    `Conversation ${code(job.conversationId)} · ${who(job.startedBy)} · ${date(job.createdAt)}`,
  ];
  return section(lines, stoppable(job) ? stopButton(job.id, index) : undefined);
}

export function renderCalls({
  calls,
  complete,
}: {
  readonly calls: readonly CallRow[];
  readonly complete: boolean;
}): Message {
  const partial = complete ? null : 'Genesys has more calls than could be read: this list is not complete.';
  if (calls.length === 0) return sentence(partial ?? 'No call is active.');
  const title = `${count(calls.length, 'active call')}${complete ? '' : ', and more'}`;
  return toMessage(title, [
    section([`*${title}*`, partial]),
    ...calls.slice(0, maxRows).map((row, index) => callRow(row, index)),
    fold(calls.slice(maxRows).map(({ call }) => call.conversationId)),
  ]);
}

function callRow({ call, job }: CallRow, index: number) {
  const facts = callFacts(call, true).filter(Boolean).join(' · ');
  const lines = [
    job === null ? ':telephone_receiver: Not recorded' : `${headline(job)} · job ${code(jobIdOf(job))}`,
    `Conversation ${code(call.conversationId)}`,
    facts,
  ];
  if (job === null) return section(lines, startButton(call.conversationId, index));
  return section(lines, stoppable(job) ? stopButton(job.id, index) : undefined);
}

const stoppable = (job: RecordingJob): boolean => job.state === 'recording' || job.state === 'paused';

function fold(ids: readonly string[]) {
  return ids.length === 0 ? null : section([`and ${ids.length} more: ${ids.map(code).join(' ')}`]);
}

export function renderOverview({ unfinished, alerts }: Overview): Message {
  const running =
    unfinished === 0 ? 'No recording is running.' : `${count(unfinished, 'recording')} running.`;
  return toMessage(running, [section([`*The bot works.* ${running}`, ...alertLines(alerts)])]);
}

function alertLines(alerts: Overview['alerts']): (string | null)[] {
  if (alerts === null) return ['Call alerts are switched off.'];
  return [
    `Call alerts go to ${channel(alerts.channelId)}. Genesys was last asked for calls: ${lastPoll(alerts)}.`,
    alerts.problem === null ? null : `:warning: That failed: ${outside(alerts.problem, 500)}`,
  ];
}

/** Of several processes one asks, and only that one knows when. */
function lastPoll({ lastPollAt, problem }: NonNullable<Overview['alerts']>): string {
  if (lastPollAt !== null) return date(lastPollAt);
  return problem === null ? 'another process of the bot polls, or none has yet' : 'not yet';
}

const sentence = (text: string): Message => toMessage(text, [section([text])]);

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
