/** The adapter against the strict simulator, over real HTTP. */
import fetch from 'node-fetch';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RecordError } from '../../src/core/errors.js';
import { createGenesys, type Genesys, type GenesysConfig } from '../../src/genesys/genesys.js';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import type { Fault, GenesysSimulator, Injection } from '../simulators/genesys/types.js';
import { createLeapingClock, createLogBook, errorOf } from '../support/genesys-bed.js';

const clock = createLeapingClock();
const log = createLogBook();
let simulator: GenesysSimulator;
const opened: Genesys[] = [];

function open(config: Partial<GenesysConfig> = {}): Genesys {
  const { clientId, clientSecret } = simulator.client;
  const genesys = createGenesys(
    {
      baseUrl: simulator.url,
      clientId,
      clientSecret,
      recordingApi: 'recording-jobs',
      timeoutMs: 5_000,
      ...config,
    },
    { fetch, clock, random: Math.random, logger: log },
  );
  opened.push(genesys);
  return genesys;
}

beforeAll(async () => {
  simulator = await createGenesysSimulator({ now: clock.now });
});

afterEach(() => {
  for (const genesys of opened.splice(0)) genesys.close();
  expect(simulator.violations).toEqual([]);
  simulator.reset();
});

afterAll(async () => {
  await simulator.close();
  expect(JSON.stringify(log.lines)).not.toContain(simulator.client.clientSecret);
});

