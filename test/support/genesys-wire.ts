/** Requests to the Genesys simulator as they go over the wire, right or wrong. */
import type { GenesysSimulator, SimulatedClient } from '../simulators/genesys/types.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is what the tests look at
  readonly body: any;
}

export interface Wire {
  readonly token: string;
  /** A body that is a string goes as it is, anything else as JSON. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** `body` is null where there is none. */
export async function ask(genesys: GenesysSimulator, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(genesys.url + path, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

export const toBasic = (clientId: string, clientSecret: string): string =>
  `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;

/** As the contract `conversations` wants it. */
export async function logIn(
  genesys: GenesysSimulator,
  client: SimulatedClient = genesys.client,
): Promise<Wire> {
  const { body } = await ask(genesys, '/oauth/token', {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    headers: { Authorization: toBasic(client.clientId, client.clientSecret) },
  });
  const token: string = body.access_token;
  return {
    token,
    send: (method, path, sent, headers) =>
      ask(genesys, path, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
        ...(sent !== undefined && { body: typeof sent === 'string' ? sent : JSON.stringify(sent) }),
      }),
  };
}

/** Takes the violations out, for the tests that commit some. */
export const takeViolations = (genesys: GenesysSimulator): readonly string[] =>
  (genesys.violations as string[]).splice(0);
