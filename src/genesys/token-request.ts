import { z } from 'zod';
import { RecordError } from '../core/errors.js';
import type { Clock, Logger } from '../core/ports.js';
import { type ErrorDetails, parseJson, readError, readReference } from './error-body.js';
import { type Agents, type Answer, exchange, type Fetch, type NoAnswer } from './exchange.js';
import { noAnswerError, regionSettings, statusError } from './refusals.js';
import { decideRetry, type FailedAttempt, type Verdict } from './retry.js';
import { type Secrets, toBasic } from './secrets.js';
import type { MintedToken } from './token-cache.js';

export interface TokenRequestOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly agents: Agents;
  readonly secrets: Secrets;
  readonly loginUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where the contract wants the credentials: in a Basic header, or in the form. Never in both (RFC 6749, 2.3). */
  readonly credentialsIn: 'header' | 'form';
  readonly userAgent: string;
  readonly timeoutMs: number;
  readonly budgetMs: number;
}

/** A token is asked for as often as it takes: an unused one does no harm. */
const asked = { purpose: 'issue a token', permission: '', idempotent: true };

const tokenAnswer = z.object({
  // It becomes a header: printable ASCII, nothing else.
  access_token: z
    .string()
    .max(8192)
    .regex(/^[\x21-\x7e]+$/),
  token_type: z
    .string()
    .regex(/^bearer$/i)
    .optional(),
  expires_in: z.number().positive().finite(),
});

/** The client-credentials grant (RFC 6749, 4.4), with its own timeout and retries and no other token's help. */
export function createTokenRequest(
  options: TokenRequestOptions,
): (signal: AbortSignal) => Promise<MintedToken> {
  const { clock } = options;
  let refusedUntil = 0;

  return async (signal) => {
    if (clock.now() < refusedUntil) throw tooManyTokens(refusedUntil - clock.now());
    try {
      return await askForToken(options, signal);
    } catch (error) {
      if (error instanceof RecordError && error.code === 'RATE_LIMITED') {
        refusedUntil = clock.now() + (error.retryAfterMs ?? 0);
      }
      throw error;
    }
  };
}

async function askForToken(options: TokenRequestOptions, signal: AbortSignal): Promise<MintedToken> {
  const { clock, random, logger, secrets } = options;
  const endAt = clock.now() + options.budgetMs;
  for (let attempt = 1; ; attempt += 1) {
    const timeoutMs = Math.min(options.timeoutMs, endAt - clock.now());
    const outcome = await exchange({ ...toExchange(options), timeoutMs, signal });
    if (outcome.kind === 'answer' && outcome.status === 200) return readToken(outcome, secrets);
    const now = clock.now();
    const verdict = judge(outcome, { attempt, remainingMs: endAt - now, now, random });
    logger.warn({ operation: 'token', ...describe(outcome), attempt, ...verdict }, 'Genesys issued no token');
    if (!verdict.retry) throw toTokenError(outcome, secrets, verdict.retryAfterMs);
    await clock.sleep(verdict.waitMs, signal);
  }
}

const describe = (outcome: Answer | NoAnswer) =>
  outcome.kind === 'answer' ? { failure: outcome.status } : { failure: outcome.kind, code: outcome.code };

function judge(
  outcome: Answer | NoAnswer,
  attempt: Pick<FailedAttempt, 'attempt' | 'remainingMs' | 'now' | 'random'>,
): Verdict {
  if (outcome.kind === 'cancelled' || outcome.kind === 'unreadable') return { retry: false };
  const failure = outcome.kind === 'answer' ? outcome.status : outcome.kind;
  const retryAfter = outcome.kind === 'answer' ? outcome.headers.get('retry-after') : null;
  return decideRetry({ ...attempt, failure, retryAfter, idempotent: asked.idempotent });
}

function toExchange(options: TokenRequestOptions) {
  const { fetch, agents, clientId, clientSecret, credentialsIn, userAgent } = options;
  const headers = {
    accept: 'application/json',
    'user-agent': userAgent,
    ...(credentialsIn === 'header' && { authorization: `Basic ${toBasic(clientId, clientSecret)}` }),
  };
  const form = {
    grant_type: 'client_credentials',
    ...(credentialsIn === 'form' && { client_id: clientId, client_secret: clientSecret }),
  };
  const init = { method: 'POST', headers, body: new URLSearchParams(form) };
  return { fetch, agents, url: `${options.loginUrl}/oauth/token`, init };
}

function readToken(answer: Answer, secrets: Secrets): MintedToken {
  const parsed = tokenAnswer.safeParse(parseJson(answer.text));
  if (!parsed.success) {
    throw new RecordError(
      'UNEXPECTED_RESPONSE',
      "The answer to the request for a token is not one of Genesys's.",
      {
        cure: loginCure,
        reference: readReference(answer, secrets),
      },
    );
  }
  secrets.addToken(parsed.data.access_token);
  return { token: parsed.data.access_token, expiresInMs: parsed.data.expires_in * 1000 };
}

const loginCure = `Check that ${regionSettings} is your organisation's region, and GENESYS_LOGIN_URL, if it is set.`;

function toTokenError(answer: Answer | NoAnswer, secrets: Secrets, retryAfterMs?: number): RecordError {
  if (answer.kind !== 'answer') return noAnswerError(asked, answer);
  const details = readError(answer, secrets);
  if (details.fromGenesys && [400, 401, 403].includes(answer.status))
    return refusedClient(answer.status, details);
  const error = statusError(asked, answer.status, details, retryAfterMs);
  const wrongHost = ['UNEXPECTED_RESPONSE', 'NOT_FOUND', 'STATE_CONFLICT', 'GENESYS_REFUSED'].includes(
    error.code,
  );
  if (!wrongHost) return error;
  const message = `Genesys's login service did not issue a token (status ${answer.status}).`;
  return new RecordError('UNEXPECTED_RESPONSE', message, { cure: loginCure, reference: error.reference });
}

/** Unknown client: 400 `invalid_client`. Wrong secret: 401, in the same shape. */
function refusedClient(status: number, { code, reference }: ErrorDetails): RecordError {
  if (status === 401) {
    return new RecordError('GENESYS_REFUSED', "Genesys refused the secret of the bot's OAuth client.", {
      cure: 'Set GENESYS_CLIENT_SECRET to the secret of GENESYS_CLIENT_ID, as shown under Admin > Integrations > OAuth.',
      reference,
    });
  }
  if (code === 'invalid_client') {
    return new RecordError('GENESYS_REFUSED', "Genesys does not know the bot's OAuth client.", {
      cure: `Check GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET, and that ${regionSettings} is your organisation's region.`,
      reference,
    });
  }
  return new RecordError(
    'GENESYS_REFUSED',
    `Genesys issued no token to the bot's OAuth client (${code ?? status}).`,
    {
      cure: 'GENESYS_CLIENT_ID must name an active client whose grant type is Client Credentials.',
      reference,
    },
  );
}

const tooManyTokens = (retryAfterMs: number): RecordError =>
  new RecordError('RATE_LIMITED', 'Genesys issues no more tokens to the bot just now.', {
    cure: `Try again in ${Math.ceil(retryAfterMs / 1000)} s.`,
    retryAfterMs,
  });
