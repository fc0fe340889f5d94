/** Does every pause of the bot's end in time, and does the bot do what was asked of it and nothing else? */
import type { JournalEntry } from '../simulators/genesys/types.js';
import type { Ask } from './asking.js';
import type { AuditRow, JobRow } from './database.js';
import type { Evidence, Finding } from './evidence.js';
import { covered, excusedSpans, graceMs, hitsOf } from './excuses.js';
import type { LiveRecordings, Pause } from './live-recordings.js';
import { isRunning } from './quiet.js';
import { pauseMaxMs } from './world.js';

const orders = ['pause', 'resume'] as const;
type Order = (typeof orders)[number];

export function checkPauses(evidence: Evidence, live: LiveRecordings): Finding {
  const { books } = evidence;
  const lasting = measured(evidence, live.pauses);
  const late = lasting.filter(({ lateMs }) => lateMs > graceMs);
  const byBot = live.pauses.filter(({ by }) => by === 'bot').length;
  const resumed = asksOf(books.audit, 'resume').filter(({ actor }) => actor === 'bot').length;
  return {
    title: 'each pause of the bot’s ends in time, and nothing is paused or resumed that nobody asked for',
    violations: [
      ...late.map(tooLong),
      ...books.jobs.filter((job) => isRunning(job.state) && live.isMisjudged(job)).map(misjudged),
      ...orders.flatMap((order) => unasked(evidence, order)),
      ...orders.flatMap((order) => unwanted(evidence, order)),
      ...resumedForOthers(books.audit),
      ...claimed(evidence, live.pauses),
    ],
    counts: [
      ['pauses by the bot', byBot],
      ['… by agents', live.pauses.length - byBot],
      ['… ended by the bot because their time was up', resumed],
      ['… the latest, in milliseconds past it', Math.round(Math.max(0, ...lasting.map((one) => one.lateMs)))],
    ],
  };
}

/** `person:U…`, `bot` or `genesys`. */
const isOurs = ({ actor }: AuditRow): boolean => actor !== 'genesys';

const asksOf = (audit: readonly AuditRow[], order: Order): readonly AuditRow[] =>
  audit.filter(({ action, outcome }) => action === order && outcome === 'asked');

interface Measured {
  readonly pause: Pause;
  readonly lateMs: number;
}

/**
 * The bot counts from when it has heard of its pause, or of the last one, where that took the place of a resumption. If it
 * never has, the pause counts from itself.
 */
function measured(evidence: Evidence, pauses: readonly Pause[]): readonly Measured[] {
  const { books, endedAt } = evidence;
  const excused = excusedSpans(evidence);
  return pauses.flatMap((pause) => {
    if (pause.by !== 'bot') return [];
    const { conversationId, from } = pause;
    const to = pause.to ?? endedAt;
    const heard = books.audit.findLast(
      (entry) =>
        isDone(entry, 'pause') &&
        entry.conversation_id === conversationId &&
        entry.at >= from &&
        entry.at < to,
    );
    const due = (heard?.at ?? from) + pauseMaxMs;
    if (to <= due) return [];
    const hits = hitsOf(
      evidence,
      ({ operation, path }) => ['resume', 'call'].includes(operation) && path.includes(conversationId),
    );
    return [{ pause, lateMs: to - due - covered([...excused, ...hits], { from: due, to }) }];
  });
}

const isDone = (entry: AuditRow, order: Order): boolean =>
  entry.action === order && entry.outcome === 'done' && isOurs(entry);

const tooLong = ({ pause: { conversationId, from }, lateMs }: Measured): string =>
  `The bot paused ${conversationId} at ${new Date(from).toISOString()}, and it stayed so ${Math.round(lateMs / 100) / 10} s of reachable Genesys too long.`;

const misjudged = ({ id, state, conversation_id }: JobRow): string =>
  `Job ${id} is ${state} in the books, and ${conversation_id} is the opposite at Genesys.`;

/**
 * Each effect was asked for before, by an ask of its own that names who. An order whose answer was lost is sent again: if
 * somebody elsewhere has undone it meanwhile, one ask has several effects, and neither Genesys nor the bot can tell.
 */
