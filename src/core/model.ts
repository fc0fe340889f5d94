/**
 * Glossary.
 *
 * - **Conversation**: a call in Genesys Cloud, named by a UUID.
 * - **Recording job** (job): one recording of one conversation, from the moment somebody asked for it.
 * - **Job id**: what people see and type. Genesys names the job (`genesysId`); until it has, and where it never
 *   does, the bot's own `id` stands in.
 * - **Card**: a message in a channel that shows a conversation and its job, redrawn whenever they change.
 * - **Call alert**: the card of a call that the bot found by itself, in the alert channel.
 * - **Request**: what a person asked for by a command or a click. Kept until that person has the answer.
 * - **Actor**: whoever wants something: a person in Slack, the bot itself (a deadline), or Genesys (done elsewhere).
 * - **Audit entry**: one line of who did what, when, why, and how it ended. Never changed, never deleted.
 *
 * All times are integer milliseconds since 1970 (UTC); all ids are text.
 */

export type Actor =
  | { readonly kind: 'person'; readonly userId: string }
  /** The bot by its own decision: a deadline, a settlement after a crash. */
  | { readonly kind: 'bot' }
  /** Somebody outside this bot: another client, the agent's own screen, the call's end. */
  | { readonly kind: 'genesys' };

/**
 * `starting → recording ⇄ paused → stopping → stopped`; also `failed` (never ran) and `ended` (the call ended, or
 * it was stopped elsewhere).
 */
export type JobState = 'starting' | 'recording' | 'paused' | 'stopping' | 'stopped' | 'failed' | 'ended';

/** States in which a recording runs or may run. At most one such job per conversation. */
export const unfinishedStates = ['starting', 'recording', 'paused', 'stopping'] as const satisfies JobState[];

export const isUnfinished = (job: RecordingJob): boolean =>
  (unfinishedStates as readonly JobState[]).includes(job.state);

/** What went wrong with a job most recently, as its card shows it. */
export interface JobFailure {
  readonly code: string;
  /** One plain sentence; see {@link RecordError}. */
  readonly message: string;
  readonly cure: string | null;
  readonly reference: string | null;
}

/**
 * How Genesys makes a recording. `job`: the contract `recording-jobs`. `snippet` and `adhoc`: begun by somebody on an
 * agent's leg; a snippet is never paused, and of an ad-hoc recording it is not known whether a client may. `policy`: the
 * organisation's own; nobody begins or ends it through the API, and it can be paused.
 */
type RecordingType = 'job' | 'snippet' | 'adhoc' | 'policy';

export interface RecordingJob {
  readonly id: string;
  /** Genesys's name for it; null until it has one, and where recordings have none (`conversations`). */
  readonly genesysId: string | null;
  readonly conversationId: string;
  readonly recordingType: RecordingType;
  readonly state: JobState;
  readonly startedBy: Actor;
  readonly startReason: string | null;
  /** The Slack channel it was asked for in; null when nobody asked here. */
  readonly channelId: string | null;
  /** When it was asked for. */
  readonly createdAt: number;
  /** When Genesys confirmed it; null before that. For a job found running: when it was found. */
  readonly recordingSince: number | null;
  /** True when the recording ran already before the bot took charge of it. */
  readonly adopted: boolean;
  /** When the bot stops it by itself; null while unknown. */
  readonly deadlineAt: number | null;
  /** What Genesys is being asked for now, while the state stays what it is; null when nothing is. */
  readonly pending: 'pause' | 'resume' | null;
  readonly pendingBy: Actor | null;
  /**
   * Whose order `pending` has taken the place of, before Genesys had confirmed it: whether that one took effect is not known
   * until Genesys confirms this one. Null where there was none.
   */
  readonly overtook: Actor | null;
  /** Of the pause that lasts; null in every other state. */
  readonly pausedBy: Actor | null;
  readonly pausedAt: number | null;
  /** When the bot resumes it by itself; null when not paused, and for a pause made outside this bot. */
  readonly pauseEndsAt: number | null;
  readonly stoppedBy: Actor | null;
  readonly stopReason: string | null;
  readonly finishedAt: number | null;
  /** True when it ended although its call went on. */
  readonly callWentOn: boolean;
  readonly failure: JobFailure | null;
  /**
   * When the bot takes the job up by itself; null when nothing is to be done before the deadline. While a process is at
   * work on the job it keeps this ahead of now, so that another one takes over soon after it has died.
   */
  readonly retryAt: number | null;
  readonly retries: number;
  /** The deadline, or the pause's end, that the thread was warned of last; null while it was of none. */
  readonly warnedFor: number | null;
  readonly updatedAt: number;
}

