/** What a command comes to, for whoever puts it into words. Failures are thrown as `RecordError` instead. */
import type { ActiveCall, AuditEntry, Conversation, RecordingJob } from './model.js';
import type { JobCount } from './store.js';

/** Who asks, and where the answer goes. */
export interface Asker {
  readonly userId: string;
  readonly channelId: string;
  /**
   * The id of a card to be placed in the channel if the command changes something; absent where a card of that
   * conversation was clicked and is redrawn anyway.
   */
  readonly newCardId?: string;
  /** When it was asked, for a request that another process has left without an answer; absent for one just in. */
  readonly leftSince?: number;
}

export type Answer =
  /** This request started it; its card shows it. */
  | { readonly kind: 'started'; readonly job: RecordingJob }
  /** Genesys was recording it already; the bot has taken charge of it. */
  | {
      readonly kind: 'adopted';
      readonly job: RecordingJob;
      /** The duration that was asked for and does not hold, since nobody can stop what a policy records; absent where none was. */
      readonly droppedMs?: number;
    }
  /** No answer came to the start, and Genesys cannot be asked just now: the bot keeps looking and its card will say. */
  | { readonly kind: 'start-pending'; readonly job: RecordingJob }
  /** Somebody was first: the job is starting, recording, paused or stopping. */
  | { readonly kind: 'already-recording'; readonly job: RecordingJob }
  /** This request stopped it. */
  | { readonly kind: 'stopped'; readonly job: RecordingJob }
  /** Genesys cannot be reached just now; the stop is recorded and the bot repeats it until it is done. */
  | { readonly kind: 'stop-pending'; readonly job: RecordingJob }
  /** This request paused it; the card says until when. */
  | { readonly kind: 'paused'; readonly job: RecordingJob }
  /** This request resumed it. */
  | { readonly kind: 'resumed'; readonly job: RecordingJob }
  /** Genesys cannot be reached just now; what was asked (`job.pending`) is recorded and the bot repeats it. */
  | { readonly kind: 'pause-pending'; readonly job: RecordingJob }
  /** It was paused before, or somebody else's pause is on its way. */
  | { readonly kind: 'already-paused'; readonly job: RecordingJob }
  /** It is not paused, or somebody else's resumption is on its way. */
  | { readonly kind: 'not-paused'; readonly job: RecordingJob }
  /** It may run ten minutes longer. */
  | { readonly kind: 'extended'; readonly job: RecordingJob }
  /** Somebody else was first to move that deadline. */
  | { readonly kind: 'already-extended'; readonly job: RecordingJob }
  /** Somebody else's stop is on its way. */
  | { readonly kind: 'already-stopping'; readonly job: RecordingJob }
  /** It was over before: stopped, ended or failed. */
  | { readonly kind: 'already-finished'; readonly job: RecordingJob }
  | {
      readonly kind: 'status';
      readonly job: RecordingJob;
      readonly conversation: Conversation;
      readonly audit: readonly AuditEntry[];
    }
  | { readonly kind: 'overview'; readonly overview: Overview }
  /** The oldest of the recordings that run, and how many there are; incomplete when there are more than were counted. */
  | {
      readonly kind: 'list';
      readonly jobs: readonly RecordingJob[];
      /** Calls of these jobs, where they tell more than the job: one on hold is not recorded, though nobody has paused it. */
      readonly conversations: readonly Conversation[];
      readonly count: JobCount;
      readonly complete: boolean;
    }
  /** Active calls, each with its running job if it has one; incomplete when Genesys has more than was read. */
  | { readonly kind: 'calls'; readonly calls: readonly CallRow[]; readonly complete: boolean }
  /** What cannot be done here is not offered. */
  | { readonly kind: 'help'; readonly canPause: boolean };

export interface CallRow {
  readonly call: ActiveCall;
  readonly job: RecordingJob | null;
}

/** `/record status` without a job: how the bot itself is. */
export interface Overview {
  readonly unfinished: JobCount;
  /** Null when call alerts are off. */
  readonly alerts: {
    readonly channelId: string;
    readonly lastPollAt: number | null;
    /** Why the last poll failed; null when it did not. */
    readonly problem: string | null;
  } | null;
}
