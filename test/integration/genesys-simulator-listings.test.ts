/**
 * The Genesys simulator with the contract `conversations`, over real HTTP: its listings, what every request needs, and
 * how requests are made to fail.
 */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import type { GenesysSimulator, Permission } from '../simulators/genesys/types.js';
import { ask, logIn, takeViolations, type Wire } from '../support/genesys-wire.js';

const activityPath = '/api/v2/analytics/conversations/activity/query';
const queuesPath = '/api/v2/routing/queues';
const jobsPath = '/api/v2/recording/jobs';
const callPath = `/api/v2/conversations/calls/${randomUUID()}`;
const channelsPath = '/api/v2/notifications/channels';

const start = Date.parse('2026-03-02T10:00:00Z');
let now = start;
let genesys: GenesysSimulator;
let wire: Wire;

beforeEach(async () => {
  now = start;
  genesys = await createGenesysSimulator({ api: 'conversations', now: () => now });
  wire = await logIn(genesys);
});

afterEach(async () => {
  expect(genesys.violations).toEqual([]);
  await genesys.close();
});

const voice = { type: 'dimension', dimension: 'mediaType', operator: 'matches', value: 'voice' };
const query = {
  metrics: [
    { metric: 'oInteracting', details: true },
    { metric: 'oAlerting', details: true },
  ],
  groupBy: ['queueId'],
  filter: { type: 'and', predicates: [voice] },
};
const askActivity = (body: unknown = query, search = '?pageSize=100&pageNumber=1') =>
  wire.send('POST', activityPath + search, body);

describe('the activity query', () => {
  it('tells who is on a call, and whose phone rings, by queue', async () => {
    const talking = genesys.startCall({ queue: 'Claims', agent: 'Grace', missedBy: ['Ben'] });
    genesys.startCall({ queue: 'Claims', agent: null });
    const ringing = genesys.startCall({ queue: 'Billing', agent: null, caller: 'tel:+442079460123' });
    now += 2_000;
    genesys.ringAgent(ringing.id, 'Ben');
    genesys.endCall(genesys.startCall().id);
    const { status, body } = await askActivity();
    expect([status, body.entityIdDimension]).toEqual([200, 'conversationId']);
    const claims = genesys.addQueue('Claims').id;
    const billing = genesys.addQueue('Billing').id;
    expect(body.results).toEqual([
      {
        group: { queueId: claims },
        data: [
          { metric: 'oInteracting', count: 1 },
          { metric: 'oAlerting', count: 0 },
        ],
        truncated: false,
        entities: [expect.objectContaining({ conversationId: talking.id, metric: 'oInteracting' })],
      },
      expect.objectContaining({ group: { queueId: billing } }),
    ]);
    expect(body.results[1].entities).toEqual([
      {
        activityDate: '2026-03-02T10:00:02.000Z',
        metric: 'oAlerting',
        conversationId: ringing.id,
        sessionId: expect.any(String),
        userId: expect.any(String),
        queueId: billing,
        ani: 'tel:+442079460123',
        dnis: expect.stringMatching(/^tel:/),
        addressFrom: 'tel:+442079460123',
        addressTo: expect.stringMatching(/^tel:/),
        direction: 'inbound',
        mediaType: 'voice',
        participantName: 'Ben',
      },
    ]);
  });

  it('names nobody where no details are asked for', async () => {
    genesys.startCall();
    const { body } = await askActivity({ ...query, metrics: [{ metric: 'oInteracting' }] });
    expect(body.results).toMatchObject([{ data: [{ count: 1 }], entities: [], truncated: false }]);
  });

  it('says when it does not name all', async () => {
    genesys.addCalls(3);
    genesys.setActivityLimit(2);
    const [result] = (await askActivity()).body.results;
    expect([result.entities.length, result.truncated, result.data[0].count]).toEqual([2, true, 3]);
    genesys.setActivityLimit(undefined);
    expect((await askActivity()).body.results).toMatchObject([{ truncated: false }]);
  });

  it('goes page by page of queues', async () => {
    for (const queue of ['Billing', 'Claims', 'Support']) genesys.startCall({ queue });
    const counts = [1, 2, 3].map(async (page) => {
      const { body } = await askActivity(query, `?pageSize=2&pageNumber=${page}`);
      return body.results.length;
    });
    expect(await Promise.all(counts)).toEqual([2, 1, 0]);
  });

  it('keeps to its filter', async () => {
    const { id } = genesys.startCall({ queue: 'Claims' });
    genesys.startCall({ queue: 'Billing' });
    const claims = { ...voice, dimension: 'queueId', value: genesys.addQueue('Claims').id };
    const found = async (filter: object) =>
      (await askActivity({ ...query, filter })).body.results.flatMap(
        (result: { entities: { conversationId: string }[] }) =>
          result.entities.map(({ conversationId }) => conversationId),
      );
    expect(await found({ type: 'and', predicates: [voice, claims] })).toEqual([id]);
    expect(await found({ type: 'or', predicates: [{ ...voice, value: 'chat' }, claims] })).toEqual([id]);
    expect(await found({ type: 'and', predicates: [{ ...voice, value: 'chat' }] })).toEqual([]);
  });

  it.each([
    ['no body', ''],
    ['a list', []],
    ['no metrics', { groupBy: ['queueId'] }],
    ['an empty list of metrics', { ...query, metrics: [] }],
    ['an unknown metric', { ...query, metrics: [{ metric: 'oTalking' }] }],
    ['a metric by its name alone', { ...query, metrics: ['oInteracting'] }],
    ['details that are no boolean', { ...query, metrics: [{ metric: 'oInteracting', details: 'yes' }] }],
    ['no grouping', { ...query, groupBy: undefined }],
    ['another grouping', { ...query, groupBy: ['conversationId'] }],
    ['an unknown field', { ...query, interval: 'today' }],
    ['a filter of no type', { ...query, filter: { predicates: [voice] } }],
    ['a filter of nothing', { ...query, filter: { type: 'and', predicates: [] } }],
    [
      'an unknown dimension',
      { ...query, filter: { type: 'and', predicates: [{ ...voice, dimension: 'x' }] } },
    ],
    [
      'an unknown operator',
      { ...query, filter: { type: 'and', predicates: [{ ...voice, operator: 'is' }] } },
    ],
    ['a predicate of no type', { ...query, filter: { type: 'and', predicates: [{ ...voice, type: 'x' }] } }],
    ['a value that is no text', { ...query, filter: { type: 'and', predicates: [{ ...voice, value: 1 }] } }],
  ])('refuses %s', async (_what, body) => {
    expect(await askActivity(body)).toMatchObject({ status: 400, body: { code: expect.any(String) } });
  });

  it.each(['?pageSize=101', '?pageSize=0', '?pageNumber=0', '?pageNumber=x'])(
    'refuses %s',
    async (search) => {
      expect((await askActivity(query, search)).status).toBe(400);
    },
  );
});

