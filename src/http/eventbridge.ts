/**
 * Genesys's conversation events as Amazon EventBridge delivers them to an API destination.
 * https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
 */
import { z } from 'zod';
import {
  type AlertReading,
  conversationId,
  optionalAddress,
  optionalText,
  optionalTime,
  toUnreadable,
} from './alert-shape.js';

const noId = '"id" must be the id of the EventBridge event.';

const envelopeShape = z.object({
  id: z.string({ error: noId }).min(1, noId).max(200, noId),
  'detail-type': z.string({ error: '"detail-type" must be a text.' }),
  time: optionalTime('time'),
  detail: z.unknown(),
});

const eventBodyShape = z.object(
  {
    conversationId,
    eventTime: optionalTime('eventTime'),
    mediaType: optionalText('mediaType'),
    direction: optionalText('direction'),
    ani: optionalAddress('ani'),
    dnis: optionalAddress('dnis'),
  },
  { error: '"detail.eventBody" must be an object.' },
);
const detailShape = z.object({ eventBody: eventBodyShape }, { error: '"detail" must be an object.' });

type EventBody = z.infer<typeof eventBodyShape>;

/**
 * The events that say that a call is up, and those that say that somebody from outside has left it. None says that it is
 * over: an agent who asks a third party for advice goes on with the caller when that one hangs up, and the other way round.
 * All others are passed over: the agent's leg often ends after the caller's, and would bring the call to life again.
 */
const topic =
  /^v2\.detail\.events\.conversation\.[^.]+\.((acd|user)\.start|(customer|external)\.(start|end))$/i;

export const isEnvelope = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && 'detail-type' in json;

export function readEnvelope(json: unknown): AlertReading {
  const envelope = envelopeShape.safeParse(json);
  if (!envelope.success) return toUnreadable(envelope.error);
  const { id, 'detail-type': detailType, time, detail } = envelope.data;
  const what = topic.exec(detailType)?.[1]?.toLowerCase();
  if (what === undefined) return { kind: 'ignored', reason: 'event' };
  const read = detailShape.safeParse(detail);
  if (!read.success) return toUnreadable(read.error);
  const { eventBody } = read.data;
  if (eventBody.mediaType?.toLowerCase() !== 'voice') return { kind: 'ignored', reason: 'media' };
  const occurredAt = eventBody.eventTime ?? time;
  if (occurredAt === null) return { kind: 'unreadable', problem: '"detail.eventBody.eventTime" is missing.' };
  const delivery = { source: 'eventbridge', deliveryId: id, occurredAt } as const;
  if (what.endsWith('.end')) return { kind: 'left', delivery };
  return {
    kind: 'report',
    delivery,
    report: { call: toCall(eventBody, what, occurredAt), over: false, occurredAt },
  };
}

/** Queue and agent come as ids only; their names are not known here. */
function toCall(eventBody: EventBody, what: string, occurredAt: number) {
  const { direction, ani, dnis } = eventBody;
  // Of a call made from here `ani` is our own number.
  const outside = direction?.toLowerCase() === 'outbound' ? dnis : ani;
  const isFirstLeg = /^(customer|external)\.start$/.test(what);
  return {
    conversationId: eventBody.conversationId,
    caller: outside ?? ani,
    queue: null,
    agent: null,
    startedAt: isFirstLeg ? occurredAt : null,
    policyRecording: null,
  };
}
