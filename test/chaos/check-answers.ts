/** Did everybody who was told “received” get exactly one outcome? */

import type { DeliveryEntry, ResponseUrlEntry } from '../simulators/slack/types.js';
import type { JobRow } from './database.js';
import type { Evidence, Finding } from './evidence.js';
import type { Kill } from './fleet.js';
import type { Ask } from './people.js';

type Fate =
  | 'answered'
  | 'shown by a card'
  | 'lost with the process'
  | 'Slack took no answer'
  | 'told twice, since Slack cut the line after taking the first'
  | 'unanswered'
  | 'answered more than once';

const wrong: readonly Fate[] = ['unanswered', 'answered more than once'];

export function checkAnswers(evidence: Evidence): Finding {
  const asks = evidence.people.asks.filter(({ acked }) => acked);
  const uses = grouped(evidence.world.slack.journal.filter(isUse));
  const deliveries = grouped(evidence.world.slack.journal.filter(isDelivery));
  const fates = asks.map((ask) => {
    const used = uses.get(ask.deliveryId) ?? [];
    return { ask, fate: fateOf(evidence, ask, used, deliveries.get(ask.deliveryId) ?? []) };
  });
  const count = (fate: Fate) => fates.filter((one) => one.fate === fate).length;
  const describe = ({ ask, fate }: (typeof fates)[number]) =>
    `${ask.what} of ${ask.userId} in ${ask.channelId} at ${new Date(ask.at).toISOString()} (${ask.deliveryId}): ${fate}`;
  return {
    title: 'every acknowledged command or click has exactly one outcome for its user',
    violations: fates.filter(({ fate }) => wrong.includes(fate)).map((one) => `${describe(one)}.`),
    counts: [
      ['commands and clicks', evidence.people.asks.length],
      ['… acknowledged', asks.length],
      ['… answered', count('answered')],
      ['… shown by a card', count('shown by a card')],
      ['… lost with the process', count('lost with the process')],
      ['… Slack took no answer', count('Slack took no answer')],
      [
        '… told twice, since Slack cut the line after taking the first',
        count('told twice, since Slack cut the line after taking the first'),
      ],
    ],
    notes: fates.filter(({ fate }) => fate === 'lost with the process').map(describe),
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

function fateOf(
  evidence: Evidence,
  ask: Ask,
  uses: readonly ResponseUrlEntry[],
  deliveries: readonly DeliveryEntry[],
): Fate {
  const taken = uses.filter(({ status, answer }) => status === 200 && answer?.['ok'] === true);
  // What replaces a message or goes to the whole channel stands beside the answer to the one who asked.
  const whispers = taken.filter(
    ({ body }) => body['response_type'] !== 'in_channel' && body['replace_original'] !== true,
  );
  if (whispers.length > 1) {
    const repeated = uses.some(({ fault }) => fault !== null);
    return repeated
      ? 'told twice, since Slack cut the line after taking the first'
      : 'answered more than once';
  }
  if (whispers.length === 1) return 'answered';
  if (taken.length > 0 || isShown(evidence, ask)) return 'shown by a card';
  if (uses.length > 0) return 'Slack took no answer';
  return wasLost(evidence, ask, deliveries) ? 'lost with the process' : 'unanswered';
}

/** Sent a moment before it was noted, in milliseconds. */
const sendingMs = 200;

/** What was asked for is in the books so long after it at the latest, in milliseconds. */
const longestStepMs = 30_000;

/** A card in its channel shows, or has shown, the job that this ask began or stopped. */
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
  return world.slack
    .messages(ask.channelId)
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

/** Only what a killed process had in hand may be lost: it took the delivery, through a socket that died with it. */
function wasLost({ world, fleet }: Evidence, ask: Ask, deliveries: readonly DeliveryEntry[]): boolean {
  const closings = world.slack.journal.flatMap((entry) =>
    entry.kind === 'socket' && entry.event === 'closed' ? [entry] : [],
  );
  const after = fleet.kills.filter(({ at }) => at >= ask.at - sendingMs && at < ask.at + longestWorkMs);
  return deliveries.some(({ socketId, ackMs }) => {
    const closed = closings.find((entry) => entry.socketId === socketId);
    if (!closed || ackMs === null) return false;
    const isDeathOf = ({ at }: Kill) => closed.at >= at - 50 && closed.at < at + closeLagMs;
    // A socket that was closed for another reason does not tell any more which process it belonged to.
    return fleet.kills.some(isDeathOf) ? after.some(isDeathOf) : after.length > 0;
  });
}
