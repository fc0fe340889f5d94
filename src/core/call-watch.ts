/**
 * Follows Genesys by asking it every few seconds, and by listening to it where it tells: new calls become call alerts,
 * and cards follow what happens to calls and recordings outside this bot. From a listing that was cut short no end is concluded.
 */
import type { Overview } from './answer.js';
import type { CallAlerts } from './call-alerts.js';
import { CallLooks, type Looks } from './call-looks.js';
import type { Deps } from './deps.js';
import type { CallEvents } from './ports.js';
import type { RecordingFollower } from './recording-follower.js';

export interface CallWatchOptions {
  /** Where new calls are announced; null when call alerts are off, and then only recordings are followed. */
  readonly alertChannelId: string | null;
  /** Between looks at the calls, in milliseconds. */
  readonly pollMs: number;
  /** False where somebody else says which calls are announced: then looks only find out how those go on. */
  readonly looksAlert: boolean;
  /** What happens to recordings elsewhere is noticed within this time. */
  readonly reconcileMs: number;
  /** Names this process among those that share the database. */
  readonly holder: string;
}

/** One process at a time asks Genesys. When it dies another one takes over after this, in milliseconds. */
const leaseMs = 10_000;
const lease = 'watch';
/** How often the lease is renewed, in milliseconds. */
const tickMs = 1_000;
/** After a look that failed, in milliseconds. */
const retryMs = 10_000;
/** After one that failed soon after a gap: what was missed in it is to be on the cards within 40 s. In milliseconds. */
const gapRetryMs = 2_000;
const gapIsNewMs = 40_000;
/** Between looks while events do not tell of everything, in milliseconds: as without events. */
const unheardPollMs = 10_000;
/** Two listings must agree that a recording has ended; the third part leaves time for the listing itself. */
const looksPerReconciliation = 3;

/** What tells of calls besides looking. */
export interface CallSources {
  /** Null where nobody tells. Only the process that looks listens. */
  readonly events: CallEvents | null;
  readonly alerts: CallAlerts | null;
}

export class CallWatch {
  readonly #deps: Deps;
  readonly #options: CallWatchOptions;
  readonly #stop = new AbortController();
  readonly #looks: CallLooks;
  readonly #sources: CallSources;
  #listening = false;
  #running: Promise<void> | undefined;
  /** The look under way. */
  #looking: Promise<void> | undefined;
  #callsAt = 0;
  #callsBegunAt = 0;
  #recordingsAt = 0;
  #gapAt = Number.NEGATIVE_INFINITY;

  constructor(
    deps: Deps,
    recordings: RecordingFollower,
    options: CallWatchOptions,
    sources: CallSources = { events: null, alerts: null },
  ) {
    this.#deps = deps;
    this.#options = options;
    this.#sources = sources;
    const { signal } = this.#stop;
    this.#looks = new CallLooks(deps, recordings, sources.alerts, { ...options, signal });
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when the look in hand has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    if (!this.#running) return;
    await this.#running;
    await this.#silence();
    await this.#sources.alerts?.settled();
    await this.#deps.store.dropLease(lease, this.#options.holder).catch(() => undefined);
  }

  get state(): Overview['alerts'] {
    const { alertChannelId } = this.#options;
    if (alertChannelId === null) return null;
    const { lastAt: lastPollAt, problem, shortfall } = this.#looks;
    return { channelId: alertChannelId, lastPollAt, problem: problem ?? this.#deafness ?? shortfall };
  }

  /** Why events do not arrive, or not all of them; null when they do, and where nobody listens. */
  get #deafness(): string | null {
    return this.#listening ? (this.#sources.events?.problem ?? null) : null;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.tick();
      await this.#deps.clock.sleep(tickMs, this.#stop.signal);
    }
    await this.settled();
  }

  /**
   * Renews the lease, and begins what is due. Does not wait for Genesys: a look may take longer than the lease, and
   * must not be doubled by another process for that. Never throws.
   */
  async tick(): Promise<void> {
    const due = await this.#looks.try('lease', () => this.#whatIsDue());
    if (!due) return;
    this.#looking = this.#look(due).finally(() => {
      this.#looking = undefined;
    });
  }

  /** Resolves when no look is under way. */
  async settled(): Promise<void> {
    await this.#looking;
  }

  /** Null unless this process is the one to look and the time for a look has come. */
  async #whatIsDue(): Promise<Looks | null> {
    const { store, clock } = this.#deps;
    const { pollMs, holder, alertChannelId } = this.#options;
    const now = clock.now();
    if (!(await store.takeLease(lease, holder, now, now + leaseMs))) {
      await this.#standBy();
      return null;
    }
    this.#listen();
    if (this.#looking) return null;
    const unheard = this.#missesEvents && now >= this.#callsBegunAt + unheardPollMs;
    const calls = alertChannelId !== null && (unheard || now >= this.#callsAt);
    const recordings = unheard || now >= this.#recordingsAt;
    if (calls) [this.#callsBegunAt, this.#callsAt] = [now, now + pollMs];
    if (recordings) this.#recordingsAt = now + this.#recordingsEveryMs;
    return calls || recordings ? { calls, recordings } : null;
  }

  /** Looks are rare because events tell of everything. After a gap one look is not enough if its listing was cut short. */
  get #missesEvents(): boolean {
    return this.#listening && (this.#deafness !== null || this.#looks.shortfall !== null);
  }

  /** With call alerts a card follows its recording no more slowly than it appeared. */
  get #recordingsEveryMs(): number {
    const { alertChannelId, pollMs, reconcileMs } = this.#options;
    const shareMs = Math.floor(reconcileMs / looksPerReconciliation);
    return alertChannelId === null ? shareMs : Math.min(pollMs, shareMs);
  }

  async #standBy(): Promise<void> {
    this.#looks.forget();
    await this.#silence();
    this.#sources.alerts?.forget();
  }

  #listen(): void {
    const { events, alerts } = this.#sources;
    if (this.#listening || !events || !alerts) return;
    this.#listening = true;
    events.start({ onEvents: (batch) => alerts.onEvents(batch), onGap: () => this.lookSoon() });
  }

  async #silence(): Promise<void> {
    if (!this.#listening) return;
    this.#listening = false;
    await this.#sources.events?.stop();
  }

  /** Events may have been missed: the next tick looks at everything. */
  lookSoon(): void {
    this.#gapAt = this.#deps.clock.now();
    this.#callsAt = 0;
    this.#recordingsAt = 0;
  }

  /**
   * Somebody from outside has left a call. Whether it is over, a look tells: sooner than the next would have come, but not
   * one for everybody who leaves.
   */
  somebodyLeft(): void {
    this.#callsAt = Math.min(this.#callsAt, this.#callsBegunAt + this.#recordingsEveryMs);
  }

  /** Looks at everything once. Never throws. */
  async round(): Promise<void> {
    await this.#looks.look({ calls: this.#options.alertChannelId !== null, recordings: true });
  }

  /** What could not be seen is looked for again soon, also where looks are rare. */
  async #look(due: Looks): Promise<void> {
    if (await this.#looks.look(due)) return;
    const now = this.#deps.clock.now();
    const soon = now + (now - this.#gapAt < gapIsNewMs ? gapRetryMs : retryMs);
    if (due.calls) this.#callsAt = Math.min(this.#callsAt, soon);
    if (due.recordings) this.#recordingsAt = Math.min(this.#recordingsAt, soon);
  }
}
