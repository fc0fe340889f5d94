import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { meetRecording } from '../../src/core/find-recording.js';
import { ada, type CoreHarness, createCoreHarness, sam } from '../support/core-harness.js';

let core: CoreHarness;
beforeEach(async () => {
  core = await createCoreHarness();
});
afterEach(async () => {
  expect(core.genesys.violations).toEqual([]);
  await core.close();
});

async function recordedCall(text = '') {
  const { id } = core.genesys.startCall();
  await core.record(`start ${id} ${text}`);
  const job = await core.jobOf(id);
  return { id, jobId: job.id, genesysId: job.genesysId ?? '' };
}

const genesysState = (genesysId: string) => core.genesys.jobs.find((job) => job.id === genesysId)?.state;

describe('a stop', () => {
  it('stops the recording, and keeps who, why and when', async () => {
    const { id, jobId, genesysId } = await recordedCall();
    const answer = await core.record(`stop ${genesysId} card data`, sam);
    expect(answer).toMatchObject({
      kind: 'stopped',
      job: {
        state: 'stopped',
        stoppedBy: { kind: 'person', userId: 'USAM' },
        stopReason: 'card data',
        finishedAt: expect.any(Number),
      },
    });
    expect(genesysState(genesysId)).toBe('stopped');
    expect(await core.auditOf(jobId)).toEqual([
      'start asked UADA',
      'start done UADA',
      'stop asked USAM',
      'stop done USAM',
    ]);
    expect(core.redrawn.at(-1)).toBe(id);
  });

  it('costs one request to Genesys', async () => {
    const { genesysId } = await recordedCall();
    core.genesys.resetJournal();
    await core.record(`stop ${genesysId}`);
    expect(core.genesys.journal.map((entry) => entry.operation)).toEqual(['stop']);
  });

  it('understands a conversation id, and the bot’s own id, where a job id is wanted', async () => {
    const first = await recordedCall();
    expect(await core.record(`stop ${first.id}`)).toMatchObject({ kind: 'stopped' });
    const second = await recordedCall();
    expect(await core.record(`stop ${second.jobId}`)).toMatchObject({ kind: 'stopped' });
  });

  it('stops a recording that only Genesys knows, by either id', async () => {
    for (const by of ['id', 'conversationId'] as const) {
      const { id } = core.genesys.startCall();
      const elsewhere = core.genesys.startRecordingElsewhere(id);
      expect(await core.record(`stop ${elsewhere[by]}`)).toMatchObject({
        kind: 'stopped',
        job: { startedBy: { kind: 'genesys' }, adopted: true, deadlineAt: null },
      });
      expect(genesysState(elsewhere.id)).toBe('stopped');
    }
  });

  it('stops the recording that runs now, when an earlier one of the same call is over', async () => {
    const { id } = await recordedCall();
    await core.record(`stop ${id}`);
    const elsewhere = core.genesys.startRecordingElsewhere(id);
    expect(await core.record(`stop ${id}`)).toMatchObject({
      kind: 'stopped',
      job: { genesysId: elsewhere.id },
    });
  });

  it('takes a listing that is late for what it is, and no stopped recording for a running one', async () => {
    const { id, jobId, genesysId } = await recordedCall();
    const asOf = core.clock.now();
    await core.record(`stop ${genesysId}`);
    const met = await meetRecording(
      core.deps,
      { genesysId, conversationId: id, recordingType: 'job', paused: false },
      asOf,
    );
    expect(met).toMatchObject({ id: jobId, state: 'stopped' });
    expect(await core.store.listUnfinishedJobs()).toEqual([]);
  });

  it('of something nobody knows says so, and where to look', async () => {
    await expect(core.record(`stop ${randomUUID()}`)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      cure: expect.stringContaining('/record list'),
    });
    expect(core.genesys.count('stop')).toBe(0);
  });

  it('never concludes from a list cut short that there is no recording', async () => {
    core.genesys.inject({ on: 'jobs', fault: { kind: 'status', status: 500 } });
    await expect(core.record(`stop ${randomUUID()}`)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('that comes second is told who was first, and when', async () => {
    const { genesysId } = await recordedCall();
    await core.record(`stop ${genesysId}`, sam);
    core.genesys.resetJournal();
    expect(await core.record(`stop ${genesysId}`)).toMatchObject({
      kind: 'already-finished',
      job: { stoppedBy: { userId: 'USAM' }, finishedAt: expect.any(Number) },
    });
    expect(core.genesys.count('any')).toBe(0);
  });

  it('by a hundred people at once is one request and one outcome', async () => {
    const { genesysId } = await recordedCall();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        core.record(`stop ${genesysId}`, { userId: `U${n}`, channelId: 'C' }),
      ),
    );
    expect(answers.filter((answer) => answer.kind === 'stopped')).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.kind)).size).toBeLessThanOrEqual(3);
    expect(core.genesys.count('stop')).toBe(1);
  });

  it('of a recording that is still being started says when to come back', async () => {
    const { id } = core.genesys.startCall();
    core.genesys.inject({ on: 'start', fault: { kind: 'cut-after' } });
    core.genesys.inject({ on: 'jobs', fault: { kind: 'status', status: 403 } });
    await core.record(`start ${id}`);
    await expect(core.record(`stop ${id}`)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });

  it('of a recording that Genesys has finished already is no error', async () => {
    const { id, jobId, genesysId } = await recordedCall();
    core.genesys.endCall(id);
    expect(await core.record(`stop ${genesysId}`)).toMatchObject({
      kind: 'already-finished',
      job: { state: 'ended', stoppedBy: { userId: 'UADA' } },
    });
    expect((await core.auditOf(jobId)).at(-1)).toBe('stop done UADA');
  });

  it('is repeated within the request when its answer was lost, and is done then', async () => {
    const { genesysId } = await recordedCall();
    core.genesys.inject({ on: 'stop', fault: { kind: 'cut-after' } });
    expect(await core.record(`stop ${genesysId}`)).toMatchObject({
      kind: 'stopped',
      job: { state: 'stopped' },
    });
    expect(genesysState(genesysId)).toBe('stopped');
  });

  it('puts its card into the channel where it was asked for', async () => {
    const { id, genesysId } = await recordedCall();
    await core.record(`stop ${genesysId}`, { ...ada, newCardId: 'card-2' });
    const [view] = await core.store.listStaleCards(id);
    expect(view).toMatchObject({ card: { id: 'card-2' }, job: { state: 'stopped' } });
  });
});

