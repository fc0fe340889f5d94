/**
 * What Genesys says of running recordings against the books: those met for the first time, those that have ended, and
 * those that were paused or resumed elsewhere. From silence about a conversation that is not covered nothing follows.
 */
import { notPaused } from './carry-out-pending.js';
import { auditOf, type Deps } from './deps.js';
import { meetRecording } from './find-recording.js';
import {
  type ActiveRecording,
  type AuditAction,
  isSameRecording,
  type RecordingJob,
  type RecordingListing,
} from './model.js';
import type { JobChange } from './ports.js';

export class RecordingFollower {
  readonly #deps: Deps;
  /** Recordings that Genesys did not show when it was last asked: the second time in a row means that they are over. */
  readonly #missing = new Set<string>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Another process looks now, so that the last look here is not the one before the next. */
  forget(): void {
    this.#missing.clear();
  }

  /**
   * `asOf`: when the listing was asked for, in milliseconds since 1970; `jobs`: those that it may be about, unfinished.
   */
  async follow(listing: RecordingListing, asOf: number, jobs: readonly RecordingJob[]): Promise<void> {
    const find = indexed(listing.items);
    const unchanged = jobs.filter((job) => job.updatedAt < asOf);
    const ended = await this.#endMissing(unchanged, listing, find);
    for (const job of unchanged) {
      const active = find(job);
      if (active) await this.#followPause(job, active);
    }
    const standing = jobs.filter((job) => !ended.has(job.id));
    const known = new Set(standing.flatMap((job) => [job.conversationId, job.genesysId]));
    // To have no name is nothing that two recordings have in common.
    known.delete(null);
    for (const active of listing.items) {
      if (known.has(active.genesysId) || known.has(active.conversationId)) continue;
      // What a policy records is said on the call's card, and becomes a job when somebody wants something of it.
      if (active.recordingType !== 'policy') await meetRecording(this.#deps, active, asOf);
    }
  }

  /** The ids of those that have ended. */
  async #endMissing(
    jobs: readonly RecordingJob[],
    listing: RecordingListing,
    find: (job: RecordingJob) => ActiveRecording | undefined,
  ): Promise<ReadonlySet<string>> {
    const ended = new Set<string>();
    for (const job of jobs.filter((each) => isRunning(each) && listing.covers(each.conversationId))) {
      if (find(job)) {
        this.#missing.delete(job.id);
        continue;
      }
      const isOver = await this.#isOver(job.conversationId);
      const callWentOn = !isOver && (listing.isUp?.(job.conversationId) ?? false);
      if (callWentOn && isPausedHere(job)) continue;
      if (isOver || this.#missing.has(job.id)) {
        this.#missing.delete(job.id);
        await this.#change(
          job,
          { state: 'ended', finishedAt: this.#deps.clock.now(), callWentOn },
          'observe',
        );
        ended.add(job.id);
      } else {
        this.#missing.add(job.id);
      }
    }
    return ended;
  }

  async #isOver(conversationId: string): Promise<boolean> {
    const conversation = await this.#deps.store.findConversation(conversationId);
    return conversation?.endedAt != null;
  }

  /** Somebody else's pause is theirs to end: it gets no end of ours. */
  async #followPause(job: RecordingJob, active: ActiveRecording): Promise<void> {
    if (job.pending !== null || job.recordingType !== active.recordingType) return;
    if (job.state === 'recording' && active.paused) {
      const pausedAt = this.#deps.clock.now();
      await this.#change(job, { state: 'paused', pausedBy: { kind: 'genesys' }, pausedAt }, 'pause');
    } else if (job.state === 'paused' && !active.paused) {
      await this.#change(job, { state: 'recording' }, 'resume');
    }
  }

  async #change(job: RecordingJob, change: JobChange, action: AuditAction): Promise<void> {
    const { store, board, clock } = this.#deps;
    await store.changeJob(
      job.id,
      ['recording', 'paused'],
      { ...notPaused, failure: null, retryAt: null, ...change },
      clock.now(),
      auditOf(this.#deps, { actor: { kind: 'genesys' }, action, outcome: 'done' }, job),
      // An order that somebody has given meanwhile gets its own outcome.
      { pending: null },
    );
    board.redraw(job.conversationId);
  }
}

/** Of an order that is on its way somebody will hear that nothing is left to be paused, and that ends the job. */
const isRunning = ({ state, pending }: RecordingJob): boolean =>
  pending === null && (state === 'recording' || state === 'paused');

/**
 * A pause of the bot's is the bot's to end as long as the call is up, also while nothing is recorded of it: the policy's
 * recording may come back with the next agent, and the pause with it.
 */
const isPausedHere = ({ pauseEndsAt }: RecordingJob): boolean => pauseEndsAt !== null;

/** Finds the recording that a job stands for, by its name, else by its conversation. */
function indexed(items: readonly ActiveRecording[]): (job: RecordingJob) => ActiveRecording | undefined {
  const byId = new Map(items.map((active) => [active.genesysId, active]));
  const byConversation = new Map(items.map((active) => [active.conversationId, active]));
  return (job) => {
    const named = job.genesysId === null ? undefined : byId.get(job.genesysId);
    const candidate = named ?? byConversation.get(job.conversationId);
    return candidate && isSameRecording(candidate, job) ? candidate : undefined;
  };
}
