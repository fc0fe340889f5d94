/** Call events in the books: what they open, update and close, and how they get along with looks. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RecordError } from '../../src/core/errors.js';
import type { ActiveCall, CallEvent } from '../../src/core/model.js';
import {
  alertChannelId,
  type CoreHarness,
  createCoreHarness,
  createFastClock,
} from '../support/core-harness.js';

/** On a busy machine what takes milliseconds may take seconds. */
const patiently = { timeout: 10_000 };

let core: CoreHarness;
beforeEach(async () => {
  core = await createCoreHarness({ api: 'conversations', pollMs: 10_000 });
});
afterEach(() => core.close());

const event = (call: Partial<ActiveCall>, rest: Partial<CallEvent> = {}): CallEvent => ({
  call: {
    ...{ conversationId: randomUUID(), caller: '+1317', queue: 'Billing', agent: 'Amara', startedAt: 500 },
    policyRecording: 'none',
    ...call,
  },
  over: false,
  recordings: [],
  ...rest,
});

const snippetOf = (conversationId: string) =>
  ({ genesysId: null, conversationId, recordingType: 'snippet', paused: false }) as const;
const metElsewhere = { state: 'recording', recordingType: 'snippet', startedBy: { kind: 'genesys' } };

const cardsOf = async (conversationId: string) =>
  (await core.store.listStaleCards(conversationId)).map(({ card }) => card);

describe('call events', () => {
  it('open one alert for a call, however often they come', async () => {
    const first = event({});
    const { conversationId } = first.call;
    await core.alerts.accept([first]);
    await core.alerts.accept([first, event({ conversationId, agent: 'Ben' })]);
    expect(await cardsOf(conversationId)).toMatchObject([{ channelId: alertChannelId, jobId: null }]);
    expect(await core.store.findConversation(conversationId)).toMatchObject({ agent: 'Ben', endedAt: null });
    expect(core.genesys.count('any')).toBe(0);
  });

  it('close the alert of a call that is over, and its recording with it', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    core.clock.jump(10_000);
    await core.alerts.accept([event({ conversationId: id }, { over: true })]);
    expect(await core.store.findConversation(id)).toMatchObject({ endedAt: expect.any(Number) });
    expect(await core.jobOf(id)).toMatchObject({ state: 'ended' });
  });

  it('open no alert for a call that is over when it is heard of first', async () => {
    const over = event({}, { over: true });
    await core.alerts.accept([over]);
    expect(await core.store.findConversation(over.call.conversationId)).toBeNull();
  });

  it('take a recording into the books that somebody began elsewhere', async () => {
    const { id } = core.genesys.startCall();
    await core.alerts.accept([event({ conversationId: id }, { recordings: [snippetOf(id)] })]);
    expect(await core.jobOf(id)).toMatchObject(metElsewhere);
  });

  it('take it into the books also when they are told together with another call’s, which is known', async () => {
    const [known, other] = [core.genesys.startCall(), core.genesys.startCall()];
    await core.record(`start ${known.id}`);
    const { id: jobId } = await core.jobOf(known.id);
    core.clock.jump(10_000);
    await core.alerts.accept(
      [known, other].map(({ id }) => event({ conversationId: id }, { recordings: [snippetOf(id)] })),
    );
    expect(await core.jobOf(other.id)).toMatchObject(metElsewhere);
    expect(await core.jobOf(known.id)).toMatchObject({ id: jobId, state: 'recording' });
  });

  it('show that somebody has paused an ad-hoc recording, which can be stopped all the same', async () => {
    const { id } = core.genesys.startCall();
    core.genesys.startSnippetElsewhere(id, 'adhoc');
    const adhoc = { ...snippetOf(id), recordingType: 'adhoc' } as const;
    for (const paused of [false, true]) {
      await core.alerts.accept([event({ conversationId: id }, { recordings: [{ ...adhoc, paused }] })]);
      core.clock.jump(10_000);
    }
    expect(await core.jobOf(id)).toMatchObject({ state: 'paused', pausedBy: { kind: 'genesys' } });
    expect(await core.record(`stop ${id}`)).toMatchObject({ kind: 'stopped' });
  });

  it('do not undo what was done after they were sent', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    const before = event({ conversationId: id });
    await core.alerts.accept([before]);
    await core.alerts.accept([before]);
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording' });
  });

  it('end no recording by policy by saying nothing of it', async () => {
    const { id } = core.genesys.startCall({ policyRecording: true });
    await core.record(`status ${id}`);
    core.clock.jump(6_000);
    const mute = event({ conversationId: id, policyRecording: null });
    for (let times = 0; times < 3; times += 1) await core.alerts.accept([mute]);
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording' });
    await core.alerts.accept([event({ conversationId: id, policyRecording: null }, { over: true })]);
    expect(await core.jobOf(id)).toMatchObject({ state: 'ended', callWentOn: false });
  });

  it('tell a recording that has ended from a call that has', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    core.clock.jump(6_000);
    for (let times = 0; times < 2; times += 1) await core.alerts.accept([event({ conversationId: id })]);
    expect(await core.jobOf(id)).toMatchObject({ state: 'ended', callWentOn: true });
  });

  it('show a policy’s pause on the agent’s screen on the job that stands for it', async () => {
    const { id } = core.genesys.startCall({ policyRecording: true });
    await core.record(`status ${id}`);
    core.clock.jump(10_000);
    await core.alerts.accept([event({ conversationId: id, policyRecording: 'paused' })]);
    expect(await core.jobOf(id)).toMatchObject({ state: 'paused', pausedBy: { kind: 'genesys' } });
    core.clock.jump(10_000);
    await core.alerts.accept([event({ conversationId: id, policyRecording: 'held' })]);
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording', pausedBy: null });
  });
});

