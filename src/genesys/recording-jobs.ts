/** The contract `recording-jobs`: a recording is a job that Genesys creates and names. */
import { RecordError } from '../core/errors.js';
import type { CallDirectory, Clock, Logger, RecordingApi, RequestOptions } from '../core/ports.js';
import { readActiveCall } from './call-schema.js';
import type { GenesysClient } from './client.js';
import { pageSize, readAllPages } from './pages.js';
import type { GenesysRequest } from './request.js';
import { confirmsStop, type Page, readActiveJob, readPage, readStartedJob } from './schema.js';

export interface RecordingJobsOptions {
  readonly client: GenesysClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createRecordingJobs({
  client,
  clock,
  logger,
}: RecordingJobsOptions): RecordingApi & CallDirectory {
  return {
    start: (conversationId, options) => client.send(startRequest(conversationId), options),

    stop: async ({ genesysId }, options) => client.send(stopRequest(genesysId), options),

    listActive(options?: RequestOptions) {
      const window = toWindow(clock.now());
      return readAllPages({
        operation: 'list-recordings',
        logger,
        ask: (pageNumber) => client.send(jobsRequest({ ...window, states: 'active' }, pageNumber), options),
        read: readActiveJob,
        idOf: ({ genesysId }) => genesysId,
      });
    },

    listCalls: (options) =>
      readAllPages({
        operation: 'list-calls',
        logger,
        ask: (pageNumber) => client.send(callsRequest(pageNumber), options),
        read: readActiveCall,
        idOf: ({ conversationId }) => conversationId,
      }),
  };
}

function startRequest(conversationId: string): GenesysRequest<{ readonly genesysId: string }> {
  return {
    operation: 'start',
    purpose: 'start the recording',
    permission: 'recording:job:control',
    method: 'POST',
    path: '/api/v2/recording/jobs',
    body: { conversationId },
    idempotent: false,
    priority: 'start',
    read: (json) => readStartedJob(json, conversationId),
    explain: explainStart,
  };
}

function explainStart(status: number, error: RecordError): RecordError {
  const { code, reference, message } = error;
  if (status === 404 && code === 'NOT_FOUND') {
    return new RecordError('NOT_FOUND', 'Genesys knows no active call with that conversation id.', {
      cure: 'Check the id; the call may have ended.',
      reference,
    });
  }
  if (status === 409) {
    return new RecordError('STATE_CONFLICT', 'That call is being recorded already.', { reference });
  }
  if (status !== 400) return error;
  // In the public API this path is the bulk export, archive and delete job: it misses its `action` and refuses.
  return new RecordError('GENESYS_REFUSED', message, {
    cure:
      'The API of this organisation may be the public one, which starts recordings in another way: an administrator ' +
      'can choose it with GENESYS_RECORDING_API=conversations.',
    reference,
  });
}

/** Never a DELETE: that would drop the recording's metadata and perhaps the file. */
function stopRequest(genesysId: string): GenesysRequest<'stopped' | 'already-finished'> {
  return {
    operation: 'stop',
    purpose: 'stop the recording',
    permission: 'recording:job:control',
    method: 'POST',
    path: `/api/v2/recording/jobs/${toSegment(genesysId)}/stop`,
    body: {},
    idempotent: true,
    priority: 'stop',
    read: (json) => (confirmsStop(json, genesysId) ? 'stopped' : null),
    // After an attempt whose answer was lost, it is that attempt which has stopped it.
    whenNotFound: (unclear) => (unclear ? 'stopped' : 'already-finished'),
  };
}

function jobsRequest(filter: Record<string, string>, pageNumber: number): GenesysRequest<Page> {
  return {
    operation: 'list-recordings',
    purpose: 'list the recordings that run',
    permission: 'recording:job:view',
    method: 'GET',
    path: `/api/v2/recording/jobs?${toQuery(filter, pageNumber)}`,
    idempotent: true,
    priority: 'read',
    read: readPage,
  };
}

function callsRequest(pageNumber: number): GenesysRequest<Page> {
  return {
    operation: 'list-calls',
    purpose: 'list the active calls',
    permission: 'conversation:phone:view',
    method: 'GET',
    path: `/api/v2/conversations/phone?${toQuery({ state: 'active' }, pageNumber)}`,
    idempotent: true,
    priority: 'read',
    read: readPage,
  };
}

const toQuery = (filter: Record<string, string>, pageNumber: number): string =>
  new URLSearchParams({ ...filter, pageSize: `${pageSize}`, pageNumber: `${pageNumber}` }).toString();

/** A URL parser resolves dots even when they are encoded: such an id would lead to another path. */
function toSegment(id: string): string {
  if (id !== '' && id !== '.' && id !== '..') return encodeURIComponent(id);
  throw new RecordError('NOT_FOUND', 'That is not the id of a recording job.');
}

const dayMs = 86_400_000;
const minuteMs = 60_000;

/**
 * Genesys filters by when the job began, so the window must reach back further than any call lasts: seven days. It
 * ends five minutes ahead, because Genesys's clock may be, and a job that began just now must not be missed.
 */
function toWindow(now: number): { readonly from: string; readonly to: string } {
  return { from: toSeconds(now - 7 * dayMs), to: toSeconds(now + 5 * minuteMs) };
}

/** `YYYY-MM-DDThh:mm:ssZ`: the contract takes no fractions of a second. */
const toSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
