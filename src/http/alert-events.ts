/**
 * What a sender of call alerts says, turned into the core's event. There are two shapes: ours, which a Genesys workflow
 * sends too (then every value is a text, and an empty one is as good as none), and Amazon EventBridge's envelope.
 */
import { z } from 'zod';
import {
  type AlertReading,
  conversationId,
  optionalAddress,
  optionalText,
  optionalTime,
  requiredTime,
  toUnreadable,
} from './alert-shape.js';
import { isEnvelope, readEnvelope } from './eventbridge.js';

const events = ['call.started', 'call.updated', 'call.left', 'call.ended'] as const;
const noId = '"eventId" must be a text of 1 to 200 characters, the same in every repetition of the event.';

const plainShape = z.object(
  {
    event: z.enum(events, { error: `"event" must be one of ${events.join(', ')}.` }),
    eventId: z.string({ error: noId }).trim().min(1, noId).max(200, noId),
    occurredAt: requiredTime('occurredAt'),
    conversationId,
    caller: optionalAddress('caller'),
    queue: optionalText('queue'),
    agent: optionalText('agent'),
    startedAt: optionalTime('startedAt'),
  },
  { error: 'The body must be a JSON object.' },
);

/** Reads what `JSON.parse` has returned. */
export const readAlert = (json: unknown): AlertReading =>
  isEnvelope(json) ? readEnvelope(json) : readPlain(json);

function readPlain(json: unknown): AlertReading {
  const { data, error } = plainShape.safeParse(json);
  if (!data) return toUnreadable(error);
  const { event, eventId, occurredAt, startedAt, ...call } = data;
  const delivery = { source: 'plain', deliveryId: eventId, occurredAt } as const;
  if (event === 'call.left') return { kind: 'left', delivery };
  const beganAt = startedAt ?? (event === 'call.started' ? occurredAt : null);
  return {
    kind: 'report',
    delivery,
    report: {
      call: { ...call, startedAt: beganAt, policyRecording: null },
      over: event === 'call.ended',
      occurredAt,
    },
  };
}
