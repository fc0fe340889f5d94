/** What senders of call alerts report: in any order, perhaps again, and seldom all of it. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActiveCall, CallReport } from '../../src/core/model.js';
import { alertChannelId, type CoreHarness, createCoreHarness } from '../support/core-harness.js';

/** So long that no look comes by itself in a test, however slow the machine. */
const reconcileMs = 30 * 60_000;
/** After it somebody who leaves brings on a look. */
const soonMs = reconcileMs / 3 + 1_000;

let core: CoreHarness;
beforeEach(async () => {
  core = await createCoreHarness({
    api: 'conversations',
    looksAlert: false,
    pollMs: reconcileMs,
    reconcileMs,
  });
});
afterEach(() => core.close());

const report = (call: Partial<ActiveCall>, rest: Partial<CallReport> = {}): CallReport => ({
  call: {
    ...{ conversationId: randomUUID(), caller: '+1317', queue: 'Billing', agent: 'Amara', startedAt: 500 },
    policyRecording: null,
    ...call,
  },
  over: false,
  occurredAt: core.clock.now(),
  ...rest,
});

const alertsOf = async (conversationId: string) =>
  (await core.store.listStaleCards(conversationId)).map(({ card }) => card.channelId);
const endOf = async (conversationId: string) => (await core.store.findConversation(conversationId))?.endedAt;

describe('a report', () => {
  it('opens the alert of a call, once however often it comes, and asks Genesys nothing', async () => {
    const first = report({});
    const { conversationId } = first.call;
    await core.alerts.acceptPart(first);
    await core.alerts.acceptPart(first);
    expect(await alertsOf(conversationId)).toEqual([alertChannelId]);
    expect(core.redrawn).toEqual([conversationId]);
    expect(core.genesys.count('any')).toBe(0);
  });

  it('leaves what it does not tell as it is known', async () => {
    const first = report({});
    const { conversationId } = first.call;
    await core.alerts.acceptPart(first);
    await core.alerts.acceptPart(
      report({ conversationId, caller: null, queue: null, agent: null, startedAt: null }),
    );
    expect(await core.store.findConversation(conversationId)).toMatchObject({
      ...{ caller: '+1317', queue: 'Billing', agent: 'Amara', startedAt: 500 },
    });
  });

  it('does not end a recording with the call: Genesys is asked for that', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    core.clock.jump(10_000);
    await core.alerts.acceptPart(report({ conversationId: id }, { over: true }));
    expect(await endOf(id)).toEqual(expect.any(Number));
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording' });
  });

  it('of what happened after the end of a call, by whomever it was told, takes it up again', async () => {
    const { id } = core.genesys.startCall();
    core.genesys.endCall(id);
    await core.alerts.acceptPart(report({ conversationId: id }));
    core.clock.jump(1_000);
    await core.watch.round();
    const endedAt = (await endOf(id)) ?? 0;
    expect(endedAt).toBeGreaterThan(0);

    await core.alerts.acceptPart(report({ conversationId: id, agent: 'Ben' }, { occurredAt: endedAt - 1 }));
    expect(await endOf(id)).toBe(endedAt);
    core.clock.jump(1_000);
    await core.alerts.acceptPart(report({ conversationId: id, agent: 'Ben' }));
    expect(await core.store.findConversation(id)).toMatchObject({ agent: 'Ben', endedAt: null });
  });

  it('is newer than a look that was begun before it', async () => {
    const { id } = core.genesys.startCall({ agent: 'Old' });
    await core.alerts.acceptPart(report({ conversationId: id, agent: 'Old' }));
    core.genesys.inject({ on: 'calls', fault: { kind: 'slow', ms: 300 } });
    await core.watch.tick();
    await expect.poll(() => core.genesys.count('calls')).toBe(1);
    await core.alerts.acceptPart(report({ conversationId: id, agent: 'New' }));
    await core.watch.settled();
    expect(await core.store.findConversation(id)).toMatchObject({ agent: 'New' });
  });
});

describe('somebody who leaves', () => {
  const looks = () => core.genesys.count('calls');

  it('has the calls looked at sooner, and not once for each who leaves', async () => {
    await core.watchTick();
    expect(looks()).toBe(1);
    core.clock.jump(soonMs);
    await core.watchTick();
    expect(looks()).toBe(1);
    for (let person = 0; person < 3; person += 1) core.watch.somebodyLeft();
    await core.watchTick();
    await core.watchTick();
    expect(looks()).toBe(2);
    core.watch.somebodyLeft();
    await core.watchTick();
    expect(looks()).toBe(2);
    core.clock.jump(soonMs);
    await core.watchTick();
    expect(looks()).toBe(3);
  });

  it('ends the call if nobody from outside is left, and only then', async () => {
    const [over, going] = [core.genesys.startCall(), core.genesys.startCall()];
    for (const { id } of [over, going]) await core.alerts.acceptPart(report({ conversationId: id }));
    await core.watchTick();
    core.genesys.endCall(over.id);
    core.clock.jump(soonMs);
    await core.watchTick();
    expect(await endOf(over.id)).toBeNull();
    core.watch.somebodyLeft();
    await core.watchTick();
    expect([await endOf(over.id), await endOf(going.id)]).toEqual([expect.any(Number), null]);
  });
});
