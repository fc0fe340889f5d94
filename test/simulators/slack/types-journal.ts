/** Faults that can be injected, and what the simulator writes down. */
import type { DeliveryType, InteractionError } from './types-interactions.js';
import type { JsonObject } from './types-world.js';

/** Ways to misbehave. Those that take effect do so exactly as an undisturbed request would. */
export type SlackFault =
  /** An HTTP status with a body that is not Slack's; no effect. */
  | { readonly kind: 'status'; readonly status: number }
  /** 429 with `Retry-After` in seconds; no effect. */
  | { readonly kind: 'ratelimited'; readonly retryAfter: number }
  /** `{ok: false, error: code}`; no effect. */
  | { readonly kind: 'error'; readonly code: string }
  /** Waits by the simulator's clock, then does its work and answers normally. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** The connection is cut; no effect. */
  | { readonly kind: 'cut-before' }
  /** Takes effect, then the connection is cut. */
  | { readonly kind: 'cut-after' }
  /** Never answers; no effect. */
  | { readonly kind: 'hang' }
  /** Takes effect; the answer is not JSON. */
  | { readonly kind: 'garbage' };

export interface SlackInjection {
  /** A Web API method such as `chat.postMessage`, `response_url`, or `any` of them. */
  readonly method: string;
  readonly fault: SlackFault;
  /** How many requests it hits. Default 1. */
  readonly times?: number | 'until-cleared';
}

/** A request to the Web API. */
export interface ApiEntry {
  readonly kind: 'api';
  readonly at: number;
  readonly method: string;
  /** Parsed arguments, without any token. */
  readonly args: JsonObject;
  /** Which token came with it. */
  readonly token: 'bot' | 'app' | 'unknown' | 'none';
  /** The HTTP status answered; null while, and if, nothing has been. */
  readonly status: number | null;
  /** What was (or would have been) answered; tickets in it are cut out. */
  readonly answer: JsonObject | null;
  readonly fault: SlackFault['kind'] | null;
}

/** One attempt to hand the bot a payload. */
export interface DeliveryEntry {
  readonly kind: 'delivery';
  readonly at: number;
  /** The same for all attempts. In Socket Mode also the envelope's id. */
  readonly deliveryId: string;
  readonly type: DeliveryType;
  readonly via: 'socket' | 'http';
  /** Which socket took it. */
  readonly socketId: string | null;
  /** 0 for the first attempt. */
  readonly attempt: number;
  /** Milliseconds to the ack; null while, and if, none has come. May be more than 3,000. */
  readonly ackMs: number | null;
  /** The body acked with. */
  readonly ackBody: unknown;
  readonly error: InteractionError | null;
  /** As sent, without the secrets in it (`response_url`, `trigger_id`, `token`). */
  readonly payload: JsonObject;
  /** SHA-256 of its `trigger_id`, in hex: tells deliveries of the same interaction without giving it away. */
  readonly triggerHash: string | null;
}

/** A use of a `response_url`. */
export interface ResponseUrlEntry {
  readonly kind: 'response_url';
  readonly at: number;
  readonly deliveryId: string;
  readonly channelId: string;
  readonly userId: string;
  readonly body: JsonObject;
  readonly status: number | null;
  readonly answer: JsonObject | null;
  readonly fault: SlackFault['kind'] | null;
}

interface SocketEntry {
  readonly kind: 'socket';
  readonly at: number;
  readonly socketId: string;
  readonly event: 'opened' | 'disconnect-sent' | 'closed' | 'refused';
  readonly reason: string | null;
}

export type JournalEntry = ApiEntry | DeliveryEntry | ResponseUrlEntry | SocketEntry;
