/** The public face of the Genesys simulator: what tests, the bench and the demo may rely on. */

/** What a request was meant to do; `other` is anything the contract does not know. */
export type Operation = 'token' | 'calls' | 'jobs' | 'start' | 'stop' | 'other';

export type Permission = 'recording:job:control' | 'recording:job:view' | 'conversation:phone:view';

export interface SimulatedClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** All of the contract's permissions, if not given. */
  readonly permissions?: readonly Permission[];
}

export interface GenesysSimulatorOptions {
  /** 0, the default, takes any free port. Always bound to 127.0.0.1. */
  readonly port?: number;
  /** The simulator's clock, in milliseconds since 1970: tokens, rate windows, start times. */
  readonly now?: () => number;
  /** What the fault `slow` waits with; real time by default. Rejecting when aborted is allowed. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** One client with every permission, by default: see `GenesysSimulator.client`. */
  readonly clients?: readonly SimulatedClient[];
  /** What new tokens live for, in seconds. Default 86,400. */
  readonly tokenLifetimeSeconds?: number;
  /** Requests each token may make in a minute. Default 300, as Genesys documents. */
  readonly requestsPerMinute?: number;
}

/** A call; `endedAt` is null while it is up. Times in milliseconds since 1970. */
export interface SimulatedCall {
  readonly id: string;
  /** As Genesys writes it, with its scheme: `tel:+13175550101`. */
  readonly caller: string;
  readonly queue: string;
  /** Null while nobody has answered. */
  readonly agent: string | null;
  /** Agents whose phone rang before, in vain. */
  readonly missedBy: readonly string[];
  readonly startedAt: number;
  /** When the agent answered. */
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
}

/** `stopped`: somebody stopped it. `completed`: the call ended. */
export type SimulatedJobState = 'active' | 'stopped' | 'completed';

export interface SimulatedJob {
  readonly id: string;
  readonly conversationId: string;
  readonly state: SimulatedJobState;
  /** True when it was begun by `startRecordingElsewhere` or `addJobs`, not over HTTP. */
  readonly elsewhere: boolean;
  readonly startedAt: number;
  readonly endedAt: number | null;
}

export interface NewCall {
  readonly caller?: string;
  readonly queue?: string;
  /** Null: it still waits in the queue. */
  readonly agent?: string | null;
  readonly missedBy?: readonly string[];
  /** A random UUID by default. */
  readonly conversationId?: string;
  /** Now, by default. */
  readonly startedAt?: number;
}

export interface NewJobs {
  /** Default `active`. */
  readonly state?: SimulatedJobState;
  /** When they began (and their calls); now by default. */
  readonly startedAt?: number;
}

/** Ways to misbehave. Those that take effect do so exactly as an undisturbed request would. */
export type Fault =
  /**
   * Answers with this status and Genesys's error body. Has no effect unless `takesEffect`: then the request is
   * carried out and the bad answer is a lie, as a gateway's 504 can be. A 403 names the operation's permission.
   */
  | {
      readonly kind: 'status';
      readonly status: number;
      /** The `Retry-After` header, verbatim (seconds, an HTTP date or garbage); no header if absent. */
      readonly retryAfter?: string | number;
      readonly code?: string;
      readonly takesEffect?: boolean;
    }
  /** Waits, then does its work and answers normally, even if the client has gone meanwhile. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** The socket is destroyed; no effect. */
  | { readonly kind: 'cut-before' }
  /** Takes effect, then the socket is destroyed. */
  | { readonly kind: 'cut-after' }
  /** Never answers; no effect unless `takesEffect`. */
  | { readonly kind: 'hang'; readonly takesEffect?: boolean }
  /** Takes effect, sends the headers and a part of the body, then nothing more. */
  | { readonly kind: 'hang-body' }
  /** Takes effect and answers with the right status, but the body is not JSON. */
  | { readonly kind: 'garbage' };

/** Requests outside the contract are never hit: they are violations, and stay seen. */
export interface Injection {
  readonly on: Exclude<Operation, 'other'> | 'any';
  readonly fault: Fault;
  /** How many requests it hits. Default 1. */
  readonly times?: number | 'until-cleared';
}

