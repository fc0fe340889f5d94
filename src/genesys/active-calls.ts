/**
 * The calls that are up, by the activity query. What it does not tell (the agent's name, the start, what the policy
 * records) is read of each call when it is new or has changed, and remembered while the call is listed.
 */
import type { ActiveCall, ActiveRecording, Listing } from '../core/model.js';
import type { CallDirectory, Clock, Logger, RequestOptions } from '../core/ports.js';
import { type Activity, activityRequest, readActivity } from './activity-query.js';
import type { ObservedCall } from './call-conversation.js';
import { createCallEnds } from './call-ends.js';
import { callRequest } from './call-requests.js';
import type { GenesysClient } from './client.js';
import { readAllPages } from './pages.js';
import { createQueueNames } from './queues.js';
import { createReadInTurn } from './read-in-turn.js';

export interface ActiveCallsOptions {
  readonly client: GenesysClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What is read of single calls leaves room for the query itself, and for recordings that are followed. */
const readsPerMinute = 30;
/** What a policy records can change without a change of what the agents do, in milliseconds. */
const detailsKeptMs = 60_000;

/** Of one call, what all its agents do together. */
interface ListedCall {
  readonly conversationId: string;
  readonly caller: string | null;
  readonly queueId: string | null;
  readonly mark: string;
}

interface Details {
  readonly mark: string;
  readonly readAt: number;
  readonly observed: ObservedCall | 'unknown';
}

export interface ActiveCalls {
  readonly list: CallDirectory['listCalls'];
  readonly findOver: CallDirectory['findOver'];
  /** What somebody has begun to record, on calls that were read a moment ago; each reading is told once. */
  takeBegun(): readonly ActiveRecording[];
}

/** A reading that is older, in milliseconds, may have been overtaken by an order of the bot's own. */
const newsForMs = 12_000;

export function createActiveCalls({ client, clock, logger }: ActiveCallsOptions): ActiveCalls {
  const queueNames = createQueueNames({ client, clock, logger });
  const readInTurn = createReadInTurn(clock, readsPerMinute);
  const ends = createCallEnds({ client, clock, logger });
  let known: ReadonlyMap<string, Details> = new Map();
  const news = createNews(clock);

  async function readDetails(calls: readonly ListedCall[], request: RequestOptions): Promise<void> {
    const now = clock.now();
    const { found, failure } = await readInTurn(toRead(calls, known, now), (id) =>
      client.send(callRequest(id), request),
    );
    if (failure)
      logger.warn({ err: failure }, 'Not all active calls were read: what is recorded of them is unknown');
    news.add([...found.values()], now);
    known = new Map(
      calls.flatMap(({ conversationId, mark }) => {
        const observed = found.get(conversationId);
        const details = observed ? { mark, readAt: now, observed } : known.get(conversationId);
        return details ? [[conversationId, details]] : [];
      }),
    );
  }

  return {
    async list(options?: RequestOptions): Promise<Listing<ActiveCall>> {
      const startedAt = clock.now();
      const { items, complete } = await readAllPages<Activity>({
        operation: 'list-calls',
        logger,
        ask: (pageNumber) => client.send(activityRequest(pageNumber), options),
        read: readActivity,
        idOf: ({ conversationId, mark }) => `${conversationId} ${mark}`,
      });
      const calls = byConversation(items);
      if (options?.priority === 'poll') ends.noteListed(calls.map(({ conversationId }) => conversationId));
      // Whoever asks for the list: what it does not tell is worth no more than a poll.
      const request: RequestOptions = { ...options, priority: 'poll' };
      await readDetails(calls, request);
      const queueIds = calls.flatMap(({ queueId }) => queueId ?? []);
      const queueNameOf = await queueNames(queueIds, request);
      const up = calls.filter((call) => !isOver(call, known.get(call.conversationId)));
      return {
        items: up.map((call) => {
          const details = known.get(call.conversationId);
          const active = toActiveCall(call, details, call.queueId && queueNameOf(call.queueId));
          // Whoever follows calls may have been told by an event since: what was read before is no news to them.
          const isNews = options?.priority !== 'poll' || (details?.readAt ?? 0) >= startedAt;
          return isNews ? active : { ...active, policyRecording: null };
        }),
        complete,
      };
    },

    findOver: ends.find,
    takeBegun: news.take,
  };
}

/** New and changed calls first, then those that were read longest ago. */
function toRead(calls: readonly ListedCall[], known: ReadonlyMap<string, Details>, now: number): string[] {
  const due = calls.flatMap(({ conversationId, mark }) => {
    const details = known.get(conversationId);
    const since = details?.mark === mark ? details.readAt : Number.NEGATIVE_INFINITY;
    return now - since >= detailsKeptMs ? [{ conversationId, since }] : [];
  });
  // Both at minus infinity is no order, and their difference no number.
  return due
    .toSorted((a, b) => (a.since === b.since ? 0 : a.since - b.since))
    .map((each) => each.conversationId);
}

/** What was read of late, each reading once. Nothing old is kept, also where nobody takes it. */
function createNews(clock: Pick<Clock, 'now'>) {
  let readings: readonly Pick<Details, 'readAt' | 'observed'>[] = [];
  const recent = () => readings.filter(({ readAt }) => clock.now() - readAt < newsForMs);
  return {
    add(found: readonly Details['observed'][], readAt: number): void {
      readings = [...recent(), ...found.map((observed) => ({ readAt, observed }))];
    },
    take(): readonly ActiveRecording[] {
      const taken = recent();
      readings = [];
      return taken.flatMap(({ observed }) =>
        observed === 'unknown' || observed.event.over ? [] : (observed.event.recordings ?? []),
      );
    },
  };
}

/** Several agents on one call are one call: with the queue of whoever came last. */
function byConversation(activities: readonly Activity[]): readonly ListedCall[] {
  const calls = new Map<string, ListedCall>();
  for (const each of activities.toSorted((a, b) => a.since.localeCompare(b.since))) {
    const { conversationId } = each;
    const before = calls.get(conversationId);
    calls.set(conversationId, {
      conversationId,
      caller: each.caller ?? before?.caller ?? null,
      queueId: each.queueId ?? before?.queueId ?? null,
      mark: before ? `${before.mark}, ${each.mark}` : each.mark,
    });
  }
  return [...calls.values()];
}

/** It has ended between the query and the reading. What was read before it changed says nothing of that. */
const isOver = ({ mark }: ListedCall, details: Details | undefined): boolean =>
  details?.mark === mark && (details.observed === 'unknown' || details.observed.event.over);

/** Without fresh details the agent is not told: whoever it was may have handed the call on. */
function toActiveCall(
  { conversationId, caller, mark }: ListedCall,
  details: Details | undefined,
  queue: string | null | undefined,
): ActiveCall {
  const call =
    details === undefined || details.observed === 'unknown' ? undefined : details.observed.event.call;
  const isFresh = details?.mark === mark;
  return {
    conversationId,
    ...(!isFresh && { partly: true }),
    caller: caller ?? call?.caller ?? null,
    queue: queue ?? call?.queue ?? null,
    agent: isFresh ? (call?.agent ?? null) : null,
    startedAt: call?.startedAt ?? null,
    policyRecording: call?.policyRecording ?? null,
  };
}
