/** The adapter of the public API against the strict simulator, over real HTTP. */
import fetch from 'node-fetch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordError } from '../../src/core/errors.js';
import type { RecordingRef } from '../../src/core/model.js';
import { createGenesys, type Genesys, type GenesysConfig } from '../../src/genesys/genesys.js';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import type {
  Fault,
  GenesysSimulator,
  GenesysSimulatorOptions,
  Injection,
} from '../simulators/genesys/types.js';
import { createLeapingClock, createLogBook, errorOf } from '../support/genesys-bed.js';

let clock = createLeapingClock();
let log = createLogBook();
let simulator: GenesysSimulator;
const opened: Genesys[] = [];

function open(config: Partial<GenesysConfig> = {}): Genesys {
  const { clientId, clientSecret } = simulator.client;
  const genesys = createGenesys(
    {
      baseUrl: simulator.url,
      clientId,
      clientSecret,
      recordingApi: 'conversations',
      timeoutMs: 5_000,
      ...config,
    },
    { fetch, clock, random: Math.random, logger: log },
  );
  opened.push(genesys);
  return genesys;
}

/** An organisation with other features than the usual one. */
async function reopen(options: GenesysSimulatorOptions): Promise<void> {
  await simulator.close();
  simulator = await createGenesysSimulator({ api: 'conversations', now: clock.now, ...options });
}

beforeEach(async () => {
  clock = createLeapingClock();
  log = createLogBook();
  simulator = await createGenesysSimulator({ api: 'conversations', now: clock.now });
});

afterEach(async () => {
  for (const genesys of opened.splice(0)) genesys.close();
  await simulator.close();
  expect(simulator.violations).toEqual([]);
  expect(simulator.count('jobs')).toBe(0);
  expect(JSON.stringify(log.lines)).not.toContain(simulator.client.clientSecret);
});

const refTo = (conversationId: string, recordingType: RecordingRef['recordingType']): RecordingRef => ({
  genesysId: null,
  conversationId,
  recordingType,
});

