/** The contract `recording-jobs`: a recording is a job that Genesys creates and names. */
import { RecordError } from '../core/errors.js';
import type { CallDirectory, Clock, Logger, RecordingApi, RequestOptions } from '../core/ports.js';
import { readActiveCall } from './call-schema.js';
import type { GenesysClient } from './client.js';
import { readAllPages, toPageQuery } from './pages.js';
import { type GenesysRequest, toSegment } from './request.js';
import {
  confirmsStop,
  type Page,
  readActiveJob,
  readPage,
  readStartedJob,
  type StartedJob,
} from './schema.js';

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
  const listJobs = (options?: RequestOptions) => {
    const window = toWindow(clock.now());
    return readAllPages({
      operation: 'list-recordings',
      logger,
      ask: (pageNumber) => client.send(jobsRequest({ ...window, states: 'active' }, pageNumber), options),
      read: readActiveJob,
      idOf: ({ genesysId }) => genesysId,
    });
  };

  return {
    canPause: false,

    start: (conversationId, options) => client.send(startRequest(conversationId), options),

    stop: async ({ genesysId }, options) => client.send(stopRequest(genesysId ?? ''), options),

    async setPaused(_recording, paused) {
      throw cannotPause(paused);
    },

    async find(id, options) {
      const { items, complete } = await listJobs(options);
      const found = items.find((job) => isSameId(job.genesysId, id) || isSameId(job.conversationId, id));
      if (!found && !complete) throw notTheWholeList();
      return found ?? null;
    },

    async listActive(_known, options) {
      const { items, complete } = await listJobs(options);
      return { items, covers: () => complete };
    },

    listCalls: (options) =>
      readAllPages({
        operation: 'list-calls',
        logger,
        ask: (pageNumber) => client.send(callsRequest(pageNumber), options),
        read: readActiveCall,
        idOf: ({ conversationId }) => conversationId,
      }),

    // This contract lists every call that is up.
    findOver: async (ids, { complete }) => (complete ? ids : []),
  };
}

/** UUIDs mean the same in either letter case. */
const isSameId = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

const cannotPause = (paused: boolean): RecordError =>
  new RecordError('COMMAND_INVALID', `This bot cannot ${paused ? 'pause' : 'resume'} a recording here.`, {
    cure: 'Genesys’s recording-jobs contract knows start and stop only. Stop the recording, and start a new one after.',
  });

const notTheWholeList = (): RecordError =>
  new RecordError('UNAVAILABLE', 'Genesys did not show its whole list of running recordings.', {
    cure: 'Try again; the log says what was missing.',
  });

function startRequest(conversationId: string): GenesysRequest<StartedJob> {
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
export function stopRequest(genesysId: string): GenesysRequest<'stopped' | 'already-finished'> {
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

export function jobsRequest(filter: Record<string, string>, pageNumber: number): GenesysRequest<Page> {
  return {
    operation: 'list-recordings',
    purpose: 'list the recordings that run',
    permission: 'recording:job:view',
    method: 'GET',
    path: `/api/v2/recording/jobs?${toPageQuery(pageNumber, filter)}`,
    idempotent: true,
    priority: 'read',
    read: readPage,
  };
}

export function callsRequest(pageNumber: number): GenesysRequest<Page> {
  return {
    operation: 'list-calls',
    purpose: 'list the active calls',
    permission: 'conversation:phone:view',
    method: 'GET',
    path: `/api/v2/conversations/phone?${toPageQuery(pageNumber, { state: 'active' })}`,
    idempotent: true,
    priority: 'read',
    read: readPage,
  };
}

const dayMs = 86_400_000;
const minuteMs = 60_000;

/**
 * Genesys filters by when the job began, so the window must reach back further than any call lasts: seven days. It
 * ends five minutes ahead, because Genesys's clock may be, and a job that began just now must not be missed.
 */
export function toWindow(now: number): { readonly from: string; readonly to: string } {
  return { from: toSeconds(now - 7 * dayMs), to: toSeconds(now + 5 * minuteMs) };
}

/** `YYYY-MM-DDThh:mm:ssZ`: the contract takes no fractions of a second. */
const toSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
