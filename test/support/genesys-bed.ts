/** What tests of the Genesys adapter stand on: a clock set by hand, a log that can be read, and a fetch that answers at will. */
import { FetchError, type RequestInit, Response } from 'node-fetch';
import type { Clock, Logger } from '../../src/core/ports.js';
import type { Fetch } from '../../src/genesys/exchange.js';
import { createGenesys, type GenesysConfig } from '../../src/genesys/genesys.js';

/** Lets everything run that does not wait for a timer. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

export interface ManualClock extends Clock {
  /** Goes forward, waking sleepers in order of their time. */
  advance(ms: number): Promise<void>;
  /** Goes forward in one step, as after a machine's sleep: whoever is due wakes once, late. */
  leap(ms: number): Promise<void>;
  /** How long each sleeper has still to sleep, shortest first. */
  readonly sleepers: readonly number[];
}

export function createManualClock(start = Date.UTC(2026, 0, 15, 12)): ManualClock {
  let now = start;
  let sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const onAbort = () => {
          sleepers = sleepers.filter((each) => each !== sleeper);
          resolve();
        };
        const wake = () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        const sleeper = { at: now + ms, wake };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', onAbort);
      }),
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const [next] = sleepers.toSorted((a, b) => a.at - b.at);
        if (!next || next.at > end) break;
        sleepers = sleepers.filter((each) => each !== next);
        now = Math.max(now, next.at);
        next.wake();
        await settle();
      }
      now = end;
      await settle();
    },
    async leap(ms) {
      await settle();
      now += ms;
      const due = sleepers.filter(({ at }) => at <= now);
      sleepers = sleepers.filter(({ at }) => at > now);
      for (const { wake } of due) wake();
      await settle();
    },
    get sleepers() {
      return sleepers.map(({ at }) => at - now).sort((a, b) => a - b);
    },
  };
}

/** Goes forward by what is slept, at once. */
export function createLeapingClock(start = Date.UTC(2026, 0, 15, 12)): Clock & { readonly slept: number[] } {
  let now = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  };
}

export interface LogBook extends Logger {
  readonly lines: readonly {
    readonly level: keyof Logger;
    readonly fields: object;
    readonly message: string;
  }[];
}

export function createLogBook(): LogBook {
  const lines: { level: keyof Logger; fields: object; message: string }[] = [];
  const at = (level: keyof Logger) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>> & { readonly pageNumber?: string };
  readonly headers: Readonly<Record<string, string>> & { readonly authorization?: string };
  readonly body: string;
  readonly signal: AbortSignal;
}

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers });

export const tokenAnswer = (token: string, expiresIn = 86_400): Response =>
  json(200, { access_token: token, token_type: 'bearer', expires_in: expiresIn });

/** Genesys's own error shape. */
export const refusal = (
  status: number,
  body: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Response =>
  json(
    status,
    { message: `status ${status}`, code: 'some.code', status, contextId: 'ctx-1', ...body },
    headers,
  );

export const systemError = (code: string, syscall = 'read'): FetchError =>
  new FetchError('request failed', 'system', { code, syscall });

export type Reply = Response | Error | Promise<Response>;

function toSent(url: string, init: RequestInit): Sent {
  const { pathname, searchParams } = new URL(url);
  return {
    method: init.method ?? 'GET',
    url,
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: init.headers as Record<string, string>,
    body: String(init.body ?? ''),
    signal: init.signal as AbortSignal,
  };
}

/**
 * A Genesys whose answers the test writes: `api` is asked for every request but the token's, which `token` answers
 * (by default with `token-1`, `token-2`, …).
 */
export function createBed(
  api: (sent: Sent, nth: number) => Reply,
  options: {
    readonly clock?: Clock;
    readonly token?: (nth: number, sent: Sent) => Reply;
    readonly config?: Partial<GenesysConfig>;
  } = {},
) {
  const clock = options.clock ?? createLeapingClock();
  const log = createLogBook();
  const sent: Sent[] = [];
  const tokenRequests: Sent[] = [];
  const fetch: Fetch = async (url, init = {}) => {
    const request = toSent(String(url), init);
    const isToken = request.path.endsWith('/oauth/token');
    (isToken ? tokenRequests : sent).push(request);
    const reply = isToken
      ? (options.token ?? ((nth) => tokenAnswer(`token-${nth}`)))(tokenRequests.length, request)
      : api(request, sent.length);
    if (reply instanceof Error) throw reply;
    return reply;
  };
  const genesys = createGenesys(
    {
      baseUrl: 'https://api.example.test',
      clientId: 'client-id',
      clientSecret: 'hush+hush/secret',
      recordingApi: 'recording-jobs',
      ...options.config,
    },
    { fetch, clock, random: () => 0.5, logger: log },
  );
  return { genesys, clock, log, sent, tokenRequests };
}

/** What it rejects with; fails when it does not. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  const value = await promise.then(
    (resolved) => ({ resolved }),
    (error: unknown) => ({ error }),
  );
  if ('error' in value) return value.error;
  throw new Error(`expected a rejection, got ${JSON.stringify(value.resolved)}`);
}
