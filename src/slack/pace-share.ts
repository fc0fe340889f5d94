/**
 * Among how many processes Slack's limits are divided: they hold for the app in the workspace, however many processes it
 * has. Each announces itself by a lease in the database, and counts the leases there are; one that died counts until its
 * lease ends. https://docs.slack.dev/apis/web-api/rate-limits
 */
import type { Clock, Logger, Store } from '../core/ports.js';

export interface Sharing {
  /** Processes that send, this one among them. */
  readonly processes: number;
  /** Before that time, in milliseconds since 1970, the others may have used up what a lane allows at once. */
  readonly since: number;
}

/** Nobody else sends, nor ever did. */
export const alone: Sharing = { processes: 1, since: Number.NEGATIVE_INFINITY };

export interface PaceShareDeps {
  readonly store: Pick<Store, 'takeLease' | 'countLeases' | 'dropLease'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Names this process among those that share the database. */
  readonly holder: string;
}

const prefix = 'pace/';
/** After its death a process still has its share for so many milliseconds. */
const leaseMs = 10_000;
/** Within this the others learn of a process that comes or goes, in milliseconds. */
const renewEveryMs = 3_000;

export class PaceShare implements Sharing {
  readonly #deps: PaceShareDeps;
  readonly #leaving = new AbortController();
  #sharing = alone;
  #renewing: Promise<void> | undefined;

  constructor(deps: PaceShareDeps) {
    this.#deps = deps;
  }

  get processes(): number {
    return this.#sharing.processes;
  }

  get since(): number {
    return this.#sharing.since;
  }

  /** Announces this process until it leaves. To be called before anything is sent. Throws like the store. */
  async join(): Promise<void> {
    const processes = await this.#announce();
    this.#sharing = processes === 1 ? alone : { processes, since: this.#deps.clock.now() };
    this.#renewing = this.#keepAnnouncing();
  }

  /** Gives its share back to the others at once. Throws like the store. */
  async leave(): Promise<void> {
    this.#leaving.abort();
    if (!this.#renewing) return;
    await this.#renewing;
    await this.#deps.store.dropLease(`${prefix}${this.#deps.holder}`, this.#deps.holder);
  }

  async #announce(): Promise<number> {
    const { store, clock, holder } = this.#deps;
    const now = clock.now();
    await store.takeLease(`${prefix}${holder}`, holder, now, now + leaseMs);
    return store.countLeases(prefix, now);
  }

  /** What was counted last holds while the database does not answer. */
  async #keepAnnouncing(): Promise<void> {
    const { clock, logger } = this.#deps;
    const { signal } = this.#leaving;
    let failing = false;
    for (await clock.sleep(renewEveryMs, signal); !signal.aborted; await clock.sleep(renewEveryMs, signal)) {
      try {
        this.#sharing = { ...this.#sharing, processes: await this.#announce() };
        failing = false;
      } catch (error) {
        if (!failing) logger.warn({ err: error }, 'the other processes could not be counted; trying again');
        failing = true;
      }
    }
  }
}
