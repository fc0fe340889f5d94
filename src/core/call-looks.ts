/** One look at Genesys: the calls that are up, the recordings that run, and what follows from both. */
import type { CallAlerts } from './call-alerts.js';
import type { Deps } from './deps.js';
import { levelOf } from './errors.js';
import type { ActiveCall, Conversation, Listing, PolicyReading, RecordingListing } from './model.js';
import type { RequestOptions } from './ports.js';
import type { RecordingFollower } from './recording-follower.js';

export interface Looks {
  readonly calls: boolean;
  readonly recordings: boolean;
}

export interface CallLooksOptions {
  /** Where new calls are announced; null when call alerts are off. */
  readonly alertChannelId: string | null;
  /** False where somebody else says which calls are announced: then looks only find out how those go on. */
  readonly looksAlert: boolean;
  readonly signal: AbortSignal;
}

/**
 * Calls written at a time. A big contact centre has thousands, and with an embedded database nobody else gets a turn
 * while they are written: between the parts commands are answered.
 */
const partSize = 100;

const partialListing =
  'Genesys lists a part of the active calls only: others may not be announced, and the end of a call may be noticed late.';

export class CallLooks {
  readonly #deps: Deps;
  readonly #recordings: RecordingFollower;
  readonly #alerts: CallAlerts | null;
  readonly #options: CallLooksOptions;
  /** Why the newest look of each kind failed. */
  readonly #problems = new Map<keyof Looks | 'lease', string>();
  #isPartial = false;
  #lastAt: number | null = null;

  constructor(
    deps: Deps,
    recordings: RecordingFollower,
    alerts: CallAlerts | null,
    options: CallLooksOptions,
  ) {
    this.#deps = deps;
    this.#recordings = recordings;
    this.#alerts = alerts;
    this.#options = options;
  }

  /** When the last one ended, in milliseconds since 1970. */
  get lastAt(): number | null {
    return this.#lastAt;
  }

  /** What the newest listing of calls leaves open, one sentence; null when it was complete. */
  get shortfall(): string | null {
    return this.#isPartial ? partialListing : null;
  }

  /** Why the newest look failed; null when it did not. */
  get problem(): string | null {
    const [problem = null] = this.#problems.values();
    return problem;
  }

  /** Another process looks: what this one saw last is not the listing before its next one, nor how things are. */
  forget(): void {
    this.#recordings.forget();
    this.#lastAt = null;
    this.#isPartial = false;
    this.#problems.clear();
  }

  /**
   * Each kind is worth having without the other: a missing permission for one does not silence both. Never throws: a
   * failed look changes nothing and is said in {@link problem} and in the log. False when something failed.
   */
  async look(looks: Looks): Promise<boolean> {
    const { calls, board, clock } = this.#deps;
    const asOf = clock.now();
    this.#alerts?.lookBegun();
    const request = { priority: 'poll', signal: this.#options.signal } as const;
    const callListing = looks.calls ? calls.listCalls(request) : null;
    const recordingLook = looks.recordings ? this.#lookAtRecordings(request) : null;
    // Handled below, in turn: a call's end is known before its recording's.
    recordingLook?.catch(() => undefined);
    if (callListing) await this.try('calls', async () => this.#followCalls(await callListing, asOf, request));
    if (recordingLook) {
      await this.try('recordings', async () => {
        const listing = await recordingLook;
        const changed = await this.#seePolicies(listing.policies ?? [], asOf);
        const jobs = await this.#deps.store.listUnfinishedJobs();
        await this.#recordings.follow(listing, asOf, jobs);
        for (const id of changed) board.redraw(id);
      });
    }
    this.#alerts?.lookEnded();
    this.#lastAt = clock.now();
    return !this.#problems.has('calls') && !this.#problems.has('recordings');
  }

  async #lookAtRecordings(request: RequestOptions): Promise<RecordingListing> {
    const { store, recordings } = this.#deps;
    return recordings.listActive(await store.listUnfinishedJobs(), request);
  }

  /** Also without call alerts a card tells of a hold, and of its end. */
  async #seePolicies(readings: readonly PolicyReading[], asOf: number): Promise<readonly string[]> {
    const current = readings.filter(({ conversationId }) => !this.#alerts?.isNewerThanLook(conversationId));
    return current.length > 0 ? this.#deps.store.seePolicies(current, asOf) : [];
  }

  /** Null when it failed, which is noted; a success clears the note. */
  async try<T>(kind: keyof Looks | 'lease', work: () => Promise<T>): Promise<T | null> {
    const { logger } = this.#deps;
    try {
      const result = await work();
      if (this.#problems.delete(kind)) logger.info({ kind }, 'Genesys can be watched again');
      return result;
    } catch (error) {
      if (this.#options.signal.aborted) return null;
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== this.#problems.get(kind)) {
        logger[levelOf(error)]({ err: error, kind }, 'Genesys could not be watched; trying again');
      }
      this.#problems.set(kind, problem);
      return null;
    }
  }

  async #followCalls(listing: Listing<ActiveCall>, asOf: number, request: RequestOptions): Promise<void> {
    const { store, calls, board, clock } = this.#deps;
    const alerts = this.#alerts;
    this.#isPartial = !listing.complete;
    await alerts?.catchUp(asOf);
    const open = await store.listOpenConversations();
    // Asked of each part when its turn has come: events arrive between the parts as well.
    const isCurrent = (id: string) => !alerts?.isNewerThanLook(id);
    await this.#inParts(listing.items, async (part) => {
      const items = part.filter(({ conversationId }) => isCurrent(conversationId));
      for (const id of await this.#seeCalls(items, open, asOf)) board.redraw(id);
    });
    const up = new Set(listing.items.map((call) => call.conversationId));
    const unlisted = open
      .filter(({ id, firstSeenAt }) => !up.has(id) && firstSeenAt < asOf && isCurrent(id))
      .map((call) => call.id);
    const over = await calls.findOver(unlisted, listing, request);
    await this.#inParts(over, async (part) => {
      for (const id of await store.endCalls(part.filter(isCurrent), clock.now())) board.redraw(id);
    });
  }

  async #inParts<T>(all: readonly T[], work: (part: readonly T[]) => Promise<void>): Promise<void> {
    for (let from = 0; from < all.length; from += partSize) {
      if (from > 0) await this.#deps.clock.sleep(0, this.#options.signal);
      await work(all.slice(from, from + partSize));
    }
  }

  #seeCalls(
    items: readonly ActiveCall[],
    open: readonly Conversation[],
    asOf: number,
  ): Promise<readonly string[]> {
    const { store, newId } = this.#deps;
    const { alertChannelId: channelId, looksAlert } = this.#options;
    if (looksAlert) return store.seeCalls(items, asOf, channelId === null ? undefined : { channelId, newId });
    const known = new Set(open.map(({ id }) => id));
    return store.seeCalls(
      items.filter(({ conversationId }) => known.has(conversationId)),
      asOf,
    );
  }
}
