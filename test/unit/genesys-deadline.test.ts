import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TimeUp, within } from '../../src/genesys/deadline.js';
import { errorOf } from '../support/genesys-bed.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it('leaves no timer running that would keep the process alive', async () => {
  expect(await within(Promise.resolve('done'), { ms: 10_000 })).toBe('done');
  expect(vi.getTimerCount()).toBe(0);
});

it('ends when the time is up, and swallows what fails later', async () => {
  let fail = (_error: Error) => {};
  const work = new Promise<void>((_resolve, reject) => {
    fail = reject;
  });
  const late = errorOf(within(work, { ms: 10_000 }));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await late).toBeInstanceOf(TimeUp);
  fail(new Error('too late'));
});
