/**
 * A `CallConversation` of the public API, as the REST API and the call events tell it: upper case in the one, lower in
 * the other. Pure.
 * Source: https://developer.genesys.cloud/devapps/api-explorer (GET /api/v2/conversations/calls/{conversationId})
 */
import type { ActiveRecording, CallEvent, PolicyRecording } from '../core/model.js';
import {
  agentLegs,
  type CallShape,
  inOrder,
  isConnected,
  isUp,
  outsideLegs,
  type Participant,
  type QueueNameOf,
  readCallShape,
  toActiveCall,
} from './call-schema.js';
import { toOneLine } from './error-body.js';

/** What somebody can begin and end on an agent's leg. */
export type RecorderType = 'snippet' | 'adhoc';

/** An agent's side of a call. */
export interface AgentLeg {
  readonly participantId: string;
  readonly connected: boolean;
  /** The recorders that run on it; null where the leg does not tell. */
  readonly running: readonly RecorderType[] | null;
  /** Whether it is recorded by anything at all; null where the leg does not tell. */
  readonly recorded: boolean | null;
  /** What became of a command that was accepted and then failed. It stays on the leg. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** A call with what it takes to control its recording. */
export interface ObservedCall {
  readonly event: CallEvent;
  /** Those that are up, the longest connected first. */
  readonly legs: readonly AgentLeg[];
}

/** What a call event, or the body of a REST answer, says; `unreadable` when it names no call. */
export function readCallEvent(json: unknown, queueNameOf?: QueueNameOf): CallEvent | 'unreadable' {
  const observed = readObservedCall(json, queueNameOf);
  return observed === 'unreadable' ? observed : observed.event;
}

export function readObservedCall(json: unknown, queueNameOf?: QueueNameOf): ObservedCall | 'unreadable' {
  const shape = readCallShape(json);
  if (!shape) return 'unreadable';
  const all = shape.participants ?? [];
  const legs = inOrder(agentLegs(all).filter(isUp)).flatMap(toAgentLeg);
  const over = isOver(all);
  return {
    event: {
      call: toActiveCall(shape, readPolicyRecording(shape, all.filter(isUp)), queueNameOf),
      over,
      recordings: over ? [] : toRecordings(shape.id, all, legs),
    },
    legs,
  };
}

/** Without anybody from outside, as between two colleagues, it is over when nobody is left; of nobody nothing is known. */
function isOver(all: readonly Participant[]): boolean {
  const outside = outsideLegs(all);
  return all.length > 0 && !(outside.length > 0 ? outside : all).some(isUp);
}

/** Empty for a leg without an id, which nothing can be asked of. */
function toAgentLeg(leg: Participant): AgentLeg[] {
  if (!leg.id) return [];
  return [
    {
      participantId: leg.id,
      connected: isConnected(leg),
      running: leg.recordersState === undefined ? null : runningOn(leg),
      recorded: leg.recording ?? null,
      error: toLegError(leg),
    },
  ];
}

function toLegError({ errorInfo }: Participant): AgentLeg['error'] {
  const code = toOneLine(errorInfo?.code ?? '');
  const message = toOneLine(errorInfo?.messageWithParams ?? errorInfo?.message ?? '');
  return code || message ? { code: code || 'unknown', message } : null;
}

/** A recorder that is paused has not ended: it must be possible to end it. */
const isRunning = (state: string | undefined): boolean => /^(active|paused)$/i.test(state ?? '');

function runningOn({ recordersState }: Participant): RecorderType[] {
  const types: RecorderType[] = [];
  if (isRunning(recordersState?.snippetState)) types.push('snippet');
  if (isRunning(recordersState?.adhocState)) types.push('adhoc');
  return types;
}

/** A snippet lives on an agent's leg, and ends with it. Null when somebody is there who may be an agent and does not tell. */
function toRecordings(
  conversationId: string,
  all: readonly Participant[],
  legs: readonly AgentLeg[],
): readonly ActiveRecording[] | null {
  const told = legs.filter(({ running }) => running !== null);
  const mayBeAgent = all.some((leg) => isUp(leg) && leg.purpose === undefined);
  if (told.length === 0 && (all.length === 0 || legs.length > 0 || mayBeAgent)) return null;
  const types = new Set(told.flatMap(({ running }) => running ?? []));
  return [...types].map((recordingType) => ({
    genesysId: null,
    conversationId,
    recordingType,
    paused: false,
  }));
}

/**
 * Null where the call does not tell, and where `ACTIVE` may mean no more than that somebody's snippet runs: then
 * nothing is claimed of the policy.
 */
function readPolicyRecording(call: CallShape, up: readonly Participant[]): PolicyRecording | null {
  const state = recordingState(call, up);
  if (state === 'paused') {
    const securePause = call.securePause || up.some((leg) => leg.securePause);
    return securePause ? 'paused' : 'held';
  }
  if (state !== 'active') return state;
  const bySomebody = up.some((leg) => runningOn(leg).length > 0);
  const byPolicy = up.some(
    ({ recordersState }) =>
      isRunning(recordersState?.customerExperienceState) || isRunning(recordersState?.agentExperienceState),
  );
  return bySomebody && !byPolicy ? null : 'active';
}

/** The call's own word, or else that of its legs: recorded as soon as one of them is. */
function recordingState(call: CallShape, up: readonly Participant[]): 'active' | 'paused' | 'none' | null {
  const known = ['active', 'paused', 'none'] as const;
  const own = known.find((each) => each === call.recordingState?.toLowerCase());
  if (own) return own;
  const states = up.map((leg) => leg.recordingState?.toLowerCase());
  return known.find((each) => states.includes(each)) ?? null;
}
