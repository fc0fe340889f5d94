import { getEventListeners } from 'node:events';
import { Response } from 'node-fetch';
import { describe, expect, it } from 'vitest';
import type { RecordError } from '../../src/core/errors.js';
import type { RequestOptions } from '../../src/core/ports.js';
import {
  createBed,
  createManualClock,
  errorOf,
  json,
  type Reply,
  refusal,
  type Sent,
  settle,
  systemError,
} from '../support/genesys-bed.js';

type Bed = ReturnType<typeof createBed>;

const recording = { genesysId: 'job-1', conversationId: 'conv-1', recordingType: 'job' } as const;

const operations = {
  start: (bed: Bed, options?: RequestOptions) => bed.genesys.recordings.start('conv-1', options),
  stop: (bed: Bed, options?: RequestOptions) => bed.genesys.recordings.stop(recording, options),
  listActive: (bed: Bed, options?: RequestOptions) => bed.genesys.recordings.listActive([], options),
  listCalls: (bed: Bed, options?: RequestOptions) => bed.genesys.calls.listCalls(options),
};
const each = Object.entries(operations);
const repeatable = each.filter(([name]) => name !== 'start');

const good = ({ method, path }: Sent): Response => {
  if (method === 'GET') return json(200, { entities: [] });
  return path.endsWith('/stop') ? json(200, {}) : json(201, { id: 'job-1', conversationId: 'conv-1' });
};

/** Answers with these first, and well from then on. */
const first =
  (...replies: (() => Reply)[]) =>
  (sent: Sent, nth: number): Reply =>
    replies[nth - 1]?.() ?? good(sent);

