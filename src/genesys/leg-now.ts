/** What has become of an agent's leg since it was looked at. */
import { RecordError } from '../core/errors.js';
import type { RequestOptions } from '../core/ports.js';
import type { AgentLeg } from './call-conversation.js';
import { callRequest, type RecorderOrder } from './call-requests.js';
import type { GenesysClient } from './client.js';

/** Genesys said no, for whatever reason: of a leg that has left in that very moment it says no more than of a missing permission. */
export const isRefusal = (error: unknown): error is RecordError =>
  error instanceof RecordError && error.code === 'GENESYS_REFUSED';

/** `over`: the whole call has ended. Null when it cannot be seen. */
export async function lookAtLeg(
  client: GenesysClient,
  { conversationId, participantId }: Pick<RecorderOrder, 'conversationId' | 'participantId'>,
  options: RequestOptions,
): Promise<AgentLeg | 'gone' | 'over' | null> {
  const observed = await client.send(callRequest(conversationId), options).catch(() => null);
  if (observed === null) return null;
  if (observed === 'unknown' || observed.event.over) return 'over';
  return observed.legs.find((leg) => leg.participantId === participantId) ?? 'gone';
}
