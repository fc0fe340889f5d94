/** Answers that came another way than through the request's own `response_url`, and whose they are. */
import type { ApiEntry, JournalEntry } from '../simulators/slack/types.js';
import type { Ask } from './asking.js';
import type { DeliveryRow } from './database.js';

/** What Slack took for one person's eyes: in the channel where they asked, or directly, naming that channel. */
export interface Whisper {
  readonly at: number;
  readonly userId: string;
  readonly channelId: string;
  readonly words: string;
  /** True where Slack took it and the bot could not know. */
  readonly unconfirmed: boolean;
}

export const whispersIn = (journal: readonly JournalEntry[]): readonly Whisper[] =>
  journal.flatMap((entry) => {
    const whisper = entry.kind === 'api' && entry.answer?.['ok'] === true ? readWhisper(entry) : null;
    return whisper ? [whisper] : [];
  });

function readWhisper({ method, args, at, fault }: ApiEntry): Whisper | null {
  const { channel, user } = args;
  const words = JSON.stringify(args);
  const common = { at, words, unconfirmed: fault !== null };
  if (method === 'chat.postEphemeral') {
    return { ...common, userId: String(user), channelId: String(channel) };
  }
  const origin = /In answer to what you asked in <#(\w+)>/.exec(words)?.[1];
  if (method !== 'chat.postMessage' || origin === undefined) return null;
  return { ...common, userId: String(channel), channelId: origin };
}

/** A request was on its way for so long before it was noted, in milliseconds. */
const sendingMs = 200;

/** Between Slack's taking an answer and the row that says so, in milliseconds. */
const closingMs = 3_000;

/**
 * Slack does not say what a whisper answers, but the books do: a request is closed right after it was told. Where a
 * process died before it could write that, the whisper is taken for the answer to the oldest request of that person there
 * that was taken over, or that has heard nothing. `rowOf`: where an ask was written down.
 */
export function assignWhispers(
  whispers: readonly Whisper[],
  asks: readonly Ask[],
  rowOf: (ask: Ask) => DeliveryRow | undefined,
  isTold: (ask: Ask) => boolean,
): Map<string, Whisper[]> {
  const assigned = new Map<string, Whisper[]>();
  for (const whisper of [...whispers].sort((one, other) => one.at - other.at)) {
    const candidates = asks
      .filter(({ userId, channelId }) => userId === whisper.userId && channelId === whisper.channelId)
      .filter(({ at }) => at <= whisper.at + sendingMs)
      .sort((one, other) => one.at - other.at);
    // Nobody whispers what went through the `response_url`, unless another process took over.
    const free = candidates.filter(
      (one) => !assigned.has(one.deliveryId) && (!isTold(one) || (rowOf(one)?.takeovers ?? 0) > 0),
    );
    const ask =
      closedSoonest(whisper, free, rowOf) ??
      free.find((one) => !isTold(one) && (rowOf(one)?.takeovers ?? 0) > 0) ??
      free.find((one) => !isTold(one) && one.acked) ??
      closedSoonest(whisper, candidates, rowOf) ??
      candidates.at(-1);
    if (ask) assigned.set(ask.deliveryId, [...(assigned.get(ask.deliveryId) ?? []), whisper]);
  }
  return assigned;
}

/** Of those that were closed right after the whisper. */
function closedSoonest(
  { at }: Whisper,
  candidates: readonly Ask[],
  rowOf: (ask: Ask) => DeliveryRow | undefined,
): Ask | undefined {
  const lagOf = (ask: Ask) => (rowOf(ask)?.answered_at ?? Number.POSITIVE_INFINITY) - at;
  return candidates
    .filter((ask) => lagOf(ask) >= 0 && lagOf(ask) < closingMs)
    .sort((one, other) => lagOf(one) - lagOf(other))[0];
}
