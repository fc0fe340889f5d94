/** What the bot has asked of Genesys. */
import type { CountedOperation, GenesysView } from '../page-model.js';
import { clockTime } from './slack-date.js';

type Tile = readonly [operation: CountedOperation, label: string];

const tiles: Readonly<Record<GenesysView['api'], readonly Tile[]>> = {
  'recording-jobs': [
    ['calls', 'calls read'],
    ['jobs', 'jobs read'],
    ['start', 'starts'],
    ['stop', 'stops'],
    ['token', 'tokens'],
  ],
  conversations: [
    ['calls', 'lists'],
    ['call', 'reads'],
    ['start', 'starts'],
    ['stop', 'stops'],
    ['pause', 'pauses'],
    ['resume', 'resumes'],
  ],
};

export function Requests({ genesys }: { genesys: GenesysView }) {
  return (
    <section aria-label="Requests to Genesys">
      <div className="section-head">
        <h2>Requests</h2>
        {genesys.events && (
          <span className="faint" data-testid="events-sent">
            and {genesys.events.sent} events told
          </span>
        )}
      </div>
      <dl className="counts" data-testid="request-counts">
        {tiles[genesys.api].map(([operation, label]) => (
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
  path
    .replace('/api/v2', '')
    .replace('/conversations/calls', '/calls')
    .replace(/([0-9a-f]{4})[0-9a-f]{4}-[0-9a-f-]{27}/g, '$1…');