export interface JournalEntry {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly operation: Operation;
  /** When it arrived, by the simulator's clock. */
  readonly at: number;
  /** What was answered; null while, and if, nothing has been. */
  readonly status: number | null;
  /** Names the token that was minted or used, such as `token-1`; null when there was no valid one. */
  readonly tokenId: string | null;
  /** Parsed JSON or form fields, the client secret replaced; the text itself if it is neither; null if empty. */
  readonly body: unknown;
  /** True when it minted a token, began a job or stopped one. */
  readonly tookEffect: boolean;
  /** The kind of the fault that hit it, if any. */
  readonly fault: Fault['kind'] | null;
}

/** `asked`: requests that arrived; `done`: those that took effect. */
export interface RequestCount {
  readonly asked: number;
  readonly done: number;
}

export type Change =
  /** A request was answered, cut, or left hanging. */
  | { readonly kind: 'request'; readonly entry: JournalEntry }
  | { readonly kind: 'call-started' | 'call-answered' | 'call-ended'; readonly call: SimulatedCall }
  | { readonly kind: 'recording-started' | 'recording-ended'; readonly job: SimulatedJob }
  | { readonly kind: 'faults' }
  | { readonly kind: 'reset' };

export interface GenesysSimulator {
  /** `http://127.0.0.1:port`, both the API's base URL and the login URL. No trailing slash. */
  readonly url: string;
  readonly port: number;
  /** The first client. */
  readonly client: Required<SimulatedClient>;

  /** Oldest first, with those that have ended. */
  readonly calls: readonly SimulatedCall[];
  /** Oldest first, with those that have finished. */
  readonly jobs: readonly SimulatedJob[];

  /** Throws if a call with that id exists. */
  startCall(call?: NewCall): SimulatedCall;
  /** Completes its recording too. Throws if there is no such call that is up. */
  endCall(conversationId: string): void;
  /** An agent answers a call that waits in its queue. */
  answerCall(conversationId: string, agent: string): void;
  /** Another client of Genesys starts recording. Throws unless the call is up and not being recorded. */
  startRecordingElsewhere(conversationId: string): SimulatedJob;
  /** Throws if the conversation is not being recorded. */
  stopRecordingElsewhere(conversationId: string): SimulatedJob;
  /** Many calls at once. */
  addCalls(count: number): readonly SimulatedCall[];
  /** Many recordings at once, each with a call of its own. */
  addJobs(count: number, jobs?: NewJobs): readonly SimulatedJob[];

  /** Hits matching requests in the order of injection, one fault each. The returned function takes it back. */
  inject(injection: Injection): () => void;
  clearFaults(): void;
  /** Those still to hit something, with the times that are left. */
  readonly faults: readonly Required<Injection>[];

  /** Every token is refused from now on, as when an administrator resets the client. */
  revokeTokens(): void;
  /** Of the first client, if `clientId` is not given. Tokens that are out follow at once. */
  setPermissions(permissions: readonly Permission[], clientId?: string): void;
  /** For tokens minted from now on. */
  setTokenLifetime(seconds: number): void;

  /** Every request, oldest first. */
  readonly journal: readonly JournalEntry[];
  /** Requests that arrived for it, whatever became of them. */
  count(operation: Operation | 'any'): number;
  /** Requests that took effect. */
  countEffects(operation: Operation | 'any'): number;
  /** Requests to start, per conversation id (in lower case). */
  readonly starts: ReadonlyMap<string, RequestCount>;
  /** Forgets the journal, the counts and `starts`; nothing else. */
  resetJournal(): void;
  /** What no correct client ever does (a DELETE, credentials sent twice, …), one sentence each. Expect none. */
  readonly violations: readonly string[];

  /** Called after every change; the returned function ends that. */
  onChange(listener: (change: Change) => void): () => void;

  /** Back to how it was created: no calls, jobs, tokens, faults, journal or violations. Connections stay. */
  reset(): void;
  /** Ends all connections at once and frees the port. May be called twice. */
  close(): Promise<void>;
}
