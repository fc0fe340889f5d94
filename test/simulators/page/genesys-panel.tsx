/** The other side of the story: what happens in Genesys, and ways to disturb it. */

import type { SimulatedCall, SimulatedJob } from '../genesys/types.js';
import type { GenesysView, SlackView, StageView } from '../page-model.js';
import { Faults } from './faults.js';
import { Guide } from './guide.js';
import { useNow } from './live.js';
import { clockTime, span } from './slack-date.js';

interface PanelProps {
  readonly slack: SlackView;
  readonly genesys: GenesysView;
  readonly stage: StageView;
  readonly run: (path: string, body?: object) => void;
}

export function GenesysPanel({ slack, genesys, stage, run }: PanelProps) {
  return (
    <aside className="genesys" aria-label="Genesys Cloud" data-testid="genesys">
      <header>
        <h1>Genesys Cloud</h1>
        <span className="faint">simulated</span>
      </header>
      <div className="scroll">
        <Guide slack={slack} genesys={genesys} stage={stage} />
        <Calls genesys={genesys} run={run} />
        <Faults genesys={genesys} run={run} />
        <Requests genesys={genesys} />
      </div>
    </aside>
  );
}

function Calls({ genesys, run }: Pick<PanelProps, 'genesys' | 'run'>) {
  const now = useNow();
  const running = new Map(
    genesys.jobs.filter(({ state }) => state === 'active').map((job) => [job.conversationId, job]),
  );
  return (
    <section aria-label="Live calls">
      <div className="section-head">
        <h2>Live calls</h2>
        <span className="faint">
          {genesys.calls.length} up, {running.size} recorded
        </span>
        <button
          type="button"
          className="chip"
          data-testid="start-call"
          onClick={() => run('/api/call/start')}
        >
          + New call
        </button>
      </div>
      <ul className="calls">
        {genesys.calls.map((call) => (
          <CallRow key={call.id} call={call} job={running.get(call.id)} now={now} run={run} />
        ))}
      </ul>
      {genesys.calls.length === 0 && <p className="faint">Nobody is calling just now.</p>}
    </section>
  );
}

interface CallRowProps {
  readonly call: SimulatedCall;
  readonly job: SimulatedJob | undefined;
  readonly now: number;
  readonly run: PanelProps['run'];
}

function CallRow({ call, job, now, run }: CallRowProps) {
  const body = { conversationId: call.id };
  return (
    <li data-testid="call" data-conversation={call.id} data-recording={job !== undefined}>
      <span className={`lamp ${job ? 'on' : ''}`} aria-hidden />
      <span className="who">
        <span className="caller" title={call.id}>
          {call.caller.replace(/^(tel|sip):/, '')}
        </span>
        <span className="faint">
          {call.queue} · {call.agent ?? 'waiting in the queue'}
        </span>
        {job && (
          <span className="recorded" title={job.id}>
            {job.elsewhere ? 'Recorded elsewhere' : 'Recorded'} · job {job.id.slice(0, 8)}…
          </span>
        )}
      </span>
      <span className="since">{span(now - call.startedAt)}</span>
      <button type="button" className="chip" onClick={() => run('/api/call/end', body)}>
        End<span className="visually-hidden"> the call of {call.caller}</span>
      </button>
    </li>
  );
}

const operations = [
  ['calls', 'calls read'],
  ['jobs', 'jobs read'],
  ['start', 'starts'],
  ['stop', 'stops'],
  ['token', 'tokens'],
] as const;

function Requests({ genesys }: { genesys: GenesysView }) {
  return (
    <section aria-label="Requests to Genesys">
      <div className="section-head">
        <h2>Requests</h2>
      </div>
      <dl className="counts" data-testid="request-counts">
        {operations.map(([operation, label]) => (
          <div key={operation}>
            <dt>{label}</dt>
            <dd data-testid={`count-${operation}`}>{genesys.counts[operation]}</dd>
          </div>
        ))}
      </dl>
      <ol className="requests">
        {genesys.requests.toReversed().map((request) => (
          <li key={`${request.at}${request.path}${request.status}`}>
            <time>{clockTime(request.at, true)}</time>
            <code title={request.path}>
              {request.method} {shorten(request.path)}
            </code>
            <span className={statusClass(request.status)}>{request.status ?? request.fault ?? '…'}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

const statusClass = (status: number | null): string =>
  `status ${status !== null && status < 400 ? 'good' : 'bad'}`;

/** Paths without what is the same in all of them, and ids by their beginning. */
const shorten = (path: string): string =>
  path.replace('/api/v2', '').replace(/([0-9a-f]{8})-[0-9a-f-]{27}/g, '$1…');
