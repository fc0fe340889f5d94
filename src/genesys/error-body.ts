import { z } from 'zod';
import type { Answer } from './exchange.js';
import type { Secrets } from './secrets.js';

/**
 * What an answer other than 2xx says. Genesys's API and its OAuth service use different shapes.
 * Source: https://developer.genesys.cloud/platform/api/response-codes
 */
export interface ErrorDetails {
  /** False for what is no JSON object, and so no Genesys service's: a proxy's page, or a wrong address's. */
  readonly fromGenesys: boolean;
  /** One line, clamped; null where there is none. */
  readonly message: string | null;
  /** `invalid_client`, `missing.any.permissions`, …; null where there is none. */
  readonly code: string | null;
  /** The permissions that it names. */
  readonly permissions: readonly string[];
  /** What Genesys support asks for. */
  readonly reference: string | undefined;
}

const text = z.string().optional().catch(undefined);

const errorBody = z.object({
  message: text,
  code: text,
  contextId: text,
  messageParams: z.record(z.string(), z.unknown()).optional().catch(undefined),
  error: text,
  description: text,
  error_description: text,
});

const maxMessageLength = 200;
const permissionName = /(?<![\w:])[a-zA-Z]+:[a-zA-Z]+:[a-zA-Z]+(?![\w:])/g;

export function readError(answer: Answer, secrets: Secrets): ErrorDetails {
  const body = errorBody.safeParse(parseJson(answer.text)).data;
  const code = clean(body?.code ?? body?.error, secrets);
  const message = clean(body?.message ?? body?.description ?? body?.error_description, secrets);
  const named = `${body?.message ?? ''} ${JSON.stringify(body?.messageParams ?? {})}`;
  return {
    fromGenesys: body !== undefined,
    message,
    code,
    permissions: [...new Set(secrets.hide(named).match(permissionName))].slice(0, 5),
    reference: clean(body?.contextId, secrets) ?? readReference(answer, secrets),
  };
}

export const readReference = (answer: Answer, secrets: Secrets): string | undefined =>
  clean(answer.headers.get('inin-correlation-id'), secrets) ?? undefined;

/** Undefined when it is not JSON. The parser's own error quotes the text, which may hold a token: it is dropped. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const clean = (value: string | null | undefined, secrets: Secrets): string | null =>
  toOneLine(secrets.hide(value ?? '')) || null;

/** Words of Genesys's that are to be shown: one line, clamped. */
export const toOneLine = (words: string): string =>
  words
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, maxMessageLength);
