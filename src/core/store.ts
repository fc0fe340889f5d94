/** The database, as core needs it. Both databases keep every promise made here: test/integration/store.contract.ts. */
import type {
  ActiveCall,
  AuditEntry,
  CallReport,
  Card,
  CardView,
  Conversation,
  JobState,
  OverWarning,
  PersonRequest,
  PolicyReading,
  RecordingJob,
  Reply,
} from './model.js';

/** A job to be inserted; the store fills in the rest. */
export type NewJob = Pick<RecordingJob, 'id' | 'conversationId' | 'state' | 'startedBy' | 'createdAt'> &
  Partial<RecordingJob>;

export type JobChange = Partial<
  Pick<
    RecordingJob,
    | 'genesysId'
    | 'state'
    | 'recordingSince'
    | 'adopted'
    | 'deadlineAt'
    | 'recordingType'
    | 'pending'
    | 'pendingBy'
    | 'overtook'
    | 'pausedBy'
    | 'pausedAt'
    | 'pauseEndsAt'
    | 'stoppedBy'
    | 'stopReason'
    | 'finishedAt'
    | 'callWentOn'
    | 'failure'
    | 'retryAt'
    | 'retries'
  >
>;

/** A change is made only if these are still what they were read as. */
export type Expected = Partial<
  Pick<RecordingJob, 'deadlineAt' | 'pauseEndsAt' | 'pending' | 'pendingBy' | 'retryAt'>
>;

export type NewCard = Pick<Card, 'id' | 'channelId'>;

export interface JobCount {
  readonly total: number;
  /** How many of all are paused, also of those beyond a limit. */
  readonly paused: number;
}

/**
 * Everything that outlives the process. Each method is one transaction. A database that cannot be reached throws
 * `UNAVAILABLE`. A change of a job or a call raises its conversation's version in the same transaction.
 */
export interface Store {
  /** Brings the schema up to date. Throws `CONFIG_INVALID` when a newer version of the bot has written it. */
  migrate(): Promise<void>;
  /** Resolves if the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;

  /**
   * Inserts the job, its audit entry and its card, unless the conversation or the `genesysId` has an unfinished
   * job: then nothing is written and that job is returned.
   */
  beginJob(
    job: NewJob,
    audit: AuditEntry,
    card?: NewCard,
  ): Promise<{ readonly begun: boolean; readonly job: RecordingJob }>;
  /**
   * Changes the job if it is in one of the states `from` and is as expected, and appends the audit entries; null, and
   * nothing written, if it is not. Throws `STATE_CONFLICT` when another unfinished job has that `genesysId`. A change to `stopped` or `ended` makes a reply due on every posted or pending card that shows it.
   */
  changeJob(
    jobId: string,
    from: readonly JobState[],
    change: JobChange,
    at: number,
    audit?: AuditEntry | readonly AuditEntry[],
    expected?: Expected,
  ): Promise<RecordingJob | null>;
  /** By the bot's id or by Genesys's; of several with the same name at Genesys the unfinished one, else the newest. */
  findJob(anyJobId: string): Promise<RecordingJob | null>;
  /** The unfinished job of the conversation, else its newest one. */
  findJobOf(conversationId: string): Promise<RecordingJob | null>;
  /** Oldest first; all of them, or at most `limit`. */
  listUnfinishedJobs(limit?: number): Promise<readonly RecordingJob[]>;
  /** All of them; or, to know whether there are that many, `atMost`: then it costs no more the more there are. */
  countUnfinishedJobs(atMost?: number): Promise<JobCount>;
  /** Those of these conversations, in no order. */
  listUnfinishedJobsOf(conversationIds: readonly string[]): Promise<readonly RecordingJob[]>;
  /**
   * Takes unfinished jobs whose time has come (their retry time if they have one, else their deadline), the longest
   * overdue first, at most `limit`, and sets their retry time to `until`: no other process gets them before that.
   */
  claimDueJobs(now: number, until: number, limit: number): Promise<readonly RecordingJob[]>;
  /** Moves the retry time of jobs in `starting` or `stopping`, or with something pending, to `until`, for the process that is at work on them. */
  holdJobs(jobIds: readonly string[], until: number): Promise<void>;
  /**
   * Makes a warning due in the threads of recordings that end within `aheadMs`, once for each deadline, unless the
   * recording was to last no longer than that from the start: its card has just said when it ends. Returns their
   * conversations.
   */
  warnOfDeadlines(now: number, aheadMs: number): Promise<readonly string[]>;
  /** The same of pauses that the bot ends within `aheadMs`. */
  warnOfPauses(now: number, aheadMs: number): Promise<readonly string[]>;
  /** Makes the cards of running recordings stale at every quarter of their time, but not within `leastMs`. */
  advanceProgress(now: number, leastMs: number): Promise<readonly string[]>;

  appendAudit(entry: AuditEntry): Promise<void>;
  /** Oldest first. */
  listAudit(jobId: string): Promise<readonly AuditEntry[]>;