describe('the life of a recording', () => {
  it('costs one request to start and one to stop, once a token is at hand', async () => {
    const call = simulator.startCall();
    const genesys = open();
    await genesys.ready();
    simulator.resetJournal();
    const { genesysId } = await genesys.recordings.start(call.id);
    expect(simulator.count('any')).toBe(1);
    expect(await genesys.recordings.stop({ genesysId, conversationId: call.id, recordingType: 'job' })).toBe(
      'stopped',
    );
    expect(simulator.count('any')).toBe(2);
    expect(simulator.jobs).toMatchObject([{ id: genesysId, conversationId: call.id, state: 'stopped' }]);
    expect(simulator.journal.map(({ operation }) => operation)).toEqual(['start', 'stop']);
  });

  it('is shown as running while it runs', async () => {
    const call = simulator.startCall();
    const genesys = open();
    const { genesysId } = await genesys.recordings.start(call.id);
    const recording = { genesysId, conversationId: call.id, recordingType: 'job', paused: false } as const;
    const before = await genesys.recordings.listActive([]);
    expect([before.items, before.covers(call.id)]).toEqual([[recording], true]);
    expect(await genesys.recordings.find(call.id)).toEqual(recording);
    await genesys.recordings.stop(recording);
    const after = await genesys.recordings.listActive([]);
    expect([after.items, after.covers(call.id)]).toEqual([[], true]);
    expect(await genesys.recordings.find(call.id)).toBeNull();
    expect(await genesys.recordings.stop(recording)).toBe('already-finished');
  });

  it('cannot begin twice', async () => {
    const call = simulator.startCall();
    simulator.startRecordingElsewhere(call.id);
    expect(await errorOf(open().recordings.start(call.id))).toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('cannot begin without a call that is up', async () => {
    const call = simulator.startCall();
    simulator.endCall(call.id);
    expect(await errorOf(open().recordings.start(call.id))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is found by its call even when it began six days ago', async () => {
    const [job] = simulator.addJobs(1, { startedAt: clock.now() - 6 * 86_400_000 });
    expect((await open().recordings.listActive([])).items).toMatchObject([{ genesysId: job?.id }]);
  });

  it('is found among 250 others', async () => {
    const jobs = simulator.addJobs(250);
    const { items, covers } = await open().recordings.listActive([]);
    expect(covers('any')).toBe(true);
    expect(new Set(items.map(({ genesysId }) => genesysId))).toEqual(new Set(jobs.map(({ id }) => id)));
    expect(simulator.count('jobs')).toBe(3);
  });
});

describe('the calls that are up', () => {
  it('are shown with caller, queue, agent and start', async () => {
    const startedAt = clock.now() - 60_000;
    const call = simulator.startCall({
      caller: 'tel:+15550101',
      queue: 'Billing',
      agent: 'Grace',
      missedBy: ['Linus', 'Ken'],
      startedAt,
    });
    expect(await open().calls.listCalls()).toEqual({
      items: [
        {
          conversationId: call.id,
          caller: '+15550101',
          queue: 'Billing',
          agent: 'Grace',
          startedAt,
          policyRecording: null,
        },
      ],
      complete: true,
    });
  });

  it('have no agent while they wait', async () => {
    simulator.startCall({ agent: null, queue: 'Claims' });
    expect((await open().calls.listCalls()).items).toMatchObject([{ agent: null, queue: 'Claims' }]);
  });

  it('are read from all pages', async () => {
    simulator.addCalls(230);
    const { items, complete } = await open().calls.listCalls();
    expect([items.length, complete]).toEqual([230, true]);
  });
});

describe('the token', () => {
  it('is asked for once by a thousand callers who find it expired', async () => {
    await simulator.close();
    simulator = await createGenesysSimulator({ now: clock.now, requestsPerMinute: 5_000 });
    simulator.addCalls(3);
    const genesys = open({ requestsPerMinute: 5_000, budgetMs: 60_000, timeoutMs: 60_000 });
    await genesys.ready();
    await clock.sleep(86_400_001);
    simulator.resetJournal();
    const listings = await Promise.all(Array.from({ length: 1_000 }, () => genesys.calls.listCalls()));
    expect(listings.every(({ items }) => items.length === 3)).toBe(true);
    expect(simulator.count('token')).toBe(1);
    expect(simulator.count('calls')).toBe(1_000);
    expect(simulator.journal.every(({ status }) => status === 200)).toBe(true);
  });

  it('is asked for once by many callers whose token was revoked', async () => {
    const genesys = open();
    await genesys.calls.listCalls();
    simulator.revokeTokens();
    simulator.resetJournal();
    await Promise.all(Array.from({ length: 50 }, () => genesys.calls.listCalls()));
    expect(simulator.count('token')).toBe(1);
    expect(simulator.journal.filter(({ status }) => status === 401)).toHaveLength(50);
  });

  it('is never used beyond its life, however short', async () => {
    simulator.setTokenLifetime(10);
    const genesys = open();
    for (let second = 0; second < 30; second += 1) {
      await genesys.calls.listCalls();
      await clock.sleep(1_000);
    }
    expect(simulator.journal.every(({ status }) => status === 200)).toBe(true);
    expect(simulator.count('token')).toBeGreaterThan(2);
  });

  it.each([
    ['client', { clientId: 'nobody' }, /GENESYS_CLIENT_ID/],
    ['secret', { clientSecret: 'guessed' }, /GENESYS_CLIENT_SECRET/],
  ])('is refused to a wrong %s, with what to do', async (_what, config, cure) => {
    const error = (await errorOf(open(config).ready())) as RecordError;
    expect(error.code).toBe('GENESYS_REFUSED');
    expect(error.cure).toMatch(cure);
  });
});

describe('a client that lacks a permission', () => {
  it('learns which one, for each operation', async () => {
    const call = simulator.startCall();
    const genesys = open();
    simulator.setPermissions([]);
    const missing = [
      ['recording:job:control', () => genesys.recordings.start(call.id)],
      [
        'recording:job:control',
        () => genesys.recordings.stop({ genesysId: 'x', conversationId: call.id, recordingType: 'job' }),
      ],
      ['recording:job:view', () => genesys.recordings.listActive([])],
      ['conversation:phone:view', () => genesys.calls.listCalls()],
    ] as const;
    for (const [permission, asked] of missing) {
      const error = (await errorOf(asked())) as RecordError;
      expect(error.code).toBe('GENESYS_REFUSED');
      expect(error.message).toContain(permission);
      expect(error.reference).toBeTruthy();
    }
  });
});

describe('a Genesys that misbehaves', () => {
  const once = (on: Injection['on'], fault: Fault) => simulator.inject({ on, fault });
  const always = (on: Injection['on'], fault: Fault) =>
    simulator.inject({ on, fault, times: 'until-cleared' });

  it.each<[string, Fault]>([
    ['cut after it took effect', { kind: 'cut-after' }],
    ['answered with garbage', { kind: 'garbage' }],
    ['never answered', { kind: 'hang', takesEffect: true }],
    ['answered in half', { kind: 'hang-body' }],
    ['answered with a lie', { kind: 'status', status: 504, takesEffect: true }],
  ])('has a start that was %s: never sent again, and perhaps done', async (_what, fault) => {
    const call = simulator.startCall();
    const genesys = open({ timeoutMs: 300 });
    await genesys.ready();
    once('start', fault);
    expect(await errorOf(genesys.recordings.start(call.id))).toMatchObject({ maybeDone: true });
    expect(simulator.starts.get(call.id)).toEqual({ asked: 1, done: 1 });
    expect((await genesys.recordings.listActive([])).items).toMatchObject([{ conversationId: call.id }]);
  });

  it.each<[string, Fault]>([
    ['cut before', { kind: 'cut-before' }],
    ['cut after', { kind: 'cut-after' }],
    ['503', { kind: 'status', status: 503 }],
    ['a lie', { kind: 'status', status: 502, takesEffect: true }],
    ['silence', { kind: 'hang' }],
    ['silence in the body', { kind: 'hang-body' }],
  ])('still has its recording stopped after %s', async (_what, fault) => {
    const call = simulator.startCall();
    const genesys = open({ timeoutMs: 300 });
    const { genesysId } = await genesys.recordings.start(call.id);
    once('stop', fault);
    expect(await genesys.recordings.stop({ genesysId, conversationId: call.id, recordingType: 'job' })).toBe(
      'stopped',
    );
    expect(simulator.jobs).toMatchObject([{ state: 'stopped' }]);
    expect(simulator.count('stop')).toBe(2);
  });

  it('is never waited for without end', async () => {
    const call = simulator.startCall();
    const genesys = open({ timeoutMs: 50 });
    await genesys.ready();
    always('any', { kind: 'hang' });
    const { id: conversationId } = call;
    const asked = [
      genesys.recordings.start(conversationId),
      genesys.recordings.stop({ genesysId: 'x', conversationId, recordingType: 'job' }),
      genesys.recordings.listActive([]),
      genesys.calls.listCalls(),
      open({ timeoutMs: 50 }).ready(),
    ];
    for (const error of await Promise.all(asked.map(errorOf)))
      expect(error).toMatchObject({ code: 'UNAVAILABLE' });
  });

  it.each([
    ['seconds', () => '3', 3_000],
    ['a date', () => new Date(Math.ceil(clock.now() / 1_000) * 1_000 + 3_000).toUTCString(), 3_000],
  ])('is waited for when it says 429 with Retry-After in %s', async (_what, retryAfter, atLeast) => {
    const genesys = open();
    await genesys.ready();
    once('calls', { kind: 'status', status: 429, retryAfter: retryAfter() });
    const waits: number[] = [];
    await genesys.calls.listCalls({ onWait: (ms) => waits.push(ms) });
    expect(waits[0]).toBeGreaterThanOrEqual(atLeast);
    expect(waits[0]).toBeLessThanOrEqual(atLeast + 1_000);
    expect(simulator.count('calls')).toBe(2);
  });

  it('never makes the bot exceed what Genesys allows', async () => {
    const genesys = open({ budgetMs: 600_000 });
    for (let i = 0; i < 700; i += 1) await genesys.calls.listCalls({ priority: i % 2 ? 'stop' : 'poll' });
    expect(simulator.journal.some(({ status }) => status === 429)).toBe(false);
    expect(simulator.count('calls')).toBe(700);
  });

  it('cannot be reached, which had no effect', async () => {
    const gone = await createGenesysSimulator();
    await gone.close();
    const genesys = open({ baseUrl: gone.url, loginUrl: simulator.url });
    expect(await errorOf(genesys.recordings.start('c'))).toMatchObject({
      code: 'UNAVAILABLE',
      maybeDone: false,
    });
  });
});
