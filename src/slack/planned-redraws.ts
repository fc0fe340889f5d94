/** Redraws that wait for their time: of each conversation the earliest alone. */
import type { Clock } from '../core/ports.js';

interface Plan {
  readonly dueAt: number;
  readonly cancel: AbortController;
}

export class PlannedRedraws {
  readonly #clock: Clock;
  readonly #plans = new Map<string, Plan>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  has(conversationId: string): boolean {
    return this.#plans.has(conversationId);
  }

  /** Null when one is planned that comes no later. Gives true when its time has come, false when it was called off. */
  plan(conversationId: string, delayMs: number): Promise<boolean> | null {
    const dueAt = this.#clock.now() + delayMs;
    const earlier = this.#plans.get(conversationId);
    if (earlier && earlier.dueAt <= dueAt) return null;
    earlier?.cancel.abort();
    const plan = { dueAt, cancel: new AbortController() };
    this.#plans.set(conversationId, plan);
    return this.#isDue(conversationId, delayMs, plan);
  }

  /** Those whose time has not come. */
  callOff(): void {
    for (const { dueAt, cancel } of this.#plans.values()) {
      if (dueAt > this.#clock.now()) cancel.abort();
    }
  }

  async #isDue(conversationId: string, delayMs: number, { cancel }: Plan): Promise<boolean> {
    if (delayMs > 0) await this.#clock.sleep(delayMs, cancel.signal);
    if (cancel.signal.aborted) return false;
    this.#plans.delete(conversationId);
    return true;
  }
}