it('a call event that comes while an older one of its call is being written is written after it', async () => {
  const { conversationId } = event({}).call;
  const { seeCalls } = core.store;
  core.store.seeCalls = (...args) => {
    core.store.seeCalls = seeCalls;
    core.alerts.onEvents([event({ conversationId, agent: 'New' })]);
    return seeCalls(...args);
  };
  core.alerts.onEvents([event({ conversationId, agent: 'Old' })]);
  await core.alerts.settled();
  expect(await core.store.findConversation(conversationId)).toMatchObject({ agent: 'New' });
});

describe('call events while the database is away', () => {
  /** Nothing is taken note of until the returned function is called. */
  function loseDatabase(): () => void {
    const { seeCalls } = core.store;
    core.store.seeCalls = () => Promise.reject(new RecordError('UNAVAILABLE', 'The database is away.'));
    return () => {
      core.store.seeCalls = seeCalls;
    };
  }
  const endOf = async (id: string) => (await core.store.findConversation(id))?.endedAt;

  /** Only a look can write: nothing is tried again until the returned function is called. */
  async function holdRetries(): Promise<() => void> {
    await core.close();
    const { sleep, ...clock } = createFastClock();
    const over = new AbortController();
    const sleepLong = (ms: number, signal?: AbortSignal) =>
      ms === 1_000
        ? sleep(3_600_000, signal ? AbortSignal.any([signal, over.signal]) : over.signal)
        : sleep(ms, signal);
    core = await createCoreHarness({ api: 'conversations', clock: { ...clock, sleep: sleepLong } });
    return () => over.abort();
  }

  it('are kept, the newest of each call, and the log says so once', async () => {
    const { conversationId } = event({}).call;
    const bringBack = loseDatabase();
    core.alerts.onEvents([event({ conversationId, agent: 'Ann' })]);
    core.alerts.onEvents([event({ conversationId, agent: 'Ben' })]);
    await expect.poll(() => core.logger.lines.length, patiently).toBeGreaterThan(0);
    bringBack();
    await core.alerts.settled();
    expect(await core.store.findConversation(conversationId)).toMatchObject({ agent: 'Ben' });
    expect(core.logger.lines.filter(({ message }) => message.startsWith('call events'))).toHaveLength(1);
  });

  it('are older than a look that is begun after them: the call has ended in the gap', async () => {
    const retry = await holdRetries();
    const { id } = core.genesys.startCall();
    const bringBack = loseDatabase();
    core.alerts.onEvents([event({ conversationId: id })]);
    core.genesys.endCall(id);
    core.clock.jump(5_000);
    await core.watch.round();
    bringBack();
    await core.watch.round();
    expect(await endOf(id)).toEqual(expect.any(Number));
    retry();
    await core.alerts.settled();
    expect(await endOf(id)).toEqual(expect.any(Number));
  });

  it('are not written over what such a look shows', async () => {
    const retry = await holdRetries();
    const { id } = core.genesys.startCall({ agent: 'New' });
    const bringBack = loseDatabase();
    core.alerts.onEvents([event({ conversationId: id, agent: 'Old' })]);
    await expect.poll(() => core.logger.lines.length, patiently).toBeGreaterThan(0);
    core.clock.jump(5_000);
    bringBack();
    await core.watch.round();
    retry();
    await core.alerts.settled();
    expect(await core.store.findConversation(id)).toMatchObject({ agent: 'New' });
  });

  it('do not revive a call whose end another process has written since they came', async () => {
    const { conversationId } = event({}).call;
    await core.alerts.accept([event({ conversationId })]);
    const bringBack = loseDatabase();
    core.alerts.onEvents([event({ conversationId })]);
    core.clock.jump(5_000);
    await core.store.endCalls([conversationId], core.clock.now());
    core.clock.jump(5_000);
    bringBack();
    await core.alerts.settled();
    expect(await endOf(conversationId)).toEqual(expect.any(Number));
  });

  it('are forgotten when another process has taken over, which looks for itself', async () => {
    const { conversationId } = event({}).call;
    const bringBack = loseDatabase();
    core.alerts.onEvents([event({ conversationId })]);
    const now = core.clock.now();
    await core.store.takeLease('watch', 'another', now, now + 60_000);
    await core.watchTick();
    bringBack();
    await core.alerts.settled();
    expect(await core.store.findConversation(conversationId)).toBeNull();
  });
});

