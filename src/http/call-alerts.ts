/** `POST /alerts/calls`: Genesys, or whoever stands between, tells of a call. docs/call-alerts-webhook.md is its contract. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { RecordError } from '../core/errors.js';
import type { CallReport } from '../core/model.js';
import type { Clock, Logger } from '../core/ports.js';
import { findAuthProblem, type SignedRequest } from './alert-auth.js';
import { readAlert } from './alert-events.js';
import type { AlertReading, Delivery } from './alert-shape.js';
import { createDeliveries, type DeliveryDeps } from './deliveries.js';
import type { Metrics } from './metrics.js';
import { type NoBody, readBody } from './read-body.js';
import { createRefusalLog } from './refusal-log.js';
import { sendJson } from './respond.js';

export interface CallAlertOptions {
  readonly secret: string;
  /**
   * Resolves when the call is in the database; does not wait for Slack. Throws `UNAVAILABLE` when that cannot be done
   * now. Must bear an event that comes again, and an older one after a newer.
   */
  readonly accept: (report: CallReport) => Promise<void>;
  /** Somebody from outside has left a call: whether it is over must be looked at. */
  readonly somebodyLeft: () => void;
  readonly isClaimed: DeliveryDeps['isClaimed'];
  readonly claimDelivery: DeliveryDeps['claimDelivery'];
  readonly clock: Clock;
}

interface CallAlertDeps extends CallAlertOptions {
  readonly metrics: Pick<Metrics, 'callAlert'>;
  readonly logger: Logger;
}

const maxBodyBytes = 64 * 1024;
/** How long a body may take to come, in milliseconds: EventBridge waits no longer for the answer. */
const bodyMs = 5_000;
/** Older news are none: a sender may hold an event back for days. In milliseconds. */
const staleMs = 10 * 60_000;
/** How far ahead the sender's clock may be, in milliseconds. */
const maxAheadMs = 5 * 60_000;
/** When to send again while the database is away, in seconds. */
const retryAfterSeconds = 5;

/** What becomes of a request. */
interface Verdict {
  readonly status: number;
  readonly outcome: string;
  readonly body: object;
  readonly headers?: OutgoingHttpHeaders;
  /** For the log, when an administrator may have to know. */
  readonly reason?: string;
  readonly err?: unknown;
}

export function createCallAlerts(deps: CallAlertDeps) {
  const { clock, metrics, logger } = deps;
  const warn = createRefusalLog(logger, clock);
  const deliver = createDeliveries(deps);

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request, deps);
    if (body === 'lost') return metrics.callAlert('lost');
    const verdict = Buffer.isBuffer(body) ? await judge({ headers: request.headers, body }) : body;
    const { status, outcome, headers, reason, err } = verdict;
    metrics.callAlert(outcome);
    const from = request.socket.remoteAddress;
    if (reason) warn(reason, { status, from, ...(err !== undefined && { err }) });
    sendJson(response, status, verdict.body, headers);
  };

  async function judge(request: SignedRequest): Promise<Verdict> {
    const reason = findAuthProblem(request, deps.secret, clock.now());
    // The sender is told only that it is refused; which part was wrong is nobody's business but the administrator's.
    if (reason) return { status: 401, outcome: 'unauthorized', body: { error: 'unauthorized' }, reason };
    const reading = readAlert(parse(request.body));
    switch (reading.kind) {
      case 'unreadable':
        return malformed(reading.problem);
      case 'ignored':
        return { status: 202, outcome: 'ignored', body: { ignored: reading.reason } };
      default:
        return untimely(reading.delivery, clock.now()) ?? take(reading);
    }
  }

  async function take(event: AlertEvent): Promise<Verdict> {
    const { source, deliveryId } = event.delivery;
    const effect = async () => (event.kind === 'report' ? deps.accept(event.report) : deps.somebodyLeft());
    try {
      const isFirst = await deliver(`${source}/${deliveryId}`, effect);
      return isFirst
        ? { status: 202, outcome: 'accepted', body: { accepted: true } }
        : { status: 202, outcome: 'duplicate', body: { duplicate: true } };
    } catch (err) {
      if (err instanceof RecordError && err.code === 'UNAVAILABLE') return unavailable(err);
      metrics.callAlert('failed');
      throw err;
    }
  }
}

type AlertEvent = Extract<AlertReading, { kind: 'report' | 'left' }>;

async function bodyOf(request: IncomingMessage, deps: CallAlertDeps): Promise<Buffer | Verdict | 'lost'> {
  if (!isJson(request)) {
    const error = 'The body must be JSON in UTF-8, with the content type application/json.';
    return { status: 415, outcome: 'wrong_type', body: { error }, reason: 'its content type is not JSON' };
  }
  const limits = { maxBytes: maxBodyBytes, withinMs: bodyMs };
  const body = await readBody(request, limits, deps.clock);
  return typeof body === 'string' && body !== 'lost' ? withoutBody(body) : body;
}

function withoutBody(problem: Exclude<NoBody, 'lost'>): Verdict {
  if (problem === 'too large') {
    const body = { error: `The body is larger than ${maxBodyBytes} bytes.` };
    return { status: 413, outcome: 'too_large', body, reason: 'its body is too large' };
  }
  const body = { error: 'The body did not come in time.' };
  // What is left of the body would be taken for the next request.
  const headers = { connection: 'close' };
  return { status: 408, outcome: 'slow', body, headers, reason: 'its body did not come in time' };
}

const isJson = ({ headers }: IncomingMessage): boolean =>
  /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(headers['content-type'] ?? '') &&
  /^(identity)?$/i.test(headers['content-encoding'] ?? '');

/** Undefined, which no JSON is, when it cannot be parsed. */
function parse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

const malformed = (problem: string): Verdict => ({
  status: 400,
  outcome: 'malformed',
  body: { error: problem },
  reason: problem,
});

/** EventBridge is told that all is well, for no repetition would make the event any younger; others learn the reason. */
function untimely({ source, occurredAt }: Delivery, now: number): Verdict | null {
  const ageMs = now - occurredAt;
  if (ageMs <= staleMs && ageMs >= -maxAheadMs) return null;
  const [ignored, error] =
    ageMs > 0
      ? ['stale', 'The event is more than 10 minutes old.']
      : ['future', 'The event is more than 5 minutes in the future: compare the clocks.'];
  const refused = { outcome: ignored, reason: error };
  return source === 'eventbridge'
    ? { status: 202, body: { ignored }, ...refused }
    : { status: 400, body: { error }, ...refused };
}

const unavailable = (err: RecordError): Verdict => ({
  status: 503,
  outcome: 'unavailable',
  body: { error: 'The event cannot be stored now; send it again.' },
  headers: { 'retry-after': String(retryAfterSeconds) },
  reason: 'it cannot be stored now',
  err,
});
