/** What the simulators know → what the page shows. */
import type { Fault, GenesysSimulator, JournalEntry, Operation } from './genesys/types.js';
import {
  type CountedOperation,
  countedOperations,
  type FaultView,
  type GenesysView,
  type SlackView,
} from './page-model.js';
import type { SimulatedMessage, SlackSimulator } from './slack/types.js';

/** Older messages scroll out of the demo, not out of the simulator. */
const messagesPerChannel = 80;
const shownRequests = 10;
const shownJobs = 30;

export function toSlackView(slack: SlackSimulator): SlackView {
  const snapshot = slack.snapshot();
  return {
    ...snapshot,
    messages: snapshot.channels.flatMap((channel) =>
      newest(snapshot.messages, channel.id).map(({ versions: _, metadata: __, ...message }) => message),
    ),
  };
}

/** The newest of the channel, and every reply in a thread of theirs. */
function newest(messages: readonly SimulatedMessage[], channelId: string): SimulatedMessage[] {
  const inChannel = messages.filter((message) => message.channelId === channelId);
  const roots = inChannel.filter((message) => message.threadTs === null).slice(-messagesPerChannel);
  const shown = new Set(roots.map((message) => message.ts));
  return inChannel.filter((message) => shown.has(message.threadTs ?? message.ts));
}

export function toGenesysView(genesys: GenesysSimulator): GenesysView {
  const counts = countedOperations.map((operation) => [operation, genesys.count(operation)] as const);
  return {
    api: genesys.api,
    now: Date.now(),
    calls: genesys.calls.filter((call) => call.endedAt === null),
    jobs: genesys.jobs.slice(-shownJobs),
    faults: genesys.faults.map(
      ({ on, fault, times }): FaultView => ({ on, label: describeFault(fault), times }),
    ),
    counts: Object.fromEntries(counts) as Record<CountedOperation, number>,
    events: toEventsView(genesys),
    disturbed: genesys.journal.some(isDisturbed),
    requests: genesys.journal
      .filter(({ operation, status }) => !readings.has(operation) || status !== 200)
      .slice(-shownRequests)
      .map(({ method, path, operation, at, status, fault }) => ({
        method,
        path,
        operation,
        at,
        status,
        fault,
      })),
  };
}

function toEventsView({ notifications }: GenesysSimulator): GenesysView['events'] {
  if (notifications.channels.length === 0) return null;
  return { sockets: notifications.openSockets, sent: notifications.eventsSent };
}

const readings: ReadonlySet<Operation> = new Set(['calls', 'call', 'jobs', 'queues']);
const orders: ReadonlySet<Operation> = new Set(['start', 'stop', 'pause', 'resume']);

const isDisturbed = ({ operation, status, fault }: JournalEntry): boolean =>
  orders.has(operation) && (fault !== null || (status ?? 0) >= 400);

function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'status':
      return fault.retryAfter === undefined
        ? `${fault.status}`
        : `${fault.status}, Retry-After ${fault.retryAfter}`;
    case 'slow':
      return `slow, ${fault.ms / 1000} s`;
    case 'cut-before':
      return 'cut off before';
    case 'cut-after':
      return 'cut off after';
    default:
      return fault.kind;
  }
}
