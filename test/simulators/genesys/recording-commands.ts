/** What the public API can do to a live call's recordings: pause and resume the policy's, begin and end those of a leg. */
import { isTalking, recordLeg, setSecurePause } from './call-changes.js';
import { recordingStateOf } from './call-conversation.js';
import type { Endpoint, Exchange } from './contract.js';
import { badRequest, invalidValue, usual } from './errors.js';
import { isUuid } from './ids.js';
import { isJsonObject, readFields, readJson } from './json-body.js';
import type { SimulatedCall, SimulatedLeg } from './types.js';

type LegRecording = 'snippet' | 'adhoc';

const isStop = (body: unknown): boolean => isJsonObject(body) && body['record'] === false;
const isPatchStop = (body: unknown): boolean => isJsonObject(body) && body['recording'] === false;
const isResume = (body: unknown): boolean => isJsonObject(body) && body['recordingState'] === 'ACTIVE';

export const recordingCommands: readonly Endpoint[] = [
  {
    request: 'PUT /api/v2/conversations/calls/{conversationId}/recordingstate',
    operation: (body) => (isResume(body) ? 'resume' : 'pause'),
    permission: 'conversation:recording:pauseOthers',
    work: setRecordingState,
  },
  {
    // Since April 2026.
    request: 'POST /api/v2/conversations/calls/{conversationId}/participants/{participantId}/snippet/record',
    operation: (body) => (isStop(body) ? 'stop' : 'start'),
    permission: 'conversation:recording:snippetRecord',
    isThere({ withoutSnippet }) {
      if (withoutSnippet) throw usual(withoutSnippet);
    },
    work: recordSnippet,
  },
  {
    request: 'PATCH /api/v2/conversations/calls/{conversationId}/participants/{participantId}',
    operation: (body) => (isPatchStop(body) ? 'stop' : 'start'),
    permission: 'conversation:call:record',
    work: patchParticipant,
  },
];

/** The call that the path names. Refuses what is no UUID, and what is unknown. */
export function findCall({ world: { life }, ids: [id] }: Exchange): SimulatedCall {
  if (!isUuid(id)) throw invalidValue(id ?? '', 'conversationId', 'a UUID');
  const call = life.findCall(id);
  if (!call) throw usual(404);
  return call;
}

function setRecordingState(exchange: Exchange) {
  const { world, request, tookEffect } = exchange;
  const body = readFields(readJson(request), 'the body', ['recordingState']);
  const wanted = body['recordingState'];
  // NONE can be read, never set: nobody ends a policy's recording.
  if (wanted !== 'ACTIVE' && wanted !== 'PAUSED') {
    throw invalidValue(JSON.stringify(wanted) ?? '', 'recordingState', 'ACTIVE, PAUSED');
  }
  const call = findCall(exchange);
  if (call.endedAt !== null) throw usual(404);
  if (!call.policyRecording) return { status: 200, body: recordingStateOf(call).toUpperCase() };
  const paused = wanted === 'PAUSED';
  if (call.securePaused !== paused) {
    const isDone = world.life.command(call.id, undefined, (before) => setSecurePause(before, paused));
    if (isDone) tookEffect();
  }
  return { status: 200, body: wanted };
}

function recordSnippet(exchange: Exchange) {
  const body = readFields(readJson(exchange.request), 'the body', ['type', 'record']);
  const { type, record } = body;
  if (type !== 'snippet' && type !== 'adhoc') {
    throw invalidValue(JSON.stringify(type) ?? '', 'type', 'snippet, adhoc');
  }
  if (typeof record !== 'boolean') throw badRequest('The field record must be true or false.');
  setLegRecording(exchange, type, record);
  return { status: 200, body: record ? 'ACTIVE' : 'NONE' };
}

function patchParticipant(exchange: Exchange) {
  const { recording } = readFields(readJson(exchange.request), 'the body', ['recording']);
  if (typeof recording !== 'boolean') throw badRequest('The field recording must be true or false.');
  setLegRecording(exchange, 'adhoc', recording);
  return { status: 202, body: undefined };
}

/** Asking again for what is so already is accepted, and changes nothing. */
function setLegRecording(exchange: Exchange, type: LegRecording, record: boolean): void {
  const { world, tookEffect } = exchange;
  const call = findCall(exchange);
  const leg = findAgentLeg(call, exchange.ids[1]);
  if (leg[type] === record) return;
  const isDone = world.life.command(call.id, leg.id, (before) => recordLeg(before, leg.id, type, record));
  if (isDone) tookEffect();
}

function findAgentLeg(call: SimulatedCall, id: string | undefined): SimulatedLeg {
  const leg = call.legs.find((one) => one.id === id?.toLowerCase());
  if (!leg) throw usual(404);
  if (isTalking(leg)) return leg;
  throw badRequest(
    leg.purpose === 'agent'
      ? 'The participant is not connected.'
      : `A participant with the purpose ${leg.purpose} cannot be recorded.`,
  );
}
