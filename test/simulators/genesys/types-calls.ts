/** Calls, their legs and their recordings, as tests and the demo see and make them. */

/** What Genesys says of a command that it took and that failed on the edge, where the audio is. */
export interface EdgeError {
  readonly code: string;
  readonly message: string;
}

/** One participant of a call. Times in milliseconds since 1970. */
export interface SimulatedLeg {
  /** The participant's id. */
  readonly id: string;
  readonly purpose: 'customer' | 'ivr' | 'acd' | 'agent';
  /** The agent's name or the queue's; null for a customer and an IVR. */
  readonly name: string | null;
  /** The queue's name; null for a leg that no queue has made. */
  readonly queue: string | null;
  readonly startedAt: number;
  /** Null while it rings, and for ever if nobody answered. */
  readonly connectedAt: number | null;
  readonly endedAt: number | null;
  /** Since when this agent keeps the call on hold; null when not. */
  readonly heldSince: number | null;
  /** A snippet, or an ad-hoc recording, of this leg runs. Both end with the leg. */
  readonly snippet: boolean;
  readonly adhoc: boolean;
  /** Of the last command for this leg, if it failed on the edge. */
  readonly error: EdgeError | null;
  /** The participant whom this agent consults; null for nobody. */
  readonly consults: string | null;
}

/** A call; `endedAt` is null while it is up. Times in milliseconds since 1970. */
export interface SimulatedCall {
  readonly id: string;
  /** As Genesys writes it, with its scheme: `tel:+13175550101`. */
  readonly caller: string;
  /** The name of the queue that it is in, or came through last; null in an IVR, and where an agent was called directly. */
  readonly queue: string | null;
  /** Who talks to the caller. Null while nobody has answered. */
  readonly agent: string | null;
  readonly startedAt: number;
  /** When the first agent answered. */
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  /** Oldest first, with those that have ended. */
  readonly legs: readonly SimulatedLeg[];
  /** The organisation records it by policy. */
  readonly policyRecording: boolean;
  /** Somebody asked for a pause of the policy's recording. */
  readonly securePaused: boolean;
}

export interface NewCall {
  readonly caller?: string;
  /** Null: it has come through no queue, and the listing of active calls of the contract `conversations` leaves it out. */
  readonly queue?: string | null;
  /** Null: it still waits in the queue, or is in an IVR. */
  readonly agent?: string | null;
  /** Agents whose phone rang before, in vain. */
  readonly missedBy?: readonly string[];
  /** A random UUID by default. */
  readonly conversationId?: string;
  /** Now, by default. */
  readonly startedAt?: number;
  /** Default: the option `policyRecording` of the simulator. */
  readonly policyRecording?: boolean;
}

export interface SimulatedQueue {
  readonly id: string;
  readonly name: string;
}

/** `stopped`: somebody stopped it. `completed`: the call ended. */
export type SimulatedJobState = 'active' | 'stopped' | 'completed';

/** A recording job, of the contract `recording-jobs`. */
export interface SimulatedJob {
  readonly id: string;
  readonly conversationId: string;
  readonly state: SimulatedJobState;
  /** True when it was begun by `startRecordingElsewhere` or `addJobs`, not over HTTP. */
  readonly elsewhere: boolean;
  readonly startedAt: number;
  readonly endedAt: number | null;
}

export interface NewJobs {
  /** Default `active`. */
  readonly state?: SimulatedJobState;
  /** When they began (and their calls); now by default. */
  readonly startedAt?: number;
}

/** What tests and the demo can make happen to calls. All but `startCall` throw if no such call is up. */
export interface CallControls {
  /** Throws if a call with that id exists. */
  startCall(call?: NewCall): SimulatedCall;
  /** Ends its legs and its recordings too. */
  endCall(conversationId: string): void;
  /** The phone of an agent rings. */
  ringAgent(conversationId: string, agent: string): void;
  /** An agent answers a call that waits in its queue. */
  answerCall(conversationId: string, agent: string): void;
  /** The agent puts the caller on hold: no policy recording meanwhile, though nobody paused it. */
  holdCall(conversationId: string): void;
  unholdCall(conversationId: string): void;
  /** The agent asks a colleague, who is on the call from then on; the caller is on hold. */
  consultAgent(conversationId: string, agent: string): void;
  /** To an agent (one who is being consulted stays on the call), of the same queue unless another is named; null: of none. */
  transferCall(conversationId: string, agent: string, queue?: string | null): void;
  /** Many calls at once, of which nobody is told. */
  addCalls(count: number): readonly SimulatedCall[];
}

/** Recordings that change without the bot: on an agent's screen, or by another client of Genesys. */
export interface RecordingControls {
  /** Throws unless the call is up and recorded by policy. */
  pauseElsewhere(conversationId: string): void;
  resumeElsewhere(conversationId: string): void;
  /** On the connected agent's leg. Throws if there is none. */
  startSnippetElsewhere(conversationId: string, type?: 'snippet' | 'adhoc'): void;
  /** Ends what is recorded of any leg, besides by policy. Throws if there is nothing. */
  stopSnippetElsewhere(conversationId: string): void;
  /** The next command for the call is accepted, has no effect, and leaves this error on the agent's leg. */
  failOnEdge(conversationId: string, error?: EdgeError): void;
  /** Contract `recording-jobs`: throws unless the call is up and not being recorded. */
  startRecordingElsewhere(conversationId: string): SimulatedJob;
  /** Contract `recording-jobs`: throws if the conversation is not being recorded. */
  stopRecordingElsewhere(conversationId: string): SimulatedJob;
  /** Contract `recording-jobs`: many recordings at once, each with a call of its own. */
  addJobs(count: number, jobs?: NewJobs): readonly SimulatedJob[];
}
