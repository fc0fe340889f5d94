/** Call event → call alert opened, updated, closed; and what the event says of the call's recordings. */
import type { Deps } from './deps.js';
import { levelOf } from './errors.js';
import type { ActiveRecording, CallEvent, CallReport, RecordingJob, RecordingListing } from './model.js';
import type { CallListener } from './ports.js';
import type { RecordingFollower } from './recording-follower.js';

/** What came before an order of ours was carried out may arrive after it, so much later at most, in milliseconds. */
const eventLagMs = 5_000;
/** Calls written in one transaction. */
const batch = 200;
/**
 * Between two transactions: what is told meanwhile is written together. Each commit waits for the disk, and with an embedded
 * database everybody waits with it. In milliseconds.
 */
const gatherMs = 30;
/** Between attempts while the database is away, in milliseconds. */
const retryPauseMs = 1_000;

export interface CallAlertsOptions {
  /** Where new calls are announced. */
  readonly alertChannelId: string;
  readonly signal: AbortSignal;
}

/** What is told counts as of when it came: until it can be written, more may happen. */
interface Waiting {
  readonly event: CallEvent;
  readonly receivedAt: number;
}

export class CallAlerts implements Pick<CallListener, 'onEvents'> {
  readonly #deps: Deps;
  readonly #recordings: RecordingFollower;
  readonly #options: CallAlertsOptions;
  /** The newest event of each call: an older one says nothing that it does not. */
  readonly #waiting = new Map<string, Waiting>();
  /** Calls that events have told of since the look under way was begun; null when none is. */
  #touched: Set<string> | null = null;
  #draining: Promise<void> | undefined;
  /** Settles when the events in hand are written, or are not. */
  #writing: Promise<unknown> = Promise.resolve();
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(deps: Deps, recordings: RecordingFollower, options: CallAlertsOptions) {
    this.#deps = deps;
    this.#recordings = recordings;
    this.#options = options;
  }

