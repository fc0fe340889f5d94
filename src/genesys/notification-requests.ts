/**
 * The requests of the notification service.
 * Source: https://developer.genesys.cloud/notificationsalerts/notifications/notifications-apis
 */
import { z } from 'zod';
import { toOneLine } from './error-body.js';
import { toTopic } from './notification-topics.js';
import { type GenesysRequest, toSegment } from './request.js';

export interface OpenedChannel {
  /** A secret, as the address is: whoever has it may listen. */
  readonly id: string;
  readonly connectUri: string;
}

/** For a refusal that names none, which is rare: no page says what a queue's call events need. */
const permission = 'analytics:queueObservation:view';

const channelShape = z.object({ id: z.string().min(1).max(256), connectUri: z.string().max(2_048) });

/** Not repeated when its answer is lost: each time makes one channel more, and another one pays for the 21st. */
export const openChannelRequest = (baseUrl: string): GenesysRequest<OpenedChannel> => ({
  operation: 'open-channel',
  purpose: 'open a notification channel',
  permission,
  method: 'POST',
  path: '/api/v2/notifications/channels',
  idempotent: false,
  priority: 'poll',
  read(json) {
    const channel = channelShape.safeParse(json).data;
    return channel && isSafe(channel.connectUri, baseUrl) ? channel : null;
  },
});

/** Encrypted, unless the API itself is reached without: then it is a proxy's or a simulator's. */
function isSafe(connectUri: string, baseUrl: string): boolean {
  const protocol = URL.canParse(connectUri) ? new URL(connectUri).protocol : '';
  return protocol === 'wss:' || (protocol === 'ws:' && /^http:/i.test(baseUrl));
}

/** A queue whose calls Genesys does not tell of, although it was asked to. */
export interface RefusedQueue {
  readonly queueId: string;
  readonly missingPermissions: readonly string[];
  /** In Genesys's words; null where it gives none. */
  readonly reason: string | null;
}

const text = z.string().optional().catch(undefined);

const topicShape = z.object({
  id: z.string(),
  state: text,
  rejectionReason: text,
  missingPermissions: z.array(z.string()).optional().catch(undefined),
});
const topicsShape = z.object({ entities: z.array(topicShape) });

/**
 * Replaces the topics of the channel; the answer is the queues that Genesys did not take. One that may not be listened to
 * is not to cost the others: with `ignoreErrors` each topic is answered for by itself.
 */
export const subscribeRequest = (
  channelId: string,
  queueIds: readonly string[],
): GenesysRequest<readonly RefusedQueue[]> => ({
  operation: 'subscribe',
  purpose: `tell of the calls of ${queueIds.length} queue${queueIds.length === 1 ? '' : 's'}`,
  permission,
  method: 'PUT',
  path: `/api/v2/notifications/channels/${toSegment(channelId)}/subscriptions?ignoreErrors=true`,
  body: queueIds.map((queueId) => ({ id: toTopic(queueId) })),
  idempotent: true,
  priority: 'poll',
  read(json) {
    const topics = topicsShape.safeParse(json).data?.entities;
    if (!topics) return null;
    const answered = new Map(topics.map((topic) => [topic.id.toLowerCase(), topic]));
    return queueIds.flatMap((queueId) => {
      const topic = answered.get(toTopic(queueId).toLowerCase());
      return topic && isTaken(topic) ? [] : [toRefused(queueId, topic)];
    });
  },
});

const isTaken = ({ state }: z.infer<typeof topicShape>): boolean =>
  state === undefined || state.toLowerCase() === 'permitted';

const toRefused = (queueId: string, topic: z.infer<typeof topicShape> | undefined): RefusedQueue => ({
  queueId,
  missingPermissions: (topic?.missingPermissions ?? []).map(toOneLine).slice(0, 5),
  reason: toOneLine(topic?.rejectionReason ?? '') || null,
});
