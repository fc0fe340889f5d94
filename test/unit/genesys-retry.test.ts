import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideRetry,
  type Failure,
  maxAttempts,
  readRetryAfter,
  retryAfterCapMs,
} from '../../src/genesys/retry.js';

const now = Date.UTC(2026, 0, 15, 12);
const calm = { attempt: 1, idempotent: true, remainingMs: 30_000, now, random: () => 1 };

describe('Retry-After', () => {
  it.each([
    ['7', 7_000],
    [' 7 ', 7_000],
    ['1.5', 1_500],
    ['0', 0],
    ['Thu, 15 Jan 2026 12:00:09 GMT', 9_000],
    ['Thu, 15 Jan 2026 11:59:00 GMT', 0],
    ['86400', retryAfterCapMs],
    ['Fri, 16 Jan 2026 12:00:00 GMT', retryAfterCapMs],
    ['Thu, 99 Foo 2026 12:00:00 GMT', null],
    ['soon', null],
    ['apples 5', null],
    ['-5', null],
    ['', null],
    [null, null],
    [undefined, null],
  ])('%j means %j ms', (header, expected) => {
    expect(readRetryAfter(header, now)).toBe(expected);
  });
});

describe('the retry policy', () => {
  const repeatable: readonly Failure[] = [502, 503, 504, 'timeout', 'lost'];

  it.each(repeatable)('repeats after %s what may be done twice', (failure) => {
    expect(decideRetry({ ...calm, failure })).toEqual({ retry: true, waitMs: 250 });
  });

  it.each(repeatable)('never repeats after %s what may have taken effect', (failure) => {
    expect(decideRetry({ ...calm, failure, idempotent: false })).toEqual({ retry: false });
  });

  it.each([true, false])('repeats what was never sent (idempotent: %s)', (idempotent) => {
    expect(decideRetry({ ...calm, failure: 'not-sent', idempotent })).toEqual({ retry: true, waitMs: 250 });
  });

  it.each([500, 501, 400, 401, 403, 404, 409, 302])('never repeats after %s', (failure) => {
    expect(decideRetry({ ...calm, failure })).toEqual({ retry: false });
  });

  it.each([
    [1, 250],
    [2, 500],
    [3, 1_000],
  ])('waits at most twice as long after attempt %s', (attempt, waitMs) => {
    expect(decideRetry({ ...calm, failure: 503, attempt })).toEqual({ retry: true, waitMs });
  });

  it('spreads the waits over the whole interval', () => {
    expect(decideRetry({ ...calm, failure: 503, random: () => 0 })).toEqual({ retry: true, waitMs: 0 });
    expect(decideRetry({ ...calm, failure: 503, random: () => 0.5 })).toEqual({ retry: true, waitMs: 125 });
  });

  it.each([true, false])('waits after 429 as long as Genesys asks (idempotent: %s)', (idempotent) => {
    const failed = { ...calm, failure: 429, retryAfter: '7', idempotent };
    expect(decideRetry(failed)).toEqual({ retry: true, waitMs: 7_000 });
  });

  it('waits after 429 until the date that Genesys names', () => {
    const failed = { ...calm, failure: 429, retryAfter: 'Thu, 15 Jan 2026 12:00:09 GMT' };
    expect(decideRetry(failed)).toEqual({ retry: true, waitMs: 9_000 });
  });

  it.each([
    [1, null, 1_000],
    [2, 'garbage', 2_000],
    [3, undefined, 4_000],
    [1, '0', 100],
  ])('waits after 429 on attempt %s with Retry-After %j for %s ms', (attempt, retryAfter, waitMs) => {
    expect(decideRetry({ ...calm, failure: 429, attempt, retryAfter })).toEqual({ retry: true, waitMs });
  });

  it('gives up on 429 when the wait is longer than what is left, and says how long it is', () => {
    const failed = { ...calm, failure: 429, retryAfter: '30' };
    expect(decideRetry(failed)).toEqual({ retry: false, retryAfterMs: 30_000 });
  });

  it('heeds Retry-After on 503 and passes it on when it gives up', () => {
    expect(decideRetry({ ...calm, failure: 503, retryAfter: '2' })).toEqual({ retry: true, waitMs: 2_000 });
    const tooLong = { ...calm, failure: 503, retryAfter: '60' };
    expect(decideRetry(tooLong)).toEqual({ retry: false, retryAfterMs: 60_000 });
    const unrepeatable = { ...calm, failure: 503, retryAfter: '2', idempotent: false };
    expect(decideRetry(unrepeatable)).toEqual({ retry: false, retryAfterMs: 2_000 });
  });

  it('gives up when no time is left', () => {
    expect(decideRetry({ ...calm, failure: 503, remainingMs: 250 })).toEqual({ retry: false });
  });

  it('ends after a bounded number of attempts, whatever happens', () => {
    const failures = fc.constantFrom<Failure>(429, 502, 503, 504, 'timeout', 'lost', 'not-sent');
    fc.assert(
      fc.property(failures, fc.boolean(), fc.nat(10), (failure, idempotent, more) => {
        const failed = { ...calm, failure, idempotent, attempt: maxAttempts + more, retryAfter: '0' };
        expect(decideRetry(failed).retry).toBe(false);
      }),
    );
  });
});
