/** What may cost time without anybody's fault: no process up, Genesys away, a request that a fault held. */
import type { JournalEntry } from '../simulators/genesys/types.js';
import type { Evidence } from './evidence.js';
import type { Span } from './fleet.js';

/** How late something may end while Genesys can be reached, in milliseconds. */
export const graceMs = 5_000;

/** When no process was up, or Genesys was away. */
export function excusedSpans({ fleet, trouble, begunAt, endedAt }: Evidence): readonly Span[] {
  const up = [...fleet.up].sort((one, other) => one.from - other.from);
  const down: Span[] = [];
  let at = begunAt;
  for (const span of up) {
    if (span.from > at) down.push({ from: at, to: span.from });
    at = Math.max(at, span.to);
  }
  if (at < endedAt) down.push({ from: at, to: endedAt });
  return [...down, ...trouble.outages];
}

/** How long a fault keeps a request from being answered, in milliseconds: the bot waits ten seconds at most. */
const heldMs: Readonly<Record<string, number>> = {
  slow: 4_000,
  hang: 10_000,
  'hang-body': 10_000,
  status: 1_000,
};

/** While a request for a token, or one of those that `isNeeded` tells, was held by a fault. */
export function hitsOf({ world }: Evidence, isNeeded: (entry: JournalEntry) => boolean): readonly Span[] {
  return world.genesys.journal
    .filter((entry) => entry.fault !== null && (entry.operation === 'token' || isNeeded(entry)))
    .map(({ at, fault }) => ({ from: at, to: at + (heldMs[fault ?? ''] ?? 0) }));
}

/** How much of `within` the spans cover together, in milliseconds. */
export function covered(spans: readonly Span[], within: Span): number {
  const clipped = spans
    .map(({ from, to }) => ({ from: Math.max(from, within.from), to: Math.min(to, within.to) }))
    .filter(({ from, to }) => to > from)
    .sort((one, other) => one.from - other.from);
  let sum = 0;
  let at = within.from;
  for (const { from, to } of clipped) {
    sum += Math.max(0, to - Math.max(from, at));
    at = Math.max(at, to);
  }
  return sum;
}
