import type { RequestInit } from 'node-fetch';
import fetch, { Response } from 'node-fetch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CallWatch, type CallWatchOptions } from '../../src/core/call-watch.js';
import type { Deps } from '../../src/core/deps.js';
import { RecordingFollower } from '../../src/core/recording-follower.js';
import type { Fetch } from '../../src/genesys/exchange.js';
import { alertChannelId, type CoreHarness, createCoreHarness } from '../support/core-harness.js';

let core: CoreHarness;
beforeEach(async () => {
  core = await createCoreHarness();
});
afterEach(async () => {
  expect(core.genesys.violations).toEqual([]);
  await core.close();
});

const quick = { pollMs: 1, reconcileMs: 3, looksAlert: true, holder: 'another' };
const createWatch = (deps: Deps, options: CallWatchOptions) =>
  new CallWatch(deps, new RecordingFollower(deps), options);
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
    await createWatch(core.deps, { ...quick, alertChannelId }).round();
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

  it('keeps who asked, and until when, of a recording that it took for finished and that runs after all', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id} for 10m complaint`);
    const job = await core.jobOf(id);
    const now = core.clock.now();
    await core.store.changeJob(job.id, ['recording'], { state: 'ended', finishedAt: now }, now);
    core.clock.jump(60_000);
    await core.watch.round();
    const again = await core.jobOf(id);
    expect(again).toMatchObject({
      state: 'recording',
      genesysId: job.genesysId,
      startedBy: { userId: 'UADA' },
      startReason: 'complaint',
      createdAt: job.createdAt,
      deadlineAt: job.deadlineAt,
    });
    expect(again.id).not.toBe(job.id);
  });

  it('shows a recording that runs after all where it was asked for', async () => {
    const { id } = core.genesys.startCall();
    core.genesys.inject({ on: 'start', fault: { kind: 'hang' } });
    await expect(core.record(`start ${id} for 10m`)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const failed = await core.jobOf(id);
    core.genesys.startRecordingElsewhere(id);
    await core.watch.round();
    const job = await core.jobOf(id);
    expect(job).toMatchObject({
      state: 'recording',
      startedBy: { userId: 'UADA' },
      channelId: 'COPS',
      deadlineAt: failed.deadlineAt,
    });
    const stale = await core.store.listStaleCards(id);
    expect(stale).toContainEqual(
      expect.objectContaining({ card: expect.objectContaining({ jobId: job.id, channelId: 'COPS' }) }),
    );
  });

  it('keeps who asked of a start that something before Genesys answered', async () => {
    const gateway = await createCoreHarness({
      fetch: (async (url: string, init: RequestInit = {}) =>
        init.method === 'POST' && String(url).endsWith('/recording/jobs')
          ? new Response('<html>Welcome to nginx!</html>')
          : fetch(url, init)) as Fetch,
    });
    const { id } = gateway.genesys.startCall();
    await expect(gateway.record(`start ${id} for 10m`)).rejects.toMatchObject({
      code: 'UNEXPECTED_RESPONSE',
    });
    const { deadlineAt } = await gateway.jobOf(id);
    gateway.genesys.startRecordingElsewhere(id);
    await gateway.watch.round();
    expect(await gateway.jobOf(id)).toMatchObject({
      state: 'recording',
      startedBy: { userId: 'UADA' },
      deadlineAt,
    });
    await gateway.close();
  });

  it('takes a recording for a stranger’s when the start that was given up is long ago', async () => {
    const { id } = core.genesys.startCall();
    core.genesys.inject({ on: 'start', fault: { kind: 'hang' } });
    await expect(core.record(`start ${id} for 10m`)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    core.clock.jump(11 * 60_000);
    core.genesys.startRecordingElsewhere(id);
    await core.watch.round();
    expect(await core.jobOf(id)).toMatchObject({ startedBy: { kind: 'genesys' }, deadlineAt: null });
  });

  it('follows one recording of a call that somebody ends and another that they begin', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    const first = await core.jobOf(id);
    core.genesys.stopRecordingElsewhere(id);
    const second = core.genesys.startRecordingElsewhere(id);
    core.clock.jump(1_000);
    await core.watch.round();
    await core.watch.round();
    expect(await core.store.findJob(first.id)).toMatchObject({ state: 'ended' });
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording', genesysId: second.id });
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
  it('concludes no end from it, says so once in the log for each kind of look, and recovers', async () => {
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
    expect(said).toHaveLength(2);
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
  it('recordings are followed all the same, and those that nobody asked for here are met', async () => {
    const watch = createWatch(core.deps, { ...quick, alertChannelId: null });
    const other = core.genesys.startCall();
    core.genesys.startRecordingElsewhere(other.id);
    await watch.round();
    expect(await core.jobOf(other.id)).toMatchObject({ state: 'recording', startedBy: { kind: 'genesys' } });
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

describe('a watch whose database fails', () => {
  it('says so, and asks Genesys nothing', async () => {
    await core.store.close();
    await core.watchTick();
    expect(core.watch.state).toMatchObject({ problem: expect.stringContaining('database') });
    expect(core.genesys.count('any')).toBe(0);
  });
});

describe('the pace', () => {
  it('asks for calls and for recordings each in its own time, and not in between', async () => {
    await core.watchTick();
    expect([core.genesys.count('calls'), core.genesys.count('jobs')]).toEqual([1, 1]);
    await core.watchTick();
    expect([core.genesys.count('calls'), core.genesys.count('jobs')]).toEqual([1, 1]);
    core.clock.jump(10_000);
    await core.watchTick();
    expect([core.genesys.count('calls'), core.genesys.count('jobs')]).toEqual([2, 2]);
  });

  it('notices within RECONCILE_SECONDS that a recording was stopped elsewhere, with two listings that agree', async () => {
    const slow = await createCoreHarness({ reconcileMs: 300_000, alerts: false });
    const { id } = slow.genesys.startCall();
    await slow.record(`start ${id}`);
    slow.clock.jump(1_000);
    await slow.watchTick();
    slow.genesys.stopRecordingElsewhere(id);
    slow.clock.jump(90_000);
    await slow.watchTick();
    expect(slow.genesys.count('jobs')).toBe(1);
    slow.clock.jump(10_000);
    await slow.watchTick();
    expect(await slow.jobOf(id)).toMatchObject({ state: 'recording' });
    slow.clock.jump(100_000);
    await slow.watchTick();
    expect(slow.genesys.count('jobs')).toBe(3);
    expect(await slow.jobOf(id)).toMatchObject({ state: 'ended' });
    await slow.close();
  });

  it('costs as many requests as there are pages, however many recordings there are', async () => {
    core.genesys.addJobs(150);
    await core.watchTick();
    expect(core.genesys.count('jobs')).toBe(2);
  });

  it('does not begin another look while one is under way', async () => {
    core.genesys.inject({ on: 'jobs', fault: { kind: 'slow', ms: 300 } });
    await core.watch.tick();
    await expect.poll(() => core.genesys.count('jobs')).toBe(1);
    core.clock.jump(15_000);
    await core.watch.tick();
    await core.watch.settled();
    expect(core.genesys.count('jobs')).toBe(1);
  });
});

describe('the loops', () => {
  it('run until they are stopped, and do what is due', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id} for 10s`);
    core.clock.jump(10_000);
    const clock = { ...core.clock, sleep: () => new Promise<void>((resolve) => setTimeout(resolve, 5)) };
    const watch = createWatch({ ...core.deps, clock }, { ...quick, alertChannelId });
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
