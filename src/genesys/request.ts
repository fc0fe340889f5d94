/** One request to the API: what a contract says about it, how it goes over the wire, what its headers report. */
import { RecordError } from '../core/errors.js';
import type { Priority } from '../core/ports.js';
import type { ErrorDetails } from './error-body.js';
import type { Answer } from './exchange.js';
import type { RateReport } from './rate-window.js';
import type { Asked } from './refusals.js';
import { readRetryAfter } from './retry.js';

export interface GenesysRequest<T> extends Asked {
  /** Its name in the log. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the base URL on, with the query. Ids in it are encoded. */
  readonly path: string;
  readonly body?: object;
  /** Unless the caller says otherwise. */
  readonly priority: Priority;
  /** From the JSON of a 2xx answer (undefined if it has no body); null when it is not what the contract says. */
  readonly read: (json: unknown) => T | null;
  /**
   * What a 404 in Genesys's own shape means, where that is not an error. `unclear` is true when an earlier attempt
   * of this request may have taken effect.
   */
  readonly whenNotFound?: (unclear: boolean) => T;
  /** The same of any other refusal, as Genesys words it; null where it is an error after all. */
  readonly whenRefused?: (status: number, details: ErrorDetails) => T | null;
  /** A better error for a status, where this request knows more. */
  readonly explain?: (status: number, error: RecordError) => RecordError;
}

export interface Wire {
  readonly baseUrl: string;
  readonly userAgent: string;
  readonly token: string;
}

export function toHttp({ method, path, body }: GenesysRequest<unknown>, { baseUrl, userAgent, token }: Wire) {
  const headers = {
    accept: 'application/json',
    authorization: `Bearer ${token}`,
    'user-agent': userAgent,
    ...(body && { 'content-type': 'application/json' }),
  };
  return { url: `${baseUrl}${path}`, init: { method, headers, ...(body && { body: JSON.stringify(body) }) } };
}

/** What a refusal in Genesys's own shape means to the contract; null where it is an error. */
export function settleRefused<T>(
  { whenNotFound, whenRefused }: GenesysRequest<T>,
  status: number,
  details: ErrorDetails,
  unclear: boolean,
): T | null {
  if (!details.fromGenesys) return null;
  if (status === 404 && whenNotFound) return whenNotFound(unclear);
  return whenRefused?.(status, details) ?? null;
}

export function readRateReport({ headers }: Answer): RateReport {
  const read = (name: string): number | null => {
    const value = headers.get(`inin-ratelimit-${name}`);
    return value !== null && /^\d{1,9}$/.test(value) ? Number(value) : null;
  };
  return {
    allowed: read('allowed'),
    count: read('count'),
    resetMs: readRetryAfter(headers.get('inin-ratelimit-reset'), 0),
  };
}

/** A URL parser resolves dots even when they are encoded: an id of dots would lead to another path. */
export function toSegment(id: string): string {
  if (id !== '' && id !== '.' && id !== '..') return encodeURIComponent(id);
  throw new RecordError('NOT_FOUND', 'That is no id that Genesys could know.', {
    cure: '/record list shows the running recordings, /record calls the active calls.',
  });
}
