/** The watch with Genesys's notification websocket: who listens, what is looked at besides, and what a webhook leaves to looks. */
import fetch, { Response } from 'node-fetch';
import { afterEach, describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/genesys/exchange.js';
import {
  type CoreHarness,
  createCoreHarness,
  createFastClock,
  type FastClock,
  type HarnessOptions,
} from '../support/core-harness.js';

let core: CoreHarness;
afterEach(async () => {
  expect(core.genesys.violations).toEqual([]);
  await core.close();
});

const minute = 60_000;
/** On a busy machine what takes milliseconds may take seconds. */
const patiently = { timeout: 10_000 };
/** Time goes forward only when a test says so; whoever sleeps does so in real time. */
function createStoppedClock(): FastClock {
  const { sleep } = createFastClock(1);
  let now = Date.now();
  return {
    now: () => now,
    sleep,
    jump: (ms) => {
      now += ms;
    },
  };
}
const isKnown = async (id: string) => (await core.store.findConversation(id)) !== null;

async function listen(options: HarnessOptions = {}) {
  core = await createCoreHarness({ api: 'conversations', listens: true, pollMs: 5 * minute, ...options });
  await core.watch.tick();
  await expect.poll(() => core.genesys.notifications.openSockets, patiently).toBe(1);
  // The gap before the first event is looked into.
  await expect
    .poll(async () => {
      await core.watchTick();
      return core.genesys.count('calls');
    }, patiently)
    .toBeGreaterThan(1);
  core.genesys.resetJournal();
}

describe('the process that watches', () => {
  it('learns of a call by the event alone', async () => {
    await listen();
    const { id } = core.genesys.startCall({ agent: 'Ann' });
    await expect.poll(() => isKnown(id)).toBe(true);
    core.genesys.transferCall(id, 'Ben');
    await expect.poll(async () => (await core.store.findConversation(id))?.agent).toBe('Ben');
    core.genesys.endCall(id);
    await expect.poll(async () => (await core.store.findConversation(id))?.endedAt).not.toBeNull();
    expect(core.genesys.count('any')).toBe(0);
  });

  it('says that it hears nothing, in the state of the alerts', async () => {
    await listen();
    core.genesys.inject({ on: 'any', fault: { kind: 'cut-before' }, times: 'until-cleared' });
    core.genesys.notifications.closeSockets('cut');
    await expect.poll(() => core.watch.state?.problem, patiently).toEqual(expect.any(String));
    core.genesys.clearFaults();
    await expect.poll(() => core.genesys.notifications.openSockets, patiently).toBe(1);
  });

  it('is silent as soon as another one has taken over', async () => {
    await listen();
    core.clock.jump(minute);
    const now = core.clock.now();
    expect(await core.store.takeLease('watch', 'another', now, now + minute)).toBe(true);
    await core.watchTick();
    await expect.poll(() => core.genesys.notifications.openSockets).toBe(0);
    expect(core.watch.state).toMatchObject({ lastPollAt: null, problem: null });
  });
});

describe('looks beside events', () => {
  const looks = () => core.genesys.count('calls');
  const looksIn = async (ms: number) => {
    core.clock.jump(ms);
    await core.watchTick();
    return looks();
  };
  const forbidOne = () =>
    core.genesys.inject({ on: 'calls', fault: { kind: 'status', status: 403 }, times: 1 });

  it('are rare while events tell of everything', async () => {
    await listen({ clock: createStoppedClock() });
    expect(await looksIn(4 * minute)).toBe(0);
    expect(await looksIn(minute)).toBe(1);
  });

  it('come every ten seconds while none arrive, as behind a firewall that lets no WebSocket out', async () => {
    await listen({ clock: createStoppedClock() });
    for (const on of ['open-channel', 'subscribe'] as const) {
      core.genesys.inject({ on, fault: { kind: 'cut-before' }, times: 'until-cleared' });
    }
    core.genesys.notifications.closeSockets('cut');
    await expect.poll(() => core.watch.state?.problem, patiently).toEqual(expect.any(String));
    const { id } = core.genesys.startCall();
    expect(await looksIn(10_000)).toBe(1);
    expect(await isKnown(id)).toBe(true);
    expect(await looksIn(5_000)).toBe(1);
    expect(await looksIn(5_000)).toBe(2);
  });

  it('come every ten seconds while Genesys cuts its listing short: one after a gap does not find every end', async () => {
    await listen({ clock: createStoppedClock() });
    core.genesys.startCall();
    core.genesys.setActivityLimit(0);
    core.watch.lookSoon();
    expect(await looksIn(0)).toBe(1);
    expect(await looksIn(10_000)).toBe(2);
    core.genesys.setActivityLimit(undefined);
    expect(await looksIn(10_000)).toBe(3);
    expect(await looksIn(10_000)).toBe(3);
  });

  it('that failed are done again after ten seconds', async () => {
    await listen({ clock: createStoppedClock() });
    forbidOne();
    expect(await looksIn(5 * minute)).toBe(1);
    expect(core.watch.state?.problem).toContain('analytics:queueObservation:view');
    expect(await looksIn(9_000)).toBe(1);
    expect(await looksIn(1_000)).toBe(2);
    expect(core.watch.state?.problem).toBeNull();
  });

  it('that failed after a gap are done again after two seconds, for what was missed is awaited', async () => {
    await listen({ clock: createStoppedClock() });
    core.watch.lookSoon();
    forbidOne();
    expect(await looksIn(0)).toBe(1);
    expect(await looksIn(2_000)).toBe(2);
    expect(core.watch.state?.problem).toBeNull();
  });
});

it('a listing that is cut short does not make looks more frequent than the settings', async () => {
  core = await createCoreHarness({ api: 'conversations', pollMs: 60 * minute });
  core.genesys.startCall();
  core.genesys.setActivityLimit(0);
  await core.watchTick();
  expect(core.watch.state?.problem).toContain('a part of the active calls only');
  core.clock.jump(10 * minute);
  await core.watchTick();
  expect(core.genesys.count('calls')).toBe(1);
});

describe('looks where a webhook says which calls are announced', () => {
  it('leave what it has told of a call that Genesys lists by its id only', async () => {
    const listsIds: Fetch = async (url, init) => {
      const response = await fetch(url, init);
      if (!String(url).includes('/conversations/phone')) return response;
      const { entities, ...page } = (await response.json()) as { entities: { id: string }[] };
      return new Response(JSON.stringify({ ...page, entities: entities.map(({ id }) => ({ id })) }));
    };
    core = await createCoreHarness({ looksAlert: false, fetch: listsIds });
    const { id } = core.genesys.startCall();
    const told = { conversationId: id, caller: '+1317', queue: 'Claims', agent: 'Ann', startedAt: null };
    await core.alerts.acceptPart({
      ...{ call: { ...told, policyRecording: null }, over: false, occurredAt: core.clock.now() },
    });
    core.clock.jump(100);
    await core.watch.round();
    expect(await core.store.findConversation(id)).toMatchObject({
      queue: 'Claims',
      agent: 'Ann',
      endedAt: null,
    });
  });

  it('announce nothing, and follow those that were announced to their end', async () => {
    core = await createCoreHarness({ api: 'conversations', looksAlert: false });
    const told = core.genesys.startCall({ agent: 'Ann' });
    const untold = core.genesys.startCall();
    const event = { conversationId: told.id, caller: '+1317', queue: null, agent: null, startedAt: null };
    await core.alerts.acceptPart({
      ...{ call: { ...event, policyRecording: null }, over: false, occurredAt: core.clock.now() },
    });
    core.clock.jump(100);
    await core.watch.round();
    expect(await core.store.findConversation(told.id)).toMatchObject({ agent: 'Ann', queue: told.queue });
    expect(await isKnown(untold.id)).toBe(false);
    core.genesys.endCall(told.id);
    core.clock.jump(100);
    await core.watch.round();
    expect(await core.store.findConversation(told.id)).toMatchObject({ endedAt: expect.any(Number) });
  });
});