describe('a stop that Genesys does not take', () => {
  it('because it is down, is repeated by the bot until it is done', async () => {
    const { id, genesysId } = await recordedCall();
    core.genesys.inject({ on: 'stop', fault: { kind: 'status', status: 503 }, times: 'until-cleared' });
    expect(await core.record(`stop ${genesysId}`)).toMatchObject({
      kind: 'stop-pending',
      job: { state: 'stopping', failure: { code: 'UNAVAILABLE' }, retries: 1 },
    });
    core.clock.jump(60_000);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'stopping', retries: 2 });
    core.genesys.clearFaults();
    core.clock.jump(60_000);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({
      state: 'stopped',
      stoppedBy: { userId: 'UADA' },
      failure: null,
    });
    expect(genesysState(genesysId)).toBe('stopped');
  });

  it('because it takes no more requests just now, says so on its card meanwhile, and stops then', async () => {
    const { id, genesysId } = await recordedCall();
    core.genesys.inject({ on: 'stop', fault: { kind: 'status', status: 429, retryAfter: 5 } });
    const stopping = core.record(`stop ${genesysId}`);
    await expect.poll(async () => (await core.jobOf(id)).failure?.code).toBe('RATE_LIMITED');
    expect(await stopping).toMatchObject({ kind: 'stopped', job: { failure: null } });
  });

  it('is begun anew by a person after the bot’s own attempts, and not called done by an end that was not its doing', async () => {
    const { id, genesysId } = await recordedCall('for 10s');
    core.genesys.inject({ on: 'stop', fault: { kind: 'status', status: 403 } });
    core.clock.jump(10_000);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording', retries: 1 });
    core.genesys.endCall(id);
    expect(await core.record(`stop ${genesysId}`)).toMatchObject({
      kind: 'already-finished',
      job: { state: 'ended', retries: 0 },
    });
  });

  it('while it is on its way, tells a second one who asked', async () => {
    const { genesysId } = await recordedCall();
    core.genesys.inject({ on: 'stop', fault: { kind: 'status', status: 503 }, times: 'until-cleared' });
    await core.record(`stop ${genesysId}`, sam);
    expect(await core.record(`stop ${genesysId}`)).toMatchObject({
      kind: 'already-stopping',
      job: { stoppedBy: { userId: 'USAM' } },
    });
  });

  it('and which took effect all the same, counts as ours when it is repeated', async () => {
    const { id, genesysId } = await recordedCall();
    const fault = { kind: 'status', status: 503, takesEffect: true } as const;
    core.genesys.inject({ on: 'stop', fault });
    core.genesys.inject({ on: 'stop', fault: { kind: 'status', status: 503 }, times: 'until-cleared' });
    await core.record(`stop ${genesysId}`);
    core.genesys.clearFaults();
    core.clock.jump(60_000);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'stopped' });
  });

  it('for want of a permission goes back to recording, which is the truth, and says why', async () => {
    const { id, jobId, genesysId } = await recordedCall();
    core.genesys.setPermissions(['recording:job:view']);
    await expect(core.record(`stop ${genesysId}`)).rejects.toMatchObject({
      code: 'GENESYS_REFUSED',
      message: expect.stringContaining('recording:job:control'),
    });
    expect(await core.jobOf(id)).toMatchObject({
      state: 'recording',
      stoppedBy: null,
      failure: { code: 'GENESYS_REFUSED' },
      retryAt: null,
    });
    expect((await core.auditOf(jobId)).at(-1)).toBe('stop failed UADA');
  });
});

