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

export function toSummary(results: readonly CheckResult[]): string {
  const count = (wanted: boolean | null) => results.filter(({ ok }) => ok === wanted).length;
  const unseen = count(null) === 0 ? '' : `, ${count(null)} not looked at`;
  const counts = `${count(true)} passed, ${count(false)} failed${unseen}.`;
  return isWell(results) ? `All is well: ${counts}` : `Not ready: ${counts}`;
}

export const toJson = (results: readonly CheckResult[]): string =>
  JSON.stringify({ ok: isWell(results), checks: results }, null, 2);
