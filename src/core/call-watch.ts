/**
 * Follows Genesys by asking it every few seconds: new calls become call alerts, and cards follow what happens to
 * calls and recordings outside this bot. From a listing that was cut short no end is concluded.
 */
import type { Overview } from './answer.js';
import type { Deps } from './deps.js';
import { levelOf } from './errors.js';
import type { ActiveCall, Listing } from './model.js';
import { RecordingFollower } from './recording-follower.js';

export interface CallWatchOptions {
  /** Where new calls are announced; null when call alerts are off, and then only recordings are followed. */
  readonly alertChannelId: string | null;
  /** Between looks at the calls. */
  readonly pollMs: number;
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
/** Two listings must agree that a recording has ended; the third part leaves time for the listing itself. */
const looksPerReconciliation = 3;

interface Looks {
  readonly calls: boolean;
  readonly recordings: boolean;
}

export class CallWatch {
  readonly #deps: Deps;
  readonly #options: CallWatchOptions;
  readonly #stop = new AbortController();
  readonly #recordings: RecordingFollower;
  #lastPollAt: number | null = null;
  /** Why the newest look of each kind failed. */
  readonly #problems = new Map<keyof Looks | 'lease', string>();
  #running: Promise<void> | undefined;
  /** The look under way. */
  #looking: Promise<void> | undefined;
  #callsAt = 0;
  #recordingsAt = 0;

  constructor(deps: Deps, options: CallWatchOptions) {
    this.#deps = deps;
    this.#recordings = new RecordingFollower(deps);
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when the look in hand has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    if (!this.#running) return;
    await this.#running;
    await this.#deps.store.dropLease(lease, this.#options.holder).catch(() => undefined);
  }

  get state(): Overview['alerts'] {
    const { alertChannelId } = this.#options;
    if (alertChannelId === null) return null;
    const [problem = null] = this.#problems.values();
    return { channelId: alertChannelId, lastPollAt: this.#lastPollAt, problem };
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
    const due = await this.#try('lease', () => this.#whatIsDue());
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
      this.#standBy();
      return null;
    }
    if (this.#looking) return null;
    const calls = alertChannelId !== null && now >= this.#callsAt;
    const recordings = now >= this.#recordingsAt;
    if (calls) this.#callsAt = now + pollMs;
    if (recordings) this.#recordingsAt = now + this.#recordingsEveryMs;
    return calls || recordings ? { calls, recordings } : null;
  }

  /** With call alerts a card follows its recording no more slowly than it appeared. */
  get #recordingsEveryMs(): number {
    const { alertChannelId, pollMs, reconcileMs } = this.#options;
    const shareMs = Math.floor(reconcileMs / looksPerReconciliation);
    return alertChannelId === null ? shareMs : Math.min(pollMs, shareMs);
  }

  /** Another process looks: what this one saw last is not the listing before its next one, nor how things are. */
  #standBy(): void {
    this.#recordings.forget();
    this.#lastPollAt = null;
    this.#problems.clear();
  }

  /** Looks at everything once. Never throws: a failed look changes nothing and is said in {@link state} and in the log. */
  round(): Promise<void> {
    return this.#look({ calls: this.#options.alertChannelId !== null, recordings: true });
  }

  /** Each kind is worth having without the other: a missing permission for one does not silence both. */
  async #look(looks: Looks): Promise<void> {
    const { calls, recordings, clock } = this.#deps;
    const asOf = clock.now();
    const request = { priority: 'poll', signal: this.#stop.signal } as const;
    const callListing = looks.calls ? calls.listCalls(request) : null;
    const recordingListing = looks.recordings ? recordings.listActive(request) : null;
    // Handled below, in turn: a call's end is known before its recording's.
    recordingListing?.catch(() => undefined);
    if (callListing) await this.#try('calls', async () => this.#followCalls(await callListing, asOf));
    if (recordingListing) {
      await this.#try('recordings', async () => this.#recordings.follow(await recordingListing, asOf));
    }
    this.#lastPollAt = clock.now();
  }

  /** Null when it failed, which is noted; a success clears the note. */
  async #try<T>(kind: keyof Looks | 'lease', work: () => Promise<T>): Promise<T | null> {
    const { logger } = this.#deps;
    try {
      const result = await work();
      if (this.#problems.delete(kind)) logger.info({ kind }, 'Genesys can be watched again');
      return result;
    } catch (error) {
      if (this.#stop.signal.aborted) return null;
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== this.#problems.get(kind)) {
        logger[levelOf(error)]({ err: error, kind }, 'Genesys could not be watched; trying again');
      }
      this.#problems.set(kind, problem);
      return null;
    }
  }

  async #followCalls(listing: Listing<ActiveCall>, asOf: number): Promise<void> {
    const { store, board, clock, newId } = this.#deps;
    const channelId = this.#options.alertChannelId;
    const seen = await store.seeCalls(
      listing.items,
      clock.now(),
      channelId === null ? undefined : { channelId, newId },
    );
    for (const id of seen) board.redraw(id);
    if (!listing.complete) return;
    const up = new Set(listing.items.map((call) => call.conversationId));
    const open = await store.listOpenConversations();
    const gone = open.filter((call) => !up.has(call.id) && call.firstSeenAt < asOf).map((call) => call.id);
    for (const id of await store.endCalls(gone, clock.now())) board.redraw(id);
  }
}
