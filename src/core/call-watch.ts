/**
 * Follows Genesys by asking it every few seconds: new calls become call alerts, and cards follow what happens to
 * calls and recordings outside this bot. From a listing that was cut short no end is concluded.
 */
import type { Overview } from './answer.js';
import { auditOf, type Deps } from './deps.js';
import { levelOf } from './errors.js';
import { meetRecording } from './find-recording.js';
import type { ActiveCall, ActiveRecording, Listing, RecordingJob } from './model.js';

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
  /** Recordings that the last listing did not show: the second time in a row means that they are over. */
  #missing: ReadonlySet<string> = new Set();
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
    this.#missing = new Set();
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
      await this.#try('recordings', async () => this.#followRecordings(await recordingListing, asOf));
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

  async #followRecordings(listing: Listing<ActiveRecording>, asOf: number): Promise<void> {
    const jobs = await this.#deps.store.listUnfinishedJobs();
    const ended = listing.complete ? await this.#endMissing(jobs, listing.items, asOf) : new Set();
    const standing = jobs.filter((job) => !ended.has(job.id));
    const known = new Set(standing.flatMap((job) => [job.conversationId, job.genesysId]));
    for (const active of listing.items) {
      if (!known.has(active.genesysId) && !known.has(active.conversationId)) {
        await meetRecording(this.#deps, active, asOf);
      }
    }
  }

  /** The ids of those that have ended by this complete listing. */
  async #endMissing(
    jobs: readonly RecordingJob[],
    listed: readonly ActiveRecording[],
    asOf: number,
  ): Promise<ReadonlySet<string>> {
    const running = new Set(listed.map((active) => active.genesysId));
    const missing = jobs.filter((job) => isAbsent(job, running, asOf));
    const ended = new Set<string>();
    for (const job of missing) {
      if (!this.#missing.has(job.id) && !(await this.#isOver(job.conversationId))) continue;
      await this.#end(job);
      ended.add(job.id);
    }
    this.#missing = new Set(missing.map((job) => job.id));
    return ended;
  }

  async #isOver(conversationId: string): Promise<boolean> {
    const conversation = await this.#deps.store.findConversation(conversationId);
    return conversation?.endedAt != null;
  }

  async #end(job: RecordingJob): Promise<void> {
    const { store, board, clock } = this.#deps;
    const now = clock.now();
    await store.changeJob(
      job.id,
      ['recording', 'paused'],
      { state: 'ended', finishedAt: now, failure: null, retryAt: null },
      now,
      auditOf(this.#deps, { actor: { kind: 'genesys' }, action: 'observe', outcome: 'done' }, job),
    );
    board.redraw(job.conversationId);
  }
}

/** Not in the listing, although nothing has changed about it since before the listing was asked for. */
const isAbsent = (job: RecordingJob, running: ReadonlySet<string>, asOf: number): boolean =>
  (job.state === 'recording' || job.state === 'paused') &&
  job.updatedAt < asOf &&
  job.genesysId !== null &&
  !running.has(job.genesysId);
