/**
 * Follows Genesys by asking it every few seconds: new calls become call alerts, and cards follow what happens to
 * calls and recordings outside this bot. From a listing that was cut short no end is concluded.
 */
import type { Overview } from './answer.js';
import { auditOf, type Deps } from './deps.js';
import { levelOf } from './errors.js';
import { observeRecording } from './find-recording.js';
import {
  type ActiveCall,
  type ActiveRecording,
  isUnfinished,
  type Listing,
  type RecordingJob,
} from './model.js';

/** Genesys may list a recording for a little while after its stop, in milliseconds. */
const listingLagMs = 15_000;

export interface CallWatchOptions {
  /** Where new calls are announced; null when call alerts are off, and then only recordings are followed. */
  readonly alertChannelId: string | null;
  readonly pollMs: number;
}

export class CallWatch {
  readonly #deps: Deps;
  readonly #options: CallWatchOptions;
  readonly #stop = new AbortController();
  /** Recordings that the last listing did not show: the second time in a row means that they are over. */
  #missing: ReadonlySet<string> = new Set();
  #lastPollAt: number | null = null;
  #problem: string | null = null;
  #running: Promise<void> | undefined;

  constructor(deps: Deps, options: CallWatchOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when the round in hand has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  get state(): Overview['alerts'] {
    const { alertChannelId } = this.#options;
    if (alertChannelId === null) return null;
    return { channelId: alertChannelId, lastPollAt: this.#lastPollAt, problem: this.#problem };
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.round();
      await this.#deps.clock.sleep(this.#options.pollMs, this.#stop.signal);
    }
  }

  /** Looks once. Never throws: a failed look changes nothing and is said in {@link state} and in the log. */
  async round(): Promise<void> {
    const { clock, logger } = this.#deps;
    try {
      await this.#look();
      if (this.#problem !== null) logger.info({}, 'Genesys can be watched again');
      this.#problem = null;
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== this.#problem) {
        logger[levelOf(error)]({ err: error }, 'Genesys could not be watched; trying again');
      }
      this.#problem = problem;
    }
    this.#lastPollAt = clock.now();
  }

  async #look(): Promise<void> {
    const { calls, recordings, store, clock } = this.#deps;
    const asOf = clock.now();
    const alerting = this.#options.alertChannelId !== null;
    if (!alerting && (await store.listUnfinishedJobs()).length === 0) return;
    const request = { priority: 'poll', signal: this.#stop.signal } as const;
    const [callListing, recordingListing] = await Promise.allSettled([
      alerting ? calls.listCalls(request) : null,
      recordings.listActive(request),
    ]);
    // Each is worth having without the other: a missing permission for one does not silence both.
    if (callListing.status === 'fulfilled' && callListing.value) {
      await this.#followCalls(callListing.value, asOf);
    }
    if (recordingListing.status === 'fulfilled') await this.#followRecordings(recordingListing.value, asOf);
    const failed = [callListing, recordingListing].find((listing) => listing.status === 'rejected');
    if (failed) throw failed.reason;
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
    const known = new Set(jobs.flatMap((job) => [job.conversationId, job.genesysId]));
    for (const active of listing.items) {
      if (!known.has(active.genesysId) && !known.has(active.conversationId)) await this.#meet(active, asOf);
    }
    if (!listing.complete) return;
    const running = new Set(listing.items.map((active) => active.genesysId));
    const missing = jobs.filter((job) => isAbsent(job, running, asOf));
    for (const job of missing) {
      if (this.#missing.has(job.id) || (await this.#isOver(job.conversationId))) await this.#end(job);
    }
    this.#missing = new Set(missing.map((job) => job.id));
  }

  async #meet(active: ActiveRecording, asOf: number): Promise<void> {
    const { store, logger } = this.#deps;
    const earlier = await store.findJob(active.genesysId);
    if (earlier) {
      if (isUnfinished(earlier) || (earlier.finishedAt ?? 0) > asOf - listingLagMs) return;
      logger.warn({ jobId: earlier.id, genesysId: active.genesysId }, 'a finished recording runs again');
    }
    await observeRecording(this.#deps, active);
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
