/** The Genesys simulator over real HTTP: each refusal and each fault that other tests rely on. */
import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPopulation } from '../simulators/genesys/population.js';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import type { Change, GenesysSimulator } from '../simulators/genesys/types.js';

const start = Date.parse('2026-03-02T10:00:00Z');
let now = start;
let genesys: GenesysSimulator;

beforeEach(async () => {
  now = start;
  genesys = await createGenesysSimulator({ now: () => now });
});

afterEach(async () => {
  expect(genesys.violations).toEqual([]);
  await genesys.close();
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is what the tests look at
  readonly body: any;
}

async function request(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(genesys.url + path, init);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const credentials = () => ({
  grant_type: 'client_credentials',
  client_id: genesys.client.clientId,
  client_secret: genesys.client.clientSecret,
});

const askToken = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
  request('/oauth/token', { method: 'POST', body: new URLSearchParams(fields), headers });

async function getToken(): Promise<string> {
  const { body } = await askToken(credentials());
  return body.access_token;
}

const get = (path: string, token: string) => request(path, { headers: { Authorization: `Bearer ${token}` } });

const post = (path: string, token: string, body: unknown, type = 'application/json') =>
  request(path, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const callsPath = '/api/v2/conversations/phone?state=active';
const jobsPath = '/api/v2/recording/jobs';
const startRecording = (token: string, conversationId: unknown) => post(jobsPath, token, { conversationId });
const stopRecording = (token: string, jobId: string) => post(`${jobsPath}/${jobId}/stop`, token, {});

const toSeconds = (time: number) => new Date(time).toISOString().replace('.000Z', 'Z');
const jobsQuery = (more = '', from = now - 3_600_000, to = now + 60_000) =>
  `${jobsPath}?from=${toSeconds(from)}&to=${toSeconds(to)}${more}`;

/** Takes the violations out, for the tests that commit some. */
const takeViolations = () => (genesys.violations as string[]).splice(0);

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('The condition was not met in 10 s.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('tokens', () => {
  it('gives a token for the credentials in a form', async () => {
    const { status, body } = await askToken(credentials());
    expect(status).toBe(200);
    expect(body).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 86_400 });
  });

  it.each([
    ['an unknown client', { client_id: 'nobody' }, 400, 'invalid_client'],
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client'],
    ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['no grant', { grant_type: '' }, 400, 'unsupported_grant_type'],
    ['no secret', { client_secret: '' }, 400, 'invalid_request'],
    ['no client', { client_id: '' }, 400, 'invalid_request'],
  ])('refuses %s in the OAuth error shape', async (_what, change, status, error) => {
    const answer = await askToken({ ...credentials(), ...change });
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ error, description: expect.any(String) });
  });

  it.each(['application/json', 'text/plain'])('refuses credentials as %s', async (type) => {
    const answer = await request('/oauth/token', {
      method: 'POST',
      headers: { 'Content-Type': type },
      body: new URLSearchParams(credentials()).toString(),
    });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    expect(JSON.stringify(genesys.journal)).not.toContain(genesys.client.clientSecret);
  });

  it('refuses credentials sent in two ways, and calls it a violation', async () => {
    const answer = await askToken(credentials(), { Authorization: 'Basic eDp5' });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    expect(takeViolations()).toEqual([expect.stringContaining('sent twice')]);
  });

  it('refuses credentials by Basic alone: this contract names the form', async () => {
    const answer = await askToken({ grant_type: 'client_credentials' }, { Authorization: 'Basic eDp5' });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
  });

  it('refuses a secret in the URL, calls it a violation, and keeps it out of the journal', async () => {
    const answer = await request(`/oauth/token?${new URLSearchParams(credentials())}`, {
      method: 'POST',
      body: new URLSearchParams(credentials()),
    });
    expect(answer.status).toBe(400);
    expect(takeViolations()).toEqual([expect.stringContaining('in a URL')]);
    expect(JSON.stringify(genesys.journal)).not.toContain(genesys.client.clientSecret);
  });

  it('lets a token work to its last millisecond and no longer', async () => {
    genesys.setTokenLifetime(60);
    const token = await getToken();
    now += 59_999;
    expect((await get(callsPath, token)).status).toBe(200);
    now += 1;
    const { status, body } = await get(callsPath, token);
    expect([status, body.code]).toEqual([401, 'bad.credentials']);
  });

  it('refuses every token after a revocation, and gives new ones', async () => {
    const token = await getToken();
    genesys.revokeTokens();
    expect((await get(callsPath, token)).status).toBe(401);
    expect((await get(callsPath, await getToken())).status).toBe(200);
  });
});

