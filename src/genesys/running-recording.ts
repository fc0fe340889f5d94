/** Which recording does a call show? Pure. */
import type { ActiveRecording, RecordingRef } from '../core/model.js';
import type { AgentLeg, ObservedCall, RecorderType } from './call-conversation.js';
import type { RecorderOrder } from './call-requests.js';

/**
 * What somebody began goes before the policy's; `unclear` where the call does not tell. `ordered`: what this process was to
 * begin last on it. Where no leg tells of its recorders, `ACTIVE` may be that as well as the policy's, and is taken for it:
 * when it was ordered, nothing was recorded.
 */
export function findRunning(
  { event, legs }: ObservedCall,
  ordered?: RecorderOrder,
): ActiveRecording | null | 'unclear' {
  const { call, over, recordings } = event;
  if (over) return null;
  const begun = recordings?.find(({ recordingType }) => recordingType === 'snippet') ?? recordings?.[0];
  if (begun) return begun;
  if (recordings === null && ordered && legs.some((leg) => leg.recorded && isOn(leg, ordered))) {
    return ofType(ordered.type, call.conversationId);
  }
  const policy = toPolicyRecording(event);
  if (policy) return policy;
  // Without recorders of their own to show, legs that are recorded by no policy are recorded by somebody's order.
  if (recordings === null && legs.some((leg) => leg.recorded)) return ofType('adhoc', call.conversationId);
  return recordings === null && call.policyRecording === null ? 'unclear' : null;
}

const isOn = ({ participantId }: AgentLeg, order: RecorderOrder): boolean =>
  participantId === order.participantId;

/**
 * A known recording, if the call still shows it; `unclear` where the call does not tell. A policy's is another one than
 * what somebody began, although both are of the same call.
 */
export function findKnown(known: RecordingRef, observed: ObservedCall): ActiveRecording | null | 'unclear' {
  const { event, legs } = observed;
  if (event.over) return null;
  if (known.recordingType === 'policy') {
    return event.call.policyRecording === null ? 'unclear' : toPolicyRecording(event);
  }
  const { recordings } = event;
  if (recordings === null) return legs.length === 0 || legs.some(mayBeRecorded) ? 'unclear' : null;
  return (
    recordings.find(({ recordingType }) => recordingType === known.recordingType) ?? recordings[0] ?? null
  );
}

/** What there is to end on a leg, for a recording of that type. */
export function toBeEnded(leg: AgentLeg, type: RecorderType): readonly RecorderType[] {
  if (leg.running !== null) return leg.running;
  return mayBeRecorded(leg) ? [type] : [];
}

/** Of a leg that does not tell it is not believed that it has ended. */
const mayBeRecorded = ({ recorded }: AgentLeg): boolean => recorded !== false;

function toPolicyRecording({ call }: ObservedCall['event']): ActiveRecording | null {
  const { policyRecording, conversationId } = call;
  if (policyRecording === null || policyRecording === 'none') return null;
  return { ...ofType('policy', conversationId), paused: policyRecording === 'paused' };
}

const ofType = (
  recordingType: ActiveRecording['recordingType'],
  conversationId: string,
): ActiveRecording => ({ genesysId: null, conversationId, recordingType, paused: false });
