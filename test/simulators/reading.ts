/** Reads a Slack message as a person would: its words, its fields, its buttons. */
import type { Block, JsonObject, MessageContent } from './slack/types.js';

export interface Button {
  readonly label: string;
  readonly actionId: string;
  readonly blockId?: string;
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null;

/** Every object in the blocks, outermost first. What is in a button belongs to it. */
function objectsIn(value: unknown): readonly JsonObject[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (!isObject(value)) return [];
  if (value['type'] === 'button') return [value];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}

export function buttonsOf({ blocks }: Pick<MessageContent, 'blocks'>): readonly Button[] {
  return blocks.flatMap((block) =>
    objectsIn(block)
      .filter((part) => part['type'] === 'button')
      .map((button) => ({
        label: isObject(button['text']) ? String(button['text']['text']) : '',
        actionId: String(button['action_id']),
        ...(typeof block['block_id'] === 'string' ? { blockId: block['block_id'] } : {}),
      })),
  );
}

/** All that is written in the message, as it was sent: ids can be looked for in it. */
export function wordsOf({ text, blocks }: MessageContent): string {
  const written = blocks.flatMap((block) => textsOf(block));
  return written.length > 0 ? written.join('\n') : text;
}

const textsOf = (block: Block): readonly string[] =>
  objectsIn(block)
    .filter(({ type }) => type === 'mrkdwn' || type === 'plain_text')
    .map((part) => String(part['text']));

/** The words on one line each, without Slack's marks. */
export function plainLines(content: MessageContent, names: ReadonlyMap<string, string>): readonly string[] {
  return wordsOf(content)
    .replace(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
    .replace(
      /<[@#!]([^|>]+)(?:\|([^>]*))?>/g,
      (_, id: string, label?: string) => names.get(id) ?? label ?? id,
    )
    .replace(/(?<!\w):[a-z][a-z0-9_+-]*:(?!\w)\s*/g, '')
    .replace(/[*`]/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}