describe('every API request', () => {
  it.each([
    ['no token', {}, 'authentication.required'],
    ['a made-up token', { Authorization: 'Bearer nonsense' }, 'bad.credentials'],
  ])('is refused with %s, in the API error shape', async (_what, headers, code) => {
    const answer = await request(callsPath, { headers });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({
      message: expect.any(String),
      code,
      status: 401,
      messageWithParams: expect.any(String),
      messageParams: {},
      contextId: answer.headers.get('ININ-Correlation-Id'),
      details: [],
      errors: [],
    });
  });

  it('takes a token as a bearer’s alone', async () => {
    const headers = { Authorization: `Basic ${await getToken()}` };
    expect((await request(callsPath, { headers })).status).toBe(401);
  });

  it('calls a token in the URL a violation', async () => {
    expect((await request(`${callsPath}&access_token=x`)).status).toBe(401);
    expect(takeViolations()).toEqual(['The access token was sent in a URL.']);
    expect(genesys.journal[0]?.query).toEqual({ state: 'active', access_token: '[secret]' });
  });

  it('has a correlation id of its own', async () => {
    const token = await getToken();
    const [one, other] = [await get(callsPath, token), await get(callsPath, token)];
    expect(one.headers.get('ININ-Correlation-Id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(one.headers.get('ININ-Correlation-Id')).not.toBe(other.headers.get('ININ-Correlation-Id'));
  });

  it.each([
    ['conversation:phone:view', (token: string) => get(callsPath, token)],
    ['recording:job:view', (token: string) => get(jobsQuery(), token)],
    ['recording:job:control', (token: string) => startRecording(token, randomUUID())],
    ['recording:job:control', (token: string) => stopRecording(token, randomUUID())],
  ] as const)('needs its permission: %s', async (permission, send) => {
    const token = await getToken();
    genesys.setPermissions(genesys.client.permissions.filter((other) => other !== permission));
    const { status, body } = await send(token);
    expect(status).toBe(403);
    expect(body).toMatchObject({
      code: 'missing.any.permissions',
      message: expect.stringContaining(`[${permission}]`),
      messageWithParams: expect.stringContaining('{permissions}'),
      messageParams: { permissions: `[${permission}]` },
    });
    genesys.setPermissions([permission]);
    expect((await send(token)).status).not.toBe(403);
  });

  it('is answered with 405 for a method outside the contract; a DELETE is a violation without effect', async () => {
    const token = await getToken();
    const job = genesys.startRecordingElsewhere(genesys.startCall().id);
    const path = `${jobsPath}/${job.id}`;
    const answer = await request(path, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(405);
    expect((await request(jobsPath, { method: 'PUT' })).headers.get('Allow')).toBe('GET, POST');
    expect(genesys.jobs).toEqual([job]);
    expect(takeViolations()).toEqual([
      `DELETE ${path} is no part of the contract.`,
      `PUT ${jobsPath} is no part of the contract.`,
    ]);
  });

  it('is answered with 404, and is a violation, on a path outside the contract', async () => {
    const { status, body } = await get('/api/v2/conversations/calls', await getToken());
    expect([status, body.code]).toEqual([404, 'not.found']);
    expect(takeViolations()).toHaveLength(1);
  });

  it('is answered even if its path is none', async () => {
    expect((await request('//')).status).toBe(404);
    expect(takeViolations()).toEqual(['GET // is no part of the contract.']);
  });

  it('is refused with 413 when it is longer than Genesys reads', async () => {
    const { status } = await startRecording(await getToken(), 'x'.repeat(1_100_000));
    expect(status).toBe(413);
  });
});

describe('the rate limit', () => {
  it('counts in headers, refuses the 301st request in a minute with the time to wait, then forgets', async () => {
    const token = await getToken();
    const first = await get(callsPath, token);
    expect(first.headers.get('inin-ratelimit-count')).toBe('1');
    expect(first.headers.get('inin-ratelimit-allowed')).toBe('300');
    expect(first.headers.get('inin-ratelimit-reset')).toBe('60');
    await Promise.all(Array.from({ length: 299 }, () => get(callsPath, token)));
    now += 20_500;
    const refused = await get(callsPath, token);
    expect([refused.status, refused.body.code]).toEqual([429, 'too.many.requests']);
    expect(refused.headers.get('Retry-After')).toBe('40');
    expect(refused.headers.get('inin-ratelimit-count')).toBe('300');
    now += 39_500;
    expect((await get(callsPath, token)).status).toBe(200);
  });

  it('is each token’s own', async () => {
    await genesys.close();
    genesys = await createGenesysSimulator({ now: () => now, requestsPerMinute: 1 });
    const [one, other] = [await getToken(), await getToken()];
    expect((await get(callsPath, one)).status).toBe(200);
    expect((await get(callsPath, one)).status).toBe(429);
    expect((await get(callsPath, other)).status).toBe(200);
  });
});

describe('the listing of calls', () => {
  it('shows the calls that are up, with their participants as Genesys describes them', async () => {
    genesys.endCall(genesys.startCall().id);
    const call = genesys.startCall({
      caller: 'tel:+442079460123',
      queue: 'Claims',
      agent: null,
      missedBy: ['Ben Whitaker'],
    });
    now += 5_000;
    genesys.answerCall(call.id, 'Grace Nakamura');
    const { body } = await get(callsPath, await getToken());
    expect(body).toMatchObject({ total: 1, pageNumber: 1, pageCount: 1, pageSize: 25 });
    const queue = { id: expect.any(String), name: 'Claims' };
    expect(body.entities).toMatchObject([
      {
        id: call.id,
        participants: [
          { purpose: 'customer', ani: 'tel:+442079460123', startTime: '2026-03-02T10:00:00.000Z' },
          { purpose: 'acd', queue, endTime: '2026-03-02T10:00:05.000Z' },
          { purpose: 'agent', name: 'Ben Whitaker', state: 'disconnected', endTime: expect.any(String) },
          {
            purpose: 'agent',
            name: 'Grace Nakamura',
            state: 'connected',
            connectedTime: '2026-03-02T10:00:05.000Z',
          },
        ],
      },
    ]);
  });

  it('goes page by page, and past the last page there is nothing', async () => {
    const calls = genesys.addCalls(250);
    const token = await getToken();
    const pages = await Promise.all(
      [1, 2, 3, 4].map((number) => get(`${callsPath}&pageSize=100&pageNumber=${number}`, token)),
    );
    expect(pages.map(({ body }) => body.entities.length)).toEqual([100, 100, 50, 0]);
    expect(pages.map(({ body }) => [body.total, body.pageCount])).toEqual(Array(4).fill([250, 3]));
    const ids = pages.flatMap(({ body }) => body.entities.map(({ id }: { id: string }) => id));
    expect(ids).toEqual(calls.map(({ id }) => id));
  });

  it('has no pages when there are no calls', async () => {
    const { body } = await get(callsPath, await getToken());
    expect(body).toMatchObject({ entities: [], total: 0, pageCount: 0 });
  });

  it.each([
    ['no state', '/api/v2/conversations/phone'],
    ['another state', '/api/v2/conversations/phone?state=ended'],
    ['a page of 0', `${callsPath}&pageSize=0`],
    ['a page of 101', `${callsPath}&pageSize=101`],
    ['a page of x', `${callsPath}&pageSize=x`],
    ['page number 0', `${callsPath}&pageNumber=0`],
    ['page number -1', `${callsPath}&pageNumber=-1`],
  ])('refuses %s', async (_what, path) => {
    expect((await get(path, await getToken())).status).toBe(400);
  });
});

describe('the listing of recording jobs', () => {
  it('shows only jobs that began in the window and are in the wanted states', async () => {
    genesys.addJobs(1, { startedAt: now - 7_200_000 });
    genesys.addJobs(1, { state: 'stopped' });
    genesys.addJobs(1, { state: 'completed' });
    const [active] = genesys.addJobs(1);
    const token = await getToken();
    const { body } = await get(jobsQuery('&states=active'), token);
    expect(body.entities).toEqual([
      {
        id: active?.id,
        conversationId: active?.conversationId,
        state: 'active',
        startTime: '2026-03-02T10:00:00.000Z',
      },
    ]);
    expect((await get(jobsQuery('&states=active', now - 7_200_000), token)).body.total).toBe(2);
    expect((await get(jobsQuery('&states=active,stopped'), token)).body.total).toBe(2);
    expect((await get(jobsQuery('&states=active', now - 1_000, now), token)).body.total).toBe(0);
    expect((await get(jobsQuery(), token)).body.total).toBe(3);
  });

  it('goes page by page', async () => {
    genesys.addJobs(250);
    const token = await getToken();
    const last = await get(jobsQuery('&states=active&pageSize=100&pageNumber=3'), token);
    expect(last.body).toMatchObject({ total: 250, pageCount: 3, pageNumber: 3 });
    expect(last.body.entities).toHaveLength(50);
  });

  const to = 'to=2026-03-02T11:00:00Z';
  it.each([
    ['no from', to],
    ['no to', 'from=2026-03-02T10:00:00Z'],
    ['milliseconds', `from=2026-03-02T10:00:00.000Z&${to}`],
    ['an offset', `from=2026-03-02T10:00:00%2B00:00&${to}`],
    ['a date alone', `from=2026-03-02&${to}`],
    ['30 February', `from=2026-02-30T10:00:00Z&${to}`],
    ['a 25th hour', `from=2026-03-01T25:00:00Z&${to}`],
    ['an empty window', `from=2026-03-02T11:00:00Z&${to}`],
    ['a window backwards', `from=2026-03-02T12:00:00Z&${to}`],
    ['an unknown state', `from=2026-03-02T10:00:00Z&${to}&states=running`],
    ['a page of 101', `from=2026-03-02T10:00:00Z&${to}&pageSize=101`],
  ])('refuses %s', async (_what, query) => {
    expect((await get(`${jobsPath}?${query}`, await getToken())).status).toBe(400);
  });
});

describe('a start', () => {
  it('begins a job, once', async () => {
    const call = genesys.startCall();
    const token = await getToken();
    const { status, body } = await startRecording(token, call.id.toUpperCase());
    expect(status).toBe(201);
    expect(genesys.jobs).toMatchObject([
      { id: body.id, conversationId: call.id, state: 'active', elsewhere: false },
    ]);
    const again = await startRecording(token, call.id);
    expect([again.status, again.body.code]).toEqual([409, 'conflict']);
    expect(genesys.jobs).toHaveLength(1);
    expect(genesys.starts.get(call.id)).toEqual({ asked: 2, done: 1 });
  });

  it('answers 404 for a call that is unknown or over', async () => {
    const { id } = genesys.startCall();
    genesys.endCall(id);
    const token = await getToken();
    expect((await startRecording(token, id)).status).toBe(404);
    expect((await startRecording(token, randomUUID())).status).toBe(404);
  });

  it.each([
    ['no id', {}, 'application/json', 400],
    ['an id that is not a UUID', { conversationId: 'abc' }, 'application/json', 400],
    ['an id that is not text', { conversationId: 1 }, 'application/json', 400],
    ['a list', [], 'application/json', 400],
    ['broken JSON', '{', 'application/json', 400],
    ['another content type', '{}', 'text/plain', 415],
  ])('refuses %s', async (_what, body, type, status) => {
    expect((await post(jobsPath, await getToken(), body, type)).status).toBe(status);
  });

  it('wins once among a thousand at the same time', async () => {
    await genesys.close();
    genesys = await createGenesysSimulator({ requestsPerMinute: 10_000 });
    const { id } = genesys.startCall();
    const token = await getToken();
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => startRecording(token, id)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(999);
    expect([genesys.count('start'), genesys.countEffects('start')]).toEqual([1_000, 1]);
  });
});

describe('a stop', () => {
  it('ends the job, and is answered 404 when it is over', async () => {
    const call = genesys.startCall();
    const token = await getToken();
    const { body: job } = await startRecording(token, call.id);
    now += 10_000;
    const { status, body } = await stopRecording(token, job.id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: job.id, state: 'stopped', endTime: '2026-03-02T10:00:10.000Z' });
    expect((await stopRecording(token, job.id)).status).toBe(404);
    expect((await startRecording(token, call.id)).status).toBe(201);
  });

  it('answers 404 for a job that never was, and for a conversation id', async () => {
    const call = genesys.startCall();
    genesys.startRecordingElsewhere(call.id);
    const token = await getToken();
    expect((await stopRecording(token, randomUUID())).status).toBe(404);
    expect((await stopRecording(token, call.id)).status).toBe(404);
  });

  it('refuses anything but a JSON object, and leaves the job running', async () => {
    const job = genesys.startRecordingElsewhere(genesys.startCall().id);
    const token = await getToken();
    const path = `${jobsPath}/${job.id}/stop`;
    expect((await post(path, token, '')).status).toBe(400);
    expect((await post(path, token, 'null')).status).toBe(400);
    expect((await post(path, token, '[]')).status).toBe(400);
    expect((await post(path, token, '{}', 'text/plain')).status).toBe(415);
    expect(genesys.jobs).toEqual([job]);
  });
});

describe('the life of the organisation', () => {
  it('completes the recording of a call that ends', async () => {
    const call = genesys.startCall();
    const token = await getToken();
    const { body } = await startRecording(token, call.id);
    genesys.endCall(call.id);
    expect(genesys.jobs).toMatchObject([{ id: body.id, state: 'completed', endedAt: now }]);
    expect((await stopRecording(token, body.id)).status).toBe(404);
  });

  it('lets somebody else start and stop recordings', async () => {
    const call = genesys.startCall();
    const token = await getToken();
    const job = genesys.startRecordingElsewhere(call.id);
    expect((await startRecording(token, call.id)).status).toBe(409);
    genesys.stopRecordingElsewhere(call.id);
    expect((await stopRecording(token, job.id)).status).toBe(404);
    expect(genesys.starts.get(call.id)).toEqual({ asked: 1, done: 0 });
  });

  it('does not accept a script that cannot be', () => {
    const { id } = genesys.startCall();
    expect(() => genesys.startCall({ conversationId: id })).toThrow('already');
    expect(() => genesys.stopRecordingElsewhere(id)).toThrow('not being recorded');
    genesys.startRecordingElsewhere(id);
    expect(() => genesys.startRecordingElsewhere(id)).toThrow('already');
    genesys.endCall(id);
    expect(() => genesys.endCall(id)).toThrow('is up');
    expect(() => genesys.startRecordingElsewhere(id)).toThrow('is up');
  });

  it('tells of every change, until one stops listening', async () => {
    const changes: Change['kind'][] = [];
    const unsubscribe = genesys.onChange(({ kind }) => changes.push(kind));
    const call = genesys.startCall({ agent: null });
    genesys.answerCall(call.id, 'Elif Yılmaz');
    await startRecording(await getToken(), call.id);
    genesys.endCall(call.id);
    expect(changes).toEqual([
      'call-started',
      'call-answered',
      'request',
      'recording-started',
      'request',
      'recording-ended',
      'call-ended',
    ]);
    unsubscribe();
    genesys.reset();
    expect(changes).toHaveLength(7);
  });
});

describe('faults', () => {
  const until429 = { kind: 'status', status: 429, retryAfter: 7 } as const;

  it('answer a status with Retry-After verbatim, as often as told, on the operation told', async () => {
    const token = await getToken();
    genesys.inject({ on: 'calls', fault: until429, times: 2 });
    expect((await get(jobsQuery(), token)).status).toBe(200);
    const { status, headers, body } = await get(callsPath, token);
    expect([status, headers.get('Retry-After'), body.code]).toEqual([429, '7', 'too.many.requests']);
    expect(genesys.faults).toEqual([{ on: 'calls', fault: until429, times: 1 }]);
    expect((await get(callsPath, token)).status).toBe(429);
    expect((await get(callsPath, token)).status).toBe(200);
  });

  it('hit anything until cleared or taken back', async () => {
    const token = await getToken();
    const takeBack = genesys.inject({ on: 'any', fault: until429, times: 'until-cleared' });
    expect((await get(callsPath, token)).status).toBe(429);
    expect((await get(jobsQuery(), token)).status).toBe(429);
    takeBack();
    expect((await get(callsPath, token)).status).toBe(200);
    genesys.inject({ on: 'any', fault: until429, times: 'until-cleared' });
    genesys.clearFaults();
    expect((await get(callsPath, token)).status).toBe(200);
    expect(genesys.faults).toEqual([]);
  });

  it('come one by one, in the order of their injection', async () => {
    const token = await getToken();
    for (const status of [502, 503, 504]) genesys.inject({ on: 'calls', fault: { kind: 'status', status } });
    const statuses: number[] = [];
    for (let turn = 0; turn < 4; turn += 1) statuses.push((await get(callsPath, token)).status);
    expect(statuses).toEqual([502, 503, 504, 200]);
  });

  it('speak the shape of whom they stand for, and name the permission with a 403', async () => {
    const token = await getToken();
    genesys.inject({ on: 'token', fault: { kind: 'status', status: 401 } });
    genesys.inject({ on: 'start', fault: { kind: 'status', status: 403 } });
    genesys.inject({ on: 'stop', fault: { kind: 'status', status: 400, code: 'of.my.own' } });
    expect((await askToken(credentials())).body).toEqual({
      error: 'invalid_client',
      description: expect.any(String),
    });
    const refused = await startRecording(token, randomUUID());
    expect(refused.body.messageParams).toEqual({ permissions: '[recording:job:control]' });
    expect((await stopRecording(token, randomUUID())).body.code).toBe('of.my.own');
  });

  it.each([false, true])('of a status have an effect only if told so: %s', async (takesEffect) => {
    const { id } = genesys.startCall();
    const token = await getToken();
    genesys.inject({ on: 'start', fault: { kind: 'status', status: 504, takesEffect } });
    expect((await startRecording(token, id)).status).toBe(504);
    expect(genesys.jobs).toHaveLength(takesEffect ? 1 : 0);
    expect(genesys.journal.at(-1)).toMatchObject({ status: 504, tookEffect: takesEffect, fault: 'status' });
  });

  it.each([
    ['cut-before', 0],
    ['cut-after', 1],
  ] as const)('of the kind %s leave %d jobs and no answer', async (kind, jobs) => {
    const { id } = genesys.startCall();
    const token = await getToken();
    genesys.inject({ on: 'start', fault: { kind } });
    await expect(startRecording(token, id)).rejects.toThrow('fetch failed');
    expect(genesys.jobs).toHaveLength(jobs);
    expect(genesys.journal.at(-1)).toMatchObject({
      operation: 'start',
      status: null,
      tookEffect: jobs === 1,
    });
  });

  it('of the kind slow answer only after the wait, and take effect though the client has gone', async () => {
    await genesys.close();
    let wake = () => {};
    const waits: number[] = [];
    genesys = await createGenesysSimulator({
      sleep: (ms) => {
        waits.push(ms);
        return new Promise<void>((resolve) => {
          wake = resolve;
        });
      },
    });
    const { id } = genesys.startCall();
    const token = await getToken();
    genesys.inject({ on: 'start', fault: { kind: 'slow', ms: 700 } });
    const leave = new AbortController();
    const asked = fetch(genesys.url + jobsPath, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ conversationId: id }),
      signal: leave.signal,
    });
    await until(() => waits.length === 1);
    expect(waits).toEqual([700]);
    expect(genesys.jobs).toEqual([]);
    leave.abort();
    await expect(asked).rejects.toThrow('abort');
    wake();
    await until(() => genesys.jobs.length === 1);
  });

  it('of the kind hang never answer, while others are answered', async () => {
    const { id } = genesys.startCall();
    const token = await getToken();
    genesys.inject({ on: 'start', fault: { kind: 'hang' } });
    let answered = false;
    const asked = startRecording(token, id).finally(() => {
      answered = true;
    });
    await until(() => genesys.count('start') === 1);
    expect((await get(callsPath, token)).status).toBe(200);
    expect(answered).toBe(false);
    expect(genesys.jobs).toEqual([]);
    await Promise.all([genesys.close(), expect(asked).rejects.toThrow('fetch failed')]);
  });

  it('of the kind hang-body send the headers and half of the body, after taking effect', async () => {
    const { id } = genesys.startCall();
    const token = await getToken();
    genesys.inject({ on: 'start', fault: { kind: 'hang-body' } });
    const response = await fetch(genesys.url + jobsPath, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ conversationId: id }),
    });
    expect(response.status).toBe(201);
    expect(genesys.jobs).toHaveLength(1);
    const reader = response.body?.getReader();
    const part = await reader?.read();
    expect(part?.value?.byteLength).toBeLessThan(Number(response.headers.get('Content-Length')));
    let ended = false;
    const rest = reader?.read().finally(() => {
      ended = true;
    });
    expect((await get(callsPath, token)).status).toBe(200);
    expect(ended).toBe(false);
    await Promise.all([genesys.close(), expect(rest).rejects.toThrow()]);
  });

  it('of the kind garbage have the right status, the effect, and no JSON', async () => {
    const { id } = genesys.startCall();
    const token = await getToken();
    genesys.inject({ on: 'start', fault: { kind: 'garbage' } });
    await expect(startRecording(token, id)).rejects.toThrow(SyntaxError);
    expect(genesys.journal.at(-1)).toMatchObject({ status: 201, tookEffect: true });
    expect(genesys.jobs).toHaveLength(1);
  });

  it('do not hide what no client may do', async () => {
    genesys.inject({ on: 'any', fault: { kind: 'cut-before' } });
    expect((await request(`${jobsPath}/x`, { method: 'DELETE' })).status).toBe(405);
    expect(takeViolations()).toHaveLength(1);
  });

  it('are refused when they make no sense', () => {
    expect(() => genesys.inject({ on: 'any', fault: until429, times: 0 })).toThrow(RangeError);
    expect(() => genesys.inject({ on: 'any', fault: { kind: 'status', status: 200 } })).toThrow(RangeError);
  });
});

