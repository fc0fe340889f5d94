import { Response } from 'node-fetch';
import { describe, expect, it } from 'vitest';
import type { RecordError } from '../../src/core/errors.js';
import { readEndpoints } from '../../src/genesys/endpoints.js';
import {
  createBed,
  createManualClock,
  errorOf,
  json,
  type Reply,
  refusal,
  systemError,
  tokenAnswer,
} from '../support/genesys-bed.js';

const noApi = () => new Error('no request to the API is expected');
const ready = (token: (nth: number) => Reply, more: object = {}) => {
  const bed = createBed(noApi, { token, ...more });
  return { bed, ready: bed.genesys.ready() };
};

describe('the login host', () => {
  it.each([
    [
      'https://api.mypurecloud.com',
      undefined,
      'https://api.mypurecloud.com',
      'https://login.mypurecloud.com',
    ],
    [
      'https://api.euw2.pure.cloud/',
      undefined,
      'https://api.euw2.pure.cloud',
      'https://login.euw2.pure.cloud',
    ],
    ['http://127.0.0.1:8080', undefined, 'http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    [
      'https://proxy.example/genesys/',
      undefined,
      'https://proxy.example/genesys',
      'https://proxy.example/genesys',
    ],
    ['https://api.a.com', 'https://login.b.com/', 'https://api.a.com', 'https://login.b.com'],
  ])('of %s (login %s)', (baseUrl, loginUrl, expectedBase, expectedLogin) => {
    expect(readEndpoints(baseUrl, loginUrl)).toEqual({ baseUrl: expectedBase, loginUrl: expectedLogin });
  });
});

describe('the token request', () => {
  it('carries the credentials in the form and nowhere else', async () => {
    const { bed, ready: done } = ready(() => tokenAnswer('t'));
    await done;
    const [request] = bed.tokenRequests;
    expect(request).toMatchObject({ method: 'POST', url: 'https://login.example.test/oauth/token' });
    expect(Object.keys(request?.headers ?? {})).not.toContain('authorization');
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client-id',
      client_secret: 'hush+hush/secret',
    });
  });

  it('carries them in the header and nowhere else, where the public API is spoken', async () => {
    const config = { recordingApi: 'conversations' } as const;
    const { bed, ready: done } = ready(() => tokenAnswer('t'), { config });
    await done;
    const [request] = bed.tokenRequests;
    const [scheme, credentials] = request?.headers.authorization?.split(' ') ?? [];
    expect([scheme, Buffer.from(credentials ?? '', 'base64').toString()]).toEqual([
      'Basic',
      'client-id:hush+hush/secret',
    ]);
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'client_credentials',
    });
  });

  it('keeps the credentials secret also as the header writes them', async () => {
    const basic = Buffer.from('client-id:hush+hush/secret').toString('base64');
    const bed = createBed(() => refusal(400, { message: `echo of Basic ${basic}` }), {
      config: { recordingApi: 'conversations' },
    });
    const error = (await errorOf(bed.genesys.calls.listCalls())) as RecordError;
    expect(error.message).toContain('echo of Basic [secret]');
    expect(JSON.stringify(bed.log.lines)).not.toContain(basic);
  });

  it.each<[string, () => Reply, RegExp]>([
    [
      'an unknown client',
      () => json(400, { error: 'invalid_client', description: 'x' }),
      /GENESYS_CLIENT_ID/,
    ],
    [
      'a wrong secret',
      () => json(401, { error: 'invalid_client', description: 'x' }),
      /GENESYS_CLIENT_SECRET/,
    ],
    ['the wrong grant type', () => json(400, { error: 'unauthorized_client' }), /Client Credentials/],
    ['a client that may not', () => json(403, { error: 'access_denied' }), /GENESYS_CLIENT_ID/],
  ])('explains %s, and is not repeated', async (_what, answer, cure) => {
    const { bed, ready: done } = ready(answer);
    const error = (await errorOf(done)) as RecordError;
    expect(error).toMatchObject({ code: 'GENESYS_REFUSED', maybeDone: false });
    expect(error.cure).toMatch(cure);
    expect(bed.tokenRequests).toHaveLength(1);
  });

  it.each<[string, () => Reply]>([
    ['no token', () => json(200, { expires_in: 10 })],
    ['no lifetime', () => json(200, { access_token: 't' })],
    ['a lifetime of nothing', () => json(200, { access_token: 't', expires_in: 0 })],
    ['a token that is no header', () => json(200, { access_token: 't\nx', expires_in: 10 })],
    ['another kind of token', () => json(200, { access_token: 't', token_type: 'mac', expires_in: 10 })],
    ['a page', () => new Response('<html>')],
    ['a page that is not there', () => new Response('<html>', { status: 404 })],
    ['a refusal by something else', () => new Response('<html>', { status: 400 })],
    ['a redirect', () => new Response('', { status: 302, headers: { location: 'https://x.test' } })],
  ])('does not trust an answer with %s', async (_what, answer) => {
    const error = (await errorOf(ready(answer).ready)) as RecordError;
    expect(error.code).toBe('UNEXPECTED_RESPONSE');
    expect(error.cure).toContain('GENESYS_LOGIN_URL');
  });

  it.each<[string, () => Reply]>([
    ['429', () => refusal(429, {}, { 'retry-after': '2' })],
    ['503', () => refusal(503)],
    ['a lost connection', () => systemError('ECONNRESET')],
    ['no connection', () => systemError('ECONNREFUSED', 'connect')],
  ])('is repeated after %s', async (_what, failure) => {
    const { bed, ready: done } = ready((nth) => (nth < 3 ? failure() : tokenAnswer('t')));
    await done;
    expect(bed.tokenRequests).toHaveLength(3);
  });

  it('is repeated a bounded number of times', async () => {
    const { bed, ready: done } = ready(() => systemError('ECONNREFUSED', 'connect'));
    expect(await errorOf(done)).toMatchObject({ code: 'UNAVAILABLE' });
    expect(bed.tokenRequests).toHaveLength(4);
  });

  it('has a timeout of its own', async () => {
    const { bed, ready: done } = ready(() => new Promise<Response>(() => {}), { config: { timeoutMs: 20 } });
    expect(await errorOf(done)).toMatchObject({ code: 'UNAVAILABLE' });
    expect(bed.tokenRequests.every(({ signal }) => signal.aborted)).toBe(true);
  });

  it('is not sent before Genesys takes it again', async () => {
    const clock = createManualClock();
    const { bed, ready: done } = ready(
      (nth) => (nth === 1 ? refusal(429, {}, { 'retry-after': '90' }) : tokenAnswer('t')),
      {
        clock,
      },
    );
    expect(await errorOf(done)).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 90_000 });
    await clock.advance(80_000);
    expect(await errorOf(bed.genesys.ready())).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 10_000 });
    await clock.advance(10_000);
    await bed.genesys.ready();
    expect(bed.tokenRequests).toHaveLength(2);
  });

  it('ends when the adapter is closed', async () => {
    const { bed, ready: done } = ready(() => new Promise<Response>(() => {}));
    bed.genesys.close();
    expect(await errorOf(done)).toMatchObject({ code: 'UNAVAILABLE' });
  });
});
