/** A call as Genesys describes it, read leniently: only its id must be there. */
import { z } from 'zod';
import type { ActiveCall } from '../core/model.js';

const text = z.string().optional().catch(undefined);
const named = z.object({ name: text }).optional().catch(undefined);

const participantShape = z.object({
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
});

const conversationShape = z.object({
  id: z.string().min(1).max(128),
  startTime: text,
  participants: z.array(participantShape.catch({})).optional().catch(undefined),
});

type Participant = z.infer<typeof participantShape>;

/** Names and addresses are text from outside; none that is meant seriously is longer. */
const maxTextLength = 128;

export function readActiveCall(entity: unknown): ActiveCall | 'unreadable' {
  const conversation = conversationShape.safeParse(entity).data;
  if (!conversation) return 'unreadable';
  const all = conversation.participants ?? [];
  const callers = withPurpose(all, 'customer', 'external');
  const caller = callers.find(isUp) ?? callers[0];
  const queue = latest(withPurpose(all, 'acd'));
  const agent = latest(withPurpose(all, 'agent').filter(isConnected));
  return {
    conversationId: conversation.id,
    caller: tidy(withoutScheme(caller?.ani) ?? withoutScheme(caller?.address) ?? caller?.name),
    queue: tidy(queue?.queue?.name ?? queue?.name ?? agent?.queue?.name),
    agent: tidy(agent?.user?.name ?? agent?.name),
    startedAt: toMs(conversation.startTime) ?? earliest(callers) ?? earliest(all),
  };
}

const withPurpose = (participants: readonly Participant[], ...purposes: string[]): readonly Participant[] =>
  participants.filter(({ purpose }) => purpose !== undefined && purposes.includes(purpose.toLowerCase()));

/** `disconnected` and `terminated` both mean ended; the letter case differs between sources. */
const isUp = ({ state, endTime }: Participant): boolean =>
  endTime === undefined && !/^(disconnected|terminated)$/i.test(state ?? '');

/** Several agents are normal: missed alerts, transfers. Only the one who talks counts, whatever the position. */
const isConnected = (participant: Participant): boolean =>
  isUp(participant) &&
  (participant.state === undefined
    ? participant.connectedTime !== undefined
    : /^connected$/i.test(participant.state));

const beganAt = ({ connectedTime, startTime }: Participant): number | null =>
  toMs(connectedTime) ?? toMs(startTime);

/** After a transfer, the queue or agent that the call is with now. */
const latest = (participants: readonly Participant[]): Participant | undefined =>
  participants.toSorted((a, b) => (beganAt(a) ?? 0) - (beganAt(b) ?? 0)).at(-1);

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

const withoutScheme = (address: string | undefined): string | undefined =>
  address?.trim().replace(/^(tel|sips?):/i, '') || undefined;

const tidy = (value: string | undefined): string | null => value?.trim().slice(0, maxTextLength) || null;
