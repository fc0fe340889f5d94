/**
 * What a listing of running recordings says about the books: those met for the first time, and those that have ended.
 * From a listing that was cut short no end is concluded.
 */
import { auditOf, type Deps } from './deps.js';
import { meetRecording } from './find-recording.js';
import type { ActiveRecording, Listing, RecordingJob } from './model.js';

export class RecordingFollower {
  readonly #deps: Deps;
  /** Recordings that the last listing did not show: the second time in a row means that they are over. */
  #missing: ReadonlySet<string> = new Set();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Another process reads the listings now, so that the last one here is not the one before the next. */
  forget(): void {
    this.#missing = new Set();
  }

  /** `asOf`: when the listing was asked for, in milliseconds since 1970. */
  async follow(listing: Listing<ActiveRecording>, asOf: number): Promise<void> {
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
