/** Which cards somebody waits for. */
import type { CardView } from '../core/model.js';

/** After a change of a recording somebody looks for it on its card for so long, in milliseconds. */
const awaitedMs = 60_000;

/**
 * A recording has begun, or has just changed. What happens to the call later, such as a hold, is worth a redraw and no
 * more: with many recordings such changes alone are more than the updates that Slack allows.
 */
export const isAwaited = ({ card, job }: Pick<CardView, 'card' | 'job'>, now: number): boolean =>
  job !== null && (card.ts === null || now - job.updatedAt < awaitedMs);
