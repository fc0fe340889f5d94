/** What the bot has written down and drawn, held against what is so at Genesys. */
import type { Books, CardRow, ConversationRow } from '../chaos/database.js';
import type { SimulatedCall } from '../simulators/genesys/types.js';
import type { SlackSimulator } from '../simulators/slack/types.js';
import { wordsOf } from '../support/slack-blocks.js';
import { type ContactCentre, isHeld } from './load-centre.js';

/** A sentence for each call whose row does not say how the call is. */
export function findWrongRows({ conversations }: Books, centre: ContactCentre): readonly string[] {
  const rows = new Map(conversations.map((row) => [row.id, row]));
  return [...centre.calls.values()].flatMap((call) => {
    const row = rows.get(call.id);
    if (!row) return isBrief(call) ? [] : [`Call ${call.id} is not known.`];
    const wrong = differences(row, call, centre.wasTold(call.id));
    return wrong.length === 0 ? [] : [`Call ${call.id}: ${wrong.join(', ')}.`];
  });
}

/**
 * Over before the bot had written down that it came: of the events that wait to be written only the newest of each call is
 * kept, and the end of a call that nobody knows is no news. In milliseconds.
 */
const briefMs = 1_000;

const isBrief = ({ startedAt, endedAt }: SimulatedCall): boolean =>
  endedAt !== null && endedAt - startedAt < briefMs;

function differences(row: ConversationRow, call: SimulatedCall, wasTold: boolean): readonly string[] {
  if (call.endedAt !== null) return row.ended_at === null ? ['is over, and taken to be up'] : [];
  const expected: Partial<ConversationRow> = {
    ended_at: null,
    queue: call.queue,
    // The listing of all calls tells neither: each would have to be read by itself, and Genesys counts requests.
    ...(wasTold && { agent: call.agent, policy_recording: policyOf(call) }),
  };
  return Object.entries(expected).flatMap(([name, value]) => {
    const written = row[name as keyof ConversationRow];
    return written === value ? [] : [`${name} is ${written} instead of ${value}`];
  });
}

function policyOf(call: SimulatedCall): string {
  if (!call.policyRecording) return 'none';
  if (call.securePaused) return 'paused';
  return isHeld(call) ? 'held' : 'active';
}

export interface CardCounts {
  /** Alerts that stand in Slack and show their rows. */
  readonly true: number;
  /** That stand there, and of which the bot knows that they are to be redrawn. */
  readonly toRedraw: number;
  /** That wait to be posted, of calls that are up. */
  readonly toPost: number;
  /** That wait to be posted although their calls are over. */
  readonly dead: number;
}

export const countAlerts = ({ cards, conversations }: Books): CardCounts => {
  const over = new Set(conversations.filter((row) => row.ended_at !== null).map(({ id }) => id));
  const alerts = cards.filter(({ job_id }) => job_id === null);
  const waiting = alerts.filter(({ ts }) => ts === null);
  const posted = alerts.filter(({ ts }) => ts !== null);
  return {
    true: posted.filter((card) => !isStale(card)).length,
    toRedraw: posted.filter(isStale).length,
    toPost: waiting.filter((card) => !over.has(card.conversation_id)).length,
    dead: waiting.filter((card) => over.has(card.conversation_id)).length,
  };
};

const isStale = ({ drawn_version, wanted_version }: CardRow): boolean => drawn_version < wanted_version;

/** A sentence for each card that is taken for drawn and does not show its call, and for each call without an alert. */
export function findWrongCards(books: Books, slack: SlackSimulator): readonly string[] {
  const rows = new Map(books.conversations.map((row) => [row.id, row]));
  const alerted = new Set(
    books.cards.filter(({ job_id }) => job_id === null).map((card) => card.conversation_id),
  );
  return [
    ...books.cards.flatMap((card) => {
      const row = rows.get(card.conversation_id);
      return row && card.job_id === null && !isStale(card) ? wrongOn(card, row, slack) : [];
    }),
    ...books.conversations
      .filter(({ id, ended_at }) => ended_at === null && !alerted.has(id))
      .map(({ id }) => `Call ${id} is up and has no alert, nor is one wanted.`),
  ];
}

function wrongOn(card: CardRow, row: ConversationRow, slack: SlackSimulator): readonly string[] {
  const message = card.ts === null ? undefined : slack.message(card.channel_id, card.ts);
  if (!message) return [`The alert of ${row.id} is taken for drawn, and does not stand in Slack.`];
  const shown = wordsOf(message);
  const expected = [
    row.ended_at === null ? 'Call in progress' : 'Call ended',
    row.agent === null ? '' : `Agent ${row.agent}`,
    row.queue === null ? '' : `Queue ${row.queue}`,
  ];
  return expected
    .filter((words) => !shown.includes(words))
    .map((words) => `The alert of ${row.id} is taken for drawn, and does not say “${words}”.`);
}

/** Calls that were announced more than once in that channel. */
export function findDoubleAlerts(slack: SlackSimulator, channelId: string): readonly string[] {
  const counts = new Map<string, number>();
  for (const { text } of slack.messages(channelId, { deleted: true })) {
    const [, id = text] = /conversation `([^`]+)`/.exec(text) ?? [];
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts].flatMap(([id, count]) => (count > 1 ? [`Call ${id} is announced ${count} times.`] : []));
}