describe('the journal', () => {
  it('tells each request, by which token, and what came of it, without a secret', async () => {
    const { id } = genesys.startCall();
    const token = await getToken();
    await get(`${callsPath}&pageSize=5`, token);
    await startRecording(token, id);
    expect(genesys.journal).toEqual([
      {
        method: 'POST',
        path: '/oauth/token',
        query: {},
        operation: 'token',
        at: now,
        status: 200,
        tokenId: 'token-1',
        body: { ...credentials(), client_secret: '[secret]' },
        tookEffect: true,
        fault: null,
      },
      {
        method: 'GET',
        path: '/api/v2/conversations/phone',
        query: { state: 'active', pageSize: '5' },
        operation: 'calls',
        at: now,
        status: 200,
        tokenId: 'token-1',
        body: null,
        tookEffect: false,
        fault: null,
      },
      expect.objectContaining({ operation: 'start', status: 201, body: { conversationId: id } }),
    ]);
    expect(JSON.stringify(genesys.journal)).not.toContain(token);
    expect([genesys.count('token'), genesys.count('calls'), genesys.count('any')]).toEqual([1, 1, 3]);
    genesys.resetJournal();
    expect([genesys.journal, genesys.count('any'), genesys.starts.size]).toEqual([[], 0, 0]);
    expect(genesys.jobs).toHaveLength(1);
  });
});

