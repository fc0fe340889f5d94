import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CallWatch } from '../../src/core/call-watch.js';
import { alertChannelId, type CoreHarness, createCoreHarness } from '../support/core-harness.js';

let core: CoreHarness;
beforeEach(async () => {
  core = await createCoreHarness();
});
afterEach(async () => {
  expect(core.genesys.violations).toEqual([]);
  await core.close();
});

const alerts = async () => (await core.store.listStaleCards()).filter((view) => view.card.jobId === null);

describe('the watch over calls', () => {
  it('announces each new call once, with what is known of it', async () => {
    const call = core.genesys.startCall({ caller: 'tel:+15550100', queue: 'Billing', agent: 'Noor Haddad' });
    await core.watch.round();
    await core.watch.round();
    expect(await alerts()).toMatchObject([
      {
        card: { channelId: alertChannelId, ts: null },
        conversation: {
          id: call.id,
          caller: '+15550100',
          queue: 'Billing',
          agent: 'Noor Haddad',
          endedAt: null,
        },
        job: null,
      },
    ]);
    expect(core.redrawn).toEqual([call.id]);
  });

  it('announces nothing twice after a restart', async () => {
    core.genesys.startCall();
    await core.watch.round();
    await new CallWatch(core.deps, { alertChannelId, pollMs: 1_000 }).round();
    expect(await alerts()).toHaveLength(1);
  });

  it('reads every page', async () => {
    core.genesys.addCalls(230);
    await core.watch.round();
    expect(await alerts()).toHaveLength(230);
  });

  it('follows a call that somebody answers', async () => {
    const { id } = core.genesys.startCall({ agent: null });
    await core.watch.round();
    core.genesys.answerCall(id, 'Noor Haddad');
    await core.watch.round();
    expect(await alerts()).toMatchObject([{ conversation: { agent: 'Noor Haddad', version: 2 } }]);
  });

  it('follows a call to its end, together with its recording', async () => {
    const { id } = core.genesys.startCall();
    await core.watch.round();
    await core.record(`start ${id}`);
    core.genesys.endCall(id);
    core.clock.jump(1_000);
    await core.watch.round();
    expect(await core.store.findConversation(id)).toMatchObject({ endedAt: expect.any(Number) });
    const job = await core.jobOf(id);
    expect(job).toMatchObject({ state: 'ended', stoppedBy: null });
    expect((await core.auditOf(job.id)).at(-1)).toBe('observe done genesys');
    expect(core.redrawn.at(-1)).toBe(id);
  });

  it('takes a recording that somebody else started into the books', async () => {
    const { id } = core.genesys.startCall();
    await core.watch.round();
    const elsewhere = core.genesys.startRecordingElsewhere(id);
    await core.watch.round();
    expect(await alerts()).toMatchObject([
      {
        job: {
          state: 'recording',
          genesysId: elsewhere.id,
          startedBy: { kind: 'genesys' },
          deadlineAt: null,
        },
      },
    ]);
  });

  it('notices a recording that somebody else stopped, when two listings in a row do not show it', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    core.genesys.stopRecordingElsewhere(id);
    core.clock.jump(1_000);
    await core.watch.round();
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording' });
    await core.watch.round();
    expect(await core.jobOf(id)).toMatchObject({ state: 'ended' });
  });

  it('does not take a recording for unknown that was stopped a moment ago', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    const { genesysId, id: jobId } = await core.jobOf(id);
    const now = core.clock.now();
    await core.store.changeJob(jobId, ['recording'], { state: 'stopped', finishedAt: now }, now);
    await core.watch.round();
    expect(await core.store.listUnfinishedJobs()).toEqual([]);
    core.clock.jump(60_000);
    await core.watch.round();
    expect(await core.store.listUnfinishedJobs()).toMatchObject([{ genesysId, state: 'recording' }]);
    expect(core.logger.lines).toContainEqual({ level: 'warn', message: 'a finished recording runs again' });
  });

  it('leaves alone what changed while it was looking', async () => {
    const { id } = core.genesys.startCall();
    core.genesys.inject({ on: 'jobs', fault: { kind: 'slow', ms: 100 } });
    const looking = core.watch.round();
    await core.record(`start ${id}`);
    await looking;
    await core.watch.round();
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording' });
  });
});

describe('a watch that fails', () => {
  it('concludes no end from it, says so once in the log, and recovers', async () => {
    const { id } = core.genesys.startCall();
    await core.watch.round();
    await core.record(`start ${id}`);
    core.clock.jump(1_000);
    core.genesys.inject({ on: 'calls', fault: { kind: 'status', status: 500 }, times: 2 });
    core.genesys.inject({ on: 'jobs', fault: { kind: 'status', status: 500 }, times: 2 });
    await core.watch.round();
    await core.watch.round();
    expect(core.watch.state).toMatchObject({ problem: expect.any(String) });
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording' });
    expect(await core.store.findConversation(id)).toMatchObject({ endedAt: null });
    const said = core.logger.lines.filter((line) => line.message.includes('could not be watched'));
    expect(said).toHaveLength(1);
    await core.watch.round();
    expect(core.watch.state).toMatchObject({ problem: null });
  });

  it('for recordings alone still announces calls', async () => {
    core.genesys.setPermissions(['conversation:phone:view']);
    core.genesys.startCall();
    await core.watch.round();
    expect(await alerts()).toHaveLength(1);
    expect(core.watch.state?.problem).toContain('lacks recording:job:view');
  });
});

describe('without call alerts', () => {
  it('Genesys is asked only while there are recordings to follow', async () => {
    const watch = new CallWatch(core.deps, { alertChannelId: null, pollMs: 1_000 });
    await watch.round();
    expect(core.genesys.count('any')).toBe(0);
    expect(watch.state).toBeNull();
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    core.genesys.endCall(id);
    core.clock.jump(1_000);
    await watch.round();
    await watch.round();
    expect(await core.jobOf(id)).toMatchObject({ state: 'ended' });
    expect(core.genesys.count('calls')).toBe(0);
  });
});

describe('the loops', () => {
  it('run until they are stopped, and do what is due', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id} for 10s`);
    core.clock.jump(10_000);
    const clock = { ...core.clock, sleep: () => new Promise<void>((resolve) => setTimeout(resolve, 5)) };
    const watch = new CallWatch({ ...core.deps, clock }, { alertChannelId, pollMs: 5 });
    const { Upkeep } = await import('../../src/core/upkeep.js');
    const upkeep = new Upkeep({ ...core.deps, clock });
    watch.start();
    upkeep.start();
    await expect.poll(async () => (await core.jobOf(id)).state).toBe('stopped');
    await expect.poll(async () => (await alerts()).length).toBe(1);
    await Promise.all([watch.stop(), upkeep.stop()]);
    const asked = core.genesys.count('any');
    await watch.round();
    expect(core.genesys.count('any')).toBe(asked);
  });

  it('outlive a database that fails, and say so once', async () => {
    await core.store.close();
    await core.upkeep.tick();
    await core.upkeep.tick();
    expect(core.logger.lines.filter((line) => line.message.startsWith('upkeep failed'))).toHaveLength(1);
  });
});
