import type { SlackFault, SlackInjection } from './types.js';

export interface Faults {
  inject(injection: SlackInjection): () => void;
  /** The fault that hits this request, used up by it. */
  take(method: string): SlackFault | null;
  clear(): void;
}

export function createFaults(): Faults {
  let waiting: { method: string; fault: SlackFault; left: number }[] = [];
  return {
    inject({ method, fault, times = 1 }) {
      const injected = { method, fault, left: times === 'until-cleared' ? Number.POSITIVE_INFINITY : times };
      waiting.push(injected);
      return () => {
        waiting = waiting.filter((one) => one !== injected);
      };
    },
    take(method) {
      const hit = waiting.find((one) => one.method === method || one.method === 'any');
      if (!hit) return null;
      hit.left -= 1;
      if (hit.left <= 0) waiting = waiting.filter((one) => one !== hit);
      return hit.fault;
    },
    clear() {
      waiting = [];
    },
  };
}