describe('the life of a snippet', () => {
  it('costs a look, an order and a look back, at the start and at the stop', async () => {
    const call = simulator.startCall({ missedBy: ['Linus', 'Ken'] });
    const genesys = open();
    await genesys.ready();
    simulator.resetJournal();
    expect(await genesys.recordings.start(call.id)).toEqual({ genesysId: null, recordingType: 'snippet' });
    expect(await genesys.recordings.stop(refTo(call.id, 'snippet'))).toBe('stopped');
    expect(simulator.journal.map(({ operation }) => operation)).toEqual([
      'call',
      'start',
      'call',
      'call',
      'stop',
      'call',
    ]);
    expect(simulator.journal.filter(({ tookEffect }) => tookEffect)).toHaveLength(2);
  });

  it('is shown as running while it runs', async () => {
    const call = simulator.startCall();
    const { recordings } = open();
    await recordings.start(call.id);
    const known = [refTo(call.id, 'snippet')];
    const shown = { ...known[0], paused: false };
    expect(await recordings.find(call.id)).toEqual(shown);
    expect((await recordings.listActive(known)).items).toEqual([shown]);
    simulator.stopSnippetElsewhere(call.id);
    expect(await recordings.find(call.id)).toBeNull();
    const { items, covers } = await recordings.listActive(known);
    expect([items, covers(call.id)]).toEqual([[], true]);
    expect(await recordings.stop(refTo(call.id, 'snippet'))).toBe('already-finished');
  });

  it('cannot begin twice, nor beside the policy', async () => {
    const [one, other] = [simulator.startCall(), simulator.startCall({ policyRecording: true })];
    simulator.startSnippetElsewhere(one.id);
    const { recordings } = open();
    for (const { id } of [one, other]) {
      expect(await errorOf(recordings.start(id))).toMatchObject({ code: 'STATE_CONFLICT' });
    }
    expect(await recordings.find(one.id)).toMatchObject({ recordingType: 'snippet' });
    expect(await recordings.find(other.id)).toMatchObject({ recordingType: 'policy' });
    expect(simulator.count('start')).toBe(0);
  });

  it('cannot begin without a call that is up, or without an agent', async () => {
    const [over, waiting] = [simulator.startCall(), simulator.startCall({ agent: null })];
    simulator.endCall(over.id);
    const { recordings } = open();
    const unknown = '3f1d0c5e-0000-4000-8000-000000000001';
    for (const id of [over.id, waiting.id, unknown]) {
      expect(await errorOf(recordings.start(id))).toMatchObject({ code: 'NOT_FOUND' });
    }
    simulator.answerCall(waiting.id, 'Grace');
    expect(await recordings.start(waiting.id)).toMatchObject({ recordingType: 'snippet' });
  });

  it('ends with its leg when the call is handed on, and can begin anew', async () => {
    const call = simulator.startCall();
    const { recordings } = open();
    await recordings.start(call.id);
    simulator.transferCall(call.id, 'Ada');
    expect(await recordings.find(call.id)).toBeNull();
    expect(await recordings.start(call.id)).toMatchObject({ recordingType: 'snippet' });
    expect((await open().calls.listCalls()).items).toMatchObject([{ agent: 'Ada' }]);
  });

  it('is not begun for an agent who hands the call on at that moment, nor stopped', async () => {
    const call = simulator.startCall();
    const { recordings } = open();
    const meanwhile = async (on: 'start' | 'stop', work: Promise<unknown>) => {
      await expect.poll(() => simulator.count(on)).toBe(1);
      simulator.transferCall(call.id, on === 'start' ? 'Ada' : 'Ben');
      return work;
    };
    const slow = { kind: 'slow', ms: 300 } as const;
    simulator.inject({ on: 'start', fault: slow });
    const error = await meanwhile('start', errorOf(recordings.start(call.id)));
    expect(error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('left the call') });
    expect(await recordings.start(call.id)).toMatchObject({ recordingType: 'snippet' });
    simulator.inject({ on: 'stop', fault: slow });
    expect(await meanwhile('stop', recordings.stop(refTo(call.id, 'snippet')))).toBe('already-finished');
  });

  it('is not begun when the edge fails, and the error says why', async () => {
    const call = simulator.startCall();
    const { recordings } = open();
    simulator.failOnEdge(call.id, { code: 'recording.edge.full', message: 'No storage is left.' });
    const error = (await errorOf(recordings.start(call.id))) as RecordError;
    expect(error).toMatchObject({ code: 'GENESYS_REFUSED', maybeDone: false });
    expect(error.message).toContain('(recording.edge.full). No storage is left.');
    expect(await recordings.start(call.id)).toMatchObject({ recordingType: 'snippet' });
  });

  it('is not taken for stopped when the edge fails', async () => {
    const call = simulator.startCall();
    const { recordings } = open();
    await recordings.start(call.id);
    simulator.failOnEdge(call.id);
    expect(await errorOf(recordings.stop(refTo(call.id, 'snippet')))).toMatchObject({
      code: 'GENESYS_REFUSED',
    });
    expect(await recordings.stop(refTo(call.id, 'snippet'))).toBe('stopped');
  });
});

