/** What core needs from outside, but for the database (`store.ts`). Adapters implement these; nothing here knows a vendor. */
import type {
  ActiveCall,
  ActiveRecording,
  CallEvent,
  Listing,
  RecordingListing,
  RecordingRef,
} from './model.js';

export type * from './store.js';

export interface Clock {
  /** Milliseconds since 1970 (UTC). */
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Makes a new unique id (UUID). */
export type NewId = () => string;

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Stop goes before start, start before reading, reading before polling. */
export type Priority = 'stop' | 'start' | 'read' | 'poll';

export interface RequestOptions {
  readonly priority?: Priority;
  /** Told, in milliseconds, each time the request must wait for a rate limit before it is sent (again). */
  readonly onWait?: (ms: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * The recording side of Genesys. All methods throw {@link RecordError}: `GENESYS_REFUSED` (a permission or the
 * contract), `RATE_LIMITED`, `UNAVAILABLE` (with `maybeDone` when the effect is unknown), `UNEXPECTED_RESPONSE`.
 */
export interface RecordingApi {
  /** False where the contract knows no pause: then it is not offered. */
  readonly canPause: boolean;
  /**
   * Starts recording, once: never retried when the effect is unknown.
   * Throws also `NOT_FOUND` (no such active call) and `STATE_CONFLICT` (it is being recorded already).
   */
  start(
    conversationId: string,
    options?: RequestOptions,
  ): Promise<Pick<RecordingRef, 'genesysId' | 'recordingType'>>;
  /** Stops recording. Safe to repeat; `already-finished` when Genesys no longer knows it as running. */
  stop(recording: RecordingRef, options?: RequestOptions): Promise<'stopped' | 'already-finished'>;
  /**
   * Pauses or resumes. Safe to repeat; `not-recorded` when nothing is recorded of a call that goes on, `already-finished`
   * when the call is over.
   */
  setPaused(
    recording: RecordingRef,
    paused: boolean,
    options?: RequestOptions,
  ): Promise<'done' | 'not-recorded' | 'already-finished'>;
  /**
   * The running recording of that name or of that conversation; a policy's too, if there is no other. Null only when
   * Genesys is certain: a list cut short is an `UNAVAILABLE`, or a second recording would be started beside the first.
   */
  find(id: string, options?: RequestOptions): Promise<ActiveRecording | null>;
  /** What runs now: of all conversations where the contract lists them, otherwise of those of `known`. */
  listActive(known: readonly RecordingRef[], options?: RequestOptions): Promise<RecordingListing>;
}

/** The calls that are up now. Throws like {@link RecordingApi}. */
export interface CallDirectory {
  listCalls(options?: RequestOptions): Promise<Listing<ActiveCall>>;
  /**
   * Of these calls, which that listing, the newest, leaves out: those that are over. Of the others nothing is known, or
   * they are up: a listing need not show every call, and where each is read by itself not all get their turn at once.
   */
  findOver(
    conversationIds: readonly string[],
    listing: Pick<Listing<ActiveCall>, 'complete'>,
    options?: RequestOptions,
  ): Promise<readonly string[]>;
}

/** Who is told of what happens to calls. Neither method throws or waits. */
export interface CallListener {
  onEvents(events: readonly CallEvent[]): void;
  /** Events may have been missed: whoever listens looks for itself. */
  onGap(): void;
}

/** Call events as they happen. Heals itself: only {@link stop} ends it. */
export interface CallEvents {
  /** Begins to listen, and tells of a gap as soon as it does: nothing is known of the time before. */
  start(listener: CallListener): void;
  /** Resolves when nothing more is told; it may be started again. */
  stop(): Promise<void>;
  /** Why no events arrive now, one sentence; null when they do. */
  readonly problem: string | null;
}

/** Members of a Slack user group. Throws `SLACK_REFUSED` or `UNAVAILABLE` when they cannot be read. */
export interface UserGroups {
  members(userGroupId: string): Promise<ReadonlySet<string>>;
}

/** Cards in Slack. Neither method waits for Slack nor throws. */
export interface Board {
  /** Draws every stale card of the conversation and sends its due replies, after `delayMs` (default 0). */
  redraw(conversationId: string, delayMs?: number): void;
}