describe.each(each)('a request to Genesys: %s', (_name, ask) => {
  it('gets a new token when its own is refused, and is sent once more', async () => {
    const bed = createBed(first(() => refusal(401)));
    await ask(bed);
    expect(bed.sent.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
    expect(bed.tokenRequests).toHaveLength(2);
  });

  it('does not loop when the new token is refused as well', async () => {
    const bed = createBed(() => refusal(401));
    const error = await errorOf(ask(bed));
    expect(error).toMatchObject({ code: 'GENESYS_REFUSED', maybeDone: false, reference: 'ctx-1' });
    expect(bed.sent).toHaveLength(2);
  });

  it('is sent again after 429, once Genesys takes it', async () => {
    const clock = createManualClock();
    const bed = createBed(
      first(() => refusal(429, {}, { 'retry-after': '7' })),
      { clock },
    );
    const waits: number[] = [];
    const asked = ask(bed, { onWait: (ms) => waits.push(ms) });
    await clock.advance(6_999);
    expect([bed.sent.length, waits]).toEqual([1, [7_000]]);
    await clock.advance(1);
    await asked;
    expect(bed.sent).toHaveLength(2);
  });

  it('says how long to wait when that is too long to wait for', async () => {
    const bed = createBed(() => refusal(429, {}, { 'retry-after': '45' }));
    const error = await errorOf(ask(bed));
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 45_000, maybeDone: false });
    expect((error as RecordError).cure).toContain('45 s');
    expect(bed.sent).toHaveLength(1);
  });

  it('waits a while after a 429 that does not say how long', async () => {
    const bed = createBed(first(() => refusal(429, {}, { 'retry-after': 'soon' })));
    const waits: number[] = [];
    await ask(bed, { onWait: (ms) => waits.push(ms) });
    expect(waits).toEqual([1_000]);
  });

  it('is sent again when no connection came about', async () => {
    const bed = createBed(
      first(
        () => systemError('ECONNREFUSED', 'connect'),
        () => systemError('ENOTFOUND', 'getaddrinfo'),
      ),
    );
    await ask(bed);
    expect(bed.sent).toHaveLength(3);
  });

  it('had no effect when no connection ever came about', async () => {
    const bed = createBed(() => systemError('ECONNREFUSED', 'connect'));
    const error = await errorOf(ask(bed));
    expect(error).toMatchObject({ code: 'UNAVAILABLE', maybeDone: false });
    expect((error as RecordError).message).toContain('ECONNREFUSED');
    expect(bed.sent).toHaveLength(4);
  });

  it('is sent again when the connection took too long to come about', async () => {
    const bed = createBed(first(() => systemError('ETIMEDOUT', 'connect')));
    await ask(bed);
    expect(bed.sent).toHaveLength(2);
  });

  it('is not held back only to be sent in the last moment of its time', async () => {
    const bed = createBed(() => refusal(429, {}, { 'retry-after': '29.5' }));
    expect(await errorOf(ask(bed))).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 29_500 });
    expect(bed.sent).toHaveLength(1);
  });

  it('ends at once, without a token, when its caller has given up before', async () => {
    const bed = createBed(good, { token: () => new Promise<Response>(() => {}) });
    expect(await errorOf(ask(bed, { signal: AbortSignal.abort() }))).toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('is not repeated after a 500', async () => {
    const bed = createBed(() => refusal(500));
    expect(await errorOf(ask(bed))).toMatchObject({ code: 'UNAVAILABLE', reference: 'ctx-1' });
    expect(bed.sent).toHaveLength(1);
  });

  it('gives up in time when Genesys never answers', async () => {
    const bed = createBed(() => new Promise<Response>(() => {}), {
      config: { timeoutMs: 20, budgetMs: 1_050 },
    });
    expect(await errorOf(ask(bed))).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('in time'),
    });
    expect(bed.sent.every(({ signal }) => signal.aborted)).toBe(true);
  });

  it('ends at once when its caller gives up', async () => {
    const bed = createBed(() => new Promise<Response>(() => {}));
    const giveUp = new AbortController();
    const asked = errorOf(ask(bed, { signal: giveUp.signal }));
    await settle();
    expect(bed.sent).toHaveLength(1);
    giveUp.abort();
    expect(await asked).toMatchObject({ code: 'UNAVAILABLE' });
    expect(bed.sent[0]?.signal.aborted).toBe(true);
  });

  it('ends at once when its caller gives up while it waits for a token', async () => {
    const bed = createBed(good, { token: () => new Promise<Response>(() => {}) });
    const giveUp = new AbortController();
    const asked = errorOf(ask(bed, { signal: giveUp.signal }));
    await settle();
    giveUp.abort();
    expect(await asked).toMatchObject({ code: 'UNAVAILABLE', maybeDone: false });
    expect(bed.sent).toHaveLength(0);
  });

  it('is not sent at all when its caller has given up before', async () => {
    const bed = createBed(good);
    await errorOf(ask(bed, { signal: AbortSignal.abort() }));
    expect(bed.sent).toHaveLength(0);
  });

  it.each([
    ['not JSON', () => new Response('<html>')],
    ['another shape', () => json(200, ['surprise'])],
  ])('does not trust a 200 with %s', async (_what, answer) => {
    const bed = createBed(() => answer());
    expect(await errorOf(ask(bed))).toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
    expect(bed.sent).toHaveLength(1);
  });

  it('does not follow a redirect', async () => {
    const bed = createBed(
      () => new Response('', { status: 302, headers: { location: 'https://elsewhere.test' } }),
    );
    expect(await errorOf(ask(bed))).toMatchObject({ code: 'UNEXPECTED_RESPONSE', maybeDone: false });
  });

  it('names the permissions that Genesys says are missing, and where to grant them', async () => {
    const bed = createBed(() =>
      refusal(403, {
        code: 'missing.any.permissions',
        message: 'You are missing the following permission(s): recording:job:all, foo:bar:baz',
      }),
    );
    const error = (await errorOf(ask(bed))) as RecordError;
    expect(error).toMatchObject({ code: 'GENESYS_REFUSED', reference: 'ctx-1', maybeDone: false });
    expect(error.message).toContain('recording:job:all, foo:bar:baz');
    expect(error.cure).toContain('Admin > Integrations > OAuth');
  });

  it('carries the correlation id when there is no context id', async () => {
    const bed = createBed(
      () => new Response('oops', { status: 500, headers: { 'inin-correlation-id': 'corr-9' } }),
    );
    expect(await errorOf(ask(bed))).toMatchObject({ reference: 'corr-9' });
  });

  it("leaves nothing behind on its caller's signal", async () => {
    const { signal } = new AbortController();
    await ask(createBed(good), { signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe.each(repeatable)('a request that may be repeated: %s', (_name, ask) => {
  it.each([
    ['502', () => refusal(502)],
    ['503', () => refusal(503)],
    ['504', () => refusal(504)],
    ['a lost connection', () => systemError('ECONNRESET')],
  ])('is repeated after %s', async (_what, failure) => {
    const bed = createBed(first(failure, failure));
    await ask(bed);
    expect(bed.sent).toHaveLength(3);
  });

  it('is repeated after a timeout', async () => {
    const bed = createBed(
      first(() => new Promise<Response>(() => {})),
      { config: { timeoutMs: 20 } },
    );
    await ask(bed);
    expect(bed.sent).toHaveLength(2);
  });

  it('never claims that it may be done', async () => {
    for (const failure of [() => refusal(504), () => systemError('ECONNRESET'), () => new Response('?')]) {
      expect(await errorOf(ask(createBed(failure)))).toMatchObject({ maybeDone: false });
    }
  });
});

describe('a start', () => {
  it.each<[string, () => Reply, string]>([
    ['500', () => refusal(500), 'UNAVAILABLE'],
    ['502', () => refusal(502), 'UNAVAILABLE'],
    ['503', () => refusal(503), 'UNAVAILABLE'],
    ['504', () => refusal(504), 'UNAVAILABLE'],
    ['a lost connection', () => systemError('ECONNRESET'), 'UNAVAILABLE'],
    ['an unreadable answer', () => new Response('{"id":', { status: 201 }), 'UNEXPECTED_RESPONSE'],
    ['an answer without an id', () => json(201, {}), 'UNEXPECTED_RESPONSE'],
    ['an empty answer', () => new Response(null, { status: 204 }), 'UNEXPECTED_RESPONSE'],
    ["another call's job", () => json(201, { id: 'j', conversationId: 'other' }), 'UNEXPECTED_RESPONSE'],
    ['a badly encoded answer', () => systemError('Z_DATA_ERROR', ''), 'UNEXPECTED_RESPONSE'],
  ])('is never repeated after %s, and may be done', async (_what, failure, code) => {
    const bed = createBed(failure);
    expect(await errorOf(operations.start(bed))).toMatchObject({ code, maybeDone: true });
    expect(bed.sent).toHaveLength(1);
  });

  it('may be done when its answer does not come in time', async () => {
    const bed = createBed(() => new Promise<Response>(() => {}), { config: { timeoutMs: 20 } });
    expect(await errorOf(operations.start(bed))).toMatchObject({ code: 'UNAVAILABLE', maybeDone: true });
    expect(bed.sent).toHaveLength(1);
  });

  it('may be done when its caller gives up after it was sent', async () => {
    const bed = createBed(() => new Promise<Response>(() => {}));
    const giveUp = new AbortController();
    const asked = errorOf(operations.start(bed, { signal: giveUp.signal }));
    await settle();
    giveUp.abort();
    expect(await asked).toMatchObject({ maybeDone: true });
  });

  it.each([400, 403, 404, 409, 429])('was not done when Genesys answers %s', async (status) => {
    const bed = createBed(() => refusal(status, {}, { 'retry-after': '60' }));
    expect(await errorOf(operations.start(bed))).toMatchObject({ maybeDone: false });
  });

  it('was not done when there is no token for it', async () => {
    const bed = createBed(good, { token: () => refusal(500), config: { timeoutMs: 20 } });
    expect(await errorOf(operations.start(bed))).toMatchObject({ code: 'UNAVAILABLE', maybeDone: false });
    expect(bed.sent).toHaveLength(0);
  });

  it('was not done when the token takes too long', async () => {
    const bed = createBed(good, {
      token: () => new Promise<Response>(() => {}),
      config: { timeoutMs: 20_000, budgetMs: 20 },
    });
    expect(await errorOf(operations.start(bed))).toMatchObject({ code: 'UNAVAILABLE', maybeDone: false });
    expect(bed.sent).toHaveLength(0);
  });
});

describe('all requests together', () => {
  it('wait for the end of a pause that one of them was told of, stops included', async () => {
    const clock = createManualClock();
    const bed = createBed(
      first(() => refusal(429, {}, { 'retry-after': '9' })),
      { clock },
    );
    const start = operations.start(bed);
    await settle();
    const waits: number[] = [];
    const stop = operations.stop(bed, { onWait: (ms) => waits.push(ms) });
    await clock.advance(8_999);
    expect([bed.sent.length, waits]).toEqual([1, [9_000]]);
    await clock.advance(1);
    await Promise.all([start, stop]);
    expect(bed.sent.map(({ path }) => path.endsWith('/stop'))).toEqual([false, true, false]);
  });

  it('heed the allowance that Genesys reports', async () => {
    const headers = {
      'inin-ratelimit-allowed': '10',
      'inin-ratelimit-count': '1',
      'inin-ratelimit-reset': '60',
    };
    const bed = createBed(() => json(200, { entities: [] }, headers));
    for (let i = 0; i < 5; i += 1) await operations.listCalls(bed, { priority: 'poll' });
    const error = await errorOf(operations.listCalls(bed, { priority: 'poll' }));
    expect(error).toMatchObject({ code: 'RATE_LIMITED' });
    expect(bed.sent).toHaveLength(5);
  });

  it('send nothing more once the adapter is closed', async () => {
    const bed = createBed(good);
    await bed.genesys.ready();
    bed.genesys.close();
    expect(await errorOf(operations.stop(bed))).toMatchObject({ code: 'UNAVAILABLE' });
    expect(bed.sent).toHaveLength(0);
    const unused = createBed(good);
    unused.genesys.close();
    expect(await errorOf(unused.genesys.ready())).toMatchObject({ code: 'UNAVAILABLE' });
    expect(unused.tokenRequests).toHaveLength(0);
  });

  it('name themselves, ask for JSON and never follow anything', async () => {
    const bed = createBed(good);
    await operations.start(bed);
    expect(bed.sent[0]).toMatchObject({
      url: 'https://api.example.test/api/v2/recording/jobs',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'user-agent': expect.stringContaining('genesys-record-bot'),
      },
    });
  });
});

describe('secrets', () => {
  const secret = 'hush+hush/secret';
  const inForm = encodeURIComponent(secret);
  const token = 'very-secret-token';
  const echo = `${secret} ${inForm} ${token}`;
  const answers: (() => Reply)[] = [400, 401, 403, 404, 409, 429, 500].map(
    (status) => () =>
      refusal(
        status,
        { message: echo, code: echo, contextId: echo },
        { 'inin-correlation-id': `${token} ${inForm}` },
      ),
  );
  const failures: (() => Reply)[] = [
    ...answers,
    () => new Response(`{"access_token":"${token}", ${echo}`, { headers: { 'inin-correlation-id': token } }),
    () => Object.assign(new Error(echo), { code: token }),
  ];
  const tokenAnswer = () => json(200, { access_token: token, expires_in: 100 });

  function expectNoSecret(bed: Bed, error: unknown) {
    const { message, stack, cure, reference, cause } = error as RecordError;
    const told = JSON.stringify([message, stack, cure, reference, String(cause), bed.log.lines]);
    for (const each of [secret, inForm, token]) expect(told).not.toContain(each);
  }

  it.each(each)(
    'do not leave through errors or the log of %s, even if Genesys echoes them',
    async (_name, ask) => {
      for (const failure of failures) {
        const bed = createBed(failure, { token: tokenAnswer });
        expectNoSecret(bed, await ask(bed).catch((error: unknown) => error));
        expect(bed.log.lines.length).toBeGreaterThan(0);
      }
    },
  );

  it('do not leave as the name of a permission', async () => {
    const bed = createBed(() => refusal(403, { message: 'missing aa:bb:cc' }), {
      config: { clientSecret: 'aa:bb:cc' },
    });
    const { message, cure } = (await errorOf(operations.stop(bed))) as RecordError;
    expect(`${message} ${cure}`).not.toContain('aa:bb:cc');
    expect(message).toContain('recording:job:control');
  });

  it('do not leave when the token request fails and echoes them', async () => {
    for (const failure of failures) {
      const bed = createBed(good, { token: failure });
      const error = await errorOf(bed.genesys.ready());
      const { message, stack, cure, reference } = error as RecordError;
      const told = JSON.stringify([message, stack, cure, reference, bed.log.lines]);
      expect(told).not.toContain(secret);
      expect(told).not.toContain(inForm);
    }
  });
});
