/** The contract `conversations`, the public API as of 2026: calls and their recordings, queues, notifications. */
import { queryActivity } from './activity-query.js';
import { bulkJobs } from './bulk-jobs.js';
import { toCallConversation } from './call-conversation.js';
import { type Contract, type Endpoint, permissionsOf } from './contract.js';
import { badRequest, missingPermission } from './errors.js';
import { notifications } from './notifications.js';
import { readPage, toPage } from './paging.js';
import { findCall, recordingCommands } from './recording-commands.js';

const reading: readonly Endpoint[] = [
  {
    // It lists the calls of the user who is logged in, and with client credentials nobody is.
    request: 'GET /api/v2/conversations/calls',
    operation: 'other',
    permission: null,
    work() {
      throw badRequest('This request requires a user context. Client credentials cannot be used for it.');
    },
  },
  {
    request: 'GET /api/v2/conversations/calls/{conversationId}',
    operation: 'call',
    permission: 'conversation:communication:view',
    work: (exchange) => ({
      status: 200,
      body: toCallConversation(findCall(exchange), !exchange.world.settings.withoutSnippet),
    }),
  },
  {
    request: 'POST /api/v2/analytics/conversations/activity/query',
    operation: 'calls',
    permission: 'analytics:queueObservation:view',
    work: queryActivity,
  },
  {
    request: 'GET /api/v2/routing/queues',
    operation: 'queues',
    permission: 'routing:queue:view',
    work: ({ world: { life }, request: { query } }) => ({
      status: 200,
      body: toPage(life.queues, readPage(query), ({ id, name }) => ({
        id,
        name,
        selfUri: `/api/v2/routing/queues/${id}`,
      })),
    }),
  },
];

const endpoints = [...reading, ...recordingCommands, ...notifications, ...bulkJobs];

export const conversations: Contract = {
  credentialsIn: 'basic',
  endpoints,
  forbiddenPaths: [],
  permissions: permissionsOf(endpoints),
  lacks: missingPermission,
};
