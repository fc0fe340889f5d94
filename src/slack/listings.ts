/** Lists with their buttons, folded before they fill a screen. */
import type { Answer, CallRow, Overview } from '../core/answer.js';
import { type Conversation, jobIdOf, type RecordingJob } from '../core/model.js';
import type { JobCount } from '../core/ports.js';
import { type Block, code, type Message, outside, section, toMessage } from './blocks.js';
import { callButton, jobButton } from './controls.js';
import { headline, originLine } from './job-lines.js';
import { pausedLine, policyLine } from './pause-lines.js';
import { callFacts, channel, date } from './wording.js';

/** Entries with a row and a button of their own. */
const maxRows = 20;

export function renderList({
  jobs,
  conversations,
  count: { total, paused },
  complete,
}: Extract<Answer, { kind: 'list' }>): Message {
  if (jobs.length === 0) {
    return sentence('No recording is running. `/record calls` shows the active calls.');
  }
  const shown = jobs.slice(0, maxRows);
  // Counted beside the listing: one may have begun or ended between the two.
  const left = Math.max(total, jobs.length) - shown.length;
  const title = complete
    ? running({ total: shown.length + left, paused })
    : `${count(total, 'recording')} running, and more`;
  const more = complete ? `${left} more` : `at least ${left} more`;
  return toMessage(title, [
    section([`*${title}*`]),
    ...shown.map((job, index) =>
      jobRow(
        job,
        index,
        conversations.find(({ id }) => id === job.conversationId),
      ),
    ),
    left === 0
      ? null
      : section([`and ${more}. \`/record status\` with the id of a call or of a job shows any of them.`]),
  ]);
}

function jobRow(job: RecordingJob, index: number, conversation?: Conversation) {
  const lines = [
    `${headline(job, conversation)} · job ${code(jobIdOf(job))}`,
    `Conversation ${code(job.conversationId)}`,
    originLine(job),
    pausedLine(job),
  ];
  return section(lines, jobButton(job, index));
}

export type Calls = Pick<Extract<Answer, { kind: 'calls' }>, 'calls' | 'complete'>;

export const renderCalls = (listing: Calls): Message =>
  toMessage(callsTitle(listing), callBlocks(listing, { atMost: maxRows, linesOf: callLines }));

function callsTitle({ calls, complete }: Calls): string {
  if (calls.length === 0) return complete ? 'No call is active.' : partial;
  return `${count(calls.length, 'active call')}${complete ? '' : ', and more'}`;
}

const partial = 'Genesys has more calls than could be read: this list is not complete.';

/** A row for each call, at most so many; of the others the ids. */
export function callBlocks(
  listing: Calls,
  { atMost, linesOf }: { readonly atMost: number; readonly linesOf: (row: CallRow) => (string | null)[] },
): (Block | null)[] {
  const { calls, complete } = listing;
  if (calls.length === 0) return [section([callsTitle(listing)])];
  return [
    section([`*${callsTitle(listing)}*`, complete ? null : partial]),
    ...calls.slice(0, atMost).map((row, index) => section(linesOf(row), rowButton(row, index))),
    fold(calls.slice(atMost).map(({ call }) => call.conversationId)),
  ];
}

const rowButton = ({ call, job }: CallRow, index: number) =>
  job === null ? callButton(call.conversationId, call.policyRecording, index) : jobButton(job, index);

/** Whether the call is recorded, and by what. */
export const recordingOf = ({ call, job }: CallRow): string =>
  job === null
    ? (policyLine(call.policyRecording, null) ??
      `:telephone_receiver: ${call.policyRecording === 'none' ? 'Not recorded' : 'No recording known'}`)
    : headline(job, call);

const callLines = (row: CallRow): (string | null)[] => [
  row.job === null ? recordingOf(row) : `${recordingOf(row)} · job ${code(jobIdOf(row.job))}`,
  row.job && pausedLine(row.job),
  `Conversation ${code(row.call.conversationId)}`,
  factsOf(row),
];

/** Not masked: only one person sees it, who is permitted. */
export const factsOf = ({ call }: CallRow): string => callFacts(call, true).filter(Boolean).join(' · ');

function fold(ids: readonly string[]) {
  return ids.length === 0 ? null : section([`and ${ids.length} more: ${ids.map(code).join(' ')}`]);
}

export function renderOverview({ unfinished, alerts }: Overview): Message {
  const how = unfinished.total === 0 ? 'No recording is running.' : `${running(unfinished)}.`;
  const state =
    alerts === null || alerts.problem === null
      ? 'The bot works.'
      : 'The bot answers, but does not see every call.';
  return toMessage(how, [section([`*${state}* ${how}`, ...alertLines(alerts)])]);
}

function alertLines(alerts: Overview['alerts']): (string | null)[] {
  if (alerts === null) return ['Call alerts are switched off.'];
  return [
    `Call alerts go to ${channel(alerts.channelId)}. Genesys was last asked for calls: ${lastPoll(alerts)}.`,
    alerts.problem === null ? null : `:warning: ${outside(alerts.problem, 500)}`,
  ];
}

/** Of several processes one asks, and only that one knows when. */
function lastPoll({ lastPollAt, problem }: NonNullable<Overview['alerts']>): string {
  if (lastPollAt !== null) return date(lastPollAt);
  return problem === null ? 'another process of the bot does that, or none has yet' : 'not yet';
}

/** What is paused runs at Genesys, and records nothing. */
const running = ({ total, paused }: JobCount): string =>
  `${count(total, 'recording')} running${paused === 0 ? '' : ` (${paused} paused)`}`;

const sentence = (text: string): Message => toMessage(text, [section([text])]);

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
