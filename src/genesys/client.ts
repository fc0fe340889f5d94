import type { RecordError } from '../core/errors.js';
import type { Clock, Logger, RequestOptions } from '../core/ports.js';
import { Cancelled, TimeUp, within } from './deadline.js';
import { parseJson, readError, readReference } from './error-body.js';
import { type Agents, type Answer, exchange, type Fetch, type NoAnswer } from './exchange.js';
import type { RateBudget } from './rate-budget.js';
import { noAnswerError, statusError, unexpectedError } from './refusals.js';
import { type GenesysRequest, readRateReport, settleRefused, toHttp } from './request.js';
import { decideRetry } from './retry.js';
import type { Secrets } from './secrets.js';
import type { TokenCache } from './token-cache.js';

export interface GenesysClient {
  /** Sends the request until it is settled. Throws `RecordError`, as the port `RecordingApi` describes. */
  send<T>(request: GenesysRequest<T>, options?: RequestOptions): Promise<T>;
}

export interface ClientOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly agents: Agents;
  readonly secrets: Secrets;
  readonly tokens: TokenCache;
  readonly rateBudget: RateBudget;
  readonly baseUrl: string;
  readonly userAgent: string;
  /** For each attempt, the reading of its body included. */
  readonly timeoutMs: number;
  /** For all attempts of one request and every wait between them. */
  readonly budgetMs: number;
}

/** One request on its way, over all of its attempts. */
interface Flight {
  readonly request: GenesysRequest<unknown>;
  readonly options: RequestOptions;
  readonly endAt: number;
  attempt: number;
  /** A refused token is replaced once per request: a second 401 has another reason. */
  renewed: boolean;
  /** An earlier attempt may have taken effect. */
  unclear: boolean;
}

type Settled<T> = { readonly value: T } | 'again';

export function createClient(client: ClientOptions): GenesysClient {
  return {
    async send<T>(request: GenesysRequest<T>, options: RequestOptions = {}): Promise<T> {
      const endAt = client.clock.now() + client.budgetMs;
      const flight: Flight = { request, options, endAt, attempt: 1, renewed: false, unclear: false };
      for (; ; flight.attempt += 1) {
        const settled = await tryOnce(client, request, flight);
        if (settled !== 'again') return settled.value;
      }
    },
  };
}

async function tryOnce<T>(
  client: ClientOptions,
  request: GenesysRequest<T>,
  flight: Flight,
): Promise<Settled<T>> {
  const token = await admit(client, flight);
  const startedAt = client.clock.now();
  const outcome = await exchange({
    ...client,
    ...toHttp(request, { ...client, token }),
    timeoutMs: Math.min(client.timeoutMs, flight.endAt - startedAt),
    signal: flight.options.signal,
  });
  log(client, flight, outcome, client.clock.now() - startedAt);
  if (outcome.kind !== 'answer') {
    await retryOrThrow(client, flight, outcome);
    return 'again';
  }
  client.rateBudget.learn(readRateReport(outcome));
  if (outcome.status >= 200 && outcome.status < 300) return { value: readAnswer(client, request, outcome) };
  return settleRefusal(client, request, flight, { outcome, token });
}

/** What may be spent on waiting: the attempt after it needs a second, or it would be sent only to be given up. */
const spareMs = ({ clock }: ClientOptions, { endAt }: Flight): number => endAt - clock.now() - 1_000;

/** A token and a place in the rate budget, in this order: a place that is taken is used at once. */
async function admit(client: ClientOptions, flight: Flight): Promise<string> {
  const { clock, tokens, rateBudget } = client;
  const { request, options } = flight;
  const { signal, onWait } = options;
  try {
    await within(tokens.get(), { ms: flight.endAt - clock.now(), signal });
    const maxWaitMs = spareMs(client, flight);
    const waiting = { maxWaitMs, ...(signal && { signal }), ...(onWait && { onWait }) };
    await rateBudget.acquire(options.priority ?? request.priority, waiting);
    return await within(tokens.get(), { ms: flight.endAt - clock.now(), signal });
  } catch (error) {
    // Nothing is on its way at this point, so nothing may be done.
    const unsent = { ...request, idempotent: true };
    if (error instanceof TimeUp) throw noAnswerError(unsent, { kind: 'timeout', code: null });
    if (error instanceof Cancelled) throw noAnswerError(unsent, { kind: 'cancelled', code: null });
    throw error;
  }
}

function readAnswer<T>(client: ClientOptions, request: GenesysRequest<T>, answer: Answer): T {
  const json = parseJson(answer.text);
  const understood = json !== undefined || answer.text.trim() === '';
  const value = understood ? request.read(json) : null;
  if (value !== null) return value;
  const how = understood ? 'without what its contract promises' : 'with something that is not JSON';
  throw unexpectedError(request, how, readReference(answer, client.secrets));
}

async function settleRefusal<T>(
  client: ClientOptions,
  request: GenesysRequest<T>,
  flight: Flight,
  { outcome, token }: { readonly outcome: Answer; readonly token: string },
): Promise<Settled<T>> {
  const { status } = outcome;
  if (status === 401 && !flight.renewed) {
    flight.renewed = true;
    client.tokens.invalidate(token);
    return 'again';
  }
  const settled = settleRefused(request, status, readError(outcome, client.secrets), flight.unclear);
  if (settled !== null) return { value: settled };
  await retryOrThrow(client, flight, outcome);
  return 'again';
}

/** Returns when the request is to be sent again. */
async function retryOrThrow(
  client: ClientOptions,
  flight: Flight,
  outcome: Answer | NoAnswer,
): Promise<void> {
  const { clock, random, rateBudget } = client;
  const { request, options, attempt } = flight;
  if (outcome.kind === 'cancelled' || outcome.kind === 'unreadable') throw noAnswerError(request, outcome);
  const failure = outcome.kind === 'answer' ? outcome.status : outcome.kind;
  const retryAfter = outcome.kind === 'answer' ? outcome.headers.get('retry-after') : null;
  const now = clock.now();
  const { idempotent } = request;
  const verdict = decideRetry({
    attempt,
    failure,
    retryAfter,
    idempotent,
    remainingMs: spareMs(client, flight),
    now,
    random,
  });
  if (failure === 429) {
    // The pause holds for everybody, this request included: the rate budget makes it wait.
    rateBudget.pause(verdict.retry ? verdict.waitMs : (verdict.retryAfterMs ?? 0));
  }
  if (!verdict.retry) throw toError(client, flight, outcome, verdict.retryAfterMs);
  client.logger.warn(
    { operation: request.operation, failure, attempt, ...verdict },
    'Genesys will be asked again',
  );
  flight.unclear ||= failure !== 429 && failure !== 'not-sent';
  if (failure !== 429) await clock.sleep(verdict.waitMs, options.signal);
}

function toError(
  client: ClientOptions,
  flight: Flight,
  outcome: Answer | NoAnswer,
  retryAfterMs?: number,
): RecordError {
  const { request } = flight;
  if (outcome.kind !== 'answer') return noAnswerError(request, outcome);
  const error = statusError(request, outcome.status, readError(outcome, client.secrets), retryAfterMs);
  return request.explain?.(outcome.status, error) ?? error;
}

function log(client: ClientOptions, flight: Flight, outcome: Answer | NoAnswer, ms: number): void {
  const { operation } = flight.request;
  const seen =
    outcome.kind === 'answer'
      ? { status: outcome.status, reference: readReference(outcome, client.secrets) }
      : { failure: outcome.kind, code: outcome.code };
  client.logger.debug({ operation, attempt: flight.attempt, ms, ...seen }, 'Genesys was asked');
}
