/**
 * The contract `conversations`: the public API. A recording has no name of its own there, and is a snippet on an
 * agent's leg, or what the organisation's policy records. Never a request to `/api/v2/recording/jobs`: in this API that
 * is the bulk job that exports, archives and deletes recordings.
 */
import { RecordError } from '../core/errors.js';
import type { ActiveRecording, RecordingRef } from '../core/model.js';
import type { CallDirectory, Clock, Logger, RecordingApi, RequestOptions } from '../core/ports.js';
import { createActiveCalls } from './active-calls.js';
import type { AgentLeg, ObservedCall, RecorderType } from './call-conversation.js';
import { callRequest, type RecorderOrder, recordingStateRequest } from './call-requests.js';
import type { GenesysClient } from './client.js';
import { createKnownRecordings } from './known-recordings.js';
import { readBackPause, readBackRecorder } from './read-back.js';
import { createRecorder, type Recorder } from './recorder.js';
import { findRunning, toBeEnded } from './running-recording.js';

export interface ConversationsOptions {
  readonly client: GenesysClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Parts extends ConversationsOptions {
  readonly recorder: Recorder;
}

export function createConversations(options: ConversationsOptions): RecordingApi & CallDirectory {
  const parts: Parts = { ...options, recorder: createRecorder(options.client) };
  const knownRecordings = createKnownRecordings(options);
  const activeCalls = createActiveCalls(options);

  return {
    canPause: true,
    start: (conversationId, request) => start(parts, conversationId, request),
    stop: (recording, request) => stop(parts, recording, request),
    setPaused: (recording, paused, request) => setPaused(parts, recording, paused, request),
    find: (id, request) => find(parts, id, request),
    // Genesys lists no recordings: those that others begin are met on the calls that are read for the list of calls.
    async listActive(known, request) {
      const { items, covers } = await knownRecordings.list(known, request);
      const begun = activeCalls.takeBegun().filter(({ conversationId }) => !covers(conversationId));
      return { items: [...items, ...begun], covers };
    },
    listCalls: (request) => activeCalls.list(request),
  };
}

async function start(parts: Parts, conversationId: string, options?: RequestOptions) {
  const observed = await parts.client.send(callRequest(conversationId), { priority: 'start', ...options });
  if (observed === 'unknown' || observed.event.over) throw notActive();
  const running = findRunning(observed);
  if (running !== null && running !== 'unclear') {
    throw new RecordError('STATE_CONFLICT', 'That call is being recorded already.');
  }
  const leg = ownerOf(observed);
  if (!leg) throw noAgentYet();
  const recordingType = await parts.recorder.begin(conversationId, leg.participantId, options);
  if (recordingType === 'gone') throw notActive();
  await confirmStart(parts, conversationId, leg, recordingType, options);
  return { genesysId: null, recordingType };
}

/** The agent who has had the call for longest: whoever has handed it on is not on it any more. Never by position. */
const ownerOf = ({ legs }: ObservedCall): AgentLeg | undefined => legs.find(({ connected }) => connected);

async function confirmStart(
  parts: Parts,
  conversationId: string,
  { participantId, error: before }: AgentLeg,
  type: RecorderType,
  options?: RequestOptions,
): Promise<void> {
  const order = { conversationId, participantId, type, record: true };
  const settled = await readBackRecorder(parts, order, before, { priority: 'start', ...options });
  if (settled === 'done') return;
  throw new RecordError('NOT_FOUND', 'The agent left the call just as its recording was to begin.', {
    cure: 'If the call goes on with somebody else, start it again.',
  });
}

async function stop(
  parts: Parts,
  { conversationId, recordingType }: RecordingRef,
  options: RequestOptions = {},
): Promise<'stopped' | 'already-finished'> {
  const type = toRecorderType(recordingType);
  if (type === null) {
    throw new RecordError('STATE_CONFLICT', 'Genesys records that call by the organisation’s own policy.', {
      cure: 'Nobody can stop that from outside; it ends with the call.',
    });
  }
  const request = { priority: 'stop', ...options } as const;
  const observed = await parts.client.send(callRequest(conversationId), request);
  if (observed === 'unknown' || observed.event.over) return 'already-finished';
  const accepted: [order: RecorderOrder, before: AgentLeg['error']][] = [];
  for (const leg of observed.legs) {
    for (const running of toBeEnded(leg, type)) {
      const order = { conversationId, participantId: leg.participantId, type: running, record: false };
      if ((await parts.recorder.end(order, request)) === 'accepted') accepted.push([order, leg.error]);
    }
  }
  for (const [order, before] of accepted) await readBackRecorder(parts, order, before, request);
  return accepted.length > 0 ? 'stopped' : 'already-finished';
}

async function setPaused(
  parts: Parts,
  { conversationId, recordingType }: RecordingRef,
  paused: boolean,
  options?: RequestOptions,
): Promise<'done' | 'already-finished'> {
  if (recordingType !== 'policy') {
    throw new RecordError(
      'STATE_CONFLICT',
      'This bot pauses only what Genesys records by the organisation’s policy.',
      {
        cure: 'Stop it, and start a new one after.',
      },
    );
  }
  const { client } = parts;
  const request = recordingStateRequest(conversationId, paused);
  const settled = await client.send(request, options).catch(async (error: unknown) => {
    if (isUnclear(error) && (await isAlready(parts, conversationId, paused, options)))
      return 'already' as const;
    throw error;
  });
  if (settled === 'already') return 'done';
  if (settled === 'already-finished') return settled;
  return readBackPause(parts, conversationId, paused, { priority: request.priority, ...options });
}

/** The answer was lost, or made no sense. */
const isUnclear = (error: unknown): boolean =>
  error instanceof RecordError && (error.code === 'UNAVAILABLE' || error.code === 'UNEXPECTED_RESPONSE');

/** After such an answer: whether the call shows what was wanted all the same. */
async function isAlready(
  { client }: Parts,
  conversationId: string,
  paused: boolean,
  options?: RequestOptions,
): Promise<boolean> {
  const observed = await client.send(callRequest(conversationId), options).catch(() => 'unknown' as const);
  if (observed === 'unknown') return false;
  return paused ? observed.securePaused : observed.event.call.policyRecording === 'active';
}

async function find(
  { client, recorder }: Parts,
  id: string,
  options?: RequestOptions,
): Promise<ActiveRecording | null> {
  const observed = await client.send(callRequest(id), options);
  const running = observed === 'unknown' ? null : findRunning(observed, recorder.lastBegun(id));
  if (running !== 'unclear') return running;
  throw new RecordError('UNEXPECTED_RESPONSE', 'Genesys does not say whether that call is being recorded.', {
    cure: 'An administrator can look at the call in Genesys, and report this.',
  });
}

const toRecorderType = (type: RecordingRef['recordingType']): RecorderType | null =>
  type === 'snippet' || type === 'adhoc' ? type : null;

const notActive = (): RecordError =>
  new RecordError('NOT_FOUND', 'Genesys knows no active call with that conversation id.', {
    cure: 'Check the id; the call may have ended.',
  });

const noAgentYet = (): RecordError =>
  new RecordError(
    'NOT_FOUND',
    'No agent is on that call yet, and Genesys records on an agent’s side of it.',
    {
      cure: 'Start the recording once an agent has answered.',
    },
  );
