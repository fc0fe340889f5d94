/** From what Genesys did to an error that a user can act on. */
import { RecordError } from '../core/errors.js';
import type { ErrorDetails } from './error-body.js';
import type { NoAnswer } from './exchange.js';

export interface Asked {
  /** For the sentence "Genesys did not …": what was wanted, such as `start the recording`. */
  readonly purpose: string;
  /** What the OAuth client needs for it, by the contract. */
  readonly permission: string;
  /** True when doing it twice is the same as doing it once. */
  readonly idempotent: boolean;
}

const rolesPage = "Admin > Integrations > OAuth, on the Roles tab of the bot's client";
/** The settings that say which of Genesys's hosts are asked. */
export const regionSettings = 'GENESYS_REGION (or GENESYS_BASE_URL)';
const wrongHost = `Check that ${regionSettings} is your organisation's region; something else answered there.`;

export function noAnswerError(asked: Asked, { kind, code }: NoAnswer): RecordError {
  const maybeDone = !asked.idempotent;
  const because = code === null ? '' : ` (${code})`;
  switch (kind) {
    case 'unreadable':
      return unexpectedError(asked, `with something unreadable${because}`, undefined);
    case 'cancelled':
      return new RecordError('UNAVAILABLE', `The bot gave up waiting for Genesys to ${asked.purpose}.`, {
        maybeDone,
      });
    case 'timeout':
      return unavailable(`Genesys did not answer in time when asked to ${asked.purpose}.`, { maybeDone });
    case 'lost':
      return unavailable(`The connection broke while Genesys was asked to ${asked.purpose}${because}.`, {
        maybeDone,
      });
    case 'not-sent':
      return unavailable(`Genesys cannot be reached to ${asked.purpose}${because}.`, {
        cure: `Try again shortly; if it persists, check ${regionSettings} and the network of the bot.`,
      });
  }
}

const unavailable = (message: string, options: ConstructorParameters<typeof RecordError>[2]): RecordError =>
  new RecordError('UNAVAILABLE', message, { cure: 'Try again shortly.', ...options });

/** An answer that breaks the contract. It is always one that may come from a request that was carried out. */
export const unexpectedError = (asked: Asked, how: string, reference: string | undefined): RecordError =>
  new RecordError('UNEXPECTED_RESPONSE', `Genesys answered ${how} when asked to ${asked.purpose}.`, {
    cure: wrongHost,
    reference,
    maybeDone: !asked.idempotent,
  });

export function statusError(
  asked: Asked,
  status: number,
  details: ErrorDetails,
  retryAfterMs?: number,
): RecordError {
  const { reference } = details;
  const said = details.message === null ? '' : ` Genesys says: ${details.message}`;
  const prefix = `Genesys did not ${asked.purpose}`;
  if (status === 429) return rateLimitError(prefix, retryAfterMs, reference);
  if (status >= 500) {
    const message = `Genesys failed (status ${status}) when asked to ${asked.purpose}.`;
    return unavailable(message, { reference, retryAfterMs, maybeDone: !asked.idempotent });
  }
  if (status === 403) return forbiddenError(asked, details);
  if (status === 409)
    return new RecordError('STATE_CONFLICT', `${prefix}: it conflicts with its state.${said}`, { reference });
  if (status === 404 && details.fromGenesys) {
    return new RecordError('NOT_FOUND', `${prefix}: it does not know that id.`, { reference });
  }
  if (status < 400 || status === 404) {
    const message = `The answer to the request to ${asked.purpose} (status ${status}) is not one of Genesys's.`;
    return new RecordError('UNEXPECTED_RESPONSE', message, { cure: wrongHost, reference });
  }
  const cure = status === 401 ? unauthorizedCure : 'An administrator of the bot must look into it.';
  return new RecordError('GENESYS_REFUSED', `${prefix} (status ${status}).${said}`, { cure, reference });
}

const unauthorizedCure =
  `Even a new token was refused: check ${regionSettings}, that GENESYS_LOGIN_URL, if it is set, names the same ` +
  'region, and that the OAuth client is active.';

function rateLimitError(
  prefix: string,
  retryAfterMs: number | undefined,
  reference: string | undefined,
): RecordError {
  const cure =
    retryAfterMs === undefined
      ? 'Try again in a minute.'
      : `Try again in ${Math.ceil(retryAfterMs / 1000)} s.`;
  return new RecordError('RATE_LIMITED', `${prefix}: it takes no more requests just now.`, {
    cure,
    retryAfterMs,
    reference,
  });
}

function forbiddenError(asked: Asked, { permissions, reference }: ErrorDetails): RecordError {
  const missing = (permissions.length > 0 ? permissions : [asked.permission]).join(', ');
  return new RecordError(
    'GENESYS_REFUSED',
    `Genesys did not ${asked.purpose}: the bot's OAuth client lacks ${missing}.`,
    {
      cure: `Grant ${missing} in Genesys under ${rolesPage}.`,
      reference,
    },
  );
}
