import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CoreHarness, createCoreHarness, sam } from '../support/core-harness.js';

const minute = 60_000;
const recordMaxMs = 25 * minute;

let core: CoreHarness;
beforeEach(async () => {
  core = await createCoreHarness({ recordMaxMs });
});
afterEach(async () => {
  expect(core.genesys.violations).toEqual([]);
  await core.close();
});

/** A recording whose thread has been warned. */
async function warned(duration = '10m') {
  const { id } = core.genesys.startCall();
  await core.record(`start ${id} for ${duration}`);
  const { deadlineAt } = await core.jobOf(id);
  core.clock.jump((deadlineAt ?? 0) - core.clock.now() - 50_000);
  await core.tick();
  const job = await core.jobOf(id);
  expect(job.warnedFor).toBe(deadlineAt);
  return { id, jobId: job.id, deadlineAt: deadlineAt ?? 0 };
}

describe('ten minutes more', () => {
  it('move the deadline by ten minutes, for anybody who may, and the audit says who', async () => {
    const { id, jobId, deadlineAt } = await warned();
    expect(await core.extend(jobId, sam)).toMatchObject({
      kind: 'extended',
      job: { deadlineAt: deadlineAt + 10 * minute },
    });
    expect((await core.auditOf(jobId)).at(-1)).toBe('extend done USAM');
    expect(core.redrawn.at(-1)).toBe(id);
    core.clock.jump(minute);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording' });
    core.clock.jump(10 * minute);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'stopped', stoppedBy: { kind: 'bot' } });
  });

  it('are given once for each warning', async () => {
    const { jobId, deadlineAt } = await warned();
    await core.extend(jobId);
    expect(await core.extend(jobId, sam)).toMatchObject({
      kind: 'already-extended',
      job: { deadlineAt: deadlineAt + 10 * minute },
    });
    core.clock.jump(10 * minute);
    await core.tick();
    expect(await core.extend(jobId)).toMatchObject({ kind: 'extended' });
  });

  it('are given once when two people ask at once', async () => {
    const { jobId, deadlineAt } = await warned();
    const answers = await Promise.all([core.extend(jobId), core.extend(jobId, sam)]);
    expect(answers.map((answer) => answer.kind).sort()).toEqual(['already-extended', 'extended']);
    expect(await core.store.findJob(jobId)).toMatchObject({ deadlineAt: deadlineAt + 10 * minute });
    expect((await core.auditOf(jobId)).filter((line) => line.startsWith('extend'))).toHaveLength(1);
  });

  it('end at RECORD_MAX_MINUTES, and are refused there', async () => {
    const { id, jobId } = await warned('20m');
    expect(await core.extend(jobId)).toMatchObject({ kind: 'extended' });
    const job = await core.jobOf(id);
    expect((job.deadlineAt ?? 0) - job.createdAt).toBe(recordMaxMs);
    core.clock.jump(5 * minute);
    await core.tick();
    await expect(core.extend(jobId)).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      message: 'A recording may last 25 min at most.',
      cure: expect.stringContaining('RECORD_MAX_MINUTES'),
    });
  });

  it('are not given before anybody was warned', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id} for 10m`);
    const { id: jobId, deadlineAt } = await core.jobOf(id);
    expect(await core.extend(jobId)).toMatchObject({ kind: 'already-extended' });
    expect(await core.jobOf(id)).toMatchObject({ deadlineAt });
  });

  it('of what is over say that it is over', async () => {
    const { jobId } = await warned();
    await core.record(`stop ${jobId}`);
    expect(await core.extend(jobId)).toMatchObject({ kind: 'already-finished' });
  });

  it('while the stop is on its way come too late, and the stop is carried on', async () => {
    const { id, jobId } = await warned();
    core.genesys.inject({ on: 'stop', fault: { kind: 'status', status: 500 } });
    await core.record(`stop ${jobId}`);
    expect(await core.extend(jobId)).toMatchObject({ kind: 'already-stopping' });
    core.clock.jump(minute);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'stopped' });
  });

  it('that came first are kept by a stop at the old deadline that comes second', async () => {
    const { id, jobId, deadlineAt } = await warned();
    core.clock.jump(minute);
    const [due] = await core.store.claimDueJobs(core.clock.now(), core.clock.now() + 3_000, 1);
    expect(await core.extend(jobId)).toMatchObject({ kind: 'extended' });
    if (!due) throw new Error('nothing was due');
    const { stopAtDeadline } = await import('../../src/core/stop-recording.js');
    await stopAtDeadline(core.deps, due);
    core.clock.jump(10_000);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({
      state: 'recording',
      deadlineAt: deadlineAt + 10 * minute,
      retryAt: null,
    });
    expect(core.genesys.count('stop')).toBe(0);
  });

  it('for a recording that Genesys would not stop in time, call that stop off', async () => {
    const { id, jobId } = await warned();
    core.genesys.inject({ on: 'stop', fault: { kind: 'status', status: 403 } });
    core.clock.jump(minute);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording', failure: { code: 'GENESYS_REFUSED' } });
    expect(await core.extend(jobId)).toMatchObject({
      kind: 'extended',
      job: { failure: null, retryAt: null },
    });
    core.clock.jump(minute);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording' });
  });

  it('of something nobody knows say so', async () => {
    await expect(core.extend(randomUUID())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are for those only who may', async () => {
    const strict = await createCoreHarness({
      access: { users: ['UADA'], userGroups: [], channels: [], anybody: false },
    });
    const { id } = strict.genesys.startCall();
    await strict.record(`start ${id} for 10m`);
    const { id: jobId, deadlineAt } = await strict.jobOf(id);
    core.clock.jump(9.5 * minute);
    await strict.tick();
    await expect(strict.extend(jobId, sam)).rejects.toMatchObject({ code: 'NOT_PERMITTED' });
    expect((await strict.auditOf(jobId)).at(-1)).toBe('extend refused USAM');
    expect(await strict.jobOf(id)).toMatchObject({ deadlineAt });
    await strict.close();
  });
});
