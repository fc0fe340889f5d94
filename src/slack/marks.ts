/**
 * What a message of the board carries unseen: which card or reply it is. By it a message is recognised whose post was
 * never answered. https://docs.slack.dev/messaging/message-metadata
 */

export interface Mark {
  readonly event_type: 'record_card' | 'record_reply';
  readonly event_payload: { readonly card_id: string } | { readonly reply_id: string };
}

export const cardMark = (cardId: string): Mark => ({
  event_type: 'record_card',
  event_payload: { card_id: cardId },
});

export const replyMark = (replyId: string): Mark => ({
  event_type: 'record_reply',
  event_payload: { reply_id: replyId },
});

export interface MarkRead {
  readonly kind: 'card' | 'reply';
  readonly id: string;
}

/** Of a message as Slack describes it; null where it carries no mark of ours. */
export function readMark(message: unknown): MarkRead | null {
  const metadata = field(message, 'metadata');
  const payload = field(metadata, 'event_payload');
  switch (field(metadata, 'event_type')) {
    case 'record_card':
      return named('card', field(payload, 'card_id'));
    case 'record_reply':
      return named('reply', field(payload, 'reply_id'));
    default:
      return null;
  }
}

const named = (kind: MarkRead['kind'], id: unknown): MarkRead | null =>
  typeof id === 'string' ? { kind, id } : null;

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