describe('looks without events', () => {
  /** In real time: what a look has read is news for twelve seconds. */
  const inRealTime = async (test: (slow: CoreHarness) => Promise<void>) => {
    const slow = await createCoreHarness({ api: 'conversations', clock: createFastClock(1) });
    await test(slow).finally(() => slow.close());
  };
  const looks = async ({ watch, clock }: CoreHarness, times: number) => {
    for (let look = 0; look < times; look += 1) {
      clock.jump(100);
      await watch.round();
    }
  };

  it('meet a snippet that somebody began elsewhere, and see its end', () =>
    inRealTime(async (slow) => {
      const { id } = slow.genesys.startCall();
      slow.genesys.startSnippetElsewhere(id);
      await looks(slow, 2);
      expect(await slow.jobOf(id)).toMatchObject(metElsewhere);
      slow.genesys.stopSnippetElsewhere(id);
      await looks(slow, 2);
      expect(await slow.jobOf(id)).toMatchObject({ state: 'ended' });
    }));

  it('meet it also while other recordings are known', () =>
    inRealTime(async (slow) => {
      const [known, other] = [slow.genesys.startCall(), slow.genesys.startCall()];
      await slow.record(`start ${known.id}`);
      slow.genesys.startSnippetElsewhere(other.id);
      await looks(slow, 2);
      expect(await slow.jobOf(other.id)).toMatchObject(metElsewhere);
    }));

  it('do not take a snippet for running that was stopped here a moment ago', () =>
    inRealTime(async (slow) => {
      const { id } = slow.genesys.startCall();
      await slow.record(`start ${id}`);
      await looks(slow, 1);
      await slow.record(`stop ${id}`);
      const { id: jobId } = await slow.jobOf(id);
      await looks(slow, 2);
      expect(await slow.jobOf(id)).toMatchObject({ id: jobId, state: 'stopped' });
    }));
});

