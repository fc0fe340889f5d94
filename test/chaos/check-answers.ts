/** Did everybody who was told “received” get exactly one outcome? */

import type { DeliveryEntry, ResponseUrlEntry } from '../simulators/slack/types.js';
import type { Ask } from './asking.js';
import type { JobRow } from './database.js';
import type { Evidence, Finding } from './evidence.js';
import type { Kill } from './fleet.js';
import { isOwed } from './quiet.js';
import { assignWhispers, type Whisper, whispersIn } from './whispers.js';

type Fate =
  | 'answered'
  | 'answered by another way'
  | 'shown by a card'
  | 'shown in a window'
  | 'acked while it could not be written down'
  | 'told twice, since Slack or the bot was cut off after the first'
  | 'unanswered'
  | 'answered more than once';

const wrong: readonly Fate[] = ['unanswered', 'answered more than once'];

export function checkAnswers(evidence: Evidence): Finding {
  const { people, world, books } = evidence;
  const asks = people.asks.filter(({ acked }) => acked);
  const uses = grouped(world.slack.journal.filter(isUse));
  const deliveries = grouped(world.slack.journal.filter(isDelivery));
  const usesOf = ({ deliveryId }: Ask) => uses.get(deliveryId) ?? [];
  const rows = new Map(books.deliveries.map((row) => [row.key, row]));
  const rowOf = ({ deliveryId }: Ask) => rows.get(deliveries.get(deliveryId)?.[0]?.triggerHash ?? '');
  const whispers = assignWhispers(whispersIn(world.slack.journal), people.asks, rowOf, (ask) =>
    usesOf(ask).some(isTaken),
  );
  const fates = asks.map((ask) => {
    const used = usesOf(ask);
    const told = whispers.get(ask.deliveryId) ?? [];
    return { ask, fate: fateOf(evidence, ask, used, told, deliveries.get(ask.deliveryId) ?? []) };
  });
  const count = (fate: Fate) => fates.filter((one) => one.fate === fate).length;
  const counted = (fate: Fate) => [`… ${fate}`, count(fate)] as const;
  const describe = ({ ask, fate }: (typeof fates)[number]) =>
    `${ask.what} of ${ask.userId} in ${ask.channelId} at ${new Date(ask.at).toISOString()} (${ask.deliveryId}): ${fate}`;
  const owed = books.deliveries.filter(isOwed);
  const left = fates.filter(({ fate }) => fate === 'acked while it could not be written down');
  return {
    title: 'every acknowledged command or click has exactly one outcome for its user',
    violations: [
      ...fates.filter(({ fate }) => wrong.includes(fate)).map((one) => `${describe(one)}.`),
      ...owed.map(({ key }) => `The request ${key} is still owed an answer.`),
    ],
    counts: [
      ['commands and clicks', people.asks.length],
      ['… acknowledged', asks.length],
      counted('answered'),
      counted('shown by a card'),
      counted('shown in a window'),
      counted('answered by another way'),
      counted('acked while it could not be written down'),
      counted('told twice, since Slack or the bot was cut off after the first'),
      ['taken over by another process', books.deliveries.filter(({ takeovers }) => takeovers > 0).length],
    ],
    notes: left.map(describe),
  };
}

const isUse = (entry: { kind: string }): entry is ResponseUrlEntry => entry.kind === 'response_url';
const isDelivery = (entry: { kind: string }): entry is DeliveryEntry => entry.kind === 'delivery';

function grouped<T extends { readonly deliveryId: string }>(entries: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const entry of entries) {
    const group = groups.get(entry.deliveryId);
    if (group) group.push(entry);
    else groups.set(entry.deliveryId, [entry]);
  }
  return groups;
}

const isTaken = ({ status, answer }: ResponseUrlEntry): boolean => status === 200 && answer?.['ok'] === true;

