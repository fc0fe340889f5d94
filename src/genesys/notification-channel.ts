import { RecordError } from '../core/errors.js';
import type { Clock, Logger } from '../core/ports.js';
import type { GenesysClient } from './client.js';
import { quietMs } from './notification-backoff.js';
import { type OpenedChannel, openChannelRequest, subscribeRequest } from './notification-requests.js';
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
  refused: readonly string[];
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
  return { ...opened, openedAt, token, queueIds: null, refused: [], hasWorked: false, failures: 0 };
}

/** Throws as {@link GenesysClient.send} does. */
export async function subscribe(
  { client, logger }: ChannelDeps,
  channel: Channel,
  queueIds: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  channel.refused = await client.send(subscribeRequest(channel.id, queueIds), { signal });
  channel.queueIds = queueIds;
  if (channel.refused.length === 0) return;
  logger.warn({ queueIds: channel.refused }, 'Genesys does not tell of the calls of some queues');
}

/** Its socket did not open, or was lost after so long. */
export function blame(channel: Channel, stoodMs = 0): void {
  channel.failures = stoodMs >= quietMs ? 1 : channel.failures + 1;
}

/** Another client may have taken it over, or Genesys have lost it without saying so. */
const maxFailures = 3;

/** Whether it is of no more use. What is wrong with the network or with permissions is not its fault. */
export function isSpent(channel: Channel, error: unknown): boolean {
  if (channel.failures >= maxFailures) return true;
  if (!(error instanceof RecordError)) return false;
  // A channel that has worked belongs to another token than today's, perhaps.
  return error.code === 'NOT_FOUND' || (error.code === 'GENESYS_REFUSED' && channel.hasWorked);
}
