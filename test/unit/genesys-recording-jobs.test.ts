import { Response } from 'node-fetch';
import { describe, expect, it } from 'vitest';
import type { RecordError } from '../../src/core/errors.js';
import { maxPages } from '../../src/genesys/pages.js';
import {
  createBed,
  errorOf,
  json,
  type Reply,
  refusal,
  type Sent,
  systemError,
} from '../support/genesys-bed.js';

const recording = {
  genesysId: 'job-1',
  conversationId: 'conv-1',
  recordingType: 'job',
  paused: false,
} as const;

const jobs = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    id: `job-${from + i}`,
    conversationId: `conv-${from + i}`,
    state: 'active',
  }));

/** Serves these pages in turn. */
const pages =
  (...all: object[]) =>
  ({ query }: Sent): Reply =>
    json(200, all[Number(query.pageNumber) - 1] ?? { entities: [] });

describe('starting a recording', () => {
  it('asks once, and gives the id that Genesys gave', async () => {
    const bed = createBed(() => json(201, { id: 'job-9', conversationId: 'CONV-1', more: true }));
    expect(await bed.genesys.recordings.start('conv-1')).toEqual({
      genesysId: 'job-9',
      recordingType: 'job',
    });
    expect(bed.sent).toMatchObject([
      { method: 'POST', path: '/api/v2/recording/jobs', body: '{"conversationId":"conv-1"}' },
    ]);
  });

  it('says that the call is not up when Genesys does not know it', async () => {
    const bed = createBed(() => refusal(404));
    expect(await errorOf(bed.genesys.recordings.start('conv-1'))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it("does not take the 404 of something else for Genesys's", async () => {
    const bed = createBed(() => json(404, '<html>'));
    expect(await errorOf(bed.genesys.recordings.start('conv-1'))).toMatchObject({
      code: 'UNEXPECTED_RESPONSE',
    });
  });

  it('says that the call is being recorded already', async () => {
    const bed = createBed(() => refusal(409));
    expect(await errorOf(bed.genesys.recordings.start('conv-1'))).toMatchObject({
      code: 'STATE_CONFLICT',
      reference: 'ctx-1',
    });
  });

  it('explains a 400 by the other contract, and names the setting', async () => {
    const bed = createBed(() => refusal(400, { message: 'action is required' }));
    const error = (await errorOf(bed.genesys.recordings.start('conv-1'))) as RecordError;
    expect(error.code).toBe('GENESYS_REFUSED');
    expect(error.message).toContain('action is required');
    expect(error.cure).toContain('GENESYS_RECORDING_API=conversations');
  });

  it.each([405, 413, 422])('is refused by Genesys with %s', async (status) => {
    const bed = createBed(() => refusal(status));
    expect(await errorOf(bed.genesys.recordings.start('conv-1'))).toMatchObject({ code: 'GENESYS_REFUSED' });
  });
});

describe('stopping a recording', () => {
  it.each([
    ['an empty object', () => json(200, {})],
    ['the job', () => json(200, { id: 'job-1', state: 'stopped' })],
    ['nothing', () => new Response('', { status: 200 })],
    ['no content', () => new Response(null, { status: 204 })],
  ])('asks once and takes %s for a yes', async (_what, answer) => {
    const bed = createBed(answer);
    expect(await bed.genesys.recordings.stop(recording)).toBe('stopped');
    expect(bed.sent).toMatchObject([
      { method: 'POST', path: '/api/v2/recording/jobs/job-1/stop', body: '{}' },
    ]);
  });

  it('does not take another job for the one it stopped', async () => {
    const bed = createBed(() => json(200, { id: 'job-2' }));
    expect(await errorOf(bed.genesys.recordings.stop(recording))).toMatchObject({
      code: 'UNEXPECTED_RESPONSE',
    });
  });

  it('finds it finished when Genesys does not know it as running', async () => {
    const bed = createBed(() => refusal(404));
    expect(await bed.genesys.recordings.stop(recording)).toBe('already-finished');
  });

  it('does not take the 404 of something else for the end of a recording', async () => {
    const bed = createBed(() => json(404, '<html>'));
    expect(await errorOf(bed.genesys.recordings.stop(recording))).toMatchObject({
      code: 'UNEXPECTED_RESPONSE',
    });
  });

  it('has stopped it itself when only the first answer was lost', async () => {
    const bed = createBed((_sent, nth) => (nth === 1 ? systemError('ECONNRESET') : refusal(404)));
    expect(await bed.genesys.recordings.stop(recording)).toBe('stopped');
  });

  it.each([
    ['nobody was reached', () => systemError('ECONNREFUSED', 'connect')],
    ['it was too much', () => refusal(429, {}, { 'retry-after': '1' })],
    ['the token was refused', () => refusal(401)],
  ])('has not stopped it itself when at first %s', async (_what, failure) => {
    const bed = createBed((_sent, nth) => (nth === 1 ? failure() : refusal(404)));
    expect(await bed.genesys.recordings.stop(recording)).toBe('already-finished');
  });

  it('keeps an odd id inside its place in the path', async () => {
    const bed = createBed(() => json(200, {}));
    await bed.genesys.recordings.stop({ ...recording, genesysId: '../a?b#c/d' });
    expect(bed.sent[0]?.path).toBe('/api/v2/recording/jobs/..%2Fa%3Fb%23c%2Fd/stop');
    expect(bed.sent[0]?.query).toEqual({});
  });

  it.each(['', '.', '..'])('refuses the id "%s", which would lead to another path', async (genesysId) => {
    const bed = createBed(() => json(200, {}));
    expect(await errorOf(bed.genesys.recordings.stop({ ...recording, genesysId }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(bed.sent).toHaveLength(0);
  });
});

describe('listing the recordings that run', () => {
  it('reads all pages', async () => {
    const bed = createBed(
      pages(
        { entities: jobs(1, 100), pageNumber: 1, pageCount: 3, total: 250 },
        { entities: jobs(101, 100), pageNumber: 2, pageCount: 3, total: 250 },
        { entities: jobs(201, 50), pageNumber: 3, pageCount: 3, total: 250 },
      ),
    );
    const { items, covers } = await bed.genesys.recordings.listActive([]);
    const complete = covers('any');
    expect(complete).toBe(true);
    expect(items).toHaveLength(250);
    expect(items.at(-1)).toEqual({
      genesysId: 'job-250',
      conversationId: 'conv-250',
      recordingType: 'job',
      paused: false,
    });
    expect(bed.sent.map(({ query }) => query.pageNumber)).toEqual(['1', '2', '3']);
  });

  it('looks back seven days and a little ahead, in whole seconds', async () => {
    const bed = createBed(() => json(200, { entities: [] }));
    await bed.genesys.recordings.listActive([]);
    expect(bed.sent[0]).toMatchObject({
      path: '/api/v2/recording/jobs',
      query: { from: '2026-01-08T12:00:00Z', to: '2026-01-15T12:05:00Z', states: 'active', pageSize: '100' },
    });
  });

  it('reads on without a page count until a page is not full', async () => {
    const bed = createBed(
      pages({ entities: jobs(1, 100) }, { entities: jobs(101, 100) }, { entities: jobs(201, 1) }),
    );
    const { items, covers } = await bed.genesys.recordings.listActive([]);
    const complete = covers('any');
    expect([items.length, complete, bed.sent.length]).toEqual([201, true, 3]);
  });

  it('reads on without a page count until a page is empty', async () => {
    const bed = createBed(pages({ entities: jobs(1, 100) }));
    const { items, covers } = await bed.genesys.recordings.listActive([]);
    const complete = covers('any');
    expect([items.length, complete, bed.sent.length]).toEqual([100, true, 2]);
  });

  it('ignores a page count of nothing beside a full page', async () => {
    const bed = createBed(
      pages({ entities: jobs(1, 100), pageCount: 0 }, { entities: jobs(101, 1), pageCount: 0 }),
    );
    expect((await bed.genesys.recordings.listActive([])).items).toHaveLength(101);
  });

  it('stops at its bound, and says so', async () => {
    const bed = createBed(({ query }) => json(200, { entities: jobs(Number(query.pageNumber) * 100, 100) }));
    const { items, covers } = await bed.genesys.recordings.listActive([]);
    const complete = covers('any');
    expect([items.length, complete, bed.sent.length]).toEqual([maxPages * 100, false, maxPages]);
    const warnings = bed.log.lines.filter(({ level }) => level === 'warn');
    expect(JSON.stringify(warnings)).toContain(`more than ${maxPages} pages`);
  });

  it('is incomplete when the pages repeat themselves', async () => {
    const bed = createBed(() => json(200, { entities: jobs(1, 100), pageCount: 9 }));
    expect((await bed.genesys.recordings.listActive([])).covers('any')).toBe(false);
    expect(bed.sent).toHaveLength(2);
  });

  it('is incomplete when the count changes between two pages, since one may have slipped through', async () => {
    const bed = createBed(
      pages(
        { entities: jobs(1, 100), pageCount: 2, total: 150 },
        { entities: jobs(102, 49), pageCount: 2, total: 149 },
      ),
    );
    expect((await bed.genesys.recordings.listActive([])).covers('any')).toBe(false);
  });

  it('is incomplete when Genesys counts more than it shows', async () => {
    const bed = createBed(pages({ entities: jobs(1, 3), pageCount: 1, total: 4 }));
    expect((await bed.genesys.recordings.listActive([])).covers('any')).toBe(false);
  });

  it('leaves out an entry that it cannot read, and is incomplete', async () => {
    const bed = createBed(pages({ entities: [{ id: 'job-0' }, null, ...jobs(1, 1)] }));
    const { items, covers } = await bed.genesys.recordings.listActive([]);
    expect([items, covers('conv-1')]).toEqual([[recording], false]);
  });

  it('leaves out what has finished, and takes any other state for running', async () => {
    const states = ['ACTIVE', 'completed', 'Stopped', 'PAUSED', undefined];
    const entities = states.map((state, i) => ({ id: `j${i}`, conversationId: `c${i}`, state }));
    const { items, covers } = await createBed(pages({ entities })).genesys.recordings.listActive([]);
    const complete = covers('any');
    expect([items.map(({ genesysId }) => genesysId), complete]).toEqual([['j0', 'j3', 'j4'], true]);
  });

  it('never reports an error as "no recording"', async () => {
    for (const failure of [
      () => refusal(500),
      () => refusal(403),
      () => json(200, {}),
      () => json(200, null),
    ]) {
      expect(await errorOf(createBed(failure).genesys.recordings.listActive([]))).toHaveProperty('code');
    }
  });

  it('fails when a later page fails', async () => {
    const bed = createBed(({ query }) =>
      query.pageNumber === '1' ? json(200, { entities: jobs(1, 100), pageCount: 2 }) : refusal(500),
    );
    expect(await errorOf(bed.genesys.recordings.listActive([]))).toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('names the permission it needs when Genesys does not', async () => {
    const bed = createBed(() => refusal(403));
    const error = (await errorOf(bed.genesys.recordings.listActive([]))) as RecordError;
    expect(error.message).toContain('recording:job:view');
  });
});

describe('finding a recording', () => {
  it.each(['job-1', 'JOB-1', 'conv-1'])('knows it by %s', async (id) => {
    const bed = createBed(pages({ entities: jobs(1, 3) }));
    expect(await bed.genesys.recordings.find(id)).toEqual(recording);
  });

  it('finds none when the whole list shows none', async () => {
    expect(await createBed(pages({ entities: jobs(2, 3) })).genesys.recordings.find('conv-1')).toBeNull();
  });

  it('never takes a list that was cut short for an absence', async () => {
    const bed = createBed(pages({ entities: [...jobs(2, 3), { id: 'unreadable' }] }));
    const error = (await errorOf(bed.genesys.recordings.find('conv-1'))) as RecordError;
    expect(error.code).toBe('UNAVAILABLE');
    expect(error.cure).toBeTruthy();
    expect(await bed.genesys.recordings.find('conv-2')).toMatchObject({ genesysId: 'job-2' });
  });
});

describe('pausing', () => {
  it.each([true, false])('is unknown to this contract, and says so (%s)', async (paused) => {
    const bed = createBed(() => json(200, {}));
    expect(bed.genesys.recordings.canPause).toBe(false);
    const error = (await errorOf(bed.genesys.recordings.setPaused(recording, paused))) as RecordError;
    expect(error.code).toBe('COMMAND_INVALID');
    expect(error.cure).toContain('recording-jobs contract knows start and stop only');
    expect(bed.sent).toEqual([]);
  });
});

describe('listing the calls', () => {
  const list = async (...entities: unknown[]) =>
    (await createBed(pages({ entities, pageCount: 1 })).genesys.calls.listCalls()).items;

  it('asks for the active ones', async () => {
    const bed = createBed(() => json(200, { entities: [] }));
    await bed.genesys.calls.listCalls();
    expect(bed.sent[0]).toMatchObject({
      method: 'GET',
      path: '/api/v2/conversations/phone',
      query: { state: 'active', pageSize: '100', pageNumber: '1' },
    });
  });

  it('reads caller, queue, agent and start', async () => {
    const participants = [
      {
        purpose: 'customer',
        ani: 'tel:+15550101',
        startTime: '2026-01-15T10:00:00.000Z',
        state: 'connected',
      },
      { purpose: 'acd', queue: { id: 'q', name: 'Billing' }, endTime: '2026-01-15T10:01:00Z' },
      {
        purpose: 'agent',
        user: { id: 'u1', name: 'Missed' },
        state: 'disconnected',
        endTime: '2026-01-15T10:01:10Z',
      },
      {
        purpose: 'agent',
        user: { id: 'u2', name: 'Grace' },
        state: 'CONNECTED',
        connectedTime: '2026-01-15T10:01:20Z',
      },
      { purpose: 'agent', user: { id: 'u3', name: 'Ringing' }, state: 'alerting' },
    ];
    expect(await list({ id: 'conv-1', participants })).toEqual([
      {
        conversationId: 'conv-1',
        caller: '+15550101',
        queue: 'Billing',
        agent: 'Grace',
        startedAt: Date.UTC(2026, 0, 15, 10),
        policyRecording: null,
      },
    ]);
  });

  it('names the agent whom the call was transferred to', async () => {
    const participants = [
      { purpose: 'agent', name: 'Second', connectedTime: '2026-01-15T10:05:00Z' },
      { purpose: 'agent', name: 'First', connectedTime: '2026-01-15T10:00:00Z' },
    ];
    expect(await list({ id: 'c', participants })).toMatchObject([{ agent: 'Second' }]);
  });

  it('names no agent while none is connected', async () => {
    const participants = [
      { purpose: 'agent', name: 'Idle' },
      { purpose: 'agent', name: 'Gone', state: 'terminated' },
    ];
    expect(await list({ id: 'c', participants })).toMatchObject([{ agent: null }]);
  });

  it.each([
    [{ ani: 'sip:+15550102@host' }, '+15550102@host'],
    [{ address: 'tel:+15550103' }, '+15550103'],
    [{ ani: 'tel:', name: 'Ada' }, 'Ada'],
    [{ name: '  ' }, null],
    [{}, null],
    [{ name: 'x'.repeat(500) }, 'x'.repeat(128)],
  ])('reads the caller from %j', async (fields, caller) => {
    expect(await list({ id: 'c', participants: [{ purpose: 'external', ...fields }] })).toMatchObject([
      { caller },
    ]);
  });

  it('prefers the start of the call itself', async () => {
    const participants = [{ purpose: 'customer', startTime: '2026-01-15T10:00:00Z' }];
    expect(await list({ id: 'c', startTime: '2026-01-15T09:00:00Z', participants })).toMatchObject([
      { startedAt: Date.UTC(2026, 0, 15, 9) },
    ]);
  });

  it.each([[undefined], ['nonsense'], [[null, 7, { purpose: 3, ani: {}, queue: 'q', startTime: 'when?' }]]])(
    'needs nothing but the id, and says then that it tells only a part (participants: %j)',
    async (participants) => {
      expect(await list({ id: 'c', participants })).toEqual([
        {
          conversationId: 'c',
          caller: null,
          queue: null,
          agent: null,
          startedAt: null,
          policyRecording: null,
          partly: true,
        },
      ]);
    },
  );

  it('is incomplete when a call has no id, and still shows the others', async () => {
    const bed = createBed(pages({ entities: [{ id: '' }, { id: 'x'.repeat(129) }, { id: 'not a uuid' }] }));
    const { items, complete } = await bed.genesys.calls.listCalls();
    expect([items.map(({ conversationId }) => conversationId), complete]).toEqual([['not a uuid'], false]);
  });
});