  /** Takes note of the events as soon as the database does. */
  onEvents(events: readonly CallEvent[]): void {
    const receivedAt = this.#deps.clock.now();
    for (const event of events) this.#waiting.set(event.call.conversationId, { event, receivedAt });
    this.#touch(events);
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = undefined;
    });
  }

  /** Resolves when nothing waits to be written. */
  async settled(): Promise<void> {
    await this.#draining;
  }

  /** A look is begun: what events tell from now on is newer than what it will show. */
  lookBegun(): void {
    this.#touched = new Set();
  }

  lookEnded(): void {
    this.#touched = null;
  }

  isNewerThanLook(conversationId: string): boolean {
    return this.#touched?.has(conversationId) ?? false;
  }

  /**
   * Writes what was told until then and still waits, so that it does not come after what a look shows that was begun then.
   * Never throws: what cannot be written goes on waiting.
   */
  async catchUp(until: number): Promise<void> {
    const isOlder = ({ receivedAt }: Waiting) => receivedAt <= until;
    try {
      while ([...this.#waiting.values()].some(isOlder)) await this.#writeWaiting(isOlder);
    } catch {
      // The next attempt to write the rest says why.
    }
  }

  /** Another process listens, and has looked since: what waits here is old. */
  forget(): void {
    this.#waiting.clear();
  }

  /**
   * Resolves when what the events say is in the database. Throws `UNAVAILABLE` when it cannot be reached; then the whole
   * may be done again.
   */
  async accept(events: readonly CallEvent[]): Promise<void> {
    this.#touch(events);
    await this.#write(events, this.#deps.clock.now());
  }

  #touch(events: readonly CallEvent[]): void {
    for (const { call } of events) this.#touched?.add(call.conversationId);
  }

  async #write(events: readonly CallEvent[], receivedAt: number): Promise<void> {
    const { store, board, newId } = this.#deps;
    const up = events.filter(({ over }) => !over).map(({ call }) => call);
    const over = events.filter((event) => event.over).map(({ call }) => call.conversationId);
    const alert = { channelId: this.#options.alertChannelId, newId };
    for (const id of await store.seeCalls(up, receivedAt, alert)) board.redraw(id);
    for (const id of await store.endCalls(over, receivedAt)) board.redraw(id);
    const ids = events.map(({ call }) => call.conversationId);
    const jobs = await store.listUnfinishedJobsOf(ids);
    await this.#recordings.follow(toListing(events, jobs), receivedAt - eventLagMs, jobs);
  }

  /**
   * The same for what a sender reports, who tells little, in any order, and nothing of recordings: about those Genesys is
   * asked.
   */
  async acceptPart(report: CallReport): Promise<void> {
    const { store, board, clock, newId } = this.#deps;
    const { conversationId } = report.call;
    this.#touched?.add(conversationId);
    const alert = { channelId: this.#options.alertChannelId, newId };
    if (await store.takeReport(report, clock.now(), alert)) board.redraw(conversationId);
  }

  async #drain(): Promise<void> {
    const { clock, logger } = this.#deps;
    const { signal } = this.#options;
    let failing = false;
    while (this.#waiting.size > 0 && !signal.aborted) {
      await this.#gather();
      try {
        await this.#writeWaiting(() => true);
        failing = false;
        this.#writtenAt = clock.now();
      } catch (error) {
        if (!failing)
          logger[levelOf(error)]({ err: error }, 'call events could not be taken note of; trying again');
        failing = true;
        await clock.sleep(retryPauseMs, signal);
      }
    }
  }

  /** One batch after the other: of two at a time the older one might be written last. */
  #writeWaiting(which: (waiting: Waiting) => boolean): Promise<void> {
    const written = this.#writing.then(async () => {
      const all = [...this.#waiting.values()].filter(which).slice(0, batch);
      if (all.length === 0) return;
      const receivedAt = Math.min(...all.map((each) => each.receivedAt));
      await this.#write(
        all.map(({ event }) => event),
        receivedAt,
      );
      for (const each of all) this.#drop(each);
    });
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /** The first event after a quiet while need not wait. */
  async #gather(): Promise<void> {
    const { clock } = this.#deps;
    const waitMs = this.#writtenAt + gatherMs - clock.now();
    if (waitMs > 0) await clock.sleep(waitMs, this.#options.signal);
  }

  /** Unless a newer one has taken its place. */
  #drop(written: Waiting): void {
    const { conversationId } = written.event.call;
    if (this.#waiting.get(conversationId) === written) this.#waiting.delete(conversationId);
  }
}

/**
 * Of a call that is over nothing runs any more, if whoever says so knows of recordings. Of what the policy records, an event
 * may tell nothing though it tells of what somebody began.
 */
function toListing(events: readonly CallEvent[], jobs: readonly RecordingJob[]): RecordingListing {
  const byPolicy = new Set(
    jobs.filter(({ recordingType }) => recordingType === 'policy').map((job) => job.conversationId),
  );
  const tells = ({ call, over, recordings }: CallEvent): boolean =>
    recordings !== null && (over || call.policyRecording !== null || !byPolicy.has(call.conversationId));
  const told = events.filter(tells);
  const covered = new Set(told.map(({ call }) => call.conversationId));
  const up = new Set(events.filter(({ over }) => !over).map(({ call }) => call.conversationId));
  return {
    items: told.flatMap((event) => (event.over ? [] : runningOf(event))),
    covers: (conversationId) => covered.has(conversationId),
    isUp: (conversationId) => up.has(conversationId),
  };
}

function runningOf({ call, recordings }: CallEvent): readonly ActiveRecording[] {
  const { conversationId, policyRecording } = call;
  const begun = recordings ?? [];
  if (begun.length > 0 || policyRecording === null || policyRecording === 'none') return begun;
  const paused = policyRecording === 'paused';
  return [{ genesysId: null, conversationId, recordingType: 'policy', paused }];
}
