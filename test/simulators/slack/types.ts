/** The public face of the Slack workspace simulator: what tests, the bench, the demo and its page may rely on. */
import type {
  ClickInput,
  ClickInViewInput,
  CommandInput,
  DisconnectReason,
  InteractionResult,
  PersonMessage,
  SubmitViewInput,
} from './types-interactions.js';
import type { JournalEntry, SlackInjection } from './types-journal.js';
import type {
  EphemeralMessage,
  JsonObject,
  NewChannel,
  NewUser,
  OpenView,
  SimulatedChannel,
  SimulatedMessage,
  SimulatedUser,
  SimulatedUserGroup,
  Team,
  WorkspaceSnapshot,
} from './types-world.js';

export type * from './types-interactions.js';
export type * from './types-journal.js';
export type * from './types-world.js';

export interface SimulatorClock {
  /** Milliseconds since 1970 (UTC). */
  now(): number;
  /** Runs `run` once after `ms`; the returned function takes it back. */
  after(ms: number, run: () => void): () => void;
}

export interface SlackSimulatorOptions {
  /** 0, the default, takes any free port. Always bound to 127.0.0.1. */
  readonly port?: number;
  /** Real time by default. Message times, rate limits, lifetimes and the 3-second ack follow it. */
  readonly clock?: SimulatorClock;
  readonly botToken?: string;
  readonly appToken?: string;
  readonly signingSecret?: string;
  /** What the bot token may do. Default: `commands`, `chat:write`, `usergroups:read`. */
  readonly scopes?: readonly string[];
  /** What the manifest says: commands that exist (default `/record`) … */
  readonly commands?: readonly string[];
  /** … and whether their users, channels and links are escaped (default true). */
  readonly shouldEscape?: boolean;
  /** HTTP mode: where payloads are sent, signed. Without it they go to the sockets. See also `setRequestUrl`. */
  readonly requestUrl?: string;
  /** Every delivery is made twice, as Slack does when an ack got lost. Default false. */
  readonly deliverTwice?: boolean;
  /** Default true. False lets tests of other things post as fast as they like. */
  readonly rateLimits?: boolean;
  /** Default 3,000, as Slack has it. More lets tests of other things wait for an ack on a busy machine. */
  readonly ackWithinMs?: number;
}

export interface SlackSimulator {
  /** `http://127.0.0.1:port`. No trailing slash. */
  readonly url: string;
  /** The Web API's root, for `SLACK_API_URL`. With a trailing slash. */
  readonly apiUrl: string;
  readonly port: number;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly team: Team;
  readonly botUserId: string;
  readonly botId: string;
  readonly appId: string;

  // The world.
  readonly users: readonly SimulatedUser[];
  readonly channels: readonly SimulatedChannel[];
  readonly userGroups: readonly SimulatedUserGroup[];
  addUser(user: NewUser): SimulatedUser;
  addChannel(channel: NewChannel): SimulatedChannel;
  /** Adds the group, or replaces the one with that id. */
  addUserGroup(group: {
    readonly id: string;
    readonly handle?: string;
    readonly members: readonly string[];
  }): SimulatedUserGroup;
  /** Lets the bot (default) or a user into a channel, or out of it again. */
  invite(channelId: string, userId?: string): void;
  remove(channelId: string, userId?: string): void;
  archive(channelId: string): void;
  /** A person writes a message. Whoever acts in a public channel joins it; throws for a private one that is not theirs. */
  post(message: PersonMessage): SimulatedMessage;
  /** A person (an administrator) deletes any message. */
  deleteMessage(channelId: string, ts: string): void;
  /** By time, with replies in threads; deleted ones left out unless asked for. */
  messages(channelId: string, options?: { readonly deleted?: boolean }): readonly SimulatedMessage[];
  message(channelId: string, ts: string): SimulatedMessage | undefined;
  /** What that user alone sees in that channel, by time; deleted ones left out. */
  ephemerals(userId: string, channelId: string): readonly EphemeralMessage[];
  /** Open modals, the topmost last. */
  views(userId: string): readonly OpenView[];
  home(userId: string): JsonObject | null;

  // What people do. Each resolves when acked, or when its time for that has passed; each rejects what a
  // person could not do: an unknown command, a private channel that is not theirs, a button that is not shown.
  command(input: CommandInput): Promise<InteractionResult>;
  /** Rejects unless that user can see that very button. */
  click(input: ClickInput): Promise<InteractionResult>;
  clickInView(input: ClickInViewInput): Promise<InteractionResult>;
  submitView(input: SubmitViewInput): Promise<InteractionResult>;
  /** Closes a user's topmost modal; sends `view_closed` if the bot asked for it. */
  closeView(userId: string): Promise<InteractionResult | null>;
  /** An Events API event, such as `{type: 'app_home_opened', user: 'U…'}`; retried when it is not acked. */
  sendEvent(event: JsonObject & { readonly type: string }): Promise<InteractionResult>;
  /** Delivers a payload once more, exactly as before. Resolves like the first time. */
  redeliver(deliveryId: string): Promise<InteractionResult>;
  setDeliverTwice(on: boolean): void;

  // Transport.
  /** Switches to HTTP mode, or back to sockets with null. */
  setRequestUrl(url: string | null): void;
  /** Open sockets that have said hello. */
  readonly sockets: readonly { readonly id: string; readonly openedAt: number }[];
  /**
   * Asks sockets (all by default) to reconnect, as Slack does every few hours. After `refresh_requested` and
   * `link_disabled` such a socket gets no payload any more, and Slack closes it 10 s later at the latest.
   */
  disconnectSockets(reason: DisconnectReason, socketId?: string): void;
  /** Cuts the TCP connection of sockets (all by default). */
  cutSockets(socketId?: string): void;
  /** While on: sockets stay open but nothing comes through them, neither payloads nor pings nor pongs. */
  setSocketsSilent(on: boolean): void;
  /** While on: new sockets are accepted, but get no hello and no payload until it is off. */
  setGap(on: boolean): void;

  // Faults, scopes.
  /** Hits matching requests in the order of injection, one fault each. The returned function takes it back. */
  inject(injection: SlackInjection): () => void;
  clearFaults(): void;
  setScopes(scopes: readonly string[]): void;
  /** From now on the token is refused with this error, such as `token_revoked`; null: valid again. */
  refuseToken(token: 'bot' | 'app', error: string | null): void;

  // Inspection.
  /** Everything, oldest first. */
  readonly journal: readonly JournalEntry[];
  /** Requests to a Web API method (or `response_url`, or `any`), whatever became of them. */
  count(method: string): number;
  /** Rules that the bot broke, one sentence each. Expect none. */
  readonly violations: readonly string[];
  /** Forgets the journal, the counts and the violations; nothing else. */
  resetJournal(): void;
  readonly version: number;
  snapshot(): WorkspaceSnapshot;
  /** Called after every change, with the new version; the returned function ends that. */
  onChange(listener: (version: number) => void): () => void;

  /** An empty workspace: no users but the bot, no channels, faults or journal. Sockets and settings stay. */
  reset(): void;
  /** Ends all connections at once and frees the port. May be called twice. */
  close(): Promise<void>;
}
