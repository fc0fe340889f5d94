import { RecordError } from '../core/errors.js';
import type { Clock, Logger } from '../core/ports.js';
import type { GenesysClient } from './client.js';
import { quietMs } from './notification-backoff.js';
import {
  type OpenedChannel,
  openChannelRequest,
  type RefusedQueue,
  subscribeRequest,
} from './notification-requests.js';
import { statusError } from './refusals.js';
import type { TokenCache } from './token-cache.js';

export interface ChannelDeps {
  readonly client: GenesysClient;
  readonly tokens: Pick<TokenCache, 'get' | 'invalidate'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The API's. */
  readonly baseUrl: string;
}

/** A channel as Genesys keeps it, for 24 hours at most. */
export interface Channel extends OpenedChannel {
  readonly openedAt: number;
  /** The token that it belongs to. */
  readonly token: string;
  /** What it is subscribed to; null when that must be made sure of. */
  queueIds: readonly string[] | null;
  /** Of these, what Genesys did not take. */
  refused: readonly RefusedQueue[];
  /** How often its topics were lost: an answer that tells of them may be older than that. */
  lapses: number;
  /** A socket has been open on it. */
  hasWorked: boolean;
  /** How often its socket was lost or did not open, since it last stood for a while. */
  failures: number;
}

/** Throws as {@link GenesysClient.send} does. */
export async function openChannel(
  { client, tokens, clock, baseUrl }: ChannelDeps,
  signal: AbortSignal,
): Promise<Channel> {
  const openedAt = clock.now();
  const opened = await client.send(openChannelRequest(baseUrl), { signal });
  // The one that Genesys has just taken.
  const token = await tokens.get();
  const nothing = { queueIds: null, refused: [], lapses: 0, hasWorked: false, failures: 0 };
  return { ...opened, openedAt, token, ...nothing };
}

/** Genesys gives it 24 hours. The new one is there before the old one ends. */
const renewAfterMs = 23 * 3_600_000;

export const untilRenewalMs = ({ openedAt }: Channel, now: number): number =>
  Math.max(0, openedAt + renewAfterMs - now);

/** Its topics are lost, or may be. */
export function lapse(channel: Channel): void {
  channel.queueIds = null;
  channel.lapses += 1;
}

/**
 * Throws as {@link GenesysClient.send} does, also when every queue is refused for want of a permission. If the topics are
 * lost meanwhile, they must be made sure of again.
 */
export async function subscribe(
  { client, logger }: ChannelDeps,
  channel: Channel,
  queueIds: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { lapses } = channel;
  const request = subscribeRequest(channel.id, queueIds);
  const refused = await client.send(request, { signal });
  const missing = missingFor(refused);
  if (refused.length === queueIds.length && missing.length > 0) {
    const details = { fromGenesys: true, message: null, code: null, reference: undefined };
    throw statusError(request, 403, { ...details, permissions: missing });
  }
  channel.refused = refused;
  if (channel.lapses === lapses) channel.queueIds = queueIds;
  if (refused.length > 0) logger.warn({ refused }, 'Genesys does not tell of the calls of some queues');
}

export const missingFor = (refused: readonly RefusedQueue[]): readonly string[] => [
  ...new Set(refused.flatMap(({ missingPermissions }) => missingPermissions)),
];

/** Its socket did not open, or was lost after so long. */
export function blame(channel: Channel, stoodMs = 0): void {
  channel.failures = stoodMs >= quietMs ? 1 : channel.failures + 1;
}

/** Another client may have taken it over, or Genesys have lost it without saying so. */
const maxFailures = 3;

/** Whether it is of no more use. What is wrong with the network or with permissions is not its fault. */
export function isSpent(channel: Channel, error?: unknown): boolean {
  if (channel.failures >= maxFailures) return true;
  if (!(error instanceof RecordError)) return false;
  // A channel that has worked belongs to another token than today's, perhaps.
  return error.code === 'NOT_FOUND' || (error.code === 'GENESYS_REFUSED' && channel.hasWorked);
}
