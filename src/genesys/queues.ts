/** The queues that the OAuth client can see. */
import { z } from 'zod';
import type { Listing } from '../core/model.js';
import type { Clock, Logger, RequestOptions } from '../core/ports.js';
import type { QueueNameOf } from './call-schema.js';
import type { GenesysClient } from './client.js';
import { readAllPages, toPageQuery } from './pages.js';
import type { GenesysRequest } from './request.js';
import { type Page, readPage } from './schema.js';

export interface Queue {
  readonly id: string;
  readonly name: string | null;
}

export interface QueuesOptions {
  readonly client: GenesysClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

const queueShape = z.object({
  id: z.string().min(1).max(128),
  name: z.string().nullish().catch(null),
});

/** All pages. Throws `RecordError` as the client does. */
export function listQueues(
  { client, logger }: Omit<QueuesOptions, 'clock'>,
  options?: RequestOptions,
): Promise<Listing<Queue>> {
  return readAllPages<Queue>({
    operation: 'list-queues',
    logger,
    ask: (pageNumber) => client.send(queuesRequest(pageNumber), options),
    read(entity) {
      const queue = queueShape.safeParse(entity).data;
      return queue ? { id: queue.id, name: queue.name ?? null } : 'unreadable';
    },
    idOf: ({ id }) => id,
  });
}

function queuesRequest(pageNumber: number): GenesysRequest<Page> {
  return {
    operation: 'list-queues',
    purpose: 'list the queues',
    permission: 'routing:queue:view',
    method: 'GET',
    path: `/api/v2/routing/queues?${toPageQuery(pageNumber)}`,
    idempotent: true,
    priority: 'poll',
    read: readPage,
  };
}

/** Names change seldom: they are read again after this, in milliseconds. */
const keptMs = 600_000;
/** A queue that is not among them may be new: then they are read again, but not sooner than this. */
const leastMs = 60_000;

/**
 * Gives the names of queues, read again when they are old or when one of `wanted` is missing. Never rejects: a card
 * without a queue's name is better than none, and the log says why.
 */
export function createQueueNames({ clock, ...asking }: QueuesOptions) {
  let names: ReadonlyMap<string, string> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;

  return async (wanted: readonly string[], options?: RequestOptions): Promise<QueueNameOf> => {
    const age = clock.now() - readAt;
    if (age >= keptMs || (age >= leastMs && wanted.some((id) => !names.has(id)))) {
      readAt = clock.now();
      try {
        const { items } = await listQueues(asking, options);
        names = new Map(items.flatMap(({ id, name }) => (name ? [[id, name]] : [])));
      } catch (error) {
        asking.logger.warn({ err: error }, 'The names of the queues could not be read');
      }
    }
    return (id) => names.get(id);
  };
}
