/**
 * What Genesys says when it refuses: the API's error body and the token endpoint's, which differ.
 * Codes and wording: https://developer.genesys.cloud/platform/api/error-codes (as the official SDKs list them).
 */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Thrown where a request is refused; carries the answer. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(`refused with ${reply.status}`);
    this.name = 'Refusal';
    this.reply = reply;
  }
}

export interface ApiErrorFields {
  readonly status: number;
  readonly code: string;
  /** With placeholders such as `{permissions}`. */
  readonly text: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `contextId` is added when the answer is sent: it is that answer's correlation id. */
export function apiError({ status, code, text, params = {}, headers = {} }: ApiErrorFields): Reply {
  const message = text.replace(/\{(\w+)\}/g, (placeholder, name: string) => params[name] ?? placeholder);
  return {
    status,
    headers,
    body: {
      message,
      code,
      status,
      messageWithParams: text,
      messageParams: params,
      contextId: '',
      details: [],
      errors: [],
    },
  };
}

/** The token endpoint's own shape. */
export const oauthError = (status: number, error: string, description: string): Reply => ({
  status,
  body: { error, description },
});

export const refuse = (fields: ApiErrorFields): Refusal => new Refusal(apiError(fields));

export const badRequest = (text: string): Refusal => refuse({ status: 400, code: 'bad.request', text });

export const invalidValue = (value: string, field: string, allowed: string): Refusal =>
  refuse({
    status: 400,
    code: 'invalid.value',
    text: 'Value [{value}] is not valid for field type [{field}]. Allowable values are: {allowed}',
    params: { value, field, allowed },
  });

/** One of several would do; the contract `recording-jobs` says it so of its single ones too. */
export const missingAnyPermission = (permission: string): ApiErrorFields => ({
  status: 403,
  code: 'missing.any.permissions',
  text: 'Unable to perform the requested action. You must have at least one of the following permissions assigned: {permissions}',
  params: { permissions: `[${permission}]` },
});

export const missingPermission = (permission: string): ApiErrorFields => ({
  status: 403,
  code: 'missing.permissions',
  text: 'Unable to perform the requested action. You are missing the following permission(s): {permissions}',
  params: { permissions: permission },
});

/** What Genesys says with each status where it has nothing more particular to say. */
const usualErrors: Readonly<Record<number, { readonly code: string; readonly text: string }>> = {
  400: {
    code: 'bad.request',
    text: 'The request could not be understood by the server due to malformed syntax.',
  },
  401: { code: 'bad.credentials', text: 'Invalid login credentials.' },
  404: { code: 'not.found', text: 'The requested resource was not found.' },
  405: { code: 'not.allowed', text: 'The method is not allowed here.' },
  409: { code: 'conflict', text: 'The request conflicts with the current state of the target resource.' },
  415: {
    code: 'unsupported.media.type',
    text: 'Unsupported Media Type - Unsupported or incorrect media type, such as an incorrect Content-Type value in the header.',
  },
  429: { code: 'too.many.requests', text: 'Rate limit exceeded the maximum.' },
  500: {
    code: 'internal.server.error',
    text: 'The server encountered an unexpected condition which prevented it from fulfilling the request.',
  },
  502: { code: 'bad.gateway', text: 'The gateway got no valid answer.' },
  503: {
    code: 'service.unavailable',
    text: 'Service Unavailable - The server is currently unavailable (because it is overloaded or down for maintenance).',
  },
  504: { code: 'request.timeout', text: 'The request timed out.' },
};

export const usualError = (status: number): ApiErrorFields => ({
  status,
  ...(usualErrors[status] ?? { code: `status.${status}`, text: 'The request failed.' }),
});

export const usual = (status: number): Refusal => refuse(usualError(status));
