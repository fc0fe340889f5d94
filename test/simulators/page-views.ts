/** What the simulators know → what the page shows. */
import type { Fault, GenesysSimulator, JournalEntry, Operation } from './genesys/types.js';
import type { FaultView, GenesysView, SlackView } from './page-model.js';
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
  const operations: readonly Operation[] = ['token', 'calls', 'jobs', 'start', 'stop', 'other'];
  const counts = operations.map((operation) => [operation, genesys.count(operation)] as const);
  return {
    now: Date.now(),
    calls: genesys.calls.filter((call) => call.endedAt === null),
    jobs: genesys.jobs.slice(-shownJobs),
    faults: genesys.faults.map(
      ({ on, fault, times }): FaultView => ({ on, label: describeFault(fault), times }),
    ),
    counts: Object.fromEntries(counts) as Record<Operation, number>,
    disturbed: genesys.journal.some(isDisturbed),
    requests: genesys.journal
      .filter((entry) => entry.method !== 'GET' || entry.status !== 200)
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

const isDisturbed = ({ operation, status, fault }: JournalEntry): boolean =>
  (operation === 'start' || operation === 'stop') && (fault !== null || (status ?? 0) >= 400);

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
