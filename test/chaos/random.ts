/** Choices that come out the same for the same seed. */
export interface Random {
  /** From 0 up to, but not including, 1. */
  next(): number;
  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  /** Undefined when there is nothing to choose from; draws once all the same, so that what follows stays the same. */
  pick<T>(items: readonly T[]): T | undefined;
  /** A stream of its own: what one part of the run draws does not move the choices of another. */
  fork(name: string): Random;
}

/** Mulberry32: small, fast, and good enough for choices. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)],
    fork: (name) => createRandom([...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), seed)),
  };
}
