/** How the credentials of an OAuth client come in: in the one place that the contract names, and nowhere else. */
import type { IncomingHttpHeaders } from 'node:http';
import { oauthError, Refusal } from './errors.js';

export interface TokenRequest {
  readonly headers: IncomingHttpHeaders;
  readonly query: URLSearchParams;
  readonly text: string;
}

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export type CredentialsPlace = 'form' | 'basic';

const belongsInto = { form: 'the form alone', basic: 'the Authorization header alone' } as const;

const invalidRequest = (description: string): Refusal =>
  new Refusal(oauthError(400, 'invalid_request', description));

/** RFC 6749, 2.3: never in two ways; 2.3.1: never in the URL. Throws the OAuth refusal. */
export function readCredentials(
  request: TokenRequest,
  place: CredentialsPlace,
  violate: (sentence: string) => void,
): Credentials {
  if (mediaType(request.headers) !== 'application/x-www-form-urlencoded') {
    throw invalidRequest('the body must be form-encoded');
  }
  const form = new URLSearchParams(request.text);
  checkPlace(request, form, place, violate);
  if (form.get('grant_type') !== 'client_credentials') {
    throw new Refusal(oauthError(400, 'unsupported_grant_type', 'grant_type must be client_credentials'));
  }
  const credentials = place === 'form' ? ofForm(form) : ofHeader(request.headers.authorization);
  if (credentials.clientId && credentials.clientSecret) return credentials;
  throw invalidRequest('client_id and client_secret are required');
}

function checkPlace(
  { headers, query }: TokenRequest,
  form: URLSearchParams,
  place: CredentialsPlace,
  violate: (sentence: string) => void,
): void {
  const inForm = form.has('client_secret');
  const inHeader = headers.authorization !== undefined;
  if (inForm && inHeader) violate('The client credentials were sent twice: in the form and by header.');
  if (query.has('client_secret')) violate('The client secret was sent in a URL.');
  if (query.has('client_secret') || (place === 'form' ? inHeader : inForm)) {
    throw invalidRequest(`client credentials belong into ${belongsInto[place]}`);
  }
}

const ofForm = (form: URLSearchParams): Credentials => ({
  clientId: form.get('client_id') ?? '',
  clientSecret: form.get('client_secret') ?? '',
});

function ofHeader(authorization = ''): Credentials {
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1] ?? '';
  const [clientId = '', clientSecret = ''] = Buffer.from(encoded, 'base64').toString().split(/:(.*)/s, 2);
  return { clientId, clientSecret };
}

export const mediaType = (headers: IncomingHttpHeaders): string =>
  (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
