/** What Genesys must show of itself for call alerts: the queues, and room for another notification channel. */
import type { Logger } from '../core/ports.js';
import type { GenesysClient } from '../genesys/client.js';
import { maxChannels } from '../genesys/notification-topics.js';
import { countChannelsRequest } from '../genesys/probes.js';
import { listQueues } from '../genesys/queues.js';
import { type Finding, failed, passed, unseen } from './check.js';

interface Asking {
  readonly client: GenesysClient;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** A bot that renews its channel has two for a moment. */
const spareChannels = 2;

/** `wanted`: the ids of `GENESYS_QUEUE_IDS`; all queues if there are none. */
export async function lookAtQueues(
  { signal, ...asking }: Asking,
  wanted: readonly string[],
): Promise<Finding> {
  const { items, complete } = await listQueues(asking, { priority: 'poll', signal });
  const visible = `routing:queue:view is granted; ${items.length}${complete ? '' : ' or more'} queues can be seen`;
  if (items.length === 0) {
    return failed(
      'no queue can be seen, so no call would be.',
      "Add the queues' divisions to the role of the OAuth client, in Genesys under Admin > Integrations > OAuth.",
    );
  }
  const seen = new Set(items.map(({ id }) => id.toLowerCase()));
  const absent = wanted.filter((queueId) => !seen.has(queueId.toLowerCase()));
  if (absent.length === 0 || !complete) return passed(visible);
  return failed(
    `${visible}, but not ${absent.join(', ')}.`,
    "Correct GENESYS_QUEUE_IDS, or add those queues' divisions to the role of the OAuth client.",
  );
}

export async function lookAtChannels({ client, signal }: Omit<Asking, 'logger'>): Promise<Finding> {
  const count = await client.send(countChannelsRequest, { signal });
  if (count === 'untold') return unseen('Genesys does not tell this OAuth client how many are open');
  if (count <= maxChannels - spareChannels) return passed(`${count} of ${maxChannels} are open`);
  return failed(
    `${count} of ${maxChannels} are open, and a new one may remove the oldest.`,
    'Give the bot an OAuth client of its own.',
  );
}