describe('the server', () => {
  it('is as new after a reset, on the same port', async () => {
    const token = await getToken();
    genesys.addJobs(3);
    genesys.inject({ on: 'any', fault: { kind: 'hang' } });
    genesys.setPermissions([]);
    genesys.setTokenLifetime(1);
    await request(jobsPath, { method: 'DELETE' });
    expect(genesys.violations).toHaveLength(1);
    genesys.reset();
    expect([genesys.calls, genesys.jobs, genesys.faults, genesys.journal]).toEqual([[], [], [], []]);
    expect([genesys.violations, genesys.count('any')]).toEqual([[], 0]);
    expect((await get(callsPath, token)).status).toBe(401);
    expect((await askToken(credentials())).body.expires_in).toBe(86_400);
    expect((await get(callsPath, await getToken())).status).toBe(200);
  });

  it('closes at once though connections are open, and may be closed twice', async () => {
    await getToken();
    await genesys.close();
    await genesys.close();
    await expect(getToken()).rejects.toThrow('fetch failed');
  });

  it('says when its port is taken', async () => {
    await expect(createGenesysSimulator({ port: genesys.port })).rejects.toThrow('EADDRINUSE');
  });
});

describe('the population', () => {
  /** A random that repeats itself (mulberry32). */
  function createRandom(seed: number): () => number {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  /** Lives for that long by a clock that does not wait; calls `look` each second. */
  async function live(ms: number, look: (up: number) => void = () => {}): Promise<void> {
    let stop = async () => {};
    const ended = new Promise<void>((resolve) => {
      const population = startPopulation(genesys, {
        random: createRandom(7),
        clock: {
          now: () => now,
          sleep: async (step) => {
            look(genesys.calls.filter(({ endedAt }) => endedAt === null).length);
            now += step;
            await turn();
            if (now >= start + ms) resolve(stop());
          },
        },
      });
      stop = () => population.stop();
    });
    await ended;
  }

  it('keeps a pleasant number of calls up, which come, are answered, and go', async () => {
    const up: number[] = [];
    await live(3_600_000, (count) => up.push(count));
    expect(Math.max(...up)).toBeLessThanOrEqual(7);
    expect(Math.min(...up.slice(3))).toBeGreaterThanOrEqual(2);
    const ended = genesys.calls.filter(({ endedAt }) => endedAt !== null);
    expect(ended.length).toBeGreaterThan(20);
    for (const { agent, startedAt, answeredAt, endedAt } of ended) {
      expect(agent).not.toBeNull();
      expect(answeredAt).toBeGreaterThanOrEqual(startedAt + 3_000);
      expect(endedAt).toBeGreaterThan((answeredAt ?? Number.NaN) + 80_000);
    }
    expect(new Set(genesys.calls.map(({ queue }) => queue)).size).toBe(4);
  });

  it('calls only from numbers kept free for fiction', async () => {
    await live(3_600_000);
    for (const { caller } of genesys.calls) {
      expect(caller).toMatch(/^tel:\+(1(212|317)55501\d\d|442079460\d{3}|493023125\d{3})$/);
    }
  });

  it('changes nothing once it is stopped', async () => {
    await live(60_000);
    const before = genesys.calls;
    now += 3_600_000;
    await getToken();
    expect(genesys.calls).toEqual(before);
  });

  it('survives calls that others end, and a reset', async () => {
    await live(600_000, () => {
      if (now === start + 120_000)
        for (const { id, endedAt } of genesys.calls) !endedAt && genesys.endCall(id);
      if (now === start + 240_000) genesys.reset();
    });
    expect(genesys.calls.length).toBeGreaterThan(2);
  });
});