describe('an older organisation', () => {
  it.each([404, 405] as const)('that answers %i to snippets records ad hoc', async (withoutSnippet) => {
    await reopen({ withoutSnippet });
    const [one, other] = [simulator.startCall(), simulator.startCall()];
    const { recordings } = open();
    expect(await recordings.start(one.id)).toEqual({ genesysId: null, recordingType: 'adhoc' });
    expect(await recordings.start(other.id)).toMatchObject({ recordingType: 'adhoc' });
    const refused = simulator.journal.filter(({ path }) => path.endsWith('/snippet/record'));
    expect(refused).toHaveLength(1);
    expect(await recordings.find(one.id)).toMatchObject({ recordingType: 'adhoc' });
    // A process that was started since does not know yet that there are no snippets.
    expect(await open().recordings.stop(refTo(one.id, 'adhoc'))).toBe('stopped');
    expect(await recordings.stop(refTo(other.id, 'adhoc'))).toBe('stopped');
  });

  it.each<Fault>([
    { kind: 'cut-after' },
    { kind: 'garbage' },
    { kind: 'status', status: 504, takesEffect: true },
  ])('has an ad-hoc recording whose start was not answered (%j), and which is found', async (fault) => {
    await reopen({ withoutSnippet: 405 });
    const [first, call] = [simulator.startCall(), simulator.startCall()];
    const { recordings } = open();
    // From here on it is known that there are no snippets.
    await recordings.start(first.id);
    simulator.inject({ on: 'start', fault });
    expect(await errorOf(recordings.start(call.id))).toMatchObject({ maybeDone: true });
    expect(await recordings.find(call.id)).toMatchObject({ recordingType: 'adhoc', paused: false });
    expect(await recordings.stop(refTo(call.id, 'adhoc'))).toBe('stopped');
    expect(await recordings.find(call.id)).toBeNull();
  });
});

describe('what the policy records', () => {
  it('is paused and resumed, here and elsewhere', async () => {
    const call = simulator.startCall({ policyRecording: true });
    const policy = refTo(call.id, 'policy');
    const { recordings } = open();
    expect(await recordings.setPaused(policy, true)).toBe('done');
    expect(simulator.calls).toMatchObject([{ securePaused: true }]);
    expect(await recordings.find(call.id)).toMatchObject({ recordingType: 'policy', paused: true });
    simulator.resumeElsewhere(call.id);
    expect((await recordings.listActive([policy])).items).toEqual([{ ...policy, paused: false }]);
    simulator.pauseElsewhere(call.id);
    expect((await recordings.listActive([policy])).items).toEqual([{ ...policy, paused: true }]);
    expect(await recordings.setPaused(policy, false)).toBe('done');
    expect(simulator.calls).toMatchObject([{ securePaused: false }]);
  });

  it('is not paused while the call is on hold', async () => {
    const call = simulator.startCall({ policyRecording: true });
    simulator.holdCall(call.id);
    const { recordings, calls } = open();
    expect(await recordings.find(call.id)).toMatchObject({ paused: false });
    expect((await calls.listCalls()).items).toMatchObject([{ policyRecording: 'held' }]);
  });

  it('is finished where nothing is recorded, and when the call is over', async () => {
    const [silent, over] = [simulator.startCall(), simulator.startCall({ policyRecording: true })];
    simulator.endCall(over.id);
    const { recordings } = open();
    const pause = ({ id }: { id: string }) => recordings.setPaused(refTo(id, 'policy'), true);
    expect(await pause(silent)).toBe('not-recorded');
    expect(await pause(over)).toBe('already-finished');
  });

  it('is not taken for paused when the edge fails', async () => {
    const call = simulator.startCall({ policyRecording: true });
    const { recordings } = open();
    simulator.failOnEdge(call.id, { code: 'recording.edge.full', message: 'No storage is left.' });
    const error = (await errorOf(recordings.setPaused(refTo(call.id, 'policy'), true))) as RecordError;
    // How old the error is nobody knows, so the pause is repeated.
    expect([error.code, error.message]).toEqual([
      'UNAVAILABLE',
      expect.stringContaining('(recording.edge.full)'),
    ]);
    expect(await recordings.setPaused(refTo(call.id, 'policy'), true)).toBe('done');
  });

  it('is not taken for paused for being on hold when the edge fails', async () => {
    const call = simulator.startCall({ policyRecording: true });
    simulator.holdCall(call.id);
    simulator.failOnEdge(call.id);
    const { recordings } = open();
    const pause = () => recordings.setPaused(refTo(call.id, 'policy'), true);
    expect(await errorOf(pause())).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await pause()).toBe('done');
    expect(await recordings.setPaused(refTo(call.id, 'policy'), false)).toBe('done');
  });

  it('is never stopped', async () => {
    const call = simulator.startCall({ policyRecording: true });
    expect(await errorOf(open().recordings.stop(refTo(call.id, 'policy')))).toMatchObject({
      code: 'STATE_CONFLICT',
    });
    expect(simulator.count('any')).toBe(0);
  });
});

