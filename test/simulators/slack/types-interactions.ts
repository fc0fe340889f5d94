/** What people do in the simulated workspace, and how it went. */

export type DeliveryType = 'slash_commands' | 'interactive' | 'events_api';

export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets';

export type InteractionError =
  /** Not acked in time. */
  | 'operation_timeout'
  /** No socket was open, the request URL could not be reached, or it answered with an error. */
  | 'dispatch_failed';

export interface InteractionResult {
  /** Acked in time. */
  readonly acked: boolean;
  /** From sending to the ack, by the simulator's clock; null when none came in time. */
  readonly ackMs: number | null;
  readonly error: InteractionError | null;
  readonly triggerId: string;
  /** For `redeliver`. Also a journal entry's `deliveryId`. */
  readonly deliveryId: string;
}

export interface CommandInput {
  readonly userId: string;
  readonly channelId: string;
  /** What was typed after the command. */
  readonly text: string;
  /** Default `/record`. */
  readonly command?: string;
}

export interface ClickInput {
  readonly userId: string;
  readonly channelId: string;
  /** Of a message or of an ephemeral message to that user. */
  readonly messageTs: string;
  readonly actionId: string;
  /** Needed only where the same action id stands in two blocks. */
  readonly blockId?: string;
  /** For a button: must be the value it carries, if given. For a menu: the value chosen. */
  readonly value?: string;
}

export interface ClickInViewInput {
  readonly userId: string;
  /** The topmost view by default. */
  readonly viewId?: string;
  readonly actionId: string;
  readonly blockId?: string;
  readonly value?: string;
}

export interface SubmitViewInput {
  readonly userId: string;
  /** The topmost view by default. */
  readonly viewId?: string;
  /** What was filled in: block id → value (text, or an option's value). */
  readonly values?: Readonly<Record<string, string>>;
}

export interface PersonMessage {
  readonly userId: string;
  readonly channelId: string;
  readonly text: string;
  readonly threadTs?: string;
}