describe('looks and events', () => {
  it('together tell who asks for the calls: what a listing leaves out may be known from events', async () => {
    const { id } = core.genesys.startCall({ agent: 'Ann', policyRecording: true });
    await core.alerts.accept([event({ conversationId: id, agent: 'Ann', policyRecording: 'active' })]);
    core.genesys.setPermissions(
      core.genesys.client.permissions.filter((name) => name !== 'conversation:communication:view'),
    );
    expect(await core.record('calls')).toMatchObject({
      kind: 'calls',
      calls: [{ call: { conversationId: id, agent: 'Ann', policyRecording: 'active' }, job: null }],
    });
  });

  it('say nothing of calls that events have told of since the look was begun', async () => {
    const { id } = core.genesys.startCall({ agent: 'Old' });
    core.genesys.inject({ on: 'calls', fault: { kind: 'slow', ms: 300 } });
    await core.watch.tick();
    await expect.poll(() => core.genesys.count('calls'), patiently).toBe(1);
    core.alerts.onEvents([event({ conversationId: id, agent: 'New' })]);
    await core.alerts.settled();
    const gone = event({});
    await core.alerts.accept([gone]);
    await core.watch.settled();
    expect(await core.store.findConversation(id)).toMatchObject({ agent: 'New' });
    expect(await core.store.findConversation(gone.call.conversationId)).toMatchObject({ endedAt: null });
  });

  it('are not compared while no look is under way: nothing is kept of calls that events tell of', async () => {
    const told = event({});
    const isNewer = () => core.alerts.isNewerThanLook(told.call.conversationId);
    await core.alerts.accept([told]);
    expect(isNewer()).toBe(false);
    core.genesys.inject({ on: 'calls', fault: { kind: 'slow', ms: 300 } });
    await core.watch.tick();
    await expect.poll(() => core.genesys.count('calls'), patiently).toBe(1);
    await core.alerts.accept([told]);
    expect(isNewer()).toBe(true);
    await core.watch.settled();
    expect(isNewer()).toBe(false);
  });

  it('nor of those that events tell of while a large look is being written', async () => {
    const ids = Array.from({ length: 150 }, () => core.genesys.startCall({ agent: 'Old' }).id);
    const last = ids.at(-1) ?? '';
    const { seeCalls } = core.store;
    const written: number[] = [];
    core.store.seeCalls = async (calls, ...rest) => {
      const seen = await seeCalls(calls, ...rest);
      if (written.push(calls.length) === 1) {
        await core.alerts.accept([event({ conversationId: last, agent: 'New' })]);
      }
      return seen;
    };
    await core.watch.round();
    expect(await core.store.findConversation(last)).toMatchObject({ agent: 'New' });
    expect(written).toEqual([100, 1, 49]);
    expect(await core.store.listOpenConversations()).toHaveLength(150);
  });

  it('nor of what the policy records of them', async () => {
    const { id } = core.genesys.startCall({ policyRecording: true });
    await core.record(`status ${id}`);
    await core.watchTick();
    core.genesys.inject({ on: 'call', fault: { kind: 'slow', ms: 300 }, times: 'until-cleared' });
    const reads = core.genesys.count('call');
    core.watch.lookSoon();
    await core.watch.tick();
    await expect.poll(() => core.genesys.count('call')).toBeGreaterThan(reads);
    await core.alerts.accept([event({ conversationId: id, policyRecording: 'held' })]);
    await core.watch.settled();
    expect(await core.store.findConversation(id)).toMatchObject({ policyRecording: 'held' });
  });

  it('follow a gap at the next tick, and again soon when the look failed', async () => {
    await core.watchTick();
    const looks = () => core.genesys.count('calls');
    const before = looks();
    await core.watchTick();
    expect(looks()).toBe(before);
    core.watch.lookSoon();
    await core.watchTick();
    expect(looks()).toBe(before + 1);
  });
});

it('what is told soon after a write is written together, once', async () => {
  await core.close();
  const asleep: { readonly ms: number; readonly wake: () => void }[] = [];
  const now = Date.now();
  const sleep = (ms: number) => new Promise<void>((wake) => void asleep.push({ ms, wake }));
  core = await createCoreHarness({
    api: 'conversations',
    clock: { ...createFastClock(), now: () => now, sleep },
  });
  const written = vi.spyOn(core.store, 'seeCalls');
  const events = Array.from({ length: 6 }, () => event({}));
  for (const each of events) {
    core.alerts.onEvents([each]);
    await expect.poll(() => written.mock.calls.length + asleep.length).toBeGreaterThan(0);
    if (each === events[0]) await core.alerts.settled();
  }
  const [first, ...later] = events.map(({ call }) => call);
  expect(asleep.map(({ ms }) => ms)).toEqual([30]);
  expect(written.mock.calls.map(([calls]) => calls)).toEqual([[first]]);
  asleep[0]?.wake();
  await core.alerts.settled();
  expect(written.mock.calls.map(([calls]) => calls)).toEqual([[first], later]);
});
