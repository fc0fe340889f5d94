import { describe, expect, it } from 'vitest';
import type { Priority } from '../../src/core/ports.js';
import { Cancelled } from '../../src/genesys/deadline.js';
import { RateBudget } from '../../src/genesys/rate-budget.js';
import { createManualClock, errorOf, settle } from '../support/genesys-bed.js';

const windowMs = 61_000;

function createBed(perMinute?: number) {
  const clock = createManualClock();
  const budget = new RateBudget(clock, perMinute);
  /** Tries to spend that many; returns how many went out at once. */
  const spend = async (priority: Priority, count: number) => {
    const before = granted.length;
    for (let i = 0; i < count; i += 1) {
      budget.acquire(priority, { maxWaitMs: 0 }).then(
        () => granted.push(priority),
        () => {},
      );
    }
    await settle();
    return granted.length - before;
  };
  const granted: string[] = [];
  /** Waits without a bound; its name appears in `granted` when it goes out. */
  const wait = (priority: Priority, name: string = priority) =>
    void budget.acquire(priority).then(() => granted.push(name));
  return { clock, budget, spend, wait, granted };
}

describe('the rate budget', () => {
  it.each([
    ['stop', 300],
    ['start', 270],
    ['read', 225],
    ['poll', 150],
  ] as const)('lets a %s go out at most %s times a minute', async (priority, most) => {
    const { spend, clock } = createBed();
    expect(await spend(priority, 400)).toBe(most);
    await clock.advance(windowMs - 1);
    expect(await spend(priority, 1)).toBe(0);
    await clock.advance(1);
    expect(await spend(priority, 400)).toBe(most);
  });

  it('leaves room for a stop when everything else is used up', async () => {
    const { spend } = createBed();
    await spend('poll', 400);
    await spend('read', 400);
    await spend('start', 400);
    expect(await spend('start', 1)).toBe(0);
    expect(await spend('stop', 400)).toBe(30);
  });

  it('serves waiters in the order of their importance, and each kind in the order of arrival', async () => {
    const { budget, clock, granted, wait } = createBed();
    budget.pause(5_000);
    wait('poll');
    wait('read', 'read 1');
    wait('read', 'read 2');
    wait('start');
    wait('stop');
    await clock.advance(4_999);
    expect(granted).toEqual([]);
    await clock.advance(1);
    expect(granted).toEqual(['stop', 'start', 'read 1', 'read 2', 'poll']);
  });

  it('gives each freed place to the most important waiter', async () => {
    const { spend, clock, granted, wait } = createBed(10);
    await spend('stop', 4);
    await clock.advance(1_000);
    await spend('stop', 6);
    granted.length = 0;
    wait('poll');
    wait('start');
    wait('stop');
    await settle();
    await clock.advance(windowMs - 1_000);
    expect(granted).toEqual(['stop', 'start']);
    await clock.advance(1_000);
    expect(granted).toEqual(['stop', 'start', 'poll']);
  });

  it('tells a caller how long it waits', async () => {
    const { budget, spend, clock } = createBed();
    await spend('stop', 300);
    await clock.advance(20_000);
    const waits: number[] = [];
    void budget.acquire('stop', { onWait: (ms) => waits.push(ms) });
    await settle();
    budget.pause(50_000);
    expect(waits).toEqual([windowMs - 20_000, 50_000]);
  });

  it('counts those ahead when it says how long', async () => {
    const { budget, wait } = createBed(1);
    await budget.acquire('stop');
    wait('stop');
    const waits: number[] = [];
    void budget.acquire('stop', { onWait: (ms) => waits.push(ms) });
    await settle();
    expect(waits).toEqual([2 * windowMs]);
  });

  it('refuses at once what would have to wait longer than it may', async () => {
    const { budget, spend } = createBed();
    await spend('stop', 300);
    expect(await errorOf(budget.acquire('stop', { maxWaitMs: 30_000 }))).toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterMs: windowMs,
    });
  });

  it('refuses those who were overtaken once their time is up', async () => {
    const { budget, spend, clock, wait, granted } = createBed(2);
    await spend('stop', 1);
    await clock.advance(1_000);
    await spend('stop', 1);
    const overtaken = errorOf(budget.acquire('read', { maxWaitMs: windowMs }));
    for (let i = 0; i < 3; i += 1) wait('stop');
    await settle();
    await clock.advance(windowMs);
    expect(await overtaken).toMatchObject({ code: 'RATE_LIMITED' });
    expect(granted.filter((each) => each === 'stop')).toHaveLength(4);
  });

  it('holds everybody back after a 429, stops included, and refuses those who cannot wait so long', async () => {
    const { budget, spend, clock } = createBed();
    budget.pause(10_000);
    expect(await spend('stop', 1)).toBe(0);
    const patient = budget.acquire('stop', { maxWaitMs: 60_000 });
    const impatient = errorOf(budget.acquire('read', { maxWaitMs: 15_000 }));
    await settle();
    budget.pause(20_000);
    expect(await impatient).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 20_000 });
    await clock.advance(20_000);
    await patient;
  });

  it('does not let a shorter pause cut a longer one', async () => {
    const { budget, spend, clock } = createBed();
    budget.pause(10_000);
    budget.pause(1_000);
    await clock.advance(9_999);
    expect(await spend('stop', 1)).toBe(0);
    await clock.advance(1);
    expect(await spend('stop', 1)).toBe(1);
  });

  it('learns a smaller allowance from Genesys, and forgets it after a while', async () => {
    const { budget, spend, clock } = createBed();
    budget.learn({ allowed: 180, count: null, resetMs: null });
    budget.learn({ allowed: 250, count: null, resetMs: null });
    expect(await spend('stop', 400)).toBe(180);
    await clock.advance(300_000);
    expect(await spend('stop', 400)).toBe(300);
  });

  it('never learns a larger allowance, nor none', async () => {
    const { budget, spend } = createBed();
    budget.learn({ allowed: 1_000, count: null, resetMs: null });
    budget.learn({ allowed: 0, count: null, resetMs: null });
    expect(await spend('stop', 400)).toBe(300);
  });

  it('takes into account what others spent, until Genesys counts anew', async () => {
    const { budget, spend, clock } = createBed();
    await spend('stop', 10);
    budget.learn({ allowed: 300, count: 290, resetMs: 15_000 });
    expect(await spend('stop', 400)).toBe(10);
    await clock.advance(15_000);
    expect(await spend('stop', 400)).toBe(280);
  });

  it('lets a waiter leave as soon as its signal aborts', async () => {
    const { budget, spend, clock, granted, wait } = createBed(1);
    await spend('stop', 1);
    const leaving = new AbortController();
    const left = errorOf(budget.acquire('stop', { signal: leaving.signal }));
    await settle();
    wait('stop', 'next');
    leaving.abort();
    expect(await left).toBeInstanceOf(Cancelled);
    await clock.advance(windowMs);
    expect(granted).toEqual(['stop', 'next']);
    expect(await errorOf(budget.acquire('stop', { signal: leaving.signal }))).toBeInstanceOf(Cancelled);
  });

  it('sends everybody home when it is closed', async () => {
    const { budget, clock } = createBed();
    budget.pause(10_000);
    const waiting = errorOf(budget.acquire('stop'));
    await settle();
    budget.close();
    expect(await waiting).toBeInstanceOf(Cancelled);
    expect(await errorOf(budget.acquire('stop'))).toBeInstanceOf(Cancelled);
    expect(clock.sleepers).toEqual([]);
  });
});
