/** Which cards somebody waits for, and which are not worth a look yet. */
import { showWorkingAfterMs } from '../core/deps.js';
import type { CardView } from '../core/model.js';

/** After a change of a recording somebody looks for it on its card for so long, in milliseconds. */
const awaitedMs = 60_000;

/**
 * A recording has begun, or has just changed. What happens to the call later, such as a hold, is worth a redraw and no
 * more: with many recordings such changes alone are more than the updates that Slack allows.
 */
export const isAwaited = ({ card, job }: Pick<CardView, 'card' | 'job'>, now: number): boolean =>
  job !== null && (card.ts === null || now - job.updatedAt < awaitedMs);

/**
 * Genesys has been asked and may answer any moment: whatever else happens to the call meanwhile, such as its own word that
 * it records, waits for that answer. “Starting…” would cost an update, of which Slack takes fifty a minute, and its successor
 * another one.
 */
export const isUnderWay = ({ job }: Pick<CardView, 'job'>, now: number): boolean =>
  job !== null &&
  (job.state === 'starting' || job.state === 'stopping' || job.pending !== null) &&
  // With a failure there is something to be said: why it takes so long.
  job.failure === null &&
  now - job.updatedAt < showWorkingAfterMs;

export const changedAt = ({ conversation, job }: CardView): number =>
  job?.updatedAt ?? conversation.firstSeenAt;
