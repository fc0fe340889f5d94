import { describe, expect, it } from 'vitest';
import { isFresh, type MintedToken, staleAt, TokenCache } from '../../src/genesys/token-cache.js';
import { errorOf } from '../support/genesys-bed.js';

function createBed(marginMs?: number) {
  const mints: {
    resolve: (minted: MintedToken) => void;
    reject: (error: Error) => void;
    signal: AbortSignal;
  }[] = [];
  const time = { now: 1_000_000 };
  const cache = new TokenCache({
    mint: (signal) => new Promise((resolve, reject) => mints.push({ resolve, reject, signal })),
    clock: { now: () => time.now },
    ...(marginMs !== undefined && { marginMs }),
  });
  const answer = (nth: number, token: string, expiresInMs = 3_600_000) =>
    mints[nth - 1]?.resolve({ token, expiresInMs });
  return { cache, mints, time, answer };
}

describe('the moment a token goes stale', () => {
  it.each([
    ['a day, less the margin', 86_400_000, 60_000, 86_340_000],
    ['a short life, less a tenth of it', 30_000, 60_000, 27_000],
    ['a life of a tenfold margin, less the margin', 600_000, 60_000, 540_000],
    ['no margin wanted', 30_000, 0, 30_000],
  ])('is %s', (_name, expiresInMs, marginMs, expected) => {
    expect(staleAt(0, expiresInMs, marginMs)).toBe(expected);
  });

  it('is the first moment at which it is not fresh', () => {
    const cached = { token: 'a', staleAt: 500 };
    expect([isFresh(null, 0), isFresh(cached, 499), isFresh(cached, 500)]).toEqual([false, true, false]);
  });
});

describe('the token cache', () => {
  it('asks for one token when many callers need one', async () => {
    const { cache, mints, answer } = createBed();
    const callers = Array.from({ length: 1_000 }, () => cache.get());
    answer(1, 'a');
    expect(new Set(await Promise.all(callers))).toEqual(new Set(['a']));
    expect(mints).toHaveLength(1);
  });

  it('asks for one token when a thousand callers find it expired', async () => {
    const { cache, mints, time, answer } = createBed();
    const first = cache.get();
    answer(1, 'a');
    await first;
    time.now += 3_600_001;
    const callers = Array.from({ length: 1_000 }, () => cache.get());
    answer(2, 'b');
    expect(new Set(await Promise.all(callers))).toEqual(new Set(['b']));
    expect(mints).toHaveLength(2);
  });

  it('gives the same token until the margin before its expiry, and no longer', async () => {
    const { cache, mints, time, answer } = createBed();
    const first = cache.get();
    answer(1, 'a');
    await first;
    time.now += 3_600_000 - 60_001;
    expect(await cache.get()).toBe('a');
    expect(mints).toHaveLength(1);
    time.now += 1;
    const second = cache.get();
    answer(2, 'b');
    expect(await second).toBe('b');
  });

  it('counts the lifetime from the moment it asked, not from the answer', async () => {
    const { cache, mints, time, answer } = createBed(0);
    const first = cache.get();
    time.now += 9_000;
    answer(1, 'a', 10_000);
    await first;
    time.now += 1_000;
    void cache.get();
    expect(mints).toHaveLength(2);
  });

  it('gets a new token after the current one was refused', async () => {
    const { cache, answer } = createBed();
    const first = cache.get();
    answer(1, 'a');
    await first;
    cache.invalidate('a');
    const second = cache.get();
    answer(2, 'b');
    expect(await second).toBe('b');
  });

  it('keeps the new token when the old one is refused once more', async () => {
    const { cache, mints, answer } = createBed();
    const first = cache.get();
    answer(1, 'a');
    await first;
    cache.invalidate('a');
    const second = cache.get();
    answer(2, 'b');
    await second;
    cache.invalidate('a');
    expect(await cache.get()).toBe('b');
    expect(mints).toHaveLength(2);
  });

  it('never lets a slow old answer replace a newer token', async () => {
    const { cache, mints, time, answer } = createBed();
    const first = cache.get();
    answer(1, 'a');
    await first;
    time.now += 3_590_000;
    const slow = cache.get();
    cache.invalidate('a');
    const quick = cache.get();
    answer(3, 'new');
    expect(await quick).toBe('new');
    answer(2, 'old');
    expect(await slow).toBe('old');
    expect(await cache.get()).toBe('new');
    expect(mints).toHaveLength(3);
  });

  it('keeps sharing the newer request while an older one ends', async () => {
    const { cache, mints, time, answer } = createBed();
    const first = cache.get();
    answer(1, 'a');
    await first;
    time.now += 3_590_000;
    const slow = cache.get();
    cache.invalidate('a');
    const quick = cache.get();
    mints[1]?.reject(new Error('too late'));
    await errorOf(slow);
    const third = cache.get();
    answer(3, 'new');
    expect(await Promise.all([quick, third])).toEqual(['new', 'new']);
    expect(mints).toHaveLength(3);
  });

  it('tells all callers of a failure and asks anew for the next one', async () => {
    const { cache, mints, answer } = createBed();
    const failing = [cache.get(), cache.get()];
    mints[0]?.reject(new Error('no token'));
    for (const each of failing) expect(await errorOf(each)).toMatchObject({ message: 'no token' });
    const next = cache.get();
    answer(2, 'a');
    expect(await next).toBe('a');
  });

  it('aborts the request under way when it is closed', () => {
    const { cache, mints } = createBed();
    void cache.get();
    expect(mints[0]?.signal.aborted).toBe(false);
    cache.close();
    expect(mints[0]?.signal.aborted).toBe(true);
  });
});
