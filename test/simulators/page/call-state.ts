/** What a call's row in the panel says and offers. Pure. */
import type { SimulatedCall } from '../genesys/types.js';
import type { CallAction, GenesysView } from '../page-model.js';

export interface RecordingState {
  /** `on`: something is recorded now; `paused`, `held`: it is not, though it will be again. */
  readonly lamp: 'on' | 'paused' | 'held';
  readonly runs: boolean;
  readonly words: string;
  readonly title: string;
}

type Recording = Pick<GenesysView, 'api' | 'jobs'>;

/** Null when nothing is recorded. */
export function recordingOf({ api, jobs }: Recording, call: SimulatedCall): RecordingState | null {
  if (api === 'conversations') return publicRecordingOf(call);
  const job = jobs.find(({ conversationId, state }) => conversationId === call.id && state === 'active');
  if (!job) return null;
  const words = `${job.elsewhere ? 'Recorded elsewhere' : 'Recorded'} · job ${job.id.slice(0, 8)}…`;
  return { lamp: 'on', runs: true, words, title: job.id };
}

export const hasSnippet = ({ legs }: SimulatedCall): boolean =>
  legs.some(({ snippet, adhoc }) => snippet || adhoc);

export const isHeld = ({ legs }: SimulatedCall): boolean =>
  legs.some(({ heldSince, endedAt }) => heldSince !== null && endedAt === null);

function publicRecordingOf(call: SimulatedCall): RecordingState | null {
  const snippet = hasSnippet(call);
  const parts = [policyWords(call), snippet ? 'Snippet recorded' : null].filter((part) => part !== null);
  if (parts.length === 0) return null;
  const suspended = call.policyRecording && (call.securePaused ? 'paused' : isHeld(call) && 'held');
  const lamp = (!snippet && suspended) || 'on';
  const title = 'As Genesys has it: the policy’s recording can be paused, a snippet started and stopped';
  return { lamp, runs: lamp === 'on', words: parts.join(' · '), title };
}

function policyWords(call: SimulatedCall): string | null {
  if (!call.policyRecording) return null;
  if (call.securePaused) return 'Policy recording paused';
  return isHeld(call) ? 'On hold, not recorded' : 'Recorded by policy';
}

export interface AgentAction {
  readonly action: CallAction;
  readonly label: string;
  readonly title: string;
}

/** What the agent may do now, where that tells more than that the call goes on. */
export function agentActions({ api }: Pick<GenesysView, 'api'>, call: SimulatedCall): readonly AgentAction[] {
  if (api === 'recording-jobs') return [];
  if (call.agent === null) return [{ action: 'answer', label: 'Answer', title: 'An agent takes the call' }];
  const { policyRecording, securePaused } = call;
  return [
    isHeld(call)
      ? { action: 'unhold', label: 'Take up again', title: 'The agent takes the call up again' }
      : { action: 'hold', label: 'Hold', title: 'The agent puts the caller on hold' },
    ...(policyRecording ? [securePaused ? resume : pause] : [hasSnippet(call) ? stop : record]),
    { action: 'transfer', label: 'Transfer', title: 'To a colleague; a snippet ends with the leg it is of' },
  ];
}

const pause: AgentAction = {
  action: 'pause',
  label: 'Secure pause',
  title: 'The agent pauses on their own screen',
};
const resume: AgentAction = {
  action: 'resume',
  label: 'Resume',
  title: 'The agent resumes on their own screen',
};
const record: AgentAction = {
  action: 'record',
  label: 'Record',
  title: 'The agent records a snippet by themselves',
};
const stop: AgentAction = {
  action: 'stop-recording',
  label: 'Stop recording',
  title: 'The agent ends the snippet by themselves',
};
