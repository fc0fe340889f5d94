/** Faults waiting for the requests they are to hit. */
import type { Contract, Route } from './contract.js';
import { apiError, oauthError, type Reply, usualError } from './errors.js';
import type { Fault, Injection, Operation } from './types.js';

interface Waiting {
  readonly injection: Injection;
  left: number;
}

export class Faults {
  #waiting: Waiting[] = [];

  list(): readonly Required<Injection>[] {
    return this.#waiting.map(({ injection, left }) => ({
      ...injection,
      times: Number.isFinite(left) ? left : 'until-cleared',
    }));
  }

  /** Returns how to take it back. */
  add(injection: Injection): () => void {
    const { fault, times = 1 } = injection;
    if (times !== 'until-cleared' && !(Number.isInteger(times) && times > 0)) {
      throw new RangeError('A fault hits a whole number of times, at least once.');
    }
    if (fault.kind === 'status' && !(fault.status >= 400 && fault.status <= 599)) {
      throw new RangeError('The status of a fault is 400 to 599.');
    }
    const waiting = { injection, left: times === 'until-cleared' ? Number.POSITIVE_INFINITY : times };
    this.#waiting.push(waiting);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
    };
  }

  /** The fault that hits this request, if any; one at most. */
  take(operation: Operation): Fault | null {
    if (operation === 'other') return null;
    const hit = this.#waiting.find(({ injection: { on } }) => on === 'any' || on === operation);
    if (!hit) return null;
    hit.left -= 1;
    this.#waiting = this.#waiting.filter(({ left }) => left > 0);
    return hit.injection.fault;
  }

  clear(): void {
    this.#waiting = [];
  }
}

export function takesEffect(fault: Fault): boolean {
  switch (fault.kind) {
    case 'status':
    case 'hang':
      return fault.takesEffect ?? false;
    default:
      return fault.kind !== 'cut-before';
  }
}

export function toReply(
  fault: Extract<Fault, { kind: 'status' }>,
  { operation, endpoint }: Route,
  contract: Contract,
): Reply {
  const { status, code, retryAfter } = fault;
  const headers = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
  if (operation === 'token') {
    const error = code ?? (status < 500 ? 'invalid_client' : 'server_error');
    return { ...oauthError(status, error, usualError(status).text), headers };
  }
  const permission = endpoint?.permission;
  const usual = status === 403 && permission ? contract.lacks(permission) : usualError(status);
  return apiError({ ...usual, headers, ...(code !== undefined && { code }) });
}
