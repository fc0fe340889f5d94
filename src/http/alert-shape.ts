/** What a call alert is read into, and the fields that its shapes have in common. */
import { z } from 'zod';
import type { CallReport } from '../core/model.js';

export interface Delivery {
  readonly source: 'plain' | 'eventbridge';
  /** The same in every repetition of a delivery. */
  readonly deliveryId: string;
  readonly occurredAt: number;
}

export type AlertReading =
  | { readonly kind: 'report'; readonly delivery: Delivery; readonly report: CallReport }
  /** Somebody from outside has left, and whether somebody else is still on the call the sender cannot know. */
  | { readonly kind: 'left'; readonly delivery: Delivery }
  /** Well formed, and nothing to do: another kind of event, or no phone call. */
  | { readonly kind: 'ignored'; readonly reason: 'event' | 'media' }
  /** `problem` is one sentence for the sender, and holds nothing of what was sent. */
  | { readonly kind: 'unreadable'; readonly problem: string };

export const toUnreadable = (error: z.ZodError): AlertReading => ({
  kind: 'unreadable',
  problem: error.issues[0]?.message ?? 'The body cannot be read.',
});

/** Names and addresses are text from outside; none that is meant seriously is longer. */
const maxTextLength = 128;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const noUuid = '"conversationId" must be the id of the conversation, a UUID.';

export const conversationId = z.string({ error: noUuid }).trim().toLowerCase().regex(uuid, noUuid);

/** Null when absent or empty. */
export const optionalText = (name: string) =>
  z
    .string({ error: `"${name}" must be a text.` })
    .nullish()
    .transform((value) => value?.trim().slice(0, maxTextLength).trim() || null);

/** A number or an address, without its scheme. */
export const optionalAddress = (name: string) =>
  optionalText(name).transform((value) => value?.replace(/^(tel|sips?):/i, '') || null);

const noTime = (name: string) =>
  `"${name}" must be a time: ISO 8601 with its zone, or milliseconds since 1970.`;

export const requiredTime = (name: string) =>
  z
    .unknown()
    .transform(readTime)
    .pipe(z.number({ error: noTime(name) }));

/** Null when absent or empty. */
export const optionalTime = (name: string) =>
  z
    .unknown()
    .optional()
    .transform((value) => (value == null || value === '' ? null : (readTime(value) ?? Number.NaN)))
    .pipe(z.number({ error: noTime(name) }).nullable());

const isoTime = z.iso.datetime({ offset: true });

function readTime(value: unknown): number | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const text = String(value).trim();
  // Thirteen digits: from 2001 to 2286. Seconds, which have ten, would be a mistake.
  if (/^[1-9]\d{12}$/.test(text)) return Number(text);
  return isoTime.safeParse(text).success ? Date.parse(text) : null;
}
