/** A verdict as text. */
import type { Verdict } from './evidence.js';

/** So many examples of one kind at most. */
const mostExamples = 12;

export function renderVerdict({ database, seed, facts, findings, violations, logs }: Verdict): string {
  const width = Math.max(
    ...facts.map(([what]) => what.length),
    ...findings.flatMap(({ counts }) => counts.map(([what]) => what.length)),
  );
  const row = ([what, count]: readonly [string, number | string]) =>
    `  ${what.padEnd(width)} ${String(count).padStart(8)}`;
  const lines = [`== ${database}, seed ${seed}`, ...facts.map(row)];
  for (const { title, counts, violations: found, notes = [] } of findings) {
    lines.push('', `${found.length === 0 ? 'ok  ' : 'FAIL'} ${title}`, ...counts.map(row));
    lines.push(row(['violations', found.length]));
    lines.push(...shorten(found).map((sentence) => `     ! ${sentence}`));
    lines.push(...shorten(notes).map((sentence) => `     · ${sentence}`));
  }
  lines.push(
    '',
    `${violations.length} violations on ${database}${logs === null ? '' : `; the logs are in ${logs}`}`,
  );
  return lines.join('\n');
}

function shorten(sentences: readonly string[]): readonly string[] {
  const rest = sentences.length - mostExamples;
  return rest > 0 ? [...sentences.slice(0, mostExamples), `… and ${rest} more`] : sentences;
}
