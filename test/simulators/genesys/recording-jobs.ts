/** The contract `recording-jobs`: what each operation checks, does and answers. */
import { toConversation } from './calls.js';
import { type Contract, type Endpoint, permissionsOf } from './contract.js';
import { badRequest, invalidValue, missingAnyPermission, usual } from './errors.js';
import { isUuid } from './ids.js';
import { toRecordingJob } from './jobs.js';
import { type Json, readJsonObject } from './json-body.js';
import { readOneOf, readPage, readStates, readWindow, toPage } from './paging.js';
import type { SimulatedJobState } from './types.js';

const jobStates: readonly SimulatedJobState[] = ['active', 'stopped', 'completed'];

const endpoints: readonly Endpoint[] = [
  {
    request: 'GET /api/v2/conversations/phone',
    operation: 'calls',
    permission: 'conversation:phone:view',
    work({ world: { life }, request: { query } }) {
      const state = query.get('state');
      if (state === null) throw badRequest('The query parameter state is required.');
      readOneOf(state, 'state', ['active']);
      return { status: 200, body: toPage(life.listActiveCalls(), readPage(query), toConversation) };
    },
  },
  {
    request: 'GET /api/v2/recording/jobs',
    operation: 'jobs',
    permission: 'recording:job:view',
    work({ world: { life }, request: { query } }) {
      const { from, to } = readWindow(query);
      const states = readStates(query, jobStates);
      const found = life.jobs.filter(
        ({ startedAt, state }) => startedAt >= from && startedAt < to && states.includes(state),
      );
      return { status: 200, body: toPage(found, readPage(query), toRecordingJob) };
    },
  },
  {
    request: 'POST /api/v2/recording/jobs',
    operation: 'start',
    permission: 'recording:job:control',
    work({ world: { life }, request, tookEffect }) {
      const id = readConversationId(readJsonObject(request));
      if (!life.isUp(id)) throw usual(404);
      if (life.isRecorded(id)) throw usual(409);
      tookEffect();
      return { status: 201, body: toRecordingJob(life.startRecording(id)) };
    },
  },
  {
    request: 'POST /api/v2/recording/jobs/{jobId}/stop',
    operation: 'stop',
    permission: 'recording:job:control',
    work({ world: { life }, request, ids: [id = ''], tookEffect }) {
      readJsonObject(request);
      const job = life.stopRecording(id);
      if (!job) throw usual(404);
      tookEffect();
      return { status: 200, body: toRecordingJob(job) };
    },
  },
];

export const recordingJobs: Contract = {
  credentialsIn: 'form',
  endpoints,
  // A job by its id takes nothing in this contract, and DELETE would drop the recording's metadata.
  forbiddenPaths: ['/api/v2/recording/jobs/{jobId}'],
  permissions: permissionsOf(endpoints),
  lacks: missingAnyPermission,
};

function readConversationId({ conversationId: id }: Json): string {
  if (isUuid(id)) return id;
  throw invalidValue(JSON.stringify(id) ?? '', 'conversationId', 'a UUID');
}
