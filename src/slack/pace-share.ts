/**
 * Among how many processes Slack's limits are divided: they hold for the app in the workspace, however many processes it
 * has. Each announces itself by a lease in the database, and counts the leases there are; one that died counts until its
 * lease ends. A burst is divided among all processes, since any of them may need its part at once. The steady pace is
 * divided among those that use it: one that has everything to send is not slowed down by others that have nothing.
 * https://docs.slack.dev/apis/web-api/rate-limits
 */
import type { Clock, Logger, Store } from '../core/ports.js';

export interface Sharing {
  /** Processes that may send, this one among them: they divide what may be sent at once. */
  readonly processes: number;
  /** Those that are sending, this one among them: they divide what may be sent in the long run. */
  readonly senders: number;
  /** Before that time, in milliseconds since 1970, the others may have used up what a lane allows at once. */
  readonly since: number;
  /** Told that this process is one that sends, until then at the least, in milliseconds since 1970. */
  sendsUntil(at: number): void;
}

/** Nobody else sends, nor ever did. */
export const alone: Sharing = {
  processes: 1,
  senders: 1,
  since: Number.NEGATIVE_INFINITY,
  sendsUntil: () => undefined,
};

export interface PaceShareDeps {
  readonly store: Pick<Store, 'takeLease' | 'countLeases' | 'dropLease'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Names this process among those that share the database. */
  readonly holder: string;
}

/** What the leases are called: of those that live, and of those among them that send. */
const living = 'pace/';
const sending = 'pace-used/';
/** After its death a process still has its share for so many milliseconds. */
const leaseMs = 10_000;
/** Within this the others learn of a process that comes or goes, in milliseconds. */
const renewAloneEveryMs = 3_000;
/** Within this they learn of one that begins or ends to send, in milliseconds. */
const renewAmongOthersEveryMs = 1_000;
/** Once it has told the others that it sends, all of them know of each other after so long, in milliseconds. */
const knownAfterMs = 2 * renewAmongOthersEveryMs;

export class PaceShare implements Sharing {
  readonly #deps: PaceShareDeps;
  readonly #leaving = new AbortController();
  #counted = { processes: 1, senders: 1 };
  #since = alone.since;
  #sendsUntil = Number.NEGATIVE_INFINITY;
  /** Since when the others can know that this process sends; null while it has not told them. */
  #sendsSince: number | null = null;
  #renewing: Promise<void> | undefined;

  constructor(deps: PaceShareDeps) {
    this.#deps = deps;
  }

  get processes(): number {
    return this.#counted.processes;
  }

  get senders(): number {
    return this.#counted.senders;
  }

  get since(): number {
    return this.#since;
  }

  sendsUntil(at: number): void {
    this.#sendsUntil = Math.max(this.#sendsUntil, at);
  }

  /** Announces this process until it leaves. To be called before anything is sent. Throws like the store. */
  async join(): Promise<void> {
    await this.#announce();
    if (this.processes > 1) this.#since = this.#deps.clock.now();
    this.#renewing = this.#keepAnnouncing();
  }

  /** Gives its share back to the others at once. Throws like the store. */
  async leave(): Promise<void> {
    this.#leaving.abort();
    if (!this.#renewing) return;
    await this.#renewing;
    await this.#drop(sending);
    await this.#drop(living);
  }

  async #announce(): Promise<void> {
    const { store, clock } = this.#deps;
    await this.#take(living);
    const processes = await store.countLeases(living, clock.now());
    this.#counted = { processes, senders: await this.#countSenders(processes) };
  }

  /** As long as the others may not know that it sends, it keeps to the part that it has if all of them do. */
  async #countSenders(processes: number): Promise<number> {
    const { store, clock } = this.#deps;
    const now = clock.now();
    if (processes > 1 && this.#sendsUntil > now) {
      this.#sendsSince ??= now;
      await this.#take(sending);
    } else if (this.#sendsSince !== null) {
      this.#sendsSince = null;
      await this.#drop(sending);
    }
    const areKnown = this.#sendsSince !== null && now - this.#sendsSince >= knownAfterMs;
    return areKnown ? Math.max(1, await store.countLeases(sending, now)) : processes;
  }

  async #take(kind: string): Promise<void> {
    const { store, clock, holder } = this.#deps;
    const now = clock.now();
    await store.takeLease(`${kind}${holder}`, holder, now, now + leaseMs);
  }

  async #drop(kind: string): Promise<void> {
    const { store, holder } = this.#deps;
    await store.dropLease(`${kind}${holder}`, holder);
  }

  /** What was counted last holds while the database does not answer. */
  async #keepAnnouncing(): Promise<void> {
    const { clock, logger } = this.#deps;
    const { signal } = this.#leaving;
    const pause = () => clock.sleep(this.processes > 1 ? renewAmongOthersEveryMs : renewAloneEveryMs, signal);
    let failing = false;
    for (await pause(); !signal.aborted; await pause()) {
      try {
        await this.#announce();
        failing = false;
      } catch (error) {
        if (!failing) logger.warn({ err: error }, 'the other processes could not be counted; trying again');
        failing = true;
      }
    }
  }
}
