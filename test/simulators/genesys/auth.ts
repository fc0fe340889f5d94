/** OAuth clients, their tokens, and what a token may do. */
import { randomBytes } from 'node:crypto';
import {
  type Credentials,
  type CredentialsPlace,
  readCredentials,
  type TokenRequest,
} from './credentials.js';
import { oauthError, Refusal, type Reply, refuse } from './errors.js';
import { RateWindow } from './rate-limit.js';
import type { Permission, SimulatedClient } from './types.js';

export interface Token {
  /** Names it in the journal, so that the token itself need not be there. */
  readonly id: string;
  readonly clientId: string;
  readonly expiresAt: number;
  readonly rate: RateWindow;
}

export interface AuthOptions {
  readonly clients: readonly Required<SimulatedClient>[];
  readonly credentialsIn: CredentialsPlace;
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
      this.#clients.set(client.clientId, client);
    }
  }

  /** `POST /oauth/token`. Throws the OAuth refusal, and names what no correct client does. */
  mint(request: TokenRequest, violate: (sentence: string) => void): { reply: Reply; token: Token } {
    const client = this.#authenticate(readCredentials(request, this.#options.credentialsIn, violate));
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

  #authenticate({ clientId, clientSecret }: Credentials): Required<SimulatedClient> {
    const client = this.#clients.get(clientId);
    if (!client) throw new Refusal(oauthError(400, 'invalid_client', 'client not found'));
    if (client.clientSecret === clientSecret) return client;
    throw new Refusal(oauthError(401, 'invalid_client', 'authentication failed'));
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

  may(token: Token, permission: Permission): boolean {
    return this.#clients.get(token.clientId)?.permissions.includes(permission) ?? false;
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
