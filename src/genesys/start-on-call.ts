/** Begins a recording on the side of the agent who has the call, and looks whether it runs. */
import { RecordError } from '../core/errors.js';
import type { Clock, RequestOptions } from '../core/ports.js';
import type { AgentLeg, ObservedCall, RecorderType } from './call-conversation.js';
import { callRequest } from './call-requests.js';
import type { GenesysClient } from './client.js';
import { isRefusal, lookAtLeg } from './leg-now.js';
import { readBackRecorder } from './read-back.js';
import type { Recorder } from './recorder.js';
import { findRunning } from './running-recording.js';

interface StartDeps {
  readonly client: GenesysClient;
  readonly clock: Clock;
  readonly recorder: Recorder;
}

/** Throws as `RecordingApi.start` does. */
export async function startOnCall(deps: StartDeps, conversationId: string, options?: RequestOptions) {
  const request = { priority: 'start', ...options } as const;
  const observed = await deps.client.send(callRequest(conversationId), request);
  if (observed === 'unknown' || observed.event.over) throw notActive();
  const running = findRunning(observed);
  if (running !== null && running !== 'unclear') {
    throw new RecordError('STATE_CONFLICT', 'That call is being recorded already.');
  }
  const leg = ownerOf(observed);
  if (!leg) throw noAgentYet();
  const recordingType = await beginOn(deps, conversationId, leg, request);
  const order = { conversationId, participantId: leg.participantId, type: recordingType, record: true };
  const settled = await readBackRecorder(deps, order, leg.error, request);
  if (settled === 'gone') throw agentLeft();
  return { genesysId: null, recordingType };
}

/** The agent who has had the call for longest: whoever has handed it on is not on it any more. Never by position. */
const ownerOf = ({ legs }: ObservedCall): AgentLeg | undefined => legs.find(({ connected }) => connected);

/** Of a refusal the cause may be that the agent has left since the call was read: then that is said. */
async function beginOn(
  { client, recorder }: StartDeps,
  conversationId: string,
  { participantId }: AgentLeg,
  request: RequestOptions,
): Promise<RecorderType> {
  const answer = await recorder.begin(conversationId, participantId, request).catch((error: unknown) => {
    if (isRefusal(error)) return error;
    throw error;
  });
  if (answer === 'snippet' || answer === 'adhoc') return answer;
  const leg = await lookAtLeg(client, { conversationId, participantId }, request);
  if (leg === 'over') throw notActive();
  if (leg === 'gone' || leg?.connected === false) throw agentLeft();
  throw answer === 'gone' ? notActive() : answer;
}

const notActive = (): RecordError =>
  new RecordError('NOT_FOUND', 'Genesys knows no active call with that conversation id.', {
    cure: 'Check the id; the call may have ended.',
  });

const agentLeft = (): RecordError =>
  new RecordError('NOT_FOUND', 'The agent left the call just as its recording was to begin.', {
    cure: 'If the call goes on with somebody else, start it again.',
  });

const noAgentYet = (): RecordError =>
  new RecordError(
    'NOT_FOUND',
    'No agent is on that call yet, and Genesys records on an agent’s side of it.',
    {
      cure: 'Start the recording once an agent has answered.',
    },
  );
