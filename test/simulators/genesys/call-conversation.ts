/**
 * A call as the public API describes it, and as its events do: upper case at the top in the one, lower case in the other.
 * Fields: `CallConversation` and `QueueConversationCallEventTopicCallConversation` of the official SDK.
 */
import { agentLegOf, isTalking } from './call-changes.js';
import { calledNumber, toTime } from './calls.js';
import { idFor, queueIdOf, userIdOf } from './ids.js';
import type { SimulatedCall, SimulatedLeg } from './types.js';

type RecordingState = 'none' | 'active' | 'paused';

/** Paused also while the agent keeps the caller on hold: only `securePause` tells that somebody asked for it. */
function policyState(call: SimulatedCall): RecordingState {
  if (!call.policyRecording || call.endedAt !== null) return 'none';
  return call.securePaused || agentLegOf(call)?.heldSince ? 'paused' : 'active';
}

/** Of the whole call: a snippet shows in it only where there is no policy. */
export function recordingStateOf(call: SimulatedCall): RecordingState {
  if (call.policyRecording) return policyState(call);
  return call.legs.some((leg) => leg.snippet || leg.adhoc) ? 'active' : 'none';
}

/** `tellsRecorders`: not in an organisation without snippets. There only the leg's `recording` shows what runs on it. */
export const toCallConversation = (call: SimulatedCall, tellsRecorders: boolean): object => ({
  id: call.id,
  participants: call.legs.map((leg) => ({
    ...toMediaParticipant(call, leg, tellsRecorders),
    ...(leg.error && { errorInfo: leg.error }),
  })),
  otherMediaUris: [],
  recentTransfers: [],
  divisions: [],
  recordingState: recordingStateOf(call).toUpperCase(),
  securePause: call.securePaused,
  selfUri: `/api/v2/conversations/calls/${call.id}`,
});

/** Nothing but ids of users and queues, and an error as the API writes its own. */
export const toCallEvent = (call: SimulatedCall, tellsRecorders: boolean): object => ({
  id: call.id,
  participants: call.legs.map((leg) => ({
    ...toMediaParticipant(call, leg, tellsRecorders),
    // An ended call's customer is `terminated` in events, `disconnected` in the API: both mean ended.
    ...(call.endedAt !== null && leg.purpose === 'customer' && { state: 'terminated' }),
    ...(leg.error && {
      errorInfo: { ...leg.error, messageWithParams: leg.error.message, messageParams: {}, details: [] },
    }),
  })),
  otherMediaUris: [],
  divisions: [],
  recordingState: recordingStateOf(call),
  securePause: call.securePaused,
});

function toMediaParticipant(call: SimulatedCall, leg: SimulatedLeg, tellsRecorders: boolean): object {
  return {
    id: leg.id,
    ...(leg.purpose === 'agent' && { name: leg.name }),
    address: leg.purpose === 'customer' ? call.caller : `sip:${idFor('address', leg.name ?? '')}@localhost`,
    startTime: toTime(leg.startedAt),
    ...(leg.connectedAt !== null && { connectedTime: toTime(leg.connectedAt) }),
    ...(leg.endedAt !== null && {
      endTime: toTime(leg.endedAt),
      disconnectType: disconnectTypeOf(call, leg),
    }),
    ...(leg.heldSince !== null && { startHoldTime: toTime(leg.heldSince) }),
    purpose: leg.purpose,
    state: leg.endedAt !== null ? 'disconnected' : leg.connectedAt === null ? 'alerting' : 'connected',
    direction: 'inbound',
    held: leg.heldSince !== null,
    wrapupRequired: leg.purpose === 'agent',
    mediaRoles: ['full'],
    ...(leg.purpose === 'agent' && leg.name !== null && { user: { id: userIdOf(leg.name) } }),
    ...(leg.queue !== null && { queue: { id: queueIdOf(leg.queue) } }),
    provider: 'Edge',
    muted: false,
    confined: false,
    ani: call.caller,
    dnis: calledNumber,
    ...(leg.consults !== null && { consultParticipantId: leg.consults }),
    ...toRecording(call, leg, tellsRecorders),
  };
}

function disconnectTypeOf(call: SimulatedCall, leg: SimulatedLeg): string {
  if (leg.connectedAt === null) return 'timeout';
  if (leg.endedAt === call.endedAt) return leg.purpose === 'customer' ? 'client' : 'peer';
  return 'transfer';
}

/** The policy records customer and agent; snippets and ad-hoc recordings are of one agent's leg. */
function toRecording(call: SimulatedCall, leg: SimulatedLeg, tellsRecorders: boolean): object {
  const isRecorded = leg.endedAt === null && (leg.purpose === 'customer' || isTalking(leg));
  const policy = isRecorded ? policyState(call) : 'none';
  const extra = leg.snippet || leg.adhoc ? 'active' : 'none';
  const state = policy === 'none' ? extra : policy;
  return {
    recording: state !== 'none',
    recordingState: state,
    ...(tellsRecorders && {
      recordersState: {
        adhocState: leg.adhoc ? 'active' : 'none',
        customerExperienceState: leg.purpose === 'customer' ? policy : 'none',
        agentExperienceState: leg.purpose === 'agent' ? policy : 'none',
        snippetState: leg.snippet ? 'active' : 'none',
      },
    }),
    securePause: call.securePaused && policy !== 'none',
  };
}
