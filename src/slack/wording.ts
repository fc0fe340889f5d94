/** How the pieces that every message is made of are put: people, times, calls. */
import { formatDuration } from '../core/format-duration.js';
import type { ActiveCall, Actor, RecordingJob } from '../core/model.js';
import { outside } from './blocks.js';

/** JavaScript's own limit for dates. */
const maxTime = 8.64e15;

/**
 * In each reader's own time zone; in UTC where a client cannot.
 * https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 */
export function date(ms: number): string {
  if (!(Math.abs(ms) <= maxTime)) return 'an unknown time';
  const utc = new Date(ms).toISOString();
  const seconds = Math.floor(ms / 1000);
  return `<!date^${seconds}^{date_short_pretty} {time}|${utc.slice(0, -8).replace('T', ' ')} UTC>`;
}

export const user = (userId: string): string =>
  /^[UW][A-Z0-9]{1,30}$/.test(userId) ? `<@${userId}>` : outside(userId, 40);

/** A conversation of two has no name that others could read. */
export const channel = (channelId: string): string =>
  /^D[A-Z0-9]{1,30}$/.test(channelId) ? 'a direct message' : namedChannel(channelId);

const namedChannel = (channelId: string): string =>
  /^[CG][A-Z0-9]{1,30}$/.test(channelId) ? `<#${channelId}>` : outside(channelId, 40);

export const userGroup = (groupId: string): string =>
  /^S[A-Z0-9]{1,30}$/.test(groupId) ? `<!subteam^${groupId}>` : outside(groupId, 40);

export function who(actor: Actor): string {
  switch (actor.kind) {
    case 'person':
      return user(actor.userId);
    case 'bot':
      return 'this bot';
    case 'genesys':
      return 'somebody outside this bot';
  }
}

/** `3 min 12 s`; null for a job that never recorded or is not over. */
export function recordedFor(job: RecordingJob): string | null {
  return job.recordingSince === null || job.finishedAt === null
    ? null
    : formatDuration(job.finishedAt - job.recordingSince);
}

/** With fewer digits than this the last three would give an extension away. */
const minMaskedDigits = 6;

/** The last three digits; nothing at all of an address that is not a number. */
function maskCaller(caller: string): string {
  const digits = caller.replace(/\D/g, '');
  const isNumber = /^[\d\s()+./-]+$/.test(caller) && digits.length >= minMaskedDigits;
  return isNumber ? `•••${digits.slice(-3)}` : 'hidden';
}

/** What is known of the call, each part on its own. Numbers are shown whole only where `openChannel` says so. */
export function callFacts(
  call: Pick<ActiveCall, 'caller' | 'queue' | 'agent' | 'startedAt'>,
  openChannel: boolean,
): (string | null)[] {
  return [
    call.caller === null
      ? null
      : `Caller ${openChannel ? outside(call.caller, 100) : maskCaller(call.caller)}`,
    call.queue === null ? null : `Queue ${outside(call.queue, 100)}`,
    call.agent === null ? null : `Agent ${outside(call.agent, 100)}`,
    call.startedAt === null ? null : `Since ${date(call.startedAt)}`,
  ];
}
