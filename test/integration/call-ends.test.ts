/** The ends of calls that Genesys's listing does not show, or does not show all of: nothing is concluded from that alone. */
import { afterEach, describe, expect, it } from 'vitest';
import { type CoreHarness, createCoreHarness, type HarnessOptions } from '../support/core-harness.js';

let core: CoreHarness;
afterEach(async () => {
  expect(core.genesys.violations).toEqual([]);
  await core.close();
});

const open = async (options: HarnessOptions = {}) => {
  core = await createCoreHarness({ api: 'conversations', ...options });
};

/** A minute later: what was read before is read again. */
async function look(): Promise<void> {
  core.clock.jump(61_000);
  await core.watch.round();
}

/** The process is told of the call, as by a webhook or an event. */
const tell = (conversationId: string) =>
  core.alerts.acceptPart({
    call: {
      ...{ conversationId, caller: null, queue: null, agent: null, startedAt: null },
      policyRecording: null,
    },
    over: false,
    occurredAt: core.clock.now(),
  });

const endOf = async (id: string) => (await core.store.findConversation(id))?.endedAt;
const isUp = async (id: string) => (await endOf(id)) === null;

describe('a call without a leg of a queue', () => {
  it.each([
    ['in an IVR', { queue: null, agent: null }],
    ['dialled directly', { queue: null }],
  ])('that is %s is not listed, and stays up until it is over', async (_where, call) => {
    await open({ looksAlert: false });
    const { id } = core.genesys.startCall(call);
    await tell(id);
    await look();
    await look();
    expect(await isUp(id)).toBe(true);
    core.genesys.endCall(id);
    await look();
    expect(await endOf(id)).toEqual(expect.any(Number));
  });

  it('that was transferred off its queue stays up, with its recording, until it is over', async () => {
    await open();
    const { id } = core.genesys.startCall({ policyRecording: true });
    await look();
    await core.record(`status ${id}`);
    core.genesys.transferCall(id, 'Ben Whitaker', null);
    for (let i = 0; i < 3; i += 1) await look();
    expect(await isUp(id)).toBe(true);
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording' });
    core.genesys.endCall(id);
    await look();
    expect(await endOf(id)).toEqual(expect.any(Number));
    expect(await core.jobOf(id)).toMatchObject({ state: 'ended' });
  });
});

describe('a listing that Genesys cuts short', () => {
  it('ends the calls that are over, leaves the others up, and is said in the state of the alerts', async () => {
    await open();
    const all = Array.from({ length: 5 }, () => core.genesys.startCall().id);
    await look();
    const [first = '', second = '', ...others] = all;
    core.genesys.setActivityLimit(2);
    for (const id of [first, others.at(-1) ?? '']) core.genesys.endCall(id);
    await look();
    expect(await Promise.all(all.map(isUp))).toEqual([false, true, true, true, false]);
    expect(core.watch.state?.problem).toContain('a part of the active calls only');
    core.genesys.setActivityLimit(undefined);
    core.genesys.endCall(second);
    await look();
    expect(await isUp(second)).toBe(false);
    expect(core.watch.state?.problem).toBeNull();
  });

  it('is not said any more by a process that does not look', async () => {
    await open();
    core.genesys.setActivityLimit(0);
    core.genesys.startCall();
    await look();
    const now = core.clock.now();
    await core.store.takeLease('watch', 'another', now, now + 60_000);
    await core.watchTick();
    expect(core.watch.state).toMatchObject({ lastPollAt: null, problem: null });
  });
});
