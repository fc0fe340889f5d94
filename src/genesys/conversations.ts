/**
 * The contract `conversations`: the public API. A recording has no name of its own there, and is a snippet on an
 * agent's leg, or what the organisation's policy records. Never a request to `/api/v2/recording/jobs`: in this API that
 * is the bulk job that exports, archives and deletes recordings.
 */
import { RecordError } from '../core/errors.js';
import type { ActiveRecording, RecordingRef } from '../core/model.js';
import type { CallDirectory, Clock, Logger, RecordingApi, RequestOptions } from '../core/ports.js';
import { createActiveCalls } from './active-calls.js';
import type { AgentLeg, RecorderType } from './call-conversation.js';
import { callRequest, type RecorderOrder, recordingStateRequest } from './call-requests.js';
import type { GenesysClient } from './client.js';
import { createKnownRecordings } from './known-recordings.js';
import { isRefusal, lookAtLeg } from './leg-now.js';
import { readBackPause, readBackRecorder } from './read-back.js';
import { createRecorder, type Recorder } from './recorder.js';
import { findRunning, toBeEnded } from './running-recording.js';
import { startOnCall } from './start-on-call.js';

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
    start: (conversationId, request) => startOnCall(parts, conversationId, request),
    stop: (recording, request) => stop(parts, recording, request),
    setPaused: (recording, paused, request) => setPaused(parts, recording, paused, request),
    find: (id, request) => find(parts, id, request),
    // Genesys lists no recordings: those that others begin are met on the calls that are read for the list of calls.
    async listActive(known, request) {
      const listing = await knownRecordings.list(known, request);
      const begun = activeCalls.takeBegun().filter(({ conversationId }) => !listing.covers(conversationId));
      return { ...listing, items: [...listing.items, ...begun] };
    },
    listCalls: (request) => activeCalls.list(request),
    findOver: (ids, listing, request) => activeCalls.findOver(ids, listing, request),
  };
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
      if ((await endOnLeg(parts, order, request)) === 'accepted') accepted.push([order, leg.error]);
    }
  }
  for (const [order, before] of accepted) await readBackRecorder(parts, order, before, request);
  return accepted.length > 0 ? 'stopped' : 'already-finished';
}

/** What is recorded of a leg ends with it: whoever has left between the look and the order needs no stop. */
async function endOnLeg({ client, recorder }: Parts, order: RecorderOrder, request: RequestOptions) {
  return recorder.end(order, request).catch(async (error: unknown) => {
    const leg = isRefusal(error) ? await lookAtLeg(client, order, request) : null;
    if (leg === 'gone' || leg === 'over') return 'gone' as const;
    throw error;
  });
}

async function setPaused(
  parts: Parts,
  { conversationId, recordingType }: RecordingRef,
  paused: boolean,
  options?: RequestOptions,
): Promise<'done' | 'not-recorded' | 'already-finished'> {
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
