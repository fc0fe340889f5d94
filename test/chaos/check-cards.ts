/** Does each card show its row, and does it stand once in its channel? */
import type { SimulatedMessage } from '../simulators/slack/types.js';
import { wordsOf } from '../support/slack-blocks.js';
import type { Books, CardRow, JobRow } from './database.js';
import type { Evidence, Finding } from './evidence.js';
import { isRunning } from './quiet.js';

/** What a card says of a job in that state. */
const words: Readonly<Record<JobRow['state'], string>> = {
  starting: 'Starting',
  recording: 'Recording',
  paused: 'PAUSED',
  stopping: 'Stopping',
  stopped: 'Recording stopped',
  ended: 'Recording ended',
  failed: 'Recording failed',
};

export function checkCards(evidence: Evidence): Finding {
  const { books, world } = evidence;
  const posted = books.cards.filter(({ ts }) => ts !== null);
  const twins = findTwins(world.slack.messages.bind(world.slack), channelsOf(evidence));
  const told = twins.map(({ channelId, name, count }) => `${name} stands ${count} times in ${channelId}`);
  return {
    title: 'each card shows its row, and stands once in its channel',
    violations: [
      ...books.cards.flatMap((card) => problemsOf(evidence, card)),
      ...(world.mayReadHistory ? told.map((sentence) => `${sentence}.`) : []),
    ],
    counts: [
      ['cards', books.cards.length],
      ['… posted', posted.length],
      ['replies in threads', books.replies.filter(({ ts }) => ts !== null).length],
      [`twins (history scopes ${world.mayReadHistory ? '' : 'not '}granted)`, twins.length],
    ],
    notes: told,
  };
}

const channelsOf = ({ world }: Evidence) => [world.alerts, ...world.channels, world.outside];

function problemsOf({ books, world }: Evidence, card: CardRow): readonly string[] {
  const job = jobOf(books, card);
  const name = `Card ${card.id} of ${job ? `job ${job.id} (${job.state})` : card.conversation_id}`;
  if (card.drawn_version < card.wanted_version) {
    return [`${name} is at version ${card.drawn_version} of ${card.wanted_version}.`];
  }
  const message = card.ts === null ? undefined : world.slack.message(card.channel_id, card.ts);
  if (!message || message.deletedAt !== null) return [`${name} is drawn, and Slack does not show it.`];
  const missing = expected(books, card, job).filter((part) => !shown(message).includes(part));
  return missing.map((part) => `${name} does not say “${part}”: ${message.text}`);
}

const shown = (message: SimulatedMessage): string => `${message.text}\n${wordsOf(message)}`;

function expected(books: Books, card: CardRow, job: JobRow | undefined): readonly string[] {
  if (!job) return [card.conversation_id];
  return [isHeld(books, job) ? 'Not recording just now' : words[job.state], job.genesys_id ?? job.id];
}

/** Nothing is recorded while the agent keeps the call on hold, though nobody has paused it. */
const isHeld = ({ conversations }: Books, job: JobRow): boolean =>
  job.state === 'recording' &&
  job.recording_type === 'policy' &&
  conversations.find(({ id }) => id === job.conversation_id)?.policy_recording === 'held';

/** A call alert shows the unfinished job of its call, else the newest. */
function jobOf({ jobs }: Books, card: CardRow): JobRow | undefined {
  if (card.job_id !== null) return jobs.find(({ id }) => id === card.job_id);
  const ofCall = jobs.filter((job) => job.conversation_id === card.conversation_id);
  const current = ofCall.filter(
    ({ state }) => isRunning(state) || state === 'starting' || state === 'stopping',
  );
  return [...(current.length > 0 ? current : ofCall)].sort(
    (one, other) => other.created_at - one.created_at || other.seq - one.seq,
  )[0];
}

/** Messages that name the same card, or the same reply, as the bot marks them for itself. */
function findTwins(
  messages: (channelId: string) => readonly SimulatedMessage[],
  channels: readonly string[],
): readonly { readonly channelId: string; readonly name: string; readonly count: number }[] {
  return channels.flatMap((channelId) => {
    const counts = new Map<string, number>();
    for (const { fromBot, metadata } of messages(channelId)) {
      const payload = metadata?.['event_payload'] as Record<string, unknown> | undefined;
      const name = payload?.['card_id'] ?? payload?.['reply_id'];
      if (fromBot && name !== undefined) counts.set(String(name), (counts.get(String(name)) ?? 0) + 1);
    }
    return [...counts].flatMap(([name, count]) => (count > 1 ? [{ channelId, name, count }] : []));
  });
}
