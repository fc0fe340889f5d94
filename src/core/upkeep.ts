/** What must happen without anybody asking: deadlines, ends of pauses and their warnings, and what somebody left half done. */
import { carryOutPending } from './carry-out-pending.js';
import { carryOutStop } from './carry-out-stop.js';
import { type Deps, holdMs, whileInFlight } from './deps.js';
import { levelOf } from './errors.js';
import type { RecordingJob } from './model.js';
import { resumeAtPauseEnd } from './pause-recording.js';
import { settleLeftStart } from './settle-start.js';
import { stopAtDeadline } from './stop-recording.js';

/** How often deadlines are looked at, in milliseconds. */
const tickMs = 1_000;
/** Jobs taken on at once, so that a backlog does not crowd out the people at work. */
const batch = 50;
/** The thread is warned so long before a recording or a pause ends, in milliseconds. */
const warnAheadMs = 60_000;
/** Cards show progress at every quarter, but no more often than this, in milliseconds: Slack counts updates. */
const progressLeastMs = 30_000;
/** Slack's last redelivery comes after five minutes; an hour leaves room for clocks and queues. */
const rememberDeliveriesMs = 60 * 60_000;
const pruneEveryMs = 10 * 60_000;
/** How long `stop` waits for what is in hand, in milliseconds; the rest is taken up by the next process. */
const drainMs = 5_000;

export class Upkeep {
  readonly #deps: Deps;
  readonly #stop = new AbortController();
  readonly #atWork = new Set<Promise<void>>();
  #running: Promise<void> | undefined;
  #pruneAt = 0;
  #failing = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when the work in hand has ended, or after five seconds: Genesys may not answer for longer. */
  async stop(): Promise<void> {
    this.#stop.abort();
    const timer = new AbortController();
    const timeUp = this.#deps.clock.sleep(drainMs, timer.signal);
    await Promise.race([this.#ended(), timeUp]);
    timer.abort();
  }

  async #ended(): Promise<void> {
    await this.#running;
    await this.settled();
  }

  /** Resolves when no job is being attended to. */
  async settled(): Promise<void> {
    await Promise.all(this.#atWork);
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.tick();
      await this.#deps.clock.sleep(tickMs, this.#stop.signal);
    }
  }

  /**
   * Begins what is due now, and renews the hold on what is in hand. Does not wait for Genesys, which may be slow while
   * other deadlines come. Never throws: what failed is due again at the next tick.
   */
  async tick(): Promise<void> {
    const { store, clock, logger, board, inFlight } = this.#deps;
    const now = clock.now();
    try {
      await store.holdJobs([...inFlight], now + holdMs);
      for (const job of await store.claimDueJobs(now, now + holdMs, batch)) this.#take(job);
      for (const id of await store.warnOfDeadlines(now, warnAheadMs)) board.redraw(id);
      for (const id of await store.warnOfPauses(now, warnAheadMs)) board.redraw(id);
      for (const id of await store.advanceProgress(now, progressLeastMs)) board.redraw(id);
      await this.#prune(now);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) logger[levelOf(error)]({ err: error }, 'upkeep failed; trying again');
      this.#failing = true;
    }
  }

  async #prune(now: number): Promise<void> {
    if (now < this.#pruneAt) return;
    await this.#deps.store.pruneDeliveries(now - rememberDeliveriesMs);
    await this.#deps.store.pruneLeases(now);
    this.#pruneAt = now + pruneEveryMs;
  }

  #take(job: RecordingJob): void {
    if (this.#deps.inFlight.has(job.id)) return;
    const work = this.#attend(job).finally(() => this.#atWork.delete(work));
    this.#atWork.add(work);
  }

  async #attend(job: RecordingJob): Promise<void> {
    try {
      await this.#settle(job);
    } catch (error) {
      this.#deps.logger[levelOf(error)]({ err: error, jobId: job.id, state: job.state }, 'job not settled');
    }
  }

  async #settle(job: RecordingJob): Promise<void> {
    const deps = this.#deps;
    if (job.state === 'starting') {
      const settle = () => settleLeftStart(deps, job);
      await whileInFlight(deps, job.id, settle).finally(() => deps.board.redraw(job.conversationId));
    } else if (job.state === 'stopping') {
      await carryOutStop(deps, job, true);
    } else if (job.pending !== null) {
      await carryOutPending(deps, job);
    } else if (hasCome(deps, job.pauseEndsAt)) {
      await resumeAtPauseEnd(deps, job);
    } else if (hasCome(deps, job.deadlineAt)) {
      await stopAtDeadline(deps, job);
    }
  }
}

const hasCome = ({ clock }: Deps, at: number | null): boolean => at !== null && at <= clock.now();
