import { expect, it } from 'vitest';
import { formatDuration } from '../../src/core/format-duration.js';

it.each([
  [0, '0 s'],
  [-5_000, '0 s'],
  [12_400, '12 s'],
  [192_000, '3 min 12 s'],
  [600_000, '10 min'],
  [3_600_000, '1 h'],
  [3_605_000, '1 h'],
  [5_400_000, '1 h 30 min'],
  [14_400_000, '4 h'],
  [359_999_000, '99 h 59 min'],
])('writes %d ms as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