describe('the calls that are up', () => {
  it('are shown with caller, queue, agent, start and what the policy records', async () => {
    const startedAt = clock.now() - 60_000;
    const call = simulator.startCall({
      caller: 'tel:+15550101',
      queue: 'Billing',
      agent: 'Grace',
      missedBy: ['Linus'],
      startedAt,
      policyRecording: true,
    });
    expect(await open().calls.listCalls()).toEqual({
      items: [
        {
          conversationId: call.id,
          caller: '+15550101',
          queue: 'Billing',
          agent: 'Grace',
          startedAt,
          policyRecording: 'active',
        },
      ],
      complete: true,
    });
  });

  it('are calls from when they wait for an agent, who is told of once there is one', async () => {
    const call = simulator.startCall({ agent: null, queue: 'Claims' });
    const { calls } = open();
    const shown = async () => (await calls.listCalls()).items;
    const waiting = { conversationId: call.id, queue: 'Claims', agent: null };
    expect(await shown()).toMatchObject([waiting]);
    simulator.ringAgent(call.id, 'Grace');
    expect(await shown()).toMatchObject([waiting]);
    simulator.answerCall(call.id, 'Grace');
    expect(await shown()).toMatchObject([{ ...waiting, agent: 'Grace' }]);
  });

  it('are one call while an agent asks another', async () => {
    const call = simulator.startCall();
    simulator.consultAgent(call.id, 'Ada');
    const { items, complete } = await open().calls.listCalls();
    expect([items.map(({ conversationId }) => conversationId), complete]).toEqual([[call.id], true]);
  });

  it('are all there, and those that were not read come in the next minutes', async () => {
    simulator.addCalls(75);
    const { calls } = open();
    const { items, complete } = await calls.listCalls();
    expect([items.length, complete]).toEqual([75, true]);
    expect(items.filter(({ policyRecording }) => policyRecording !== null)).toHaveLength(30);
    for (let minute = 0; minute < 2; minute += 1) {
      await clock.sleep(61_000);
      await calls.listCalls();
    }
    expect((await calls.listCalls()).items.every(({ policyRecording }) => policyRecording !== null)).toBe(
      true,
    );
  });

  it('are not all when Genesys cuts its list short', async () => {
    simulator.addCalls(20);
    simulator.setActivityLimit(2);
    expect((await open().calls.listCalls()).complete).toBe(false);
  });

  it('never make the bot exceed what Genesys allows, however many they are', async () => {
    const added = simulator.addCalls(400);
    const known = added.map(({ id }) => refTo(id, 'snippet'));
    const { calls, recordings } = open();
    for (let look = 0; look < 30; look += 1) {
      await Promise.all([
        calls.listCalls({ priority: 'poll' }),
        recordings.listActive(known, { priority: 'poll' }),
      ]);
      await clock.sleep(10_000);
    }
    expect(simulator.journal.some(({ status }) => status === 429)).toBe(false);
    expect(simulator.count('calls')).toBeGreaterThanOrEqual(30);
  });
});

