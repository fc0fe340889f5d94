/**
 * `POST /api/v2/analytics/conversations/activity/query`: the calls of each queue, without their recording state.
 * Pages are of groups. Of each group's calls only so many are named as `activityLimit` allows; then it is `truncated`.
 */
import { calledNumber, toTime } from './calls.js';
import type { Exchange } from './contract.js';
import { badRequest } from './errors.js';
import { idFor, queueIdOf, userIdOf } from './ids.js';
import { readFields, readJson } from './json-body.js';
import { type Page, readOneOf, readPage } from './paging.js';
import type { SimulatedCall, SimulatedLeg } from './types.js';

const metrics = ['oInteracting', 'oAlerting', 'oWaiting'] as const;
type Metric = (typeof metrics)[number];

const dimensions = ['mediaType', 'queueId', 'direction', 'userId', 'conversationId'] as const;

interface Activity extends Readonly<Record<(typeof dimensions)[number], string>> {
  readonly metric: Metric;
  readonly entity: object;
}

interface Query {
  readonly metrics: ReadonlyMap<Metric, { readonly details: boolean }>;
  readonly matches: (activity: Activity) => boolean;
}

export function queryActivity({ world: { life, settings }, request }: Exchange) {
  const page = readPage(request.query);
  const query = readQuery(readJson(request));
  const found = life.listActiveCalls().flatMap(activitiesOf).filter(query.matches);
  const ofQueues = groupedByQueue(found);
  const results = onPage([...ofQueues], page).map(([queueId, activities]) => {
    const asked = activities.filter(({ metric }) => query.metrics.has(metric));
    const detailed = asked.filter(({ metric }) => query.metrics.get(metric)?.details);
    return {
      group: { queueId },
      data: [...query.metrics.keys()].map((metric) => ({
        metric,
        count: asked.filter((activity) => activity.metric === metric).length,
      })),
      truncated: detailed.length > (settings.activityLimit ?? Number.POSITIVE_INFINITY),
      entities: detailed.slice(0, settings.activityLimit).map(({ entity }) => entity),
    };
  });
  return { status: 200, body: { results, entityIdDimension: 'conversationId' } };
}

function groupedByQueue(activities: readonly Activity[]): ReadonlyMap<string, readonly Activity[]> {
  const groups = new Map<string, Activity[]>();
  for (const activity of activities) {
    const group = groups.get(activity.queueId);
    if (group) group.push(activity);
    else groups.set(activity.queueId, [activity]);
  }
  return groups;
}

const onPage = <T>(all: readonly T[], { pageSize, pageNumber }: Page): readonly T[] =>
  all.slice((pageNumber - 1) * pageSize, pageNumber * pageSize);

function readQuery(body: unknown): Query {
  const {
    metrics: asked,
    groupBy,
    filter,
  } = readFields(body, 'the body', ['metrics', 'groupBy', 'filter', 'order']);
  if (!Array.isArray(asked) || asked.length === 0) throw badRequest('metrics must name at least one metric.');
  if (JSON.stringify(groupBy) !== '["queueId"]') {
    throw badRequest('groupBy must be ["queueId"]: no other grouping is simulated.');
  }
  return {
    metrics: new Map(asked.map(readMetric)),
    matches: filter === undefined ? () => true : readFilter(filter),
  };
}

function readMetric(value: unknown): readonly [Metric, { readonly details: boolean }] {
  const { metric, details = false } = readFields(value, 'metrics', ['metric', 'details']);
  if (typeof details !== 'boolean') throw badRequest('details must be true or false.');
  return [readOneOf(String(metric), 'metric', metrics), { details }];
}

function readFilter(value: unknown): (activity: Activity) => boolean {
  const { type, predicates } = readFields(value, 'filter', ['type', 'predicates']);
  const isAnd = readOneOf(String(type), 'filter.type', ['and', 'or']) === 'and';
  if (!Array.isArray(predicates) || predicates.length === 0) {
    throw badRequest('filter.predicates must hold at least one predicate.');
  }
  const tests = predicates.map(readPredicate);
  return (activity) => (isAnd ? tests.every((test) => test(activity)) : tests.some((test) => test(activity)));
}

function readPredicate(value: unknown): (activity: Activity) => boolean {
  const predicate = readFields(value, 'predicates', ['type', 'dimension', 'operator', 'value']);
  readOneOf(String(predicate['type']), 'predicates.type', ['dimension']);
  readOneOf(String(predicate['operator']), 'predicates.operator', ['matches']);
  const dimension = readOneOf(String(predicate['dimension']), 'predicates.dimension', dimensions);
  const { value: wanted } = predicate;
  if (typeof wanted !== 'string') throw badRequest('predicates.value must be a string.');
  return (activity) => activity[dimension] === wanted;
}

const activitiesOf = (call: SimulatedCall): readonly Activity[] =>
  call.legs.flatMap((leg) => {
    const metric = metricOf(leg);
    return metric === null || leg.queue === null ? [] : [toActivity(call, leg, leg.queue, metric)];
  });

function metricOf(leg: SimulatedLeg): Metric | null {
  if (leg.endedAt !== null || leg.purpose === 'customer') return null;
  if (leg.purpose === 'acd') return 'oWaiting';
  return leg.connectedAt === null ? 'oAlerting' : 'oInteracting';
}

function toActivity(call: SimulatedCall, leg: SimulatedLeg, queue: string, metric: Metric): Activity {
  const queueId = queueIdOf(queue);
  const userId = leg.purpose === 'agent' ? userIdOf(leg.name ?? '') : '';
  const common = { queueId, mediaType: 'voice', direction: 'inbound', conversationId: call.id };
  const entity = {
    activityDate: toTime(leg.connectedAt ?? leg.startedAt),
    metric,
    ...common,
    sessionId: idFor('session', leg.id),
    ...(userId !== '' && { userId }),
    ani: call.caller,
    dnis: calledNumber,
    addressFrom: call.caller,
    addressTo: calledNumber,
    participantName: leg.name,
  };
  return { metric, ...common, userId, entity };
}
