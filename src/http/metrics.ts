/** What the service counts, for Prometheus. Everything is kept in a registry of its own. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  /** `outcome`: `ok`, or an error's code. */
  recordCommand(command: string, outcome: string): void;
  /** `outcome`: `ok`, or an error's code. `seconds`: all attempts and waits together. */
  genesysRequest(operation: string, outcome: string, seconds: number): void;
  /** `outcome`: the HTTP status, or `lost`. */
  slackRequest(method: string, outcome: number | string): void;
  /** `outcome`: `accepted`, `duplicate`, `ignored`, or why it was not taken. */
  callAlert(outcome: string): void;
  /** All of it in the text format of Prometheus. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

export interface MetricsOptions {
  /** Adds Node's own: memory, event loop, garbage collection. Default false. */
  readonly withProcess?: boolean;
  /** How many recording jobs run or may run; asked whenever the metrics are. */
  readonly unfinished?: () => Promise<number>;
}

export function createMetrics(options: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.withProcess) collectDefaultMetrics({ register: registry });

  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });
  const commands = counter('record_commands_total', 'Commands and clicks answered', ['command', 'outcome']);
  const requests = counter('genesys_requests_total', 'Requests to Genesys', ['operation', 'outcome']);
  const slack = counter('slack_requests_total', 'Requests to Slack', ['method', 'outcome']);
  const alerts = counter('call_alert_deliveries_total', 'Call alerts delivered to the webhook', ['outcome']);
  const seconds = new Histogram({
    name: 'genesys_request_seconds',
    help: 'How long a request to Genesys took, body included',
    labelNames: ['operation'],
    // Up to the 30 s that an interactive request may take in all.
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });

  if (options.unfinished) addUnfinished(registry, options.unfinished);

  return {
    recordCommand: (command, outcome) => commands.inc({ command, outcome }),
    genesysRequest(operation, outcome, took) {
      requests.inc({ operation, outcome });
      seconds.observe({ operation }, took);
    },
    slackRequest: (method, outcome) => slack.inc({ method, outcome }),
    callAlert: (outcome) => alerts.inc({ outcome }),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

function addUnfinished(registry: Registry, count: () => Promise<number>): void {
  new Gauge({
    name: 'recordings_unfinished',
    help: 'Recording jobs that run or may run',
    registers: [registry],
    async collect() {
      // A database that is away shows in /readyz; the other numbers are worth having all the same.
      this.set(await count().catch(() => Number.NaN));
    },
  });
}
