/**
 * Block Kit within its limits: one value too long, and Slack refuses the whole message (`invalid_blocks`). Only
 * sections, contexts and actions, which every client draws. https://docs.slack.dev/reference/block-kit/blocks
 */
import type { types } from '@slack/bolt';

export type Block = types.SectionBlock | types.ContextBlock | types.ActionsBlock;

/** `text` is what notifications, screen readers and clients without blocks show. */
export interface Message {
  readonly text: string;
  readonly blocks: readonly Block[];
}

const maxBlocks = 50;
const maxSectionText = 3_000;
const maxContextElements = 10;
const maxActions = 25;
const maxButtonValue = 2_000;
/** Slack takes 40,000; nobody reads that in a notification. */
const maxFallbackText = 4_000;

/** Any text from outside: one line, no lone surrogates, no marks that turn the direction of what follows, escaped. */
export function outside(text: string, maxCharacters = 200): string {
  const line = text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return escapeText(shorten(line, maxCharacters));
}

/** An id as code. A backtick would end the code early. */
export const code = (id: string): string => `\`${outside(id, 100).replaceAll('`', "'") || '–'}\``;

/** https://docs.slack.dev/messaging/formatting-message-text: these three and nothing else. */
const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function shorten(text: string, maxCharacters: number): string {
  const characters = [...text];
  return characters.length <= maxCharacters ? text : `${characters.slice(0, maxCharacters - 1).join('')}…`;
}

/**
 * Cuts finished mrkdwn to `max` UTF-16 units (so also to as many code points), and never inside a character, an
 * entity or an angle bracket's contents. Slack refuses an empty text too.
 */
export function clampMrkdwn(text: string, max: number): string {
  if (text.length <= max) return text || '–';
  const cut = text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '');
  return `${cut.replace(/&[a-z]{0,4}$/, '').replace(/<[^<>]*$/, '')}…`;
}

/** Verbatim: Slack links and mentions only what is marked up, never what happens to look like it. */
const mrkdwn = (text: string, max: number): types.MrkdwnElement => ({
  type: 'mrkdwn',
  text: clampMrkdwn(text, max),
  verbatim: true,
});

/** Lines of mrkdwn; those that say nothing are left out. */
export function section(
  lines: readonly (string | null)[],
  accessory: types.Button | null = null,
): types.SectionBlock {
  return {
    type: 'section',
    text: mrkdwn(lines.filter(Boolean).join('\n'), maxSectionText),
    ...(accessory && isValid(accessory) && { accessory }),
  };
}

/** Null when there is nothing to say. */
export function context(parts: readonly (string | null)[]): types.ContextBlock | null {
  const elements = parts
    .filter((part): part is string => Boolean(part))
    .slice(0, maxContextElements)
    .map((part) => mrkdwn(part, maxSectionText));
  return elements.length === 0 ? null : { type: 'context', elements };
}

/** Null when no button makes sense now. */
export function actions(buttons: readonly (types.Button | null)[]): types.ActionsBlock | null {
  const elements = buttons
    .filter((button): button is types.Button => button !== null && isValid(button))
    .slice(0, maxActions);
  return elements.length === 0 ? null : { type: 'actions', elements };
}

/** A button whose value Slack would not take is better left out than the whole message lost. */
const isValid = ({ value }: types.Button): boolean =>
  value !== undefined && value.length > 0 && value.length <= maxButtonValue;

/** `index` tells apart the buttons of one message, whose action ids must differ. */
export const startButton = (conversationId: string, index?: number): types.Button => ({
  type: 'button',
  action_id: withIndex('record_start', index),
  text: { type: 'plain_text', text: 'Start recording' },
  value: conversationId,
});

export const stopButton = (jobId: string, index?: number): types.Button => ({
  type: 'button',
  action_id: withIndex('record_stop', index),
  text: { type: 'plain_text', text: 'Stop' },
  style: 'danger',
  value: jobId,
});

export const pauseButton = (jobOrConversationId: string, index?: number): types.Button => ({
  type: 'button',
  action_id: withIndex('record_pause', index),
  text: { type: 'plain_text', text: 'Pause' },
  value: jobOrConversationId,
});

export const resumeButton = (jobOrConversationId: string, index?: number): types.Button => ({
  type: 'button',
  action_id: withIndex('record_resume', index),
  text: { type: 'plain_text', text: 'Resume' },
  style: 'primary',
  value: jobOrConversationId,
});

/** `label` says by how much. */
export const extendButton = (jobId: string, label: string): types.Button => ({
  type: 'button',
  action_id: 'record_extend',
  text: { type: 'plain_text', text: label },
  value: jobId,
});

const withIndex = (actionId: string, index: number | undefined): string =>
  index === undefined ? actionId : `${actionId}:${index}`;

const buttonNames = ['start', 'stop', 'pause', 'resume', 'extend'] as const;

/** What a button's action id asks for; null for one that this version does not draw. */
export function readActionId(actionId: string): (typeof buttonNames)[number] | null {
  const match = /^record_([a-z]+)(?::\d+)?$/.exec(actionId)?.[1];
  return buttonNames.find((name) => name === match) ?? null;
}

/**
 * `version` goes into the block ids: Slack redraws a block cleanly only under a new id.
 * https://docs.slack.dev/reference/block-kit/blocks/section-block
 */
export function toMessage(text: string, blocks: readonly (Block | null)[], version?: number): Message {
  const drawn = blocks.filter((block): block is Block => block !== null).slice(0, maxBlocks);
  return {
    text: clampMrkdwn(text, maxFallbackText),
    blocks:
      version === undefined
        ? drawn
        : drawn.map((block, index) => ({ ...block, block_id: `v${version}.${index}` })),
  };
}
