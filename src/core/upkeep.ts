/** What must happen without anybody asking: deadlines, attempts to be repeated, and what a crash left half done. */
import { type Deps, whileInFlight } from './deps.js';
import { levelOf, RecordError } from './errors.js';
import type { RecordingJob } from './model.js';
import { settleStart } from './start-recording.js';
import { carryOutStop, stopAtDeadline } from './stop-recording.js';

/** How often deadlines are looked at, in milliseconds. */
const tickMs = 1_000;
/** Jobs taken on at once, so that a backlog does not crowd out the people at work. */
const batch = 50;
/** Slack's last redelivery comes after five minutes; an hour leaves room for clocks and queues. */
const rememberDeliveriesMs = 60 * 60_000;
const pruneEveryMs = 10 * 60_000;

export class Upkeep {
  readonly #deps: Deps;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #pruneAt = 0;
  #failing = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when the work in hand has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    // Beside the ticks, not before them: Genesys may be slow, and deadlines do not wait.
    const recovery = this.recover();
    while (!this.#stop.signal.aborted) {
      await this.tick();
      await this.#deps.clock.sleep(tickMs, this.#stop.signal);
    }
    await recovery;
  }

  /** Does what is due now. Never throws: what failed is due again at the next tick. */
  async tick(): Promise<void> {
    const { store, clock, logger } = this.#deps;
    const now = clock.now();
    try {
      const due = await store.listDueJobs(now, batch);
      await Promise.all(due.map((job) => this.#attend(job)));
      if (now >= this.#pruneAt) {
        await store.pruneDeliveries(now - rememberDeliveriesMs);
        this.#pruneAt = now + pruneEveryMs;
      }
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) logger[levelOf(error)]({ err: error }, 'upkeep failed; trying again');
      this.#failing = true;
    }
  }

  /** Settles what an earlier process left half done. Never throws: what fails comes due like any other step. */
  async recover(): Promise<void> {
    const { store, logger } = this.#deps;
    try {
      const jobs = await store.listUnfinishedJobs();
      const halfDone = jobs.filter((job) => job.state === 'starting' || job.state === 'stopping');
      if (halfDone.length === 0) return;
      logger.info({ jobs: halfDone.length }, 'settling what was left half done');
      await Promise.all(halfDone.map((job) => this.#attend(job)));
    } catch (error) {
      logger[levelOf(error)]({ err: error }, 'what was left half done could not be read');
    }
  }

  async #attend(job: RecordingJob): Promise<void> {
    if (this.#deps.inFlight.has(job.id)) return;
    try {
      await this.#settle(job);
    } catch (error) {
      this.#deps.logger[levelOf(error)]({ err: error, jobId: job.id, state: job.state }, 'job not settled');
    }
  }

  async #settle(job: RecordingJob): Promise<void> {
    switch (job.state) {
      case 'starting':
        await this.#settleStart(job);
        break;
      case 'stopping':
        await carryOutStop(this.#deps, job);
        break;
      case 'recording':
      case 'paused':
        await stopAtDeadline(this.#deps, job);
        break;
      default:
    }
  }

  async #settleStart(job: RecordingJob): Promise<void> {
    try {
      await whileInFlight(this.#deps, job.id, () => settleStart(this.#deps, job, neverConfirmed(job), [0]));
    } finally {
      this.#deps.board.redraw(job.conversationId);
    }
  }
}

const neverConfirmed = (job: RecordingJob): RecordError =>
  new RecordError(
    'UNAVAILABLE',
    'Genesys never confirmed the start, and it runs no recording of that call.',
    {
      cure: `Start it again: /record start ${job.conversationId}`,
    },
  );
