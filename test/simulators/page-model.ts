/** What the demo's page is sent, and may ask for. */
import type { JournalEntry, Operation, SimulatedCall, SimulatedJob } from './genesys/types.js';
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

export interface GenesysView {
  readonly now: number;
  /** Those that are up, oldest first. */
  readonly calls: readonly SimulatedCall[];
  /** The newest, oldest first. */
  readonly jobs: readonly SimulatedJob[];
  readonly faults: readonly FaultView[];
  readonly counts: Readonly<Record<Operation, number>>;
  /** A start or a stop has met with trouble. */
  readonly disturbed: boolean;
  /** The newest, oldest first; without readings that went well, which go on all the time. */
  readonly requests: readonly Pick<
    JournalEntry,
    'method' | 'path' | 'operation' | 'at' | 'status' | 'fault'
  >[];
}

/** The ways to misbehave that the panel offers. */
export type FaultKind = '401' | '403' | '409' | '429' | '500' | 'slow' | 'cut-before' | 'cut-after';

export type FaultTarget = 'start' | 'stop' | 'calls' | 'any';
