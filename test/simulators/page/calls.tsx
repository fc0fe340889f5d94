/** The calls that are up: what Genesys records of each, and what its agent can do about it. */
import type { SimulatedCall } from '../genesys/types.js';
import type { CallAction, GenesysView } from '../page-model.js';
import { type AgentAction, agentActions, recordingOf } from './call-state.js';
import { useNow } from './live.js';
import { span } from './slack-date.js';

interface CallsProps {
  readonly genesys: GenesysView;
  readonly run: (path: string, body?: object) => void;
}

export function Calls({ genesys, run }: CallsProps) {
  const now = useNow();
  const recorded = genesys.calls.filter((call) => recordingOf(genesys, call)?.runs).length;
  return (
    <section aria-label="Live calls">
      <div className="section-head">
        <h2>Live calls</h2>
        <span className="faint">
          {genesys.calls.length} up, {recorded} recorded
        </span>
        <NewCalls genesys={genesys} run={run} />
      </div>
      <ul className="calls">
        {genesys.calls.map((call) => (
          <CallRow key={call.id} genesys={genesys} call={call} now={now} run={run} />
        ))}
      </ul>
      {genesys.calls.length === 0 && <p className="faint">Nobody is calling just now.</p>}
    </section>
  );
}

function NewCalls({ genesys, run }: CallsProps) {
  const start = (policyRecording: boolean) => run('/api/call/start', { policyRecording });
  return (
    <span className="new-calls">
      <button type="button" className="chip" data-testid="start-call" onClick={() => start(false)}>
        + New call
      </button>
      {genesys.api === 'conversations' && (
        <button
          type="button"
          className="chip"
          data-testid="start-policy-call"
          title="A call that the organisation records by its own policy: it can be paused, and nobody can stop it"
          onClick={() => start(true)}
        >
          + by policy
        </button>
      )}
    </span>
  );
}

interface CallRowProps extends CallsProps {
  readonly call: SimulatedCall;
  readonly now: number;
}

function CallRow({ genesys, call, now, run }: CallRowProps) {
  const recording = recordingOf(genesys, call);
  const actions = agentActions(genesys, call);
  const act = (action: CallAction) => run('/api/call', { conversationId: call.id, action });
  return (
    <li data-testid="call" data-conversation={call.id} data-recording={recording?.runs ?? false}>
      <span className={`lamp ${recording?.lamp ?? ''}`} aria-hidden />
      <span className="who">
        <span className="caller" title={call.id}>
          {call.caller.replace(/^(tel|sip):/, '')}
        </span>
        <span className="faint">
          {call.queue ?? 'no queue'} · {call.agent ?? 'in the queue'}
        </span>
        {recording && (
          <span className={`recording ${recording.lamp}`} title={recording.title}>
            {recording.words}
          </span>
        )}
      </span>
      <span className="since">{span(now - call.startedAt)}</span>
      <button type="button" className="chip" onClick={() => act('end')}>
        End<span className="visually-hidden"> the call of {call.caller}</span>
      </button>
      {actions.length > 0 && <AgentScreen call={call} actions={actions} act={act} />}
    </li>
  );
}

interface AgentScreenProps {
  readonly call: SimulatedCall;
  readonly actions: readonly AgentAction[];
  readonly act: (action: CallAction) => void;
}

const AgentScreen = ({ call, actions, act }: AgentScreenProps) => (
  <fieldset className="agent-screen">
    <legend className="visually-hidden">On the agent’s own screen, for the call of {call.caller}</legend>
    {actions.map(({ action, label, title }) => (
      <button
        key={action}
        type="button"
        title={title}
        data-testid={`agent-${action}`}
        onClick={() => act(action)}
      >
        {label}
      </button>
    ))}
  </fieldset>
);
