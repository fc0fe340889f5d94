/**
 * Which channel listens to which queue. There are no wildcard topics: each queue is named. Pure.
 * Limits: https://developer.genesys.cloud/notificationsalerts/notifications/notifications-apis
 */

export const topicsPerChannel = 1_000;
/** Of one OAuth client. One more removes the oldest. */
export const maxChannels = 20;

export const toTopic = (queueId: string): string => `v2.routing.queues.${queueId}.conversations.calls`;

/** A call event's topic, whatever the queue. */
export const isCallTopic = (topicName: string): boolean =>
  /^v2\.routing\.queues\.[^.]+\.conversations\.calls$/i.test(topicName);

export interface QueueShares {
  /** One for each channel. A share that has not changed is the same array as before. */
  readonly shares: readonly (readonly string[])[];
  /** How many queues find no place. */
  readonly leftOut: number;
}

/**
 * A queue stays with the channel that it has: only channels that gain or lose one are subscribed anew. A channel may end
 * up with no queue at all.
 */
export function shareQueues(
  current: readonly (readonly string[])[],
  queueIds: readonly string[],
  limits = { topicsPerChannel, maxChannels },
): QueueShares {
  const wanted = new Set(queueIds);
  const shares = current.map((share) => share.filter((id) => wanted.has(id)));
  const placed = new Set(shares.flat());
  const waiting = [...wanted].filter((id) => !placed.has(id));
  for (const share of shares) share.push(...waiting.splice(0, limits.topicsPerChannel - share.length));
  while (waiting.length > 0 && shares.length < limits.maxChannels) {
    shares.push(waiting.splice(0, limits.topicsPerChannel));
  }
  return {
    shares: shares.map((share, index) => {
      const before = current[index];
      return before && isSame(before, share) ? before : share;
    }),
    leftOut: waiting.length,
  };
}

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((id, index) => id === other[index]);
