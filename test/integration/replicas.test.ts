import { afterEach, beforeEach, expect, it } from 'vitest';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import {
  alertChannelId,
  type CoreProcess,
  createCoreProcess,
  createFastClock,
  sam,
} from '../support/core-harness.js';
import { describePostgres } from '../support/postgres.js';

const minute = 60_000;

describePostgres('two processes on one database', ({ url, schema, reset }) => {
  let genesys: Awaited<ReturnType<typeof createGenesysSimulator>>;
  let clock: ReturnType<typeof createFastClock>;
  let one: CoreProcess;
  let other: CoreProcess;
  beforeEach(async () => {
    await reset();
    clock = createFastClock();
    genesys = await createGenesysSimulator({ now: clock.now });
    const world = { genesys, clock, storage: { databaseUrl: url, schema, dataDir: '' } };
    one = await createCoreProcess(world);
    other = await createCoreProcess(world);
  });
  afterEach(async () => {
    expect(genesys.violations).toEqual([]);
    await one.close();
    await other.close();
    await genesys.close();
  });

  const both = <T>(work: (each: CoreProcess) => Promise<T>) => Promise.all([work(one), work(other)]);
  const kinds = (answers: readonly { readonly kind: string }[]) => answers.map(({ kind }) => kind).sort();

  it('start a call once, whoever is asked by whom', async () => {
    const { id } = genesys.startCall();
    const answers = await both((each) => each.record(`start ${id}`));
    expect(kinds(answers)).toEqual(['already-recording', 'started']);
    expect(genesys.starts.get(id)).toEqual({ asked: 1, done: 1 });
  });

  it('stop a recording once', async () => {
    const { id } = genesys.startCall();
    await one.record(`start ${id}`);
    const answers = await both((each) => each.record(`stop ${id}`));
    expect(kinds(answers)).toContain('stopped');
    expect(kinds(answers).filter((kind) => kind === 'stopped')).toHaveLength(1);
    expect(genesys.count('stop')).toBe(1);
  });

  it('give ten minutes more once, when two people ask at once', async () => {
    const { id } = genesys.startCall();
    await one.record(`start ${id} for 10m`);
    clock.jump(9.5 * minute);
    await one.tick();
    const job = await one.jobOf(id);
    const answers = await Promise.all([one.extend(job.id), other.extend(job.id, sam)]);
    expect(kinds(answers)).toEqual(['already-extended', 'extended']);
    expect((await one.auditOf(job.id)).filter((line) => line.startsWith('extend'))).toHaveLength(1);
    expect(await one.jobOf(id)).toMatchObject({ deadlineAt: (job.deadlineAt ?? 0) + 10 * minute });
  });

  it('keep each deadline once', async () => {
    const ids = genesys.addCalls(20).map((call) => call.id);
    for (const id of ids) await one.record(`start ${id} for 10m`);
    clock.jump(10 * minute);
    await both((each) => each.tick());
    expect(genesys.count('stop')).toBe(20);
    expect(genesys.countEffects('stop')).toBe(20);
    expect(await one.store.listUnfinishedJobs()).toEqual([]);
  });

  it('warn of each deadline once', async () => {
    const { id } = genesys.startCall();
    await one.record(`start ${id} for 10m`, { userId: 'UADA', channelId: 'COPS', newCardId: 'card-1' });
    await one.store.cardDrawn('card-1', '1.1', 1);
    clock.jump(9.5 * minute);
    await both((each) => each.tick());
    expect(await other.store.listDueReplies(id)).toMatchObject([{ kind: 'warning' }]);
  });

  it('announce each call once, even when both look at once', async () => {
    genesys.addCalls(30);
    await both((each) => each.watch.round());
    const alerts = (await one.store.listStaleCards()).filter(({ card }) => card.channelId === alertChannelId);
    expect(alerts).toHaveLength(30);
  });

  it('leave a start to the one that has it in hand, for as long as it lives', async () => {
    const { id } = genesys.startCall();
    genesys.inject({ on: 'start', fault: { kind: 'slow', ms: 500 } });
    const starting = one.record(`start ${id}`);
    await expect.poll(() => genesys.count('start')).toBe(1);
    for (let second = 0; second < 10; second += 1) {
      await one.upkeep.tick();
      clock.jump(1_000);
      await other.tick();
    }
    expect(genesys.count('jobs')).toBe(0);
    expect(await starting).toMatchObject({ kind: 'started' });
  });

  it('take over a start that the other died of, and adopt it', async () => {
    const { id } = genesys.startCall();
    genesys.inject({ on: 'start', fault: { kind: 'hang', takesEffect: true } });
    const starting = one.record(`start ${id} for 10m`).catch(() => undefined);
    await expect.poll(() => genesys.countEffects('start')).toBe(1);
    const begun = await other.jobOf(id);
    await one.kill();
    clock.jump(4_000);
    await other.tick();
    expect(await other.jobOf(id)).toMatchObject({
      id: begun.id,
      state: 'recording',
      genesysId: genesys.jobs[0]?.id,
      deadlineAt: begun.deadlineAt,
    });
    expect(await other.auditOf(begun.id)).toEqual(['start asked UADA', 'start done UADA']);
    await starting;
  });

  it('take over a stop that the other died of, and it counts as done by who asked for it', async () => {
    const { id } = genesys.startCall();
    await one.record(`start ${id}`);
    genesys.inject({ on: 'stop', fault: { kind: 'hang', takesEffect: true } });
    const stopping = one.record(`stop ${id}`, sam).catch(() => undefined);
    await expect.poll(() => genesys.countEffects('stop')).toBe(1);
    await one.kill();
    clock.jump(4_000);
    await other.tick();
    expect(await other.jobOf(id)).toMatchObject({ state: 'stopped', stoppedBy: { userId: 'USAM' } });
    await stopping;
  });

  it('take over a deadline that the other died of before it could ask', async () => {
    const { id } = genesys.startCall();
    await one.record(`start ${id} for 10m`);
    clock.jump(10 * minute);
    const now = clock.now();
    expect(await one.store.claimDueJobs(now, now + 3_000, 50)).toHaveLength(1);
    await one.kill();
    await other.tick();
    expect(genesys.count('stop')).toBe(0);
    clock.jump(3_000);
    await other.tick();
    expect(await other.jobOf(id)).toMatchObject({ state: 'stopped', stoppedBy: { kind: 'bot' } });
  });

  it('accept what the slower one brings about after it was given up for dead', async () => {
    const { id } = genesys.startCall();
    genesys.inject({ on: 'start', fault: { kind: 'slow', ms: 900 } });
    const starting = one.record(`start ${id} for 10m`);
    await expect.poll(() => genesys.count('start')).toBe(1);
    const begun = await one.jobOf(id);
    await other.store.changeJob(
      begun.id,
      ['starting'],
      { state: 'failed', finishedAt: clock.now(), retryAt: null },
      clock.now(),
    );
    expect(await starting).toMatchObject({ kind: 'started', job: { state: 'recording' } });
    const job = await other.jobOf(id);
    expect(job).toMatchObject({
      state: 'recording',
      deadlineAt: begun.deadlineAt,
      startedBy: begun.startedBy,
    });
    expect(job.id).not.toBe(begun.id);
  });

  it('ask Genesys for calls and recordings one at a time', async () => {
    await both((each) => each.watchTick());
    expect([genesys.count('calls'), genesys.count('jobs')]).toEqual([1, 1]);
    for (let second = 0; second < 30; second += 1) {
      clock.jump(1_000);
      await both((each) => each.watchTick());
    }
    const asking = [one, other].filter((each) => each.watch.state?.lastPollAt != null);
    expect(asking).toHaveLength(1);
  });

  it('stay with one reader although its look takes longer than the lease', async () => {
    genesys.inject({ on: 'jobs', fault: { kind: 'slow', ms: 600 } });
    await one.watch.tick();
    await expect.poll(() => genesys.count('jobs')).toBe(1);
    for (let second = 0; second < 12; second += 1) {
      clock.jump(1_000);
      await one.watch.tick();
      await other.watchTick();
    }
    expect(genesys.count('jobs')).toBe(1);
    await one.watch.settled();
  });

  it('have another reader within 15 s of the death of the one', async () => {
    await one.watchTick();
    await other.watchTick();
    await one.kill();
    const diedAt = clock.now();
    while (genesys.count('jobs') === 1 && clock.now() < diedAt + 60_000) {
      clock.jump(1_000);
      await other.watchTick();
    }
    expect(genesys.count('jobs')).toBe(2);
    expect(clock.now() - diedAt).toBeLessThanOrEqual(15_000);
  });

  it('have another reader at once when the one is stopped', async () => {
    one.watch.start();
    await expect.poll(() => genesys.count('jobs')).toBe(1);
    await one.watch.stop();
    await other.watchTick();
    expect(genesys.count('jobs')).toBe(2);
  });

  it('conclude nothing from a listing that another one’s have followed', async () => {
    const { id } = genesys.startCall();
    await one.record(`start ${id}`);
    genesys.stopRecordingElsewhere(id);
    clock.jump(1_000);
    await one.watchTick();
    clock.jump(11_000);
    await other.watchTick();
    await one.watchTick();
    expect(one.watch.state).toMatchObject({ lastPollAt: null, problem: null });
    expect(await one.jobOf(id)).toMatchObject({ state: 'recording' });
    clock.jump(12_000);
    await one.watchTick();
    expect(await one.jobOf(id)).toMatchObject({ state: 'recording' });
  });
});
