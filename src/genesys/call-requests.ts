/** The requests of the contract `conversations` that are about one call. */
import { RecordError } from '../core/errors.js';
import { type ObservedCall, type RecorderType, readObservedCall } from './call-conversation.js';
import type { ErrorDetails } from './error-body.js';
import { type GenesysRequest, toSegment } from './request.js';

const callPath = (conversationId: string): string =>
  `/api/v2/conversations/calls/${toSegment(conversationId)}`;

const legPath = (conversationId: string, participantId: string): string =>
  `${callPath(conversationId)}/participants/${toSegment(participantId)}`;

/** `unknown`: Genesys knows no such call, or not any more. */
export function callRequest(conversationId: string): GenesysRequest<ObservedCall | 'unknown'> {
  return {
    operation: 'read-call',
    purpose: 'read the call',
    permission: 'conversation:communication:view',
    method: 'GET',
    path: callPath(conversationId),
    idempotent: true,
    priority: 'read',
    read(json) {
      const observed = readObservedCall(json);
      if (observed === 'unreadable') return null;
      const answered = observed.event.call.conversationId.toLowerCase();
      return answered === conversationId.toLowerCase() ? observed : null;
    },
    whenNotFound: () => 'unknown',
  };
}

/**
 * Of whatever is recorded of the call but snippets. The answer is a bare JSON string, in any letter case; `NONE` says
 * that nothing is recorded, and not why: that is read from the call, which is read after this in any case.
 */
export function recordingStateRequest(
  conversationId: string,
  paused: boolean,
): GenesysRequest<'done' | 'already-finished'> {
  const wanted = paused ? 'PAUSED' : 'ACTIVE';
  return {
    operation: paused ? 'pause' : 'resume',
    purpose: paused ? 'pause the recording' : 'resume the recording',
    permission: 'conversation:recording:pauseOthers',
    method: 'PUT',
    path: `${callPath(conversationId)}/recordingstate`,
    body: { recordingState: wanted },
    idempotent: true,
    priority: paused ? 'stop' : 'start',
    read(json) {
      const state = String(json).toUpperCase();
      return state === wanted || state === 'NONE' ? 'done' : null;
    },
    whenNotFound: () => 'already-finished',
  };
}

/** Who is asked for what. */
export interface RecorderOrder {
  readonly conversationId: string;
  readonly participantId: string;
  readonly type: RecorderType;
  readonly record: boolean;
}

/**
 * `unknown`: no such call, no such leg of it, or no such path. `unsupported`: the organisation has no snippets.
 */
export type RecorderAnswer = 'accepted' | 'unknown' | 'unsupported';

/** Since April 2026. https://developer.genesys.cloud/devapps/api-explorer */
export function snippetRequest(order: RecorderOrder): GenesysRequest<RecorderAnswer> {
  const { conversationId, participantId, type, record } = order;
  return {
    ...toRecorderRequest(order),
    permission: 'conversation:recording:snippetRecord',
    method: 'POST',
    path: `${legPath(conversationId, participantId)}/snippet/record`,
    body: { type, record },
    whenRefused: (status, details) => (saysUnsupported(status, details) ? 'unsupported' : null),
    explain: explainRecorder('conversation:recording:snippetRecord'),
  };
}

/** What organisations without snippets have: an ad-hoc recording. */
export function adhocRequest(order: RecorderOrder): GenesysRequest<RecorderAnswer> {
  return {
    ...toRecorderRequest(order),
    permission: 'conversation:call:record',
    method: 'PATCH',
    path: legPath(order.conversationId, order.participantId),
    body: { recording: order.record },
    explain: explainRecorder('conversation:call:record'),
  };
}

const toRecorderRequest = ({ record }: RecorderOrder) =>
  ({
    operation: record ? 'start' : 'stop',
    purpose: record ? 'start the recording' : 'stop the recording',
    // To begin once more would be a second recording.
    idempotent: !record,
    priority: record ? 'start' : 'stop',
    read: (): RecorderAnswer => 'accepted',
    whenNotFound: (): RecorderAnswer => 'unknown',
  }) as const;

/** By the status, or in words; a missing permission is no missing feature. */
function saysUnsupported(status: number, { message, code, permissions }: ErrorDetails): boolean {
  if (status === 405 || status === 501) return true;
  if (![400, 403].includes(status) || permissions.length > 0) return false;
  return /unsupported|not[ .](supported|available|enabled)|disabled|feature/i.test(`${code} ${message}`);
}

/**
 * Whether Genesys lets an OAuth client without a user record is not documented. Where it does not, the cause must be
 * said, because no permission cures it.
 */
const explainRecorder =
  (permission: string) =>
  (status: number, error: RecordError): RecordError => {
    const { code, message, reference } = error;
    if (status !== 400 && status !== 403) return error;
    const cure =
      `An administrator can check that the bot's OAuth client has ${permission} in Genesys. If it has, Genesys may not let a client ` +
      'without a user (Client Credentials) record in this organisation: its support can tell, by the reference.';
    return new RecordError(code, message, { cure, reference });
  };