describe('the listing of queues', () => {
  it('goes by name and page by page, with new queues as they are made', async () => {
    genesys.addQueue('Appeals');
    genesys.startCall({ queue: 'Zurich' });
    const page = async (number: number) =>
      (await wire.send('GET', `${queuesPath}?pageSize=4&pageNumber=${number}`)).body;
    const pages = [await page(1), await page(2)];
    const names = pages.map(({ entities }) => entities.map(({ name }: { name: string }) => name));
    expect(names).toEqual([
      ['Appeals', 'Billing', 'Claims', 'Sales'],
      ['Support', 'Zurich'],
    ]);
    expect(pages[0]).toMatchObject({ total: 6, pageCount: 2, pageSize: 4 });
    expect(pages[0].entities[0].id).toBe(genesys.addQueue('Appeals').id);
  });
});

describe('every request', () => {
  const participant = `${callPath}/participants/${randomUUID()}`;

  it.each<[string, string, Permission]>([
    ['GET', callPath, 'conversation:communication:view'],
    ['PUT', `${callPath}/recordingstate`, 'conversation:recording:pauseOthers'],
    ['POST', `${participant}/snippet/record`, 'conversation:recording:snippetRecord'],
    ['PATCH', participant, 'conversation:call:record'],
    ['POST', activityPath, 'analytics:queueObservation:view'],
    ['GET', queuesPath, 'routing:queue:view'],
  ])('%s %s needs the permission %s', async (method, path, permission) => {
    const body = method === 'GET' ? undefined : {};
    expect((await wire.send(method, path, body)).status).not.toBe(403);
    genesys.setPermissions(genesys.client.permissions.filter((one) => one !== permission));
    expect(await wire.send(method, path, body)).toMatchObject({
      status: 403,
      body: {
        code: 'missing.permissions',
        message: expect.stringContaining(permission),
        messageParams: { permissions: permission },
      },
    });
  });

  it('needs a token, and says how much of its allowance is used', async () => {
    expect(await ask(genesys, queuesPath)).toMatchObject({
      status: 401,
      body: { code: 'authentication.required' },
    });
    const { headers } = await wire.send('GET', queuesPath);
    expect(headers.get('inin-ratelimit-count')).toBe('1');
    expect(headers.get('inin-ratelimit-allowed')).toBe('300');
    expect(headers.get('inin-ratelimit-reset')).toBe('60');
    expect(headers.get('inin-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('of the other contract is the API of bulk jobs here: a violation, and refused', async () => {
    const list = () => wire.send('GET', `${jobsPath}?states=active`);
    const begin = () => wire.send('POST', jobsPath, { conversationId: randomUUID() });
    expect([(await list()).status, (await begin()).status]).toEqual([403, 403]);
    genesys.setPermissions(['recording:job:control', 'recording:job:view']);
    expect(await begin()).toMatchObject({
      status: 400,
      body: { code: 'bad.request', message: expect.stringContaining('action is required') },
    });
    expect((await wire.send('POST', `${jobsPath}/${randomUUID()}/stop`, {})).status).toBe(400);
    expect(takeViolations(genesys)).toEqual(Array(4).fill(expect.stringContaining('bulk jobs')));
    expect(genesys.count('other')).toBe(4);
  });

  it('of neither contract is a violation', async () => {
    expect((await wire.send('GET', '/api/v2/conversations/phone?state=active')).status).toBe(404);
    const { status, headers } = await wire.send('DELETE', callPath);
    expect([status, headers.get('allow')]).toEqual([405, 'GET']);
    expect(takeViolations(genesys)).toHaveLength(2);
  });
});

describe('faults', () => {
  const leg = () => genesys.calls[0]?.legs.at(-1)?.id ?? '';
  const record = (id: string, record: boolean) =>
    wire.send('POST', `/api/v2/conversations/calls/${id}/participants/${leg()}/snippet/record`, {
      type: 'snippet',
      record,
    });
  const setState = (id: string, recordingState: string) =>
    wire.send('PUT', `/api/v2/conversations/calls/${id}/recordingstate`, { recordingState });

  it('hit what a request means, not only where it goes', async () => {
    const { id } = genesys.startCall({ policyRecording: true });
    genesys.inject({ on: 'stop', fault: { kind: 'status', status: 503 } });
    genesys.inject({ on: 'resume', fault: { kind: 'status', status: 502 } });
    expect((await record(id, true)).status).toBe(200);
    expect((await record(id, false)).status).toBe(503);
    expect((await setState(id, 'PAUSED')).status).toBe(200);
    expect((await setState(id, 'ACTIVE')).status).toBe(502);
    expect(genesys.calls[0]).toMatchObject({ securePaused: true });
    expect(genesys.journal.slice(1).map(({ operation, tookEffect }) => [operation, tookEffect])).toEqual([
      ['start', true],
      ['stop', false],
      ['pause', true],
      ['resume', false],
    ]);
  });

  it('of the status 403 name the operation’s permission', async () => {
    genesys.inject({ on: 'calls', fault: { kind: 'status', status: 403 } });
    expect((await askActivity()).body).toMatchObject({
      code: 'missing.permissions',
      messageParams: { permissions: 'analytics:queueObservation:view' },
    });
  });

  it.each(['cut-after', 'garbage'] as const)('of the kind %s take effect', async (kind) => {
    const { id } = genesys.startCall();
    genesys.inject({ on: 'start', fault: { kind } });
    await expect(record(id, true)).rejects.toThrow(kind === 'garbage' ? 'JSON' : 'fetch failed');
    expect(genesys.starts.get(id)).toEqual({ asked: 1, done: 1 });
    expect(genesys.calls[0]?.legs.at(-1)).toMatchObject({ snippet: true });
  });

  it.each(['call', 'queues', 'open-channel', 'channels'] as const)('hit %s', async (operation) => {
    const { id } = genesys.startCall();
    const requests = {
      call: ['GET', `/api/v2/conversations/calls/${id}`],
      queues: ['GET', queuesPath],
      'open-channel': ['POST', channelsPath],
      channels: ['GET', channelsPath],
    } as const;
    genesys.inject({ on: operation, fault: { kind: 'status', status: 504 } });
    const [method, path] = requests[operation];
    expect((await wire.send(method, path)).status).toBe(504);
    expect((await wire.send(method, path)).status).toBe(200);
    expect(genesys.count(operation)).toBe(2);
  });

  it('are gone after a reset, with calls, queues and channels', async () => {
    genesys.startCall({ queue: 'Appeals' });
    genesys.failOnEdge(genesys.startCall().id);
    await wire.send('POST', channelsPath);
    genesys.reset();
    expect(genesys.calls).toEqual([]);
    expect(genesys.queues.map(({ name }) => name)).toEqual(['Billing', 'Claims', 'Sales', 'Support']);
    expect(genesys.notifications.channels).toEqual([]);
  });
});