/** What the bot does from outside: a policy's recording cannot be stopped, and no other is paused. */
export const canBeStopped = ({ recordingType }: RecordingJob): boolean => recordingType !== 'policy';
export const canBePaused = ({ recordingType }: RecordingJob): boolean => recordingType === 'policy';

/** The id that people see and type. */
export const jobIdOf = (job: RecordingJob): string => job.genesysId ?? job.id;

/**
 * What Genesys itself records of a call by policy. `paused`: a secure pause, which somebody asked for. `held`: nothing is
 * recorded while the call is on hold or in a queue that suppresses recording; nobody paused it.
 */
export type PolicyRecording = 'none' | 'active' | 'paused' | 'held';

/** A call as Genesys describes it now. Everything but the id may be missing. */
export interface ActiveCall {
  readonly conversationId: string;
  /** The caller's number or address, without its scheme (`tel:`, `sip:`). */
  readonly caller: string | null;
  readonly queue: string | null;
  readonly agent: string | null;
  readonly startedAt: number | null;
  /** Null where it is not known: not read yet, or not told by the contract. */
  readonly policyRecording: PolicyRecording | null;
  /** Whoever tells knows only some of it: a queue or an agent that is missing is not told, rather than none. */
  readonly partly?: boolean;
}

/** A call as the bot remembers it. */
export interface Conversation extends Omit<ActiveCall, 'conversationId' | 'partly'> {
  readonly id: string;
  /** Grows with every visible change of the call or of its jobs; a card is stale when what it shows has changed since. */
  readonly version: number;
  readonly firstSeenAt: number;
  /** Null while the call is up, or as long as the bot does not know better. */
  readonly endedAt: number | null;
  /** When the bot first saw what `policyRecording` says now; null where that is not known. */
  readonly policySince: number | null;
}

/** Which recording is meant, for Genesys. */
export interface RecordingRef {
  readonly genesysId: string | null;
  readonly conversationId: string;
  readonly recordingType: RecordingType;
}

/** A recording that Genesys says is running. */
export interface ActiveRecording extends RecordingRef {
  /** By a secure pause: a call on hold is not paused. */
  readonly paused: boolean;
}

export const isSameRecording = (one: RecordingRef, other: RecordingRef): boolean =>
  one.genesysId === null || other.genesysId === null
    ? one.conversationId === other.conversationId
    : one.genesysId === other.genesysId;

/** What Genesys says of recordings. From silence about a conversation that it does not cover nothing follows. */
export interface RecordingListing {
  readonly items: readonly ActiveRecording[];
  readonly covers: (conversationId: string) => boolean;
  /** What the policies record of calls that were read for it: a hold is no change of a recording, and its card must say so. */
  readonly policies?: readonly PolicyReading[];
  /** True for a call that whoever tells has seen up; absent where nobody looks at calls. */
  readonly isUp?: (conversationId: string) => boolean;
}

export interface PolicyReading {
  readonly conversationId: string;
  readonly policyRecording: PolicyRecording;
}

