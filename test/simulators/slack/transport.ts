/** How payloads reach the bot: the part that sockets and HTTP have in common. */
import type { DeliveryType, JsonObject } from './types.js';

export interface Parcel {
  readonly deliveryId: string;
  readonly type: DeliveryType;
  readonly payload: JsonObject;
  /** True when the ack may carry an answer: commands and submissions. */
  readonly acceptsAnswer: boolean;
}

export interface Retry {
  readonly attempt: number;
  /** Why it is sent again, as Slack words it. */
  readonly reason: string;
}

export interface Outcome {
  /** False once it has been settled, by an ack or by the three seconds. */
  isWaiting(): boolean;
  /** The bot has acked; `body` is what it said with it. */
  acked(body: unknown): void;
  /** The bot refused it (what it did, in words), or it could not be handed over (null). */
  failed(refusal: string | null): void;
}

export interface Sent {
  readonly via: 'socket' | 'http';
  readonly socketId: string | null;
  /** False when the bot cannot be blamed for not acking, because the simulator has cut it off meanwhile. */
  isReachable(): boolean;
}

export interface Transport {
  /** Sends it; null when there is nobody to send it to. `retry` is null for the first attempt. */
  send(parcel: Parcel, retry: Retry | null, outcome: Outcome): Sent | null;
}
