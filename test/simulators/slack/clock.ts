import type { SimulatorClock } from './types.js';

export const realClock: SimulatorClock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Timers on a clock that can be dropped all at once, so that nothing outlives the simulator. */
export interface Timers extends SimulatorClock {
  clear(): void;
}

export function createTimers(clock: SimulatorClock): Timers {
  const pending = new Set<() => void>();
  return {
    now: () => clock.now(),
    after(ms, run) {
      const cancel = clock.after(ms, () => {
        pending.delete(cancel);
        run();
      });
      pending.add(cancel);
      return () => {
        pending.delete(cancel);
        cancel();
      };
    },
    clear() {
      for (const cancel of pending) cancel();
      pending.clear();
    },
  };
}
