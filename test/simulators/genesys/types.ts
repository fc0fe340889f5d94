/** The public face of the Genesys simulator: what tests, the bench and the demo may rely on. */
import type {
  CallControls,
  RecordingControls,
  SimulatedCall,
  SimulatedJob,
  SimulatedQueue,
} from './types-calls.js';
import type { NotificationControls } from './types-notifications.js';
import type {
  Injection,
  JournalEntry,
  Operation,
  Permission,
  RequestCount,
  SimulatedClient,
} from './types-requests.js';

export type * from './types-calls.js';
export type * from './types-notifications.js';
export type * from './types-requests.js';

/** `conversations` is the public API as of 2026; `recording-jobs` the contract that the bot was specified with. */
export type Api = 'recording-jobs' | 'conversations';

export interface GenesysSimulatorOptions {
  /** The contract that it speaks. Default `recording-jobs`. */
  readonly api?: Api;
  /** 0, the default, takes any free port. Always bound to 127.0.0.1. */
  readonly port?: number;
  /** The simulator's clock, in milliseconds since 1970: tokens, rate windows, start times. */
  readonly now?: () => number;
  /**
   * What the fault `slow` and the heartbeats of sockets wait with; real time by default. Rejecting when aborted is
   * allowed. It must wait: one that resolves at once would send heartbeats without end.
   */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** One client with every permission, by default: see `GenesysSimulator.client`. */
  readonly clients?: readonly SimulatedClient[];
  /** What new tokens live for, in seconds. Default 86,400. */
  readonly tokenLifetimeSeconds?: number;
  /** Requests each token may make in a minute. Default 300, as Genesys documents. */
  readonly requestsPerMinute?: number;
  /** Names of queues that are there from the start, besides those that calls come through. Default: four. */
  readonly queues?: readonly string[];
  /** Whether calls are recorded by policy, unless they say so themselves. Default false. */
  readonly policyRecording?: boolean;
  /**
   * `conversations`: an older organisation that has no snippet recording answers its path with this. Its legs do not tell
   * of their recorders.
   */
  readonly withoutSnippet?: 404 | 405;
  /** `conversations`: the activity query names at most so many calls of each queue. Default: all of them. */
  readonly activityLimit?: number;
}

export type Change =
  /** A request was answered, cut, or left hanging. */
  | { readonly kind: 'request'; readonly entry: JournalEntry }
  | { readonly kind: 'call-started' | 'call-answered' | 'call-ended'; readonly call: SimulatedCall }
  /** Held, transferred, paused, a snippet begun or ended, … */
  | { readonly kind: 'call-changed'; readonly call: SimulatedCall }
  | { readonly kind: 'recording-started' | 'recording-ended'; readonly job: SimulatedJob }
  | { readonly kind: 'faults' }
  | { readonly kind: 'reset' };

export interface GenesysSimulator extends CallControls, RecordingControls {
  /** `http://127.0.0.1:port`, both the API's base URL and the login URL. No trailing slash. */
  readonly url: string;
  readonly port: number;
  readonly api: Api;
  /** The first client. */
  readonly client: Required<SimulatedClient>;

  /** Oldest first, with those that have ended. */
  readonly calls: readonly SimulatedCall[];
  /** Oldest first, with those that have finished. */
  readonly jobs: readonly SimulatedJob[];

  /** By name. */
  readonly queues: readonly SimulatedQueue[];
  /** Returns the queue of that name, which is made if there is none. */
  addQueue(name: string): SimulatedQueue;

  /** `conversations`: from now on; undefined names all calls again. */
  setActivityLimit(limit: number | undefined): void;
  /** `conversations`: channels, sockets, and how they fail. */
  readonly notifications: NotificationControls;

  /** Hits matching requests in the order of injection, one fault each. The returned function takes it back. */
  inject(injection: Injection): () => void;
  clearFaults(): void;
  /** Those still to hit something, with the times that are left. */
  readonly faults: readonly Required<Injection>[];

  /**
   * Every token is refused from now on, as when an administrator resets the client. Channels opened with them are told
   * (`v2.system.token_revoked.{id}`) and get no more events, though their sockets stay open.
   */
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
