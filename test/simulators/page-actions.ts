/** What the page may ask for: what people do in Slack, and what happens in Genesys. */
import { z } from 'zod';
import type { Fault, GenesysSimulator } from './genesys/types.js';
import {
  type CallAction,
  callActions,
  type FaultKind,
  faultTargets,
  type SocketFault,
} from './page-model.js';
import { recordElsewhere, stopElsewhere } from './recordings.js';
import type { SlackSimulator } from './slack/types.js';

export type PageAction = (body: unknown) => unknown;

const id = z.string().min(1).max(300);
const who = { userId: id };
const where = { ...who, channelId: id };
const newCall = z.object({ policyRecording: z.boolean().default(false) });
const callRequest = z.object({ conversationId: id, action: z.enum(callActions) });

/** What each button of the panel does to the next matching request. 401 and 409 are made differently. */
const faults: Record<Exclude<FaultKind, '401' | '409'>, Fault> = {
  '403': { kind: 'status', status: 403 },
  '429': { kind: 'status', status: 429, retryAfter: 5 },
  '500': { kind: 'status', status: 500 },
  slow: { kind: 'slow', ms: 4_000 },
  'cut-before': { kind: 'cut-before' },
  'cut-after': { kind: 'cut-after' },
};
const faultRequest = z.object({
  on: z.enum(faultTargets),
  kind: z.enum(['403', '429', '500', 'slow', 'cut-before', 'cut-after']),
});

const socketRequest = z.object({ fault: z.enum(['silent', 'closed']) });

const click = z.object({
  ...where,
  messageTs: id,
  actionId: id,
  blockId: id.optional(),
  value: z.string().max(2_000).optional(),
});
const clickInView = z.object({
  ...who,
  actionId: id,
  blockId: id.optional(),
  value: z.string().max(2_000).optional(),
});
const message = z.object({ ...where, text: z.string().min(1).max(40_000), threadTs: id.optional() });
const submission = z.object({ ...who, values: z.record(z.string(), z.string()) });

export function createPageActions(
  slack: SlackSimulator,
  genesys: GenesysSimulator,
): ReadonlyMap<string, PageAction> {
  return new Map<string, PageAction>([
    ['/api/send', (body) => send(slack, message.parse(body))],
    ['/api/click', (body) => slack.click(defined(click.parse(body)))],
    ['/api/click-in-view', (body) => slack.clickInView(defined(clickInView.parse(body)))],
    ['/api/submit-view', (body) => slack.submitView(submission.parse(body))],
    ['/api/close-view', (body) => slack.closeView(z.object(who).parse(body).userId)],
    ['/api/call/start', (body) => startCall(genesys, newCall.parse(body))],
    ['/api/call', (body) => actOnCall(genesys, callRequest.parse(body))],
    ['/api/tokens/revoke', () => genesys.revokeTokens()],
    ['/api/faults/add', (body) => addFault(genesys, faultRequest.parse(body))],
    ['/api/faults/clear', () => genesys.clearFaults()],
    ['/api/sockets', (body) => disturbSockets(genesys, socketRequest.parse(body))],
  ]);
}

/** A line from the composer: a command, or words for the channel. */
function send(slack: SlackSimulator, line: z.infer<typeof message>): unknown {
  const { text, ...place } = line;
  const [, command, rest] = /^(\/[^\s]+)\s*([\s\S]*)$/.exec(text) ?? [];
  if (command === undefined) {
    slack.post(defined(line));
    return null;
  }
  if (line.threadTs !== undefined) throw new Error(`${command} is not supported in threads. Sorry!`);
  if (command !== '/record') throw new Error(`${command} is not a valid command.`);
  return slack.command({ userId: place.userId, channelId: place.channelId, text: rest ?? '' });
}

function addFault(genesys: GenesysSimulator, { on, kind }: z.infer<typeof faultRequest>): void {
  genesys.inject({ on, fault: faults[kind], times: 1 });
}

function disturbSockets({ notifications }: GenesysSimulator, { fault }: { fault: SocketFault }): void {
  if (fault === 'silent') notifications.silenceSockets();
  else notifications.closeSockets();
}

const startCall = (genesys: GenesysSimulator, { policyRecording }: z.infer<typeof newCall>) =>
  genesys.startCall({ queue: policyRecording ? 'Billing' : 'Support', policyRecording });

/** Two who take over from each other. */
const colleagues = ['Grace Nakamura', 'Ben Whitaker'] as const;

function actOnCall(genesys: GenesysSimulator, { conversationId, action }: z.infer<typeof callRequest>): void {
  const agent = genesys.calls.find(({ id }) => id === conversationId)?.agent;
  const colleague = agent === colleagues[0] ? colleagues[1] : colleagues[0];
  const acts: Readonly<Record<CallAction, () => unknown>> = {
    answer: () => genesys.answerCall(conversationId, colleague),
    hold: () => genesys.holdCall(conversationId),
    unhold: () => genesys.unholdCall(conversationId),
    pause: () => genesys.pauseElsewhere(conversationId),
    resume: () => genesys.resumeElsewhere(conversationId),
    record: () => recordElsewhere(genesys, conversationId),
    'stop-recording': () => stopElsewhere(genesys, conversationId),
    transfer: () => genesys.transferCall(conversationId, colleague),
    end: () => genesys.endCall(conversationId),
  };
  acts[action]();
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Drops the keys that hold nothing: for the simulators an absent one and an undefined one differ. */
const defined = <T extends object>(input: T) =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Defined<T>;
