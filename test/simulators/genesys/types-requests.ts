/** Requests: what they mean, what they take, how they are made to fail, and what is remembered of them. */

/**
 * What a request was meant to do; `other` is anything the contract does not know.
 * Both contracts: `token`, `calls` (those that are up), `start`, `stop`. Of `recording-jobs` alone: `jobs`. The rest is of
 * `conversations`, where `start` and `stop` are of a snippet, on either path, and `subscribe` also adds to subscriptions.
 */
export type Operation =
  | 'token'
  | 'calls'
  | 'jobs'
  | 'start'
  | 'stop'
  | 'pause'
  | 'resume'
  | 'call'
  | 'queues'
  | 'open-channel'
  | 'channels'
  | 'topics'
  | 'subscriptions'
  | 'subscribe'
  | 'unsubscribe'
  | 'other';

export type Permission =
  | 'recording:job:control'
  | 'recording:job:view'
  | 'conversation:phone:view'
  | 'conversation:communication:view'
  | 'conversation:recording:pauseOthers'
  | 'conversation:recording:snippetRecord'
  | 'conversation:call:record'
  | 'analytics:queueObservation:view'
  | 'routing:queue:view';

export interface SimulatedClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** All of the contract's permissions, if not given. */
  readonly permissions?: readonly Permission[];
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
  /** True when it changed something: minted a token, began, ended or paused a recording, opened a channel, … */
  readonly tookEffect: boolean;
  /** The kind of the fault that hit it, if any. */
  readonly fault: Fault['kind'] | null;
}

/** `asked`: requests that arrived; `done`: those that took effect. */
export interface RequestCount {
  readonly asked: number;
  readonly done: number;
}
