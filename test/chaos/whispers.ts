/** Answers that came another way than through the request's own `response_url`, and whose they are. */
import type { ApiEntry, JournalEntry } from '../simulators/slack/types.js';
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

/**
 * Slack does not say what a whisper answers: it is taken for the answer to the oldest request of that person there that it
 * fits, one that names the same call or job before one that has no answer, and that before any other. What a card shows is
 * an answer too (`isShown`), but whoever has only that may have been told as well.
 */
export function assignWhispers(
  whispers: readonly Whisper[],
  asks: readonly Ask[],
  isTold: (ask: Ask) => boolean,
  isShown: (ask: Ask) => boolean,
): Map<string, Whisper[]> {
  const assigned = new Map<string, Whisper[]>();
  for (const whisper of [...whispers].sort((one, other) => one.at - other.at)) {
    const candidates = asks
      .filter(({ userId, channelId }) => userId === whisper.userId && channelId === whisper.channelId)
      .filter(({ at }) => at <= whisper.at + sendingMs)
      .sort((one, other) => one.at - other.at);
    const isUntold = (ask: Ask) => !isTold(ask) && !assigned.has(ask.deliveryId);
    const isOpen = (ask: Ask) => isUntold(ask) && !isShown(ask);
    const ask =
      candidates.find((one) => isOpen(one) && sharesId(one, whisper)) ??
      candidates.find((one) => isOpen(one) && one.acked && !namesId(one)) ??
      candidates.find((one) => isOpen(one) && one.acked) ??
      candidates.find(isOpen) ??
      candidates.find((one) => isUntold(one) && sharesId(one, whisper)) ??
      candidates.findLast((one) => sharesId(one, whisper)) ??
      candidates.at(-1);
    if (ask) assigned.set(ask.deliveryId, [...(assigned.get(ask.deliveryId) ?? []), whisper]);
  }
  return assigned;
}

const uuids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

const namesId = ({ what }: Ask): boolean => what.search(uuids) >= 0;

const sharesId = ({ what }: Ask, { words }: Whisper): boolean =>
  (what.match(uuids) ?? []).some((id) => words.includes(id));
