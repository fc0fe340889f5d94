/** What is on this side: the database and the HTTP port. */
import { createServer } from 'node:net';
import type { Config } from '../config.js';
import type { Logger } from '../core/ports.js';
import { toListenError } from '../http/server.js';
import { inspectDatabase } from '../storage/inspect.js';
import { type Check, type Finding, passed, unseen } from './check.js';

export function machineChecks(config: Config, logger: Logger): readonly Check[] {
  const common = { needs: ['settings'], atStart: 'shows' } as const;
  const checks: Check[] = [
    { ...common, id: 'database', title: 'Database', look: () => lookAtDatabase(config, logger) },
    { ...common, id: 'http.port', title: 'HTTP port', look: (signal) => lookAtPort(config.http, signal) },
  ];
  if (config.callAlerts.source === 'webhook') {
    const look = async () => passed(`a secret is set; ${whoReaches(config.http, '/alerts/calls')}`);
    checks.push({ ...common, id: 'webhook', title: 'Webhook for call alerts', look });
  }
  if (config.slack.mode.kind === 'http') {
    const look = async () => passed(whoReaches(config.http, '/slack/events'));
    checks.push({ ...common, id: 'http.events', title: "Address for Slack's requests", look });
  }
  return checks;
}

async function lookAtDatabase({ storage }: Config, logger: Logger): Promise<Finding> {
  const { name, version, newestVersion, note } = await inspectDatabase(storage, logger);
  const about = note === undefined ? name : `${name}: ${note}`;
  if (version === null) return passed(about);
  if (version === newestVersion) return passed(`${about}; schema ${version}`);
  const now = version === 0 ? 'no schema yet' : `schema ${version}`;
  return passed(`${about}; ${now}, and the first start makes it ${newestVersion}`);
}

/** Takes the port and gives it back at once. */
async function lookAtPort({ port, host }: Config['http'], signal: AbortSignal): Promise<Finding> {
  const where = `${host}:${port}`;
  const error = await listen(port, host);
  if (error === null) return passed(port === 0 ? 'any free one is taken' : `${where} is free`);
  if (error.code === 'EADDRINUSE' && (await isBot(port, host, signal)))
    return unseen(`a bot answers on ${where} already`);
  throw toListenError(error, port, host);
}

const listen = (port: number, host: string): Promise<NodeJS.ErrnoException | null> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen(port, host, () => server.close(() => resolve(null)));
  });

async function isBot(port: number, host: string, signal: AbortSignal): Promise<boolean> {
  // Whoever listens everywhere is asked here.
  const asked = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  try {
    const answer = await fetch(`http://${asked.includes(':') ? `[${asked}]` : asked}:${port}/healthz`, {
      signal,
    });
    // Others have a /healthz as well, and other words in it.
    return answer.ok && (await answer.text()) === JSON.stringify({ healthy: true });
  } catch {
    return false;
  }
}

function whoReaches({ host, port }: Config['http'], path: string): string {
  const isLocal = /^(localhost|127\.|::1$)/.test(host);
  const who = isLocal
    ? 'this machine alone, so put a proxy with TLS in front of it'
    : 'others; put TLS in front of it';
  return `${path} on ${host}:${port} is reached by ${who}`;
}
