/** Answers that came another way than through the request's own `response_url`, and whose they are. */
import type { ApiEntry, JournalEntry } from '../simulators/slack/types.js';
import type { DeliveryRow } from './database.js';
import type { Ask } from './people.js';

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
 * that was taken over, or that has heard nothing.
 */
export function assignWhispers(
  whispers: readonly Whisper[],
  asks: readonly Ask[],
  rows: readonly DeliveryRow[],
  isTold: (ask: Ask) => boolean,
): Map<string, Whisper[]> {
  const rowOf = new Map(asks.map((ask) => [ask, findRow(ask, rows)]));
  const assigned = new Map<string, Whisper[]>();
  for (const whisper of [...whispers].sort((one, other) => one.at - other.at)) {
    const candidates = asks
      .filter(({ userId, channelId }) => userId === whisper.userId && channelId === whisper.channelId)
      .filter(({ at }) => at <= whisper.at + sendingMs)
      .sort((one, other) => one.at - other.at);
    const isUntold = (ask: Ask) => !isTold(ask) && !assigned.has(ask.deliveryId);
    const ask =
      closedBy(whisper, candidates, rowOf) ??
      candidates.find((one) => isUntold(one) && (rowOf.get(one)?.takeovers ?? 0) > 0) ??
      candidates.find((one) => isUntold(one) && one.acked) ??
      candidates.at(-1);
    if (ask) assigned.set(ask.deliveryId, [...(assigned.get(ask.deliveryId) ?? []), whisper]);
  }
  return assigned;
}

/** The request that was closed soonest after the whisper. */
function closedBy(
  { at }: Whisper,
  candidates: readonly Ask[],
  rowOf: ReadonlyMap<Ask, DeliveryRow | undefined>,
): Ask | undefined {
  const lagOf = (ask: Ask) => (rowOf.get(ask)?.answered_at ?? Number.POSITIVE_INFINITY) - at;
  return candidates
    .filter((ask) => lagOf(ask) > -sendingMs && lagOf(ask) < closingMs)
    .sort((one, other) => lagOf(one) - lagOf(other))[0];
}

/** The row that this ask was written down in: the one nearest in time that says the same. */
function findRow(
  { at, userId, channelId, what }: Ask,
  rows: readonly DeliveryRow[],
): DeliveryRow | undefined {
  const distance = ({ claimed_at }: DeliveryRow) => Math.abs(claimed_at - at);
  return rows
    .filter((row) => row.user_id === userId && row.channel_id === channelId && distance(row) < closingMs)
    .filter(({ words, value }) => what.includes(words ?? '') && what.includes(value ?? ''))
    .sort((one, other) => distance(one) - distance(other))[0];
}
