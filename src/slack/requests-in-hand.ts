/**
 * The requests that this process is at work on, and their rows: each is written down before it is acked, held while it is
 * in hand, so that another process takes it over soon after this one has died, and closed once it is answered.
 */
import { holdMs } from '../core/deps.js';
import { RecordError } from '../core/errors.js';
import type { PersonRequest } from '../core/model.js';
import type { Clock, Logger, NewId, Store } from '../core/ports.js';

export interface RequestsInHandDeps {
  readonly store: Pick<Store, 'claimDelivery' | 'holdRequests' | 'takeLeftRequests' | 'closeRequests'>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly logger: Logger;
}

/** Pauses before further attempts to claim: a database that restarts cuts its connections, and is back at once. */
const claimPausesMs = [200, 800];
/** Somebody waits for an answer, if only for “not now”: after so long there is no further attempt, in milliseconds. */
const claimWithinMs = 2_000;

interface Hold {
  readonly claimant: string;
  /** As far as this process knows. */
  until: number;
  /** Another process has taken it over, or has answered it. */
  lost: boolean;
}

export class RequestsInHand {
  readonly #deps: RequestsInHandDeps;
  readonly #holds = new Map<string, Hold>();
  /** Answered, and not yet written down as such. */
  readonly #unwritten = new Set<string>();

  constructor(deps: RequestsInHandDeps) {
    this.#deps = deps;
  }

  /**
   * True for the first of several deliveries of the same thing: Slack repeats what it thinks was lost. Throws
   * `UNAVAILABLE` when the database stays away.
   */
  async claim(request: PersonRequest): Promise<boolean> {
    const { clock, newId } = this.#deps;
    // The answer to a claim may be lost: the same claimant may ask again.
    const claimant = newId();
    const until = clock.now() + claimWithinMs;
    for (const pauseMs of claimPausesMs) {
      try {
        return await this.#claimOnce(request, claimant);
      } catch (error) {
        if (!isPassing(error) || clock.now() + pauseMs > until) throw error;
        await clock.sleep(pauseMs);
      }
    }
    return this.#claimOnce(request, claimant);
  }

  async #claimOnce(request: PersonRequest, claimant: string): Promise<boolean> {
    const { store, clock } = this.#deps;
    const now = clock.now();
    const heldUntil = now + holdMs;
    const first = await store.claimDelivery(request.key, now, claimant, { request, heldUntil });
    if (first) this.#holds.set(request.key, { claimant, until: heldUntil, lost: false });
    return first;
  }

  /** Takes over what other processes have left, and holds it. */
  async takeLeft(limit: number): Promise<readonly PersonRequest[]> {
    const { store, clock, newId } = this.#deps;
    const claimant = newId();
    const until = clock.now() + holdMs;
    const left = await store.takeLeftRequests(clock.now(), until, claimant, limit);
    for (const { key } of left) this.#holds.set(key, { claimant, until, lost: false });
    return left;
  }

  /**
   * False when another process has taken the request over, because this one stalled: the other one answers. Without
   * `surely` the database is asked only if the hold may have ended.
   */
  async isOurs(key: string, { surely = false } = {}): Promise<boolean> {
    const hold = this.#holds.get(key);
    // What could not be claimed is in no row that another process would find.
    if (!hold) return true;
    if (hold.lost || (!surely && hold.until > this.#deps.clock.now())) return !hold.lost;
    try {
      await this.#hold([[key, hold]], holdMs);
    } catch (error) {
      // Then nobody else can take it over either.
      if (!isPassing(error)) throw error;
    }
    return !hold.lost;
  }

  /** The person has the answer. What cannot be written down now, is at the next `renew`. Never throws. */
  async close(key: string): Promise<void> {
    this.#unwritten.add(key);
    try {
      await this.#write();
    } catch (error) {
      this.#deps.logger.warn({ err: error }, 'that a request was answered could not be written down yet');
    }
  }

  /** Nothing is to be done about it here any more. */
  forget(key: string): void {
    this.#holds.delete(key);
  }

  /** Writes down what is answered, and holds what is not. To be called every second. */
  async renew(): Promise<void> {
    await this.#write();
    await this.#hold(this.#held(), holdMs);
  }

  /**
   * Leaves what is unanswered to others, at once. What this process still finds out about it comes too late: it would be
   * a second answer, and perhaps another one.
   */
  async release(): Promise<void> {
    const left = this.#held().filter(([key]) => !this.#unwritten.has(key));
    for (const [, hold] of left) hold.lost = true;
    await this.#write();
    await this.#hold(left, 0);
  }

  async #write(): Promise<void> {
    const keys = [...this.#unwritten];
    if (keys.length === 0) return;
    await this.#deps.store.closeRequests(keys, this.#deps.clock.now());
    for (const key of keys) {
      this.#unwritten.delete(key);
      this.#holds.delete(key);
    }
  }

  /** Those that are still this process's, as far as it knows. */
  #held(): (readonly [string, Hold])[] {
    return [...this.#holds].filter(([, { lost }]) => !lost);
  }

  async #hold(holds: readonly (readonly [string, Hold])[], forMs: number): Promise<void> {
    if (holds.length === 0) return;
    const until = this.#deps.clock.now() + forMs;
    const claims = holds.map(([key, { claimant }]) => ({ key, claimant }));
    const held = new Set(await this.#deps.store.holdRequests(claims, until));
    for (const [key, hold] of holds) {
      if (held.has(key)) hold.until = until;
      else hold.lost = true;
    }
  }
}

const isPassing = (error: unknown): boolean => error instanceof RecordError && error.code === 'UNAVAILABLE';
