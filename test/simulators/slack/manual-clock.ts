/** A clock that stands still until it is told to go on. */
import type { SimulatorClock } from './types.js';

export interface ManualClock extends SimulatorClock {
  /** Lets time pass, running what is due on the way. */
  advance(ms: number): void;
}

export function createManualClock(startsAt = Date.UTC(2026, 0, 15, 9)): ManualClock {
  let now = startsAt;
  let timers: readonly { readonly at: number; readonly run: () => void }[] = [];
  return {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers = [...timers, timer];
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const [next] = timers.filter((one) => one.at <= until).toSorted((a, b) => a.at - b.at);
        if (!next) break;
        timers = timers.filter((one) => one !== next);
        now = Math.max(now, next.at);
        next.run();
      }
      now = until;
    },
  };
}
