/** Results as people and programs read them. */
import type { CheckResult } from './check.js';

const marks = { passed: '✓', failed: '✗', unseen: '–' } as const;
const colours = { passed: 32, failed: 31, unseen: 2 } as const;

const kindOf = ({ ok }: CheckResult): keyof typeof marks => {
  if (ok === null) return 'unseen';
  return ok ? 'passed' : 'failed';
};

/** One line, and the cure in a line of its own beneath it. */
export function toLine(result: CheckResult, coloured: boolean): string {
  const kind = kindOf(result);
  const mark = coloured ? `\u001b[${colours[kind]}m${marks[kind]}\u001b[0m` : marks[kind];
  const line = `${mark} ${result.title}: ${result.detail}`;
  return result.cure === null ? line : `${line}\n    → ${result.cure}`;
}

/** What could not be seen stands in nobody's way: only what was found wrong does. */
export const isWell = (results: readonly CheckResult[]): boolean => results.every(({ ok }) => ok !== false);

/** Nobody is to take for well what nobody has seen, so that has its name in the last line as well. */
export function toSummary(results: readonly CheckResult[]): string {
  const of = (wanted: boolean | null) => results.filter(({ ok }) => ok === wanted);
  const unseen = of(null).map(({ title }) => title);
  if (!isWell(results)) {
    const rest = unseen.length === 0 ? '' : `, ${unseen.length} not seen`;
    return `Not ready: ${of(true).length} passed, ${of(false).length} failed${rest}.`;
  }
  if (unseen.length === 0) return `All is well: ${of(true).length} passed.`;
  const things = unseen.length === 1 ? '1 thing' : `${unseen.length} things`;
  return `Nothing is wrong (${of(true).length} passed), but ${things} could not be seen: ${unseen.join('; ')}.`;
}

export const toJson = (results: readonly CheckResult[]): string =>
  JSON.stringify({ ok: isWell(results), checks: results }, null, 2);
