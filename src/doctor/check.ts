/** What the doctor looks at, one thing each, and how all of it is run within bounds. */
import { RecordError } from '../core/errors.js';
import type { Clock } from '../core/ports.js';
import { scrubText } from '../log-redaction.js';

/** `ok` is null where it cannot be seen; `detail` then says why. */
export interface Finding {
  readonly ok: boolean | null;
  /** What was seen, one plain sentence or less, without secrets. */
  readonly detail: string;
  /** What to do about it. */
  readonly cure?: string | undefined;
}

/**
 * What a bot that starts has to do with it. `looks`: it looks at it by itself, since that only reads. `shows`: there is
 * nothing to look at, since the start goes on only with it, or says in another way what is wrong. `never`: it takes an
 * order, and nothing is ordered without somebody who asks.
 */
export type AtStart = 'looks' | 'shows' | 'never';

export interface Check {
  readonly id: string;
  /** What is looked at, in a few words. */
  readonly title: string;
  /** Checks that come before it in the list. Unless all of those passed, this one is skipped. */
  readonly needs: readonly string[];
  readonly atStart: AtStart;
  /**
   * Changes nothing, anywhere. May throw `RecordError` in place of a bad finding. Must end what it has begun when the
   * signal aborts.
   */
  readonly look: (signal: AbortSignal) => Promise<Finding>;
}

export interface CheckResult {
  readonly id: string;
  readonly title: string;
  readonly ok: boolean | null;
  readonly detail: string;
  readonly cure: string | null;
}

export interface Limits {
  readonly clock: Clock;
  /** For one check, in milliseconds. Default 15,000. */
  readonly checkMs?: number;
  /** For all of them, in milliseconds. Default 50,000. */
  readonly totalMs?: number;
}

export const passed = (detail: string): Finding => ({ ok: true, detail });
export const failed = (detail: string, cure: string): Finding => ({ ok: false, detail, cure });
export const unseen = (detail: string, cure?: string): Finding => ({ ok: null, detail, cure });

/** Whatever can begin begins at once; the results come in the order of the list. Never throws. */
export async function* runChecks(checks: readonly Check[], limits: Limits): AsyncGenerator<CheckResult> {
  const { clock, checkMs = 15_000, totalMs = 50_000 } = limits;
  const endAt = clock.now() + totalMs;
  const results = new Map<string, Promise<CheckResult>>();
  for (const check of checks) {
    // What the list does not hold cannot stand in the way.
    const needed = check.needs.flatMap((id) => results.get(id) ?? []);
    const bound = () => Math.min(checkMs, endAt - clock.now());
    results.set(check.id, settle(check, needed, { clock, bound }));
  }
  for (const result of results.values()) yield await result;
}

interface Bound {
  readonly clock: Clock;
  readonly bound: () => number;
}

async function settle(
  check: Check,
  needed: readonly Promise<CheckResult>[],
  { clock, bound }: Bound,
): Promise<CheckResult> {
  const { id, title } = check;
  const missing = (await Promise.all(needed)).find(({ ok }) => ok !== true);
  const finding = missing
    ? unseen(`skipped: it needs “${missing.title}”`)
    : await lookWithin(check, clock, Math.max(0, bound()));
  return { id, title, ok: finding.ok, detail: finding.detail, cure: finding.cure ?? null };
}

async function lookWithin({ look }: Check, clock: Clock, ms: number): Promise<Finding> {
  const looking = new AbortController();
  const timer = new AbortController();
  const tooLate = clock.sleep(ms, timer.signal).then(() => timeUp(ms));
  try {
    return await Promise.race([look(looking.signal), tooLate]);
  } catch (error) {
    return toFinding(error);
  } finally {
    timer.abort();
    looking.abort();
  }
}

const timeUp = (ms: number): Finding =>
  failed(
    `no result within ${Math.ceil(ms / 1000)} s.`,
    'Try again; if it stays so, look at the network between here and there.',
  );

/** An error as a bad finding. */
function toFinding(error: unknown): Finding {
  if (error instanceof RecordError) {
    const reference = error.reference === undefined ? '' : ` (reference ${error.reference})`;
    return { ok: false, detail: `${error.message}${reference}`, cure: error.cure };
  }
  const text = error instanceof Error ? error.message : String(error);
  return failed(
    `the check itself failed: ${scrubText(text)}`,
    'This is a bug of the doctor: please report it.',
  );
}
