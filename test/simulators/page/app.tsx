/** The demo's page: a small Slack, and Genesys beside it. */
import 'slack-blocks-to-jsx/dist/style.css';
import './styles.css';
import './sidebar.css';
import './channel.css';
import './blocks.css';
import './composer.css';
import './modal.css';
import './panel.css';
import { createRoot } from 'react-dom/client';
import { useLive } from './live.js';
import { Workspace } from './workspace.js';

function App() {
  const { slack, genesys, stage, connected } = useLive();
  if (!slack || !genesys || !stage) return <p className="loading">Opening the workspace…</p>;
  return <Workspace slack={slack} genesys={genesys} stage={stage} connected={connected} />;
}

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
