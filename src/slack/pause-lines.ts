/** What a message says about pauses, and about what Genesys records by its own policy. A call on hold is not paused. */
import type { Conversation, PolicyRecording, RecordingJob } from '../core/model.js';
import { date, who } from './wording.js';

/**
 * Of a call without a recording in the books; null where no policy records it, or where that is not known. `since`: when the
 * bot first saw it so, in milliseconds since 1970.
 */
export function policyLine(policyRecording: PolicyRecording | null, since: number | null): string | null {
  switch (policyRecording) {
    case 'active':
      return ':red_circle: Genesys records this call by the organisation’s policy';
    case 'paused':
      return `:double_vertical_bar: *PAUSED outside this bot – nothing is being recorded*${pausedSince(since)}`;
    case 'held':
      return ':white_circle: Not recorded just now: on hold or in a queue that suppresses recording';
    default:
      return null;
  }
}

/** Somebody else made it: the bot knows no more than when it saw it. */
const pausedSince = (since: number | null): string =>
  since === null ? '' : ` · seen paused since ${date(since)}`;

/** True when Genesys makes no recording at the moment although nobody has paused it. */
export const isHeld = (
  { state, recordingType }: RecordingJob,
  call: Pick<Conversation, 'policyRecording'> | undefined,
): boolean => state === 'recording' && recordingType === 'policy' && call?.policyRecording === 'held';

/** `now`: when it is drawn, in milliseconds since 1970. */
export const pauseLines = (job: RecordingJob, now: number): (string | null)[] => [
  pausedLine(job),
  pauseEndLine(job, now),
  pendingLine(job),
];

/** Who paused it, and since when; null for what is not paused. */
export function pausedLine({ state, pausedBy, pausedAt }: RecordingJob): string | null {
  if (state !== 'paused' || pausedBy === null) return null;
  const since = pausedAt === null ? '' : ` · since ${date(pausedAt)}`;
  return pausedBy.kind === 'genesys'
    ? `Paused outside this bot (for instance on the agent’s screen)${since}; this bot does not resume it by itself`
    : `Paused by ${who(pausedBy)}${since}`;
}

function pauseEndLine({ state, pauseEndsAt }: RecordingJob, now: number): string | null {
  if (state !== 'paused' || pauseEndsAt === null) return null;
  return now < pauseEndsAt
    ? `The bot resumes it ${date(pauseEndsAt)} at the latest`
    : `:warning: Should have been resumed ${date(pauseEndsAt)}: Genesys has not confirmed it yet`;
}

function pendingLine({ pending, pendingBy, overtook }: RecordingJob): string | null {
  if (pending === null) return null;
  const [doing, opposite] = pending === 'pause' ? ['Pausing…', 'resumption'] : ['Resuming…', 'pause'];
  const asked = pendingBy === null ? '' : ` ${who(pendingBy)} asked for it`;
  const instead =
    overtook === null ? '' : `, in place of the ${opposite} that ${who(overtook)} had asked for`;
  return `:hourglass_flowing_sand: ${doing}${asked}${instead}`;
}
