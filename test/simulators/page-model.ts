/** What the demo's page is sent, and may ask for. */
import type { Api, JournalEntry, Operation, SimulatedCall, SimulatedJob } from './genesys/types.js';
import type { SimulatedMessage, WorkspaceSnapshot } from './slack/types.js';

/** Somebody whose place one can take in the page. */
export interface CastMember {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly colour: string;
  readonly may: boolean;
  /** Why they may record, or that they may not. */
  readonly why: string;
}

interface BotView {
  readonly state: 'starting' | 'ready' | 'ended';
  readonly mode: 'Socket Mode' | 'HTTP mode';
  readonly detail: string;
}

/** What is known from the start. */
export interface StageView {
  readonly cast: readonly CastMember[];
  readonly topics: Readonly<Record<string, string>>;
  readonly bot: BotView;
}

export type PageMessage = Omit<SimulatedMessage, 'versions' | 'metadata'>;

export interface SlackView extends Omit<WorkspaceSnapshot, 'messages'> {
  readonly messages: readonly PageMessage[];
}

export interface FaultView {
  readonly on: string;
  readonly label: string;
  readonly times: number | 'until-cleared';
}

/** What the panel counts; which of them it shows depends on the contract. */
export const countedOperations = [
  'token',
  'calls',
  'call',
  'jobs',
  'start',
  'stop',
  'pause',
  'resume',
] as const satisfies readonly Operation[];
export type CountedOperation = (typeof countedOperations)[number];

export interface GenesysView {
  readonly api: Api;
  readonly now: number;
  /** Those that are up, oldest first. */
  readonly calls: readonly SimulatedCall[];
  /** The newest, oldest first. */
  readonly jobs: readonly SimulatedJob[];
  readonly faults: readonly FaultView[];
  readonly counts: Readonly<Record<CountedOperation, number>>;
  /** Through which the bot is told of calls; null where it is not told that way. */
  readonly events: { readonly sockets: number; readonly sent: number } | null;
  /** Something that the bot was asked to do has met with trouble. */
  readonly disturbed: boolean;
  /** The newest, oldest first; without readings that went well, which go on all the time. */
  readonly requests: readonly Pick<
    JournalEntry,
    'method' | 'path' | 'operation' | 'at' | 'status' | 'fault'
  >[];
}

/** The ways to misbehave that the panel offers. */
export type FaultKind = '401' | '403' | '409' | '429' | '500' | 'slow' | 'cut-before' | 'cut-after';

export const faultTargets = ['start', 'stop', 'pause', 'resume', 'calls', 'any'] as const;
export type FaultTarget = (typeof faultTargets)[number];

/** What the panel can do to the sockets that events come through. */
export type SocketFault = 'silent' | 'closed';

/** What an agent does on their own screen, or Genesys by itself. */
export const callActions = [
  'answer',
  'hold',
  'unhold',
  'pause',
  'resume',
  'record',
  'stop-recording',
  'transfer',
  'end',
] as const;
export type CallAction = (typeof callActions)[number];
