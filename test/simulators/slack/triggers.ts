/** Trigger ids: good for three seconds, once. https://docs.slack.dev/interactivity/handling-user-interaction */
import { newSecret } from './ids.js';
import { Refusal } from './refusal.js';
import type { SimulatorClock } from './types.js';

export interface Triggers {
  create(userId: string): string;
  /** Uses it up and says whose it was. Throws {@link Refusal}. */
  exchange(triggerId: string): string;
  clear(): void;
}

/** In milliseconds. */
const lifetimeMs = 3_000;

export function createTriggers(clock: SimulatorClock): Triggers {
  const triggers = new Map<string, { userId: string; expiresAt: number; used: boolean }>();
  return {
    create(userId) {
      const id = `${Math.floor(clock.now() / 1000)}.${newSecret(12)}`;
      triggers.set(id, { userId, expiresAt: clock.now() + lifetimeMs, used: false });
      return id;
    },
    exchange(triggerId) {
      const trigger = triggers.get(triggerId);
      if (!trigger) throw new Refusal('invalid_trigger_id');
      if (trigger.used) throw new Refusal('exchanged_trigger_id');
      if (clock.now() > trigger.expiresAt) throw new Refusal('expired_trigger_id');
      trigger.used = true;
      return trigger.userId;
    },
    clear: () => triggers.clear(),
  };
}
