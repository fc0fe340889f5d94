/** The notification service of the contract `conversations`, as tests see and disturb it. */

/** A channel that is there now. Times in milliseconds since 1970. */
export interface SimulatedChannel {
  readonly id: string;
  readonly clientId: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly topics: readonly string[];
  /** A socket is open on it. */
  readonly connected: boolean;
  /** How many sockets it has had, with the one that is open. */
  readonly connections: number;
}

/** Each acts on every channel unless one is named. Heartbeats and expiry follow the simulator's `now` and `sleep`. */
export interface NotificationControls {
  /** Oldest first; without those that have expired or were pushed out by newer ones. */
  readonly channels: readonly SimulatedChannel[];
  /** How many sockets are open. */
  readonly openSockets: number;
  /** How many call events were sent, to all sockets together. */
  readonly eventsSent: number;
  /** From now on nothing comes through the sockets that are open, not even an answer to a ping; new ones work. */
  silenceSockets(): void;
  /** `close` says goodbye (1001), `cut` does not. */
  closeSockets(how?: 'close' | 'cut'): void;
  /** Announces that the sockets are about to be closed, as before maintenance; a minute later they are. */
  sendSocketClosing(): void;
  /** Another client opens a socket on the channel: the one that is there is disconnected. */
  takeOverChannel(channelId?: string): void;
  /** Genesys drops the subscriptions and says so; the channel and its socket stay. */
  unsubscribe(channelId?: string): void;
  /** Sends these words to every socket that is open, as they are. */
  sendText(text: string): void;
}
