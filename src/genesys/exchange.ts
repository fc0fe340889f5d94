import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type fetchType from 'node-fetch';
import type { Headers, RequestInit, Response } from 'node-fetch';
import { Cancelled, TimeUp, within } from './deadline.js';

export type Fetch = typeof fetchType;

export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** A page of 100 calls with all their participants stays far below this. */
const maxBodyBytes = 10_000_000;

export interface ExchangeOptions {
  readonly fetch: Fetch;
  readonly agents: Agents;
  readonly url: string;
  readonly init: RequestInit;
  /** For the whole exchange, the reading of the body included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: Headers;
  /** Empty when an answer other than 2xx broke off: its status says enough. */
  readonly text: string;
}

export interface NoAnswer {
  /** `unreadable`: it came, but too long or badly encoded. The others are as in the retry policy. */
  readonly kind: 'timeout' | 'lost' | 'not-sent' | 'cancelled' | 'unreadable';
  /** The system's word for it, such as `ECONNREFUSED`. */
  readonly code: string | null;
}

/** One request and its answer, once. Never rejects. */
export async function exchange(options: ExchangeOptions): Promise<Answer | NoAnswer> {
  const { timeoutMs: ms, signal } = options;
  if (signal?.aborted) return { kind: 'cancelled', code: null };
  const abort = new AbortController();
  try {
    return await within(ask(options, abort.signal), { ms, signal });
  } catch (error) {
    abort.abort();
    return { kind: kindOf(error), code: codeOf(error) };
  }
}

async function ask({ fetch, agents, url, init }: ExchangeOptions, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(url, {
    ...init,
    signal,
    size: maxBodyBytes,
    // A redirect would carry the token to a host that nobody has configured.
    redirect: 'manual',
    agent: ({ protocol }) => (protocol === 'https:' ? agents.https : agents.http),
  });
  const { status, headers } = response;
  return { kind: 'answer', status, headers, text: await readText(response) };
}

async function readText(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    if (response.ok) throw error;
    return '';
  }
}

const dnsOrRoute = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'];
const certificate = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

function kindOf(error: unknown): NoAnswer['kind'] {
  if (error instanceof TimeUp) return 'timeout';
  if (error instanceof Cancelled) return 'cancelled';
  const code = codeOf(error) ?? '';
  const duringConnect = field(error, 'erroredSysCall') === 'connect';
  if (duringConnect || dnsOrRoute.includes(code) || certificate.test(code)) return 'not-sent';
  if (field(error, 'type') === 'max-size' || /^(Z_|HPE_|ERR__ERROR_FORMAT)/.test(code)) return 'unreadable';
  return 'lost';
}

function codeOf(error: unknown): string | null {
  const code = field(error, 'code');
  return typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? code : null;
}

const field = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[name] : undefined;