describe('a deadline', () => {
  it('is kept by the bot, and the card says so', async () => {
    const { id, jobId, genesysId } = await recordedCall('for 10m');
    core.clock.jump(9 * 60_000);
    await core.tick();
    expect(genesysState(genesysId)).toBe('active');
    core.clock.jump(60_000);
    await core.tick();
    expect(genesysState(genesysId)).toBe('stopped');
    expect(await core.jobOf(id)).toMatchObject({
      state: 'stopped',
      stoppedBy: { kind: 'bot' },
      stopReason: 'its time was up',
    });
    expect((await core.auditOf(jobId)).slice(2)).toEqual(['stop asked bot', 'stop done bot']);
  });

  it('is tried again with growing pauses even when Genesys refuses it', async () => {
    const { id, genesysId } = await recordedCall('for 10s');
    core.genesys.setPermissions([]);
    core.clock.jump(10_000);
    await core.tick();
    const refused = await core.jobOf(id);
    expect(refused).toMatchObject({ state: 'recording', failure: { code: 'GENESYS_REFUSED' }, retries: 1 });
    expect(refused.retryAt).toBeGreaterThan(refused.deadlineAt ?? 0);
    core.genesys.setPermissions(['recording:job:control']);
    core.clock.jump(60_000);
    await core.tick();
    expect(genesysState(genesysId)).toBe('stopped');
  });

  it('of a recording that nobody asked for here does not exist', async () => {
    const { id } = core.genesys.startCall();
    const elsewhere = core.genesys.startRecordingElsewhere(id);
    await core.record(`status ${id}`);
    core.clock.jump(24 * 60 * 60_000);
    await core.tick();
    expect(genesysState(elsewhere.id)).toBe('active');
  });
});

describe('what a crash left stopping', () => {
  it('is stopped at the next start of the bot', async () => {
    const { id, jobId, genesysId } = await recordedCall();
    await core.store.changeJob(
      jobId,
      ['recording'],
      { state: 'stopping', stoppedBy: { kind: 'person', userId: 'UADA' } },
      core.clock.now(),
    );
    await core.restart();
    expect(genesysState(genesysId)).toBe('stopped');
    expect(await core.jobOf(id)).toMatchObject({ state: 'stopped', stoppedBy: { userId: 'UADA' } });
  });
});