function unasked({ books, world }: Evidence, order: Order): readonly string[] {
  const effects = new Map<string, { count: number; lastAt: number }>();
  return world.genesys.journal.flatMap((entry) => {
    if (entry.operation !== order || !entry.tookEffect) return [];
    const id = conversationOf(entry);
    const audit = books.audit.filter(({ conversation_id, at }) => conversation_id === id && at <= entry.at);
    const { count, lastAt } = effects.get(id) ?? { count: 0, lastAt: Number.NEGATIVE_INFINITY };
    const again =
      count > 0 &&
      isUnderWay(
        audit.filter(({ at }) => at >= lastAt),
        order,
      );
    effects.set(id, { count: again ? count : count + 1, lastAt: entry.at });
    const before = asksOf(audit, order).length;
    return again || count < before ? [] : [`Effect ${count + 1} of ${before} asked for: ${order} of ${id}.`];
  });
}

/** Since then the order has had no outcome, and nobody has asked the bot for the opposite. */
const isUnderWay = (since: readonly AuditRow[], order: Order): boolean =>
  !since.some(({ action, outcome }) =>
    action === order ? outcome !== 'asked' : orders.some((each) => each === action) && outcome === 'asked',
  );

const conversationOf = ({ path }: JournalEntry): string => path.split('/').at(-2) ?? '';

/** A request was on its way for so long before it was noted, in milliseconds. */
const sendingMs = 200;

/** No person is said to have asked more often than they did, however often it was delivered or taken over. */
function unwanted({ books, people }: Evidence, order: Order): readonly string[] {
  const left: Ask[] = people.asks.filter(({ verb }) => verb === order);
  return asksOf(books.audit, order).flatMap(({ actor, channel_id, job_id, conversation_id, at }) => {
    if (actor === 'bot') return [];
    const index = left.findIndex(
      (ask) =>
        `person:${ask.userId}` === actor &&
        ask.channelId === channel_id &&
        ask.at <= at + sendingMs &&
        [job_id, conversation_id].some((id) => id !== null && ask.what.includes(id)),
    );
    if (index >= 0) left.splice(index, 1);
    return index >= 0
      ? []
      : [`${actor} did not ask to ${order} job ${job_id} at ${new Date(at).toISOString()}.`];
  });
}

/** The bot by itself ends only pauses that somebody has made through it: neither an agent's own, nor a hold. */
function resumedForOthers(audit: readonly AuditRow[]): readonly string[] {
  const last = new Map<string | null, AuditRow>();
  return audit.flatMap((entry) => {
    const { action, outcome, actor, job_id } = entry;
    const before = last.get(job_id);
    if ((action === 'pause' || action === 'resume') && outcome === 'done') last.set(job_id, entry);
    if (action !== 'resume' || outcome !== 'asked' || actor !== 'bot') return [];
    const isItsOwn = before?.action === 'pause' && before.actor.startsWith('person:');
    return isItsOwn ? [] : [`The bot resumed job ${job_id}, which ${before?.actor ?? 'nobody'} had paused.`];
  });
}

/** What the audit calls done was so at Genesys, between the ask and the answer. */
function claimed({ books }: Evidence, pauses: readonly Pause[]): readonly string[] {
  const askedAt = new Map<string, number>();
  return books.audit.flatMap((entry) => {
    const { action, outcome, job_id, conversation_id, at } = entry;
    const key = `${action} ${job_id}`;
    if (outcome === 'asked') askedAt.set(key, at);
    const order = orders.find((one) => isDone(entry, one));
    if (!order) return [];
    const from = askedAt.get(key) ?? at;
    const ofCall = pauses.filter((pause) => pause.conversationId === conversation_id);
    const isTrue = order === 'pause' ? ofCall.some(overlaps(from, at)) : !ofCall.some(covers(from, at));
    return isTrue ? [] : [`The audit says ${order} done for job ${job_id}, and Genesys did not do it.`];
  });
}

const endOf = ({ to }: Pause): number => to ?? Number.POSITIVE_INFINITY;
const overlaps = (from: number, at: number) => (pause: Pause) => pause.from <= at && endOf(pause) >= from;
const covers = (from: number, at: number) => (pause: Pause) => pause.from < from && endOf(pause) > at;