function fateOf(
  evidence: Evidence,
  ask: Ask,
  uses: readonly ResponseUrlEntry[],
  whispers: readonly Whisper[],
  deliveries: readonly DeliveryEntry[],
): Fate {
  const taken = uses.filter(isTaken);
  // What replaces a message or goes to the whole channel stands beside the answer to the one who asked.
  const own = taken.filter(
    ({ body }) => body['response_type'] !== 'in_channel' && body['replace_original'] !== true,
  );
  if (own.length + whispers.length > 1) {
    const unconfirmed = [
      ...uses.map(({ fault }) => fault !== null),
      ...whispers.map((one) => one.unconfirmed),
    ];
    const firstAt = Math.min(...[...own, ...whispers].map(({ at }) => at));
    const died = evidence.fleet.kills.some(
      // What a process has sent before its death, Slack may read after it.
      ({ at }) => at >= firstAt - sendingMs && at < firstAt + rememberingMs,
    );
    return died || unconfirmed.some(Boolean)
      ? 'told twice, since Slack or the bot was cut off after the first'
      : 'answered more than once';
  }
  if (own.length === 1) return 'answered';
  if (whispers.length === 1) return 'answered by another way';
  if (taken.length > 0 || isShown(evidence, ask)) return 'shown by a card';
  if (isInWindow(evidence, ask)) return 'shown in a window';
  return wasLost(evidence, ask, deliveries) ? 'acked while it could not be written down' : 'unanswered';
}

/** Between Slack's taking an answer and the row that says so, on a busy machine, in milliseconds. */
const rememberingMs = 1_000;

/** Sent a moment before it was noted, in milliseconds. */
const sendingMs = 200;

/** What was asked for is in the books so long after it at the latest, in milliseconds. */
const longestStepMs = 30_000;

/** `/record` alone opens a window, which names the channel it was asked for in. */
function isInWindow({ world }: Evidence, { what, at, channelId }: Ask): boolean {
  return (
    what.trim() === '/record' &&
    world.slack.journal.some(
      (entry) =>
        entry.kind === 'api' &&
        entry.method === 'views.update' &&
        entry.answer?.['ok'] === true &&
        entry.at >= at &&
        entry.at < at + longestStepMs &&
        JSON.stringify(entry.args).includes(channelId),
    )
  );
}

/** A card in its channel, or directly where the bot is not in it, shows or has shown the job that this ask began or stopped. */
function isShown({ books, world }: Evidence, ask: Ask): boolean {
  const entries = books.audit.filter(
    (entry) =>
      entry.action === ask.verb &&
      entry.outcome === 'asked' &&
      entry.actor === `person:${ask.userId}` &&
      entry.channel_id === ask.channelId &&
      entry.at >= ask.at - sendingMs &&
      entry.at < ask.at + longestStepMs,
  );
  const jobs = books.jobs.filter(
    (job) => entries.some(({ job_id }) => job_id === job.id) && isMeant(ask, job),
  );
  const direct = `D${ask.userId.slice(1)}`;
  return [ask.channelId, direct]
    .flatMap((channelId) => world.slack.messages(channelId))
    .some(({ fromBot, versions }) => fromBot && versions.some(({ text }) => jobs.some(isNamedIn(text))));
}

const isMeant = ({ what }: Ask, { id, genesys_id, conversation_id }: JobRow): boolean =>
  [id, genesys_id, conversation_id].some((name) => name !== null && what.includes(name));

const isNamedIn = (text: string) => (job: JobRow) =>
  text.includes(job.id) || (job.genesys_id !== null && text.includes(job.genesys_id));

/** Between the end of a process and the end of its sockets, in milliseconds. */
const closeLagMs = 1_500;
/** A process works on what it has in hand for so long at most, in milliseconds. */
const longestWorkMs = 60_000;

/** The bot acks after so long though the database has not answered yet, in milliseconds; the journal rounds. */
const ackWithinMs = 950;

/**
 * Only what could not be written down, since the database did not answer, may be lost; and only with the process that had
 * it in hand: it took the delivery, through a socket that died with it.
 */
function wasLost({ world, fleet }: Evidence, ask: Ask, deliveries: readonly DeliveryEntry[]): boolean {
  const closings = world.slack.journal.flatMap((entry) =>
    entry.kind === 'socket' && entry.event === 'closed' ? [entry] : [],
  );
  if (deliveries.some(({ ackMs }) => ackMs !== null && ackMs < ackWithinMs)) return false;
  const after = fleet.kills.filter(({ at }) => at >= ask.at - sendingMs && at < ask.at + longestWorkMs);
  return deliveries.some(({ socketId, ackMs }) => {
    const closed = closings.find((entry) => entry.socketId === socketId);
    if (!closed || ackMs === null) return false;
    const isDeathOf = ({ at }: Kill) => closed.at >= at - 50 && closed.at < at + closeLagMs;
    // A socket that was closed for another reason does not tell any more which process it belonged to.
    return fleet.kills.some(isDeathOf) ? after.some(isDeathOf) : after.length > 0;
  });
}
