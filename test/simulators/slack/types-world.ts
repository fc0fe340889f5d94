/** What the simulated workspace consists of: people, channels, messages, modals. */

export type JsonObject = { readonly [key: string]: unknown };

/** A Block Kit block as the bot sent it; always one that Slack would have taken. */
export type Block = JsonObject & { readonly type: string };

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
}

export interface SimulatedUser {
  readonly id: string;
  /** The handle, as in `@ada`. */
  readonly name: string;
  readonly realName: string;
  /** True for the bot itself. */
  readonly bot: boolean;
}

export interface SimulatedUserGroup {
  readonly id: string;
  /** As in `@leads`. */
  readonly handle: string;
  readonly members: readonly string[];
}

export interface SimulatedChannel {
  readonly id: string;
  readonly name: string;
  readonly private: boolean;
  readonly archived: boolean;
  /** User ids; the bot's own when it is in. */
  readonly members: readonly string[];
  readonly botIn: boolean;
}

export interface NewUser {
  /** `U…`; made up if absent. */
  readonly id?: string;
  readonly name: string;
  readonly realName?: string;
}

export interface NewChannel {
  /** `C…`; made up if absent. */
  readonly id?: string;
  readonly name: string;
  readonly private?: boolean;
  readonly archived?: boolean;
  readonly members?: readonly string[];
  /** Default true. */
  readonly botIn?: boolean;
}

/** What a message shows or showed. */
export interface MessageContent {
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly metadata: JsonObject | null;
}

/** How a message came to be: by a person, by `chat.postMessage`, or by a `response_url`. */
export type MessageSource = 'person' | 'api' | 'response_url';

export interface SimulatedMessage extends MessageContent {
  readonly ts: string;
  readonly channelId: string;
  readonly userId: string;
  /** True when the bot wrote it. */
  readonly fromBot: boolean;
  readonly source: MessageSource;
  /** The parent's `ts` for a reply in a thread. */
  readonly threadTs: string | null;
  readonly postedAt: number;
  /** When it was last edited; null if never. */
  readonly editedAt: number | null;
  readonly deletedAt: number | null;
  /** All it has shown, oldest first, the present content included. */
  readonly versions: readonly (MessageContent & { readonly at: number })[];
}

/** A message that one user alone can see. Slackbot writes the line of a command that failed. */
export interface EphemeralMessage extends MessageContent {
  readonly ts: string;
  readonly channelId: string;
  readonly userId: string;
  readonly from: 'bot' | 'slackbot';
  readonly threadTs: string | null;
  readonly postedAt: number;
  readonly editedAt: number | null;
  readonly deletedAt: number | null;
}

/** A modal that is open in front of a user. `view` is what the bot sent. */
export interface OpenView {
  readonly id: string;
  readonly rootViewId: string;
  readonly previousViewId: string | null;
  readonly hash: string;
  readonly userId: string;
  readonly view: JsonObject & { readonly type: string };
  /** Field errors the bot answered a submission with, by block id. */
  readonly errors: Readonly<Record<string, string>>;
}

/** The whole workspace as plain JSON. Secrets are not in it. */
export interface WorkspaceSnapshot {
  /** Grows with every change; starts anew never, not even by `reset`. */
  readonly version: number;
  readonly now: number;
  readonly team: Team;
  readonly bot: {
    readonly userId: string;
    readonly botId: string;
    readonly appId: string;
    readonly name: string;
  };
  readonly users: readonly SimulatedUser[];
  readonly userGroups: readonly SimulatedUserGroup[];
  readonly channels: readonly SimulatedChannel[];
  /** By time, deleted ones left out; replies in threads are among them. */
  readonly messages: readonly SimulatedMessage[];
  /** All users', by time, deleted ones left out. */
  readonly ephemerals: readonly EphemeralMessage[];
  /** The last of a user's is the topmost. */
  readonly views: readonly OpenView[];
  /** Home tabs by user id. */
  readonly homes: Readonly<Record<string, JsonObject>>;
  /** Commands, clicks and submissions that wait for their ack: the page shows these as working. */
  readonly pending: readonly PendingInteraction[];
  readonly sockets: number;
  readonly violations: readonly string[];
}

export interface PendingInteraction {
  readonly deliveryId: string;
  readonly kind: 'command' | 'click' | 'view';
  readonly userId: string;
  readonly channelId: string | null;
  readonly messageTs: string | null;
  readonly actionId: string | null;
  readonly blockId: string | null;
  readonly since: number;
}
