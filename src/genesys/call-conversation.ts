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
  /** Somebody has paused what is recorded of it, whatever that is: a call on hold is not paused. */
  readonly securePaused: boolean;
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
  const securePaused = isSecurePaused(shape, all.filter(isUp));
  return {
    event: {
      call: toActiveCall(shape, readPolicyRecording(shape, all.filter(isUp), securePaused), queueNameOf),
      over,
      recordings: over ? [] : toRecordings(shape.id, all, legs, securePaused),
    },
    legs,
    securePaused,
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

/**
 * A snippet lives on an agent's leg, and ends with it. Null when somebody is there who may be an agent and does not tell.
 * A snippet is never paused. Whether an ad-hoc recording can be is documented nowhere; if it shows so, so it is said.
 */
function toRecordings(
  conversationId: string,
  all: readonly Participant[],
  legs: readonly AgentLeg[],
  securePaused: boolean,
): readonly ActiveRecording[] | null {
  const told = legs.filter(({ running }) => running !== null);
  const mayBeAgent = all.some((leg) => isUp(leg) && leg.purpose === undefined);
  if (told.length === 0 && (all.length === 0 || legs.length > 0 || mayBeAgent)) return null;
  const types = new Set(told.flatMap(({ running }) => running ?? []));
  const isAdhocPaused = all.some(
    (leg) => isUp(leg) && /^paused$/i.test(leg.recordersState?.adhocState ?? ''),
  );
  return [...types].map((recordingType) => ({
    genesysId: null,
    conversationId,
    recordingType,
    paused: recordingType === 'adhoc' && securePaused && isAdhocPaused,
  }));
}

/**
 * Null where the call does not tell, and where `ACTIVE` or `PAUSED` may mean no more than what somebody began: then
 * nothing is claimed of the policy.
 */
function readPolicyRecording(
  call: CallShape,
  up: readonly Participant[],
  securePaused: boolean,
): PolicyRecording | null {
  const state = recordingState(call, up);
  if (state === null || state === 'none') return state;
  // A snippet is never paused: beside it, a secure pause is of something else.
  const bySomebody = up.some((leg) => runningOn(leg).some((type) => type === 'adhoc' || !securePaused));
  const byPolicy = up.some(
    ({ recordersState }) =>
      isRunning(recordersState?.customerExperienceState) || isRunning(recordersState?.agentExperienceState),
  );
  if (bySomebody && !byPolicy) return null;
  if (state === 'active') return 'active';
  return securePaused ? 'paused' : 'held';
}

/** `PAUSED` alone may be a hold, or a queue that suppresses recording. */
const isSecurePaused = (call: CallShape, up: readonly Participant[]): boolean =>
  recordingState(call, up) === 'paused' &&
  (call.securePause === true || up.some((leg) => leg.securePause === true));

/** The call's own word, or else that of its legs: recorded as soon as one of them is. */
function recordingState(call: CallShape, up: readonly Participant[]): 'active' | 'paused' | 'none' | null {
  const known = ['active', 'paused', 'none'] as const;
  const own = known.find((each) => each === call.recordingState?.toLowerCase());
  if (own) return own;
  const states = up.map((leg) => leg.recordingState?.toLowerCase());
  return known.find((each) => states.includes(each)) ?? null;
}
