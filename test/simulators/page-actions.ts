/** What the page may ask for: what people do in Slack, and what happens in Genesys. */
import { z } from 'zod';
import type { Fault, GenesysSimulator } from './genesys/types.js';
import type { FaultKind } from './page-model.js';
import type { SlackSimulator } from './slack/types.js';

export type PageAction = (body: unknown) => unknown;

const id = z.string().min(1).max(300);
const who = { userId: id };
const where = { ...who, channelId: id };
const call = z.object({ conversationId: id });

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
  on: z.enum(['start', 'stop', 'calls', 'any']),
  kind: z.enum(['403', '429', '500', 'slow', 'cut-before', 'cut-after']),
});

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
    ['/api/call/start', () => genesys.startCall()],
    ['/api/call/end', (body) => genesys.endCall(call.parse(body).conversationId)],
    ['/api/call/record', (body) => genesys.startRecordingElsewhere(call.parse(body).conversationId)],
    ['/api/call/stop-recording', (body) => genesys.stopRecordingElsewhere(call.parse(body).conversationId)],
    ['/api/tokens/revoke', () => genesys.revokeTokens()],
    ['/api/faults/add', (body) => addFault(genesys, faultRequest.parse(body))],
    ['/api/faults/clear', () => genesys.clearFaults()],
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

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Drops the keys that hold nothing: for the simulators an absent one and an undefined one differ. */
const defined = <T extends object>(input: T) =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Defined<T>;
