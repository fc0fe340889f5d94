/** The activity query: which calls agents are on, are rung for, or wait in a queue, without what is recorded of them. */
import { z } from 'zod';
import { tidy, withoutScheme } from './call-schema.js';
import { toPageQuery } from './pages.js';
import type { GenesysRequest } from './request.js';
import type { Page } from './schema.js';

/** One agent's part in a call; several agents give several of them. */
export interface Activity {
  readonly conversationId: string;
  readonly caller: string | null;
  readonly queueId: string | null;
  /** Changes with what the agent does on the call. */
  readonly mark: string;
  /** ISO 8601; empty where it is not told. */
  readonly since: string;
}

const metrics = ['oInteracting', 'oAlerting', 'oWaiting'] as const;

/** https://developer.genesys.cloud/devapps/api-explorer (POST /api/v2/analytics/conversations/activity/query) */
export function activityRequest(pageNumber: number): GenesysRequest<Page> {
  return {
    operation: 'list-calls',
    purpose: 'list the active calls',
    permission: 'analytics:queueObservation:view',
    method: 'POST',
    path: `/api/v2/analytics/conversations/activity/query?${toPageQuery(pageNumber)}`,
    body: {
      metrics: metrics.map((metric) => ({ metric, details: true })),
      groupBy: ['queueId'],
      filter: {
        type: 'and',
        predicates: [{ type: 'dimension', dimension: 'mediaType', operator: 'matches', value: 'voice' }],
      },
    },
    idempotent: true,
    priority: 'read',
    read: readActivityPage,
  };
}

const pageShape = z.object({
  results: z
    .array(
      z.object({
        truncated: z.boolean().optional().catch(undefined),
        entities: z.array(z.unknown()).nullish(),
      }),
    )
    .nullish(),
});

/** Null when it is not a page of results. Without calls there may be no results at all. */
function readActivityPage(json: unknown): Page | null {
  const page = pageShape.safeParse(json).data;
  if (!page) return null;
  const results = page.results ?? [];
  return {
    entities: results.flatMap(({ entities }) => entities ?? []),
    groups: results.length,
    pageCount: undefined,
    total: undefined,
    truncated: results.some(({ truncated }) => truncated),
  };
}

const text = z.string().optional().catch(undefined);

const entityShape = z.object({
  conversationId: z.string().min(1).max(128),
  sessionId: text,
  queueId: text,
  metric: text,
  mediaType: text,
  activityDate: text,
  ani: text,
});

/** `finished` for what is no call. */
export function readActivity(entity: unknown): Activity | 'unreadable' | 'finished' {
  const activity = entityShape.safeParse(entity).data;
  if (!activity) return 'unreadable';
  if (activity.mediaType !== undefined && activity.mediaType.toLowerCase() !== 'voice') return 'finished';
  const { conversationId, sessionId = '', queueId = null, metric = '', activityDate = '' } = activity;
  return {
    conversationId,
    caller: tidy(withoutScheme(activity.ani)),
    queueId,
    mark: `${sessionId} ${metric} ${activityDate}`,
    since: activityDate,
  };
}
