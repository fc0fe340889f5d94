/** The retry policy: pure, so that a table can test it. */

/** Why an attempt failed: the status of an answer, or why there was none. */
export type Failure =
  | number
  /** No answer in time: it may have taken effect. */
  | 'timeout'
  /** The connection broke after it stood: it may have taken effect. */
  | 'lost'
  /** No connection came about: it had no effect. */
  | 'not-sent';

export interface FailedAttempt {
  /** 1 for the first one. */
  readonly attempt: number;
  readonly failure: Failure;
  /** The header of that name, as it came. */
  readonly retryAfter?: string | null | undefined;
  /** True when doing it twice is the same as doing it once. */
  readonly idempotent: boolean;
  /** What is left of the request's total time. */
  readonly remainingMs: number;
  readonly now: number;
  /** From 0 to 1. */
  readonly random: () => number;
}

export type Verdict =
  | { readonly retry: true; readonly waitMs: number }
  /** `retryAfterMs`: when Genesys may take it again, where it said so. */
  | { readonly retry: false; readonly retryAfterMs?: number };

export const maxAttempts = 4;
const backoffBaseMs = 250;
const backoffCapMs = 4_000;
const rateLimitBaseMs = 1_000;
/** A `Retry-After` of 0 must not become a tight loop. */
const rateLimitFloorMs = 100;
/** Genesys counts by the minute; a longer wait than this is an error of the header, and would silence every stop. */
export const retryAfterCapMs = 300_000;

/** 500 is not among them: Genesys documents only these as transient. */
const transientStatuses: readonly Failure[] = [502, 503, 504];
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Milliseconds to wait, capped; null when the header is missing or not understood (RFC 9110, 10.2.3). */
export function readRetryAfter(header: string | null | undefined, now: number): number | null {
  const value = header?.trim() ?? '';
  let waitMs: number;
  if (/^\d+(\.\d+)?$/.test(value)) waitMs = Number(value) * 1000;
  else if (httpDate.test(value)) waitMs = Date.parse(value) - now;
  else return null;
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(Math.ceil(waitMs), 0), retryAfterCapMs);
}

/** Exponential with full jitter: callers that failed together must not come back together. */
const backoffMs = (attempt: number, random: () => number): number =>
  Math.round(random() * Math.min(backoffCapMs, backoffBaseMs * 2 ** (attempt - 1)));

export function decideRetry(failed: FailedAttempt): Verdict {
  const asked = readRetryAfter(failed.retryAfter, failed.now);
  if (failed.failure === 429) {
    const waitMs = Math.max(asked ?? rateLimitBaseMs * 2 ** (failed.attempt - 1), rateLimitFloorMs);
    return within(failed, waitMs) ? { retry: true, waitMs } : { retry: false, retryAfterMs: waitMs };
  }
  const hint = asked === null ? {} : { retryAfterMs: asked };
  if (!mayRepeat(failed)) return { retry: false, ...hint };
  const waitMs = Math.max(asked ?? 0, backoffMs(failed.attempt, failed.random));
  return within(failed, waitMs) ? { retry: true, waitMs } : { retry: false, ...hint };
}

const within = (failed: FailedAttempt, waitMs: number): boolean =>
  failed.attempt < maxAttempts && waitMs < failed.remainingMs;

function mayRepeat({ failure, idempotent }: FailedAttempt): boolean {
  if (failure === 'not-sent') return true;
  return idempotent && (failure === 'timeout' || failure === 'lost' || transientStatuses.includes(failure));
}