/** What happened to a call, with all that was told of it. */
export interface CallEvent {
  readonly call: ActiveCall;
  /** True when nobody from outside is on the call any more. */
  readonly over: boolean;
  /** The recordings that run, besides by policy; null where the event does not tell. */
  readonly recordings: readonly ActiveRecording[] | null;
}

/** What a sender of call alerts tells of a call: in any order, perhaps again, and seldom all of it. */
export interface CallReport {
  readonly call: ActiveCall;
  /** As with a {@link CallEvent}. */
  readonly over: boolean;
  /** When it happened, by the sender's clock. */
  readonly occurredAt: number;
}

/** A listing, with the truth about its completeness: from an incomplete one no absence follows. */
export interface Listing<T> {
  readonly items: readonly T[];
  readonly complete: boolean;
}

export interface Card {
  readonly id: string;
  readonly channelId: string;
  /** Slack's message id; null until posted. */
  readonly ts: string | null;
  readonly conversationId: string;
  /** The job it shows; null for a call alert, which shows the call and its newest job. */
  readonly jobId: string | null;
  /** The conversation's version it was last drawn from; 0 when never. */
  readonly drawnVersion: number;
  /** When a post was begun whose answer has not come: look for it in the channel before posting again. */
  readonly attemptedAt: number | null;
  /** True when somebody deleted the message and it was posted anew, which happens once. */
  readonly revived: boolean;
}

/** All that a card is drawn from, read in one go. */
export interface CardView {
  readonly card: Card;
  readonly conversation: Conversation;
  readonly job: RecordingJob | null;
}

/** A message that is due in a card's thread. */
export interface Reply {
  readonly id: string;
  /** `warning`: the recording ends in a minute. `pause-warning`: the bot resumes it in a minute. */
  readonly kind: 'finished' | 'warning' | 'pause-warning';
  /** A warning of what has ended since, or of an end that has moved: if it does not stand in Slack, it is not sent. */
  readonly isOver: boolean;
  readonly card: Card;
  readonly job: RecordingJob;
  /** As with a card. */
  readonly attemptedAt: number | null;
}

/**
 * What a person asked for in Slack. Nothing in it opens a way to that person: it is not secret, and so it can be stored.
 */
export interface PersonRequest {
  /** Names its delivery: the same for every repetition of it. */
  readonly key: string;
  /** A command, or a button by the message it stands in: a card, a list that one person sees, a reply in a thread. */
  readonly kind: 'command' | 'card-button' | 'list-button' | 'reply-button';
  /** The text of the command, or the action id of the button. */
  readonly words: string;
  /** What the button carries; null for a command. */
  readonly value: string | null;
  readonly userId: string;
  readonly channelId: string;
  readonly askedAt: number;
  /** How many processes have taken it over since, because the one before them died or stalled. */
  readonly takeovers: number;
}

/** A warning that stands in a thread, whose recording or pause has ended or was given more time: its buttons are to go. */
export interface OverWarning {
  readonly id: string;
  readonly kind: 'warning' | 'pause-warning';
  readonly ts: string;
  readonly card: Card;
  readonly job: RecordingJob;
  /** Who gave the recording more time; null if it ended at the time that was warned of, or before. */
  readonly extendedBy: Actor | null;
}

export type AuditAction = 'start' | 'stop' | 'pause' | 'resume' | 'extend' | 'adopt' | 'observe' | 'read';

/** `asked` is committed before Genesys is asked; exactly one of the others follows for each. */
export type AuditOutcome = 'asked' | 'done' | 'failed' | 'refused';

export interface AuditEntry {
  readonly id: string;
  readonly at: number;
  readonly actor: Actor;
  readonly action: AuditAction;
  readonly outcome: AuditOutcome;
  readonly conversationId: string | null;
  readonly jobId: string | null;
  readonly channelId: string | null;
  readonly reason: string | null;
  /** The error's code and reference, where there was one. */
  readonly code: string | null;
  readonly reference: string | null;
}
