/** What a reader of a message sees, and whether Slack would take it. */
import { problemsOfBlocks } from '../simulators/slack/blocks.js';

interface Drawn {
  readonly text: string;
  readonly blocks: readonly unknown[];
}

/** Slack's complaints about a message; none when it would be taken. */
export function problemsOf({ text, blocks }: Drawn): readonly string[] {
  const problems = [...problemsOfBlocks(blocks)];
  if (blocks.length === 0) problems.push('no blocks');
  if (text.length === 0 || text.length > 40_000) problems.push(`a text of ${text.length} characters`);
  if (/\p{Surrogate}/u.test(text + JSON.stringify(blocks))) problems.push('lone surrogates');
  return problems;
}

/** All the mrkdwn of a message, a line each. */
export const wordsOf = ({ blocks }: Pick<Drawn, 'blocks'>): string => textsOf(blocks).join('\n');

function textsOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(textsOf);
  if (typeof node !== 'object' || node === null) return [];
  if ('type' in node && node.type === 'mrkdwn' && 'text' in node) return [String(node.text)];
  return Object.values(node).flatMap(textsOf);
}

export interface DrawnButton {
  readonly label: string;
  readonly actionId: string;
  readonly value: string;
  readonly style: string | undefined;
}

export function buttonsOf(node: unknown): DrawnButton[] {
  if (Array.isArray(node)) return node.flatMap(buttonsOf);
  if (typeof node !== 'object' || node === null) return [];
  if ('type' in node && node.type === 'button') {
    const button = node as unknown as {
      text: { text: string };
      action_id: string;
      value: string;
      style?: string;
    };
    const { text, action_id: actionId, value, style } = button;
    return [{ label: text.text, actionId, value, style }];
  }
  return Object.values(node).flatMap(buttonsOf);
}