describe('a client that lacks a permission', () => {
  it('learns which one, for each operation', async () => {
    const call = simulator.startCall();
    const { recordings, calls } = open();
    const all = simulator.client.permissions;
    const without = [
      ['conversation:communication:view', () => recordings.find(call.id)],
      ['conversation:recording:snippetRecord', () => recordings.start(call.id)],
      ['conversation:recording:pauseOthers', () => recordings.setPaused(refTo(call.id, 'policy'), true)],
      ['analytics:queueObservation:view', () => calls.listCalls()],
    ] as const;
    for (const [permission, asked] of without) {
      simulator.setPermissions(all.filter((each) => each !== permission));
      const error = (await errorOf(asked())) as RecordError;
      expect(error.code).toBe('GENESYS_REFUSED');
      expect(error.message).toContain(permission);
      expect(error.reference).toBeTruthy();
    }
  });

  it('still sees its calls without the names of the queues', async () => {
    simulator.startCall();
    simulator.setPermissions(simulator.client.permissions.filter((each) => each !== 'routing:queue:view'));
    expect((await open().calls.listCalls()).items).toMatchObject([
      { queue: null, agent: expect.any(String) },
    ]);
  });
});

describe('a Genesys that misbehaves', () => {
  const once = (on: Injection['on'], fault: Fault) => simulator.inject({ on, fault });

  it.each<[string, Fault]>([
    ['cut after it took effect', { kind: 'cut-after' }],
    ['never answered', { kind: 'hang', takesEffect: true }],
    ['answered in half', { kind: 'hang-body' }],
    ['answered with garbage', { kind: 'garbage' }],
    ['answered with a lie', { kind: 'status', status: 504, takesEffect: true }],
  ])('has a start that was %s: never sent again, and found', async (_what, fault) => {
    const call = simulator.startCall();
    const { recordings } = open({ timeoutMs: 300 });
    once('start', fault);
    const error = await errorOf(recordings.start(call.id));
    expect(error).toMatchObject({ maybeDone: true });
    expect(simulator.starts.get(call.id)).toEqual({ asked: 1, done: 1 });
    expect(await recordings.find(call.id)).toMatchObject({ recordingType: 'snippet' });
  });

  it.each<[string, Fault]>([
    ['cut before', { kind: 'cut-before' }],
    ['cut after', { kind: 'cut-after' }],
    ['503', { kind: 'status', status: 503 }],
    ['a lie', { kind: 'status', status: 502, takesEffect: true }],
    ['silence', { kind: 'hang' }],
  ])('still has its snippet stopped, and its policy paused, after %s', async (_what, fault) => {
    const [call, policy] = [simulator.startCall(), simulator.startCall({ policyRecording: true })];
    const { recordings } = open({ timeoutMs: 300 });
    await recordings.start(call.id);
    once('stop', fault);
    once('pause', fault);
    expect(await recordings.stop(refTo(call.id, 'snippet'))).toBe('stopped');
    expect(await recordings.find(call.id)).toBeNull();
    expect(await recordings.setPaused(refTo(policy.id, 'policy'), true)).toBe('done');
    expect(simulator.calls.map(({ securePaused }) => securePaused)).toEqual([false, true]);
  });

  it('has paused what it answered garbage about', async () => {
    const call = simulator.startCall({ policyRecording: true });
    once('pause', { kind: 'garbage' });
    expect(await open().recordings.setPaused(refTo(call.id, 'policy'), true)).toBe('done');
  });

  it('is never waited for without end', async () => {
    const call = simulator.startCall();
    const { recordings, calls, ready } = open({ timeoutMs: 50 });
    await ready();
    simulator.inject({ on: 'any', fault: { kind: 'hang' }, times: 'until-cleared' });
    const asked = [
      recordings.start(call.id),
      recordings.stop(refTo(call.id, 'snippet')),
      recordings.setPaused(refTo(call.id, 'policy'), true),
      recordings.find(call.id),
      recordings.listActive([refTo(call.id, 'snippet')]),
      calls.listCalls(),
    ];
    for (const error of await Promise.all(asked.map(errorOf))) {
      expect(error).toMatchObject({ code: 'UNAVAILABLE' });
    }
  });
});
