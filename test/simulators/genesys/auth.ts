/** OAuth clients, their tokens, and what a token may do. */
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { missingPermission, oauthError, Refusal, type Reply, refuse } from './errors.js';
import { RateWindow } from './rate-limit.js';
import type { Permission, SimulatedClient } from './types.js';

export const allPermissions: readonly Permission[] = [
  'recording:job:control',
  'recording:job:view',
  'conversation:phone:view',
];

export interface Token {
  /** Names it in the journal, so that the token itself need not be there. */
  readonly id: string;
  readonly clientId: string;
  readonly expiresAt: number;
  readonly rate: RateWindow;
}

interface TokenRequest {
  readonly headers: IncomingHttpHeaders;
  readonly query: URLSearchParams;
  readonly text: string;
}

export interface AuthOptions {
  readonly clients: readonly SimulatedClient[];
  readonly now: () => number;
  readonly tokenLifetimeSeconds: number;
  readonly requestsPerMinute: number;
}

export class Auth {
  readonly #options: AuthOptions;
  readonly #clients = new Map<string, Required<SimulatedClient>>();
  readonly #tokens = new Map<string, Token>();
  #minted = 0;
  #lifetimeSeconds: number;

  constructor(options: AuthOptions) {
    this.#options = options;
    this.#lifetimeSeconds = options.tokenLifetimeSeconds;
    this.#readClients();
  }

  #readClients(): void {
    for (const client of this.#options.clients) {
      this.#clients.set(client.clientId, { permissions: allPermissions, ...client });
    }
  }

  /** `POST /oauth/token`. Throws the OAuth refusal, and names what no correct client does. */
  mint(request: TokenRequest, violate: (sentence: string) => void): { reply: Reply; token: Token } {
    const client = this.#authenticate(readForm(request, violate));
    this.#minted += 1;
    const value = randomBytes(48).toString('base64url');
    const token: Token = {
      id: `token-${this.#minted}`,
      clientId: client.clientId,
      expiresAt: this.#options.now() + this.#lifetimeSeconds * 1000,
      rate: new RateWindow(this.#options.requestsPerMinute, this.#options.now),
    };
    this.#tokens.set(value, token);
    const body = { access_token: value, token_type: 'bearer', expires_in: this.#lifetimeSeconds };
    return { reply: { status: 200, body }, token };
  }

  #authenticate(form: URLSearchParams): Required<SimulatedClient> {
    if (form.get('grant_type') !== 'client_credentials') {
      throw new Refusal(oauthError(400, 'unsupported_grant_type', 'grant_type must be client_credentials'));
    }
    const secret = form.get('client_secret');
    if (!form.get('client_id') || !secret) {
      throw new Refusal(oauthError(400, 'invalid_request', 'client_id and client_secret are required'));
    }
    const client = this.#clients.get(form.get('client_id') ?? '');
    if (!client) throw new Refusal(oauthError(400, 'invalid_client', 'client not found'));
    if (client.clientSecret !== secret) {
      throw new Refusal(oauthError(401, 'invalid_client', 'authentication failed'));
    }
    return client;
  }

  /** The valid token of a request, if it has one. */
  find(authorization: string | undefined): Token | undefined {
    const token = this.#tokens.get(/^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '');
    return token && this.#options.now() < token.expiresAt ? token : undefined;
  }

  /** Throws the 401 that Genesys answers. */
  require(authorization: string | undefined): Token {
    const token = this.find(authorization);
    if (token) return token;
    throw authorization === undefined
      ? refuse({
          status: 401,
          code: 'authentication.required',
          text: 'No authentication bearer token specified in authorization header.',
        })
      : refuse({ status: 401, code: 'bad.credentials', text: 'Invalid login credentials.' });
  }

  requirePermission(token: Token, permission: Permission): void {
    if (this.#clients.get(token.clientId)?.permissions.includes(permission)) return;
    throw refuse(missingPermission(permission));
  }

  setPermissions(clientId: string, permissions: readonly Permission[]): void {
    const client = this.#clients.get(clientId);
    if (!client) throw new Error(`There is no client ${clientId}.`);
    this.#clients.set(clientId, { ...client, permissions });
  }

  setLifetime(seconds: number): void {
    this.#lifetimeSeconds = seconds;
  }

  revokeTokens(): void {
    this.#tokens.clear();
  }

  clear(): void {
    this.revokeTokens();
    this.#minted = 0;
    this.#lifetimeSeconds = this.#options.tokenLifetimeSeconds;
    this.#readClients();
  }
}

/** The form, if the credentials came in it alone (RFC 6749, 2.3: never in two ways; 2.3.1: never in the URL). */
function readForm(request: TokenRequest, violate: (sentence: string) => void): URLSearchParams {
  if (mediaType(request.headers) !== 'application/x-www-form-urlencoded') {
    throw new Refusal(oauthError(400, 'invalid_request', 'the body must be form-encoded'));
  }
  const form = new URLSearchParams(request.text);
  if (request.headers.authorization !== undefined) {
    if (form.has('client_secret'))
      violate('The client credentials were sent twice: in the form and by header.');
    throw new Refusal(oauthError(400, 'invalid_request', 'client credentials belong into the form alone'));
  }
  if (request.query.has('client_secret')) {
    violate('The client secret was sent in a URL.');
    throw new Refusal(oauthError(400, 'invalid_request', 'client credentials belong into the form alone'));
  }
  return form;
}

export const mediaType = (headers: IncomingHttpHeaders): string =>
  (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
