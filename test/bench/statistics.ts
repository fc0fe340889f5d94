/** The smallest value that so many per cent of the values do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new Error('There is no percentile of nothing.');
  return value;
}

/** With an even number of values, the mean of the two in the middle. */
export const median = (values: readonly number[]): number =>
  (percentile(values, 50) -
    percentile(
      values.map((value) => -value),
      50,
    )) /
  2;
