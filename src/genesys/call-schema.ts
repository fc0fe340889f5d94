/** A call as Genesys describes it, read leniently: only its id must be there. Both contracts and the call events share it. */
import { z } from 'zod';
import type { ActiveCall } from '../core/model.js';

const text = z.string().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);
const named = z.object({ id: text, name: text }).optional().catch(undefined);

const participantShape = z.object({
  id: text,
  purpose: text,
  state: text,
  ani: text,
  address: text,
  name: text,
  queue: named,
  user: named,
  startTime: text,
  connectedTime: text,
  endTime: text,
  recording: flag,
  recordingState: text,
  securePause: flag,
  recordersState: z
    .object({
      snippetState: text,
      adhocState: text,
      customerExperienceState: text,
      agentExperienceState: text,
    })
    .optional()
    .catch(undefined),
  errorInfo: z.object({ code: text, message: text, messageWithParams: text }).optional().catch(undefined),
  monitoredParticipantId: text,
  coachedParticipantId: text,
  bargedParticipantId: text,
});

const conversationShape = z.object({
  id: z.string().min(1).max(128),
  startTime: text,
  recordingState: text,
  securePause: flag,
  participants: z.array(participantShape.catch({})).optional().catch(undefined),
});

export type CallShape = z.infer<typeof conversationShape>;
export type Participant = z.infer<typeof participantShape>;

/** The name of a queue that a call names by its id only; undefined when it is not known. */
export type QueueNameOf = (queueId: string) => string | undefined;

/** Names and addresses are text from outside; none that is meant seriously is longer. */
const maxTextLength = 128;

export const readCallShape = (json: unknown): CallShape | null =>
  conversationShape.safeParse(json).data ?? null;

/**
 * A call of the contract `recording-jobs`, which says nothing of policy recording. It promises no more than an id: without
 * participants queue and agent are not told, rather than none.
 */
export function readActiveCall(json: unknown): ActiveCall | 'unreadable' {
  const call = readCallShape(json);
  if (!call) return 'unreadable';
  const tells = call.participants?.some(({ purpose }) => purpose !== undefined);
  return { ...toActiveCall(call, null), ...(!tells && { partly: true }) };
}

export function toActiveCall(
  call: CallShape,
  policyRecording: ActiveCall['policyRecording'],
  queueNameOf: QueueNameOf = () => undefined,
): ActiveCall {
  const all = call.participants ?? [];
  const callers = outsideLegs(all);
  const caller = callers.find(isUp) ?? callers[0];
  const queue = latest(withPurpose(all, 'acd'));
  const agent = latest(agentLegs(all).filter(isConnected));
  return {
    conversationId: call.id,
    caller: tidy(withoutScheme(caller?.ani) ?? withoutScheme(caller?.address) ?? caller?.name),
    queue: tidy(
      queueName(queue, queueNameOf) ?? queue?.queue?.name ?? queue?.name ?? queueName(agent, queueNameOf),
    ),
    agent: tidy(agent?.user?.name ?? agent?.name),
    startedAt: toMs(call.startTime) ?? earliest(callers) ?? earliest(all),
    policyRecording,
  };
}

/** As the leg itself tells it, or as its id is known. */
const queueName = (leg: Participant | undefined, queueNameOf: QueueNameOf): string | undefined =>
  leg?.queue?.name ?? (leg?.queue?.id === undefined ? undefined : queueNameOf(leg.queue.id));

const withPurpose = (all: readonly Participant[], ...purposes: string[]): readonly Participant[] =>
  all.filter(({ purpose }) => purpose !== undefined && purposes.includes(purpose.toLowerCase()));

/** Whoever is on the call from outside the organisation. */
export const outsideLegs = (all: readonly Participant[]): readonly Participant[] =>
  withPurpose(all, 'customer', 'external');

/**
 * Those who serve the caller: `agent` where a queue has given them the call, else `user`. A supervisor who listens in
 * is on the call too, and is not one of them.
 */
export function agentLegs(all: readonly Participant[]): readonly Participant[] {
  const serving = all.filter(
    (leg) => !leg.monitoredParticipantId && !leg.coachedParticipantId && !leg.bargedParticipantId,
  );
  const agents = withPurpose(serving, 'agent');
  return agents.some(isUp) ? agents : [...agents, ...withPurpose(serving, 'user')];
}

/** `disconnected` and `terminated` both mean ended; the letter case differs between sources. */
export const isUp = ({ state, endTime }: Participant): boolean =>
  endTime === undefined && !/^(disconnected|terminated)$/i.test(state ?? '');

/** Several agents are normal: missed alerts, transfers. Only the one who talks counts, whatever the position. */
export const isConnected = (participant: Participant): boolean =>
  isUp(participant) &&
  (participant.state === undefined
    ? participant.connectedTime !== undefined
    : /^connected$/i.test(participant.state));

const beganAt = ({ connectedTime, startTime }: Participant): number | null =>
  toMs(connectedTime) ?? toMs(startTime);

/** The longest on the call first. */
export const inOrder = (participants: readonly Participant[]): readonly Participant[] =>
  participants.toSorted((a, b) => (beganAt(a) ?? 0) - (beganAt(b) ?? 0));

/** After a transfer, the queue or agent that the call is with now. */
const latest = (participants: readonly Participant[]): Participant | undefined =>
  inOrder(participants).at(-1);

function earliest(participants: readonly Participant[]): number | null {
  const times = participants
    .map((each) => toMs(each.startTime) ?? toMs(each.connectedTime))
    .filter((ms) => ms !== null);
  return times.length > 0 ? Math.min(...times) : null;
}

function toMs(time: string | undefined): number | null {
  const ms = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(ms) ? null : ms;
}

export const withoutScheme = (address: string | undefined): string | undefined =>
  address?.trim().replace(/^(tel|sips?):/i, '') || undefined;

export const tidy = (value: string | undefined): string | null =>
  value?.trim().slice(0, maxTextLength) || null;
