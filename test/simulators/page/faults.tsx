import { useState } from 'react';
import type { FaultKind, FaultTarget, GenesysView, SocketFault } from '../page-model.js';
import { recordingOf } from './call-state.js';

interface FaultsProps {
  readonly genesys: GenesysView;
  readonly run: (path: string, body?: object) => void;
}

const buttons: readonly { readonly kind: FaultKind; readonly label: string; readonly title: string }[] = [
  { kind: '401', label: '401', title: 'Revoke all tokens now: the bot gets a new one and goes on' },
  { kind: '403', label: '403', title: 'The OAuth client lacks the permission' },
  {
    kind: '409',
    label: '409',
    title: 'Somebody else records the newest call: the bot adopts that recording',
  },
  { kind: '429', label: '429', title: 'Rate limit, with Retry-After: 5' },
  { kind: '500', label: '500', title: 'Genesys fails' },
  { kind: 'slow', label: 'Slow', title: 'The answer takes four seconds' },
  { kind: 'cut-before', label: 'Cut before', title: 'The connection is cut before anything happens' },
  { kind: 'cut-after', label: 'Cut after', title: 'It happens, but the answer is lost' },
];

export function Faults({ genesys, run }: FaultsProps) {
  const [target, setTarget] = useState<FaultTarget>('start');
  const add = (kind: FaultKind) => {
    if (kind === '401') return run('/api/tokens/revoke');
    if (kind === '409') return recordElsewhere(genesys, run);
    run('/api/faults/add', { on: target, kind });
  };
  return (
    <section aria-label="Make Genesys misbehave">
      <div className="section-head">
        <h2>Misbehave</h2>
        <label className="faint">
          at the next{' '}
          <select
            value={target}
            data-testid="fault-target"
            onChange={(event) => setTarget(event.target.value as FaultTarget)}
          >
            {targetsOf(genesys).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div className="fault-buttons">
        {buttons.map(({ kind, label, title }) => (
          <button
            key={kind}
            type="button"
            className="chip"
            title={title}
            data-testid={`fault-${kind}`}
            onClick={() => add(kind)}
          >
            {label}
          </button>
        ))}
      </div>
      {genesys.events && <SocketFaults sockets={genesys.events.sockets} run={run} />}
      <p className="armed" role="status" data-testid="faults-armed">
        {genesys.faults.length === 0 ? (
          <span className="faint">Genesys behaves.</span>
        ) : (
          <>
            <span>Waiting: {genesys.faults.map(({ on, label }) => `${on} → ${label}`).join('; ')}</span>
            <button
              type="button"
              className="chip"
              data-testid="faults-clear"
              onClick={() => run('/api/faults/clear')}
            >
              Clear
            </button>
          </>
        )}
      </p>
    </section>
  );
}

type Target = readonly [name: FaultTarget, words: string];

const pausing: readonly Target[] = [
  ['pause', 'pause'],
  ['resume', 'resume'],
];

const targetsOf = ({ api }: GenesysView): readonly Target[] => [
  ['start', 'start'],
  ['stop', 'stop'],
  ...(api === 'conversations' ? pausing : []),
  ['calls', 'reading of calls'],
  ['any', 'request of any kind'],
];

const socketFaults: readonly (readonly [fault: SocketFault, label: string, title: string])[] = [
  ['silent', 'Fall silent', 'The socket stays open and nothing comes: the bot notices within half a minute'],
  ['closed', 'Close', 'The bot opens a new one at once, and looks for what it may have missed'],
];

/** The sockets through which Genesys tells of calls. */
const SocketFaults = ({ sockets, run }: { sockets: number; run: FaultsProps['run'] }) => (
  <p className="socket-faults">
    <span>{sockets === 1 ? '1 event socket' : `${sockets} event sockets`}</span>
    {socketFaults.map(([fault, label, title]) => (
      <button
        key={fault}
        type="button"
        className="chip"
        title={title}
        data-testid={`socket-${fault}`}
        onClick={() => run('/api/sockets', { fault })}
      >
        {label}
      </button>
    ))}
  </p>
);

/** Somebody else starts recording the newest call that nobody records. */
function recordElsewhere(genesys: GenesysView, run: FaultsProps['run']): void {
  const call = genesys.calls.filter((each) => each.agent && !recordingOf(genesys, each)).at(-1);
  if (call) run('/api/call', { conversationId: call.id, action: 'record' });
}