  /**
   * Remembers the calls as up, except those that ended at `now` or later. Where `alert` is given, a call that was never
   * seen before, or was taken for over, gets its call alert unless it has one. Returns the conversations that changed
   * visibly.
   */
  seeCalls(
    calls: readonly ActiveCall[],
    now: number,
    alert?: { readonly channelId: string; readonly newId: () => string },
  ): Promise<readonly string[]>;
  /**
   * Remembers what the policies record of calls that are known and not over; a call is not seen by that, and gets no
   * alert. Returns the conversations that changed.
   */
  seePolicies(readings: readonly PolicyReading[], now: number): Promise<readonly string[]>;
  /**
   * Marks conversations as over; those that were not yet, are returned. An alert of theirs that was never posted, and
   * that shows no job, is forgotten.
   */
  endCalls(conversationIds: readonly string[], now: number): Promise<readonly string[]>;
  /**
   * Takes what a sender reports of a call, with the consequences of the two above; true when the call has changed visibly.
   * What a report leaves out stays as it is known. One that is older than the newest taken tells at most who called and since
   * when. A call that is over is up again only by what happened after its end. The end of a call that nobody has seen is
   * remembered, so that a report of its start that comes later opens nothing.
   */
  takeReport(
    report: CallReport,
    now: number,
    alert: { readonly channelId: string; readonly newId: () => string },
  ): Promise<boolean>;
  findConversation(conversationId: string): Promise<Conversation | null>;
  /** Conversations that the bot has seen up and not yet over. */
  listOpenConversations(): Promise<readonly Conversation[]>;

  /** Adds a card for the job, unless the channel has one (then that one is returned). */
  addCard(card: NewCard, conversationId: string, jobId: string): Promise<Card>;
  findCard(channelId: string, ts: string): Promise<Card | null>;
  /**
   * Cards of the conversation (of all, if not given) that were drawn before what they show has changed, oldest first. The
   * card of a finished job changes with that job alone: neither with the call nor with another job.
   */
  listStaleCards(conversationId?: string): Promise<readonly CardView[]>;
  /** Those of all conversations that show a job. */
  listStaleJobCards(): Promise<readonly CardView[]>;
  /** Alerts that were never posted, that show no job, and that nobody has reserved: those of the newest calls. */
  listUnposted(now: number, limit: number): Promise<readonly CardView[]>;
  /** Posted cards that are stale and that nobody has reserved: of calls that are over first, then those that missed most. */
  listOutdated(now: number, limit: number): Promise<readonly CardView[]>;
  /** Remembers what was drawn; a smaller version than the remembered one changes nothing. */
  cardDrawn(cardId: string, ts: string, version: number): Promise<void>;
  /**
   * Reserves the card for `holder` until then; null when somebody else has it or it is gone. Whoever holds it is the
   * only one to write the message.
   */
  claimCard(cardId: string, holder: string, now: number, until: number): Promise<Card | null>;
  releaseCard(cardId: string, holder: string): Promise<void>;
  /** Remembers that a post is about to be made; `cardDrawn` forgets it again. */
  postBegun(cardId: string, at: number): Promise<void>;
  /** The message was deleted: lets the card be posted anew, with its later replies. False when it was before. */
  reviveCard(cardId: string): Promise<boolean>;
  /** Forgets a card that cannot be drawn any more, and its replies. */
  dropCard(cardId: string): Promise<void>;
  /** Replies due on posted cards of the conversation (of all, if not given), oldest first. */
  listDueReplies(conversationId?: string): Promise<readonly Reply[]>;
  /** As `postBegun`. */
  replyBegun(replyId: string, at: number): Promise<void>;
  replySent(replyId: string, ts: string): Promise<void>;
  /** Of the conversation (of all, if not given), oldest first. */
  listOverWarnings(conversationId?: string): Promise<readonly OverWarning[]>;
  /** Nothing is left to be done about a warning. */
  forgetReply(replyId: string): Promise<void>;

  /** True for the one process that holds the lease of that name until then; whoever holds it may renew it. */
  takeLease(name: string, holder: string, now: number, until: number): Promise<boolean>;
  /** Gives it back, so that another process need not wait for its end. */
  dropLease(name: string, holder: string): Promise<void>;
  /** How many leases have a name that begins like that and have not ended. */
  countLeases(prefix: string, now: number): Promise<number>;
  /** Forgets leases that have ended: a process that died comes under another name, and nobody takes its lease again. */
  pruneLeases(now: number): Promise<void>;
  /** Voids what an earlier process had reserved. Only for a process that has the database to itself. */
  forgetClaims(now: number): Promise<void>;

  /**
   * True for the first one to claim the key; false for every later one, but for the same claimant: whoever lost the
   * answer may ask again. With a request, what was asked is remembered in the same write, held until `heldUntil`, and
   * owed an answer from then on.
   */
  claimDelivery(
    key: string,
    now: number,
    claimant?: string,
    owed?: { readonly request: PersonRequest; readonly heldUntil: number },
  ): Promise<boolean>;
  /** Whether somebody has claimed the key; changes nothing. */
  isClaimed(key: string): Promise<boolean>;
  /** Holds unanswered requests until then, for their claimants; gives the keys of those that they still have. */
  holdRequests(claims: readonly RequestClaim[], until: number): Promise<readonly string[]>;
  /**
   * Takes unanswered requests whose hold has ended, oldest first, at most `limit`, and holds them until `until` for that
   * claimant: nobody else gets them before that.
   */
  takeLeftRequests(
    now: number,
    until: number,
    claimant: string,
    limit: number,
  ): Promise<readonly PersonRequest[]>;
  /** These have their answer, whoever gave it: nothing is owed any more. */
  closeRequests(keys: readonly string[], at: number): Promise<void>;
  /**
   * Forgets deliveries claimed before that time, but no request that is still owed an answer; and ends reported before that
   * time, of calls that nobody has seen.
   */
  pruneDeliveries(before: number): Promise<void>;
}

/** Who is at work on a request. No two claims have the same claimant, unless they were taken over together. */
export interface RequestClaim {
  readonly key: string;
  readonly claimant: string;
}
