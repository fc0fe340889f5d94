/** One recording with all that was done about it, as a timeline. */
import type { Answer } from '../core/answer.js';
import {
  type AuditAction,
  type AuditEntry,
  type AuditOutcome,
  canBeStopped,
  isUnfinished,
} from '../core/model.js';
import { actions, code, context, type Message, outside, section, toMessage } from './blocks.js';
import { jobButton } from './controls.js';
import { failureLines, headline, jobLines, stateInWords } from './job-lines.js';
import { callFacts, channel, date, who } from './wording.js';

/** The first and the last entries say most; what lies between is counted. */
const maxEntries = 30;

export function renderStatus(
  { job, conversation, audit }: Extract<Answer, { kind: 'status' }>,
  now: number,
): Message {
  return toMessage(`${stateInWords(job, conversation)}: ${code(job.conversationId)}`, [
    section([headline(job, conversation), ...jobLines(job, now, conversation)]),
    job.failure === null ? null : section(failureLines(job.failure)),
    isUnfinished(job) && !canBeStopped(job) ? context([whyNoStop]) : null,
    context(callFacts(conversation, true)),
    ...timeline(audit),
    actions([jobButton(job)]),
  ]);
}

const whyNoStop =
  'Nobody can stop what the organisation’s policy records: it ends with the call. It can be paused.';

function timeline(audit: readonly AuditEntry[]) {
  if (audit.length === 0) return [section(['Nothing is on record about it yet.'])];
  const left = audit.length - maxEntries;
  const shown = left > 0 ? audit.slice(-maxEntries) : audit;
  const lines = shown.map(entryLine);
  const title = left > 0 ? `*Who did what* (the last ${maxEntries} of ${audit.length})` : '*Who did what*';
  // A line has at most some 300 characters: six of them stay below what a section takes.
  const sections = [];
  for (let from = 0; from < lines.length; from += 6) {
    sections.push(section([from === 0 ? title : null, ...lines.slice(from, from + 6)]));
  }
  return sections;
}

function entryLine(entry: AuditEntry): string {
  return [
    `• ${date(entry.at)} – ${who(entry.actor)} ${deeds[entry.action][entry.outcome]}`,
    entry.channelId === null ? '' : ` in ${channel(entry.channelId)}`,
    entry.reason === null ? '' : `: ${outside(entry.reason, 100)}`,
    entry.code === null ? '' : ` (${outside(entry.code, 40)})`,
    entry.reference === null ? '' : `, reference ${code(entry.reference)}`,
  ].join('');
}

const deeds: Readonly<Record<AuditAction, Readonly<Record<AuditOutcome, string>>>> = {
  start: {
    asked: 'asked for the recording',
    done: 'started the recording',
    failed: 'could not start the recording',
    refused: 'was refused the start',
  },
  stop: {
    asked: 'asked to stop',
    done: 'stopped the recording',
    failed: 'could not stop the recording',
    refused: 'was refused the stop',
  },
  pause: {
    asked: 'asked to pause',
    done: 'paused the recording',
    failed: 'could not pause the recording',
    refused: 'was refused the pause',
  },
  resume: {
    asked: 'asked to resume',
    done: 'resumed the recording',
    failed: 'could not resume the recording',
    refused: 'was refused the resumption',
  },
  extend: {
    asked: 'asked for ten minutes more',
    done: 'gave it ten minutes more',
    failed: 'could not give it more time',
    refused: 'was refused more time',
  },
  adopt: {
    asked: 'asked to take charge of it',
    done: 'took charge of the running recording',
    failed: 'could not take charge of it',
    refused: 'was refused to take charge of it',
  },
  observe: {
    asked: 'looked at it',
    done: 'changed it; the bot saw that',
    failed: 'could not be watched',
    refused: 'was refused',
  },
  read: {
    asked: 'looked at it',
    done: 'looked at it',
    failed: 'could not look at it',
    refused: 'was refused',
  },
};
