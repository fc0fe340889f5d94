/**
 * Slack's rate limits as token buckets, and a note of whoever goes on after a 429.
 * https://docs.slack.dev/apis/web-api/rate-limits
 */
import type { SimulatorClock } from './types.js';

interface Bucket {
  /** Requests that may come at once. */
  readonly burst: number;
  readonly perMinute: number;
}

/**
 * Posting: about one message a second per channel, with short bursts tolerated. Slack does not say how short; five
 * messages at once are let through here, then one a second.
 */
const posting: Bucket = { burst: 5, perMinute: 60 };

/** A tier's requests of one minute may come at once; then they trickle in at the same rate. */
const tier = (perMinute: number): Bucket => ({ burst: perMinute, perMinute });

const tiers: Readonly<Record<string, Bucket>> = {
  'chat.update': tier(50),
  'chat.delete': tier(50),
  'chat.postEphemeral': tier(100),
  'views.open': tier(100),
  'views.push': tier(100),
  'views.update': tier(100),
  'views.publish': tier(100),
  'usergroups.users.list': tier(20),
  'users.info': tier(100),
  'conversations.info': tier(50),
  'conversations.history': tier(50),
  'conversations.replies': tier(50),
  // Tier 1 promises one a minute and more; two sockets that both reconnect are normal.
  'apps.connections.open': tier(20),
};

/** A request that comes this soon after a 429 may have been on its way before it. */
const inFlightMs = 1_000;

export interface RateLimits {
  /** Seconds to wait, or null when the request may go ahead. */
  check(method: string, channelId: string | undefined): number | null;
  /** Remembers a 429, whoever caused it. */
  refused(method: string, channelId: string | undefined, retryAfterSeconds: number): void;
  /** True when the bot was told to wait for longer than until now. */
  isImpatient(method: string, channelId: string | undefined): boolean;
  clear(): void;
}

export function createRateLimits(clock: SimulatorClock, enabled: boolean): RateLimits {
  const levels = new Map<string, { tokens: number; at: number }>();
  const pauses = new Map<string, { since: number; until: number }>();
  const keyOf = (method: string, channelId: string | undefined) =>
    method === 'chat.postMessage' ? `${method} ${channelId}` : method;

  return {
    check(method, channelId) {
      const bucket = method === 'chat.postMessage' ? posting : tiers[method];
      if (!enabled || !bucket) return null;
      const key = keyOf(method, channelId);
      const now = clock.now();
      const level = levels.get(key) ?? { tokens: bucket.burst, at: now };
      const perMs = bucket.perMinute / 60_000;
      const tokens = Math.min(bucket.burst, level.tokens + (now - level.at) * perMs);
      if (tokens < 1) {
        levels.set(key, { tokens, at: now });
        return Math.max(1, Math.ceil((1 - tokens) / perMs / 1000));
      }
      levels.set(key, { tokens: tokens - 1, at: now });
      return null;
    },
    refused(method, channelId, retryAfterSeconds) {
      const now = clock.now();
      pauses.set(keyOf(method, channelId), { since: now, until: now + retryAfterSeconds * 1000 });
    },
    isImpatient(method, channelId) {
      const pause = pauses.get(keyOf(method, channelId));
      const now = clock.now();
      return pause !== undefined && now > pause.since + inFlightMs && now < pause.until;
    },
    clear() {
      levels.clear();
      pauses.clear();
    },
  };
}
