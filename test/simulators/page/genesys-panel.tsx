/** The other side of the story: what happens in Genesys, and ways to disturb it. */
import type { GenesysView, SlackView, StageView } from '../page-model.js';
import { Calls } from './calls.js';
import { Faults } from './faults.js';
import { Guide } from './guide.js';
import { Requests } from './requests.js';

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
        <div>
          <h1>Genesys Cloud</h1>
          <span className="faint">simulated, contract {genesys.api}</span>
        </div>
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
