/** What comes through a notification socket. Pure. */
import { z } from 'zod';
import { parseJson } from './error-body.js';
import { isCallTopic } from './notification-topics.js';

export type Frame =
  | { readonly kind: 'event'; readonly body: unknown }
  /** A heartbeat, or the answer to a ping: it came, which is all that it says. */
  | { readonly kind: 'life' }
  /** The socket will be closed within about a minute. */
  | { readonly kind: 'closing' }
  /** The token that the channel was opened with is void. */
  | { readonly kind: 'token-revoked' }
  /** The channel has lost its topics. */
  | { readonly kind: 'unsubscribed' }
  | { readonly kind: 'unreadable' };

const frameShape = z.object({ topicName: z.string(), eventBody: z.unknown() });

/** The system's topics may end with the id of what they are about. */
const systemTopics = [
  [/^v2\.system\.socket_closing(\.|$)/i, 'closing'],
  [/^v2\.system\.token_revoked(\.|$)/i, 'token-revoked'],
  [/^v2\.system\.no_longer_subscribed(\.|$)/i, 'unsubscribed'],
  [/^channel\.metadata$/i, 'life'],
] as const;

/** https://developer.genesys.cloud/notificationsalerts/notifications/notifications-service */
export function readFrame(text: string): Frame {
  const frame = frameShape.safeParse(parseJson(text)).data;
  if (!frame) return { kind: 'unreadable' };
  if (isCallTopic(frame.topicName)) return { kind: 'event', body: frame.eventBody };
  const kind = systemTopics.find(([topic]) => topic.test(frame.topicName))?.[1];
  return { kind: kind ?? 'unreadable' };
}

/** What Genesys says before it tells of no more calls; null for every other frame. */
export function noticeOf({ kind }: Frame): string | null {
  switch (kind) {
    case 'closing':
      return 'Genesys is about to close the socket';
    case 'token-revoked':
      return 'Genesys has revoked the token';
    case 'unsubscribed':
      return 'Genesys has dropped the subscriptions';
    default:
      return null;
  }
}

/** Answered with a frame of the topic `channel.metadata`. */
export const pingText = JSON.stringify({ message: 'ping' });
