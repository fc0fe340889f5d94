/**
 * In the public API a recording job is a bulk export, archiving or deletion. A bot that speaks of live calls must
 * never come here, and what it would send is refused as the bulk API refuses it.
 */
import type { Endpoint, Exchange } from './contract.js';
import { badRequest, missingPermission, refuse } from './errors.js';
import { isJsonObject, parseJson } from './json-body.js';
import type { Permission } from './types.js';

const requests = [
  'GET /api/v2/recording/jobs',
  'POST /api/v2/recording/jobs',
  'GET /api/v2/recording/jobs/{jobId}',
  'PUT /api/v2/recording/jobs/{jobId}',
  'DELETE /api/v2/recording/jobs/{jobId}',
  'POST /api/v2/recording/jobs/{jobId}/stop',
] as const;

const held: readonly Permission[] = ['recording:job:view', 'recording:job:control'];

export const bulkJobs: readonly Endpoint[] = requests.map((request) => ({
  request,
  operation: 'other',
  permission: null,
  work: answer,
}));

function answer({ world, request: { method, path, text }, token }: Exchange): never {
  world.violate(`${method} ${path} is the API of bulk jobs: it exports, archives or deletes recordings.`);
  if (!held.some((permission) => world.auth.may(token, permission))) {
    throw refuse(missingPermission(method === 'GET' ? 'recording:job:view' : 'recording:job:add'));
  }
  const body = parseJson(text);
  const action = isJsonObject(body) ? body['action'] : undefined;
  throw badRequest(
    method === 'POST' && action === undefined
      ? 'Invalid recording job query. The field action is required: EXPORT, ARCHIVE or DELETE.'
      : 'The bulk recording job could not be carried out.',
  );
}
