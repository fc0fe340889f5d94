import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ada, type CoreHarness, createCoreHarness } from '../support/core-harness.js';

const minute = 60_000;

let core: CoreHarness;
beforeEach(async () => {
  core = await createCoreHarness();
});
afterEach(async () => {
  expect(core.genesys.violations).toEqual([]);
  await core.close();
});

/** A recording with a card that is posted and drawn. */
async function recordedCall(text: string) {
  const { id } = core.genesys.startCall();
  await core.record(`start ${id} ${text}`, { ...ada, newCardId: `card-${id}` });
  await draw(id);
  return { id, job: await core.jobOf(id) };
}

async function draw(id: string) {
  for (const { card, conversation } of await core.store.listStaleCards(id)) {
    await core.store.cardDrawn(card.id, '1.1', conversation.version);
  }
}

/** Those that are to be sent. */
const dueReplies = async (id: string) =>
  (await core.store.listDueReplies(id)).filter(({ isOver }) => !isOver);
const repliesOf = async (id: string) => (await dueReplies(id)).map((reply) => reply.kind);
const isStale = async (id: string) => (await core.store.listStaleCards(id)).length > 0;

describe('a warning', () => {
  it('is due in the thread one minute before the end, once', async () => {
    const { id } = await recordedCall('for 10m');
    core.clock.jump(8.5 * minute);
    await core.tick();
    expect(await repliesOf(id)).toEqual([]);
    core.clock.jump(0.6 * minute);
    core.redrawn.length = 0;
    await core.tick();
    await core.tick();
    expect(await repliesOf(id)).toEqual(['warning']);
    expect(core.redrawn).toContain(id);
  });

  it('comes again for a deadline that was moved', async () => {
    const { id, job } = await recordedCall('for 10m');
    core.clock.jump(9.5 * minute);
    await core.tick();
    const [first] = await dueReplies(id);
    await core.extend(job.id);
    await core.tick();
    expect(await repliesOf(id)).toEqual([]);
    core.clock.jump(10 * minute);
    await core.tick();
    const [second] = await dueReplies(id);
    expect([first?.kind, second?.kind]).toEqual(['warning', 'warning']);
    expect(second?.id).not.toBe(first?.id);
  });

  it.each(['50s', '60s'])(
    'does not come for a recording of %s: its card has just said when it ends',
    async (length) => {
      const { id } = await recordedCall(`for ${length}`);
      await core.tick();
      expect(await repliesOf(id)).toEqual([]);
      expect(await core.jobOf(id)).toMatchObject({ warnedFor: null });
    },
  );

  it('comes at once when the bot was down at its time, and not when the deadline has passed too', async () => {
    const late = await recordedCall('for 10m');
    const tooLate = await recordedCall('for 5m');
    core.clock.jump(9.7 * minute);
    await core.restart();
    expect(await repliesOf(late.id)).toEqual(['warning']);
    expect(await repliesOf(tooLate.id)).toEqual(['finished']);
  });
});

describe('progress', () => {
  it('is shown at every quarter of the time', async () => {
    const { id } = await recordedCall('for 8m');
    const seen: boolean[] = [];
    for (let quarter = 1; quarter <= 3; quarter += 1) {
      core.clock.jump(minute);
      await core.tick();
      seen.push(await isStale(id));
      core.clock.jump(minute);
      await core.tick();
      seen.push(await isStale(id));
      await draw(id);
    }
    expect(seen).toEqual([false, true, false, true, false, true]);
  });

  it('is not shown more often than every half minute, however short the recording', async () => {
    const { id } = await recordedCall('for 60s');
    core.clock.jump(20_000);
    await core.tick();
    expect(await isStale(id)).toBe(false);
    core.clock.jump(15_000);
    await core.tick();
    expect(await isStale(id)).toBe(true);
  });

  it('is not shown where there is no deadline', async () => {
    const { id } = core.genesys.startCall();
    core.genesys.startRecordingElsewhere(id);
    await core.watch.round();
    await draw(id);
    core.clock.jump(60 * minute);
    await core.tick();
    expect(await isStale(id)).toBe(false);
  });
});

describe('what is in hand', () => {
  it('is held as long as it is in hand, and left alone', async () => {
    const { id } = core.genesys.startCall();
    core.genesys.inject({ on: 'start', fault: { kind: 'slow', ms: 400 } });
    const starting = core.record(`start ${id}`);
    await expect.poll(() => core.genesys.count('start')).toBe(1);
    core.clock.jump(10_000);
    await core.tick();
    const held = await core.jobOf(id);
    expect(held).toMatchObject({ state: 'starting' });
    expect(held.retryAt).toBeGreaterThan(held.createdAt + 10_000);
    expect(core.genesys.count('jobs')).toBe(0);
    expect(await starting).toMatchObject({ kind: 'started' });
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording', retryAt: null });
  });

  it('does not keep other deadlines waiting', async () => {
    const slow = await recordedCall('for 10m');
    const prompt = await recordedCall('for 10m');
    core.genesys.inject({ on: 'stop', fault: { kind: 'hang' } });
    core.clock.jump(10 * minute);
    await core.upkeep.tick();
    await expect.poll(() => core.genesys.countEffects('stop')).toBe(1);
    await core.upkeep.settled();
    const states = [(await core.jobOf(slow.id)).state, (await core.jobOf(prompt.id)).state];
    expect(states).toContain('stopped');
  });
});

describe('a deadline', () => {
  it('that passed while the bot was down is kept at the first tick after it', async () => {
    const { id } = await recordedCall('for 10m');
    await core.kill();
    core.clock.jump(60 * minute);
    const next = await core.successor();
    await next.tick();
    expect(await next.jobOf(id)).toMatchObject({ state: 'stopped', stoppedBy: { kind: 'bot' } });
    expect(await next.auditOf((await next.jobOf(id)).id)).toEqual([
      'start asked UADA',
      'start done UADA',
      'stop asked bot',
      'stop done bot',
    ]);
  });

  it('is tried with growing pauses in Genesys’s absence until it is kept, and its card says that it is late', async () => {
    const { id } = await recordedCall('for 10m');
    const fault = { kind: 'status', status: 500 } as const;
    core.genesys.inject({ on: 'stop', fault, times: 'until-cleared' });
    core.clock.jump(10 * minute);
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await core.tick();
      const job = await core.jobOf(id);
      expect(job).toMatchObject({ state: 'stopping', retries: attempt, failure: { code: 'UNAVAILABLE' } });
      pauses.push((job.retryAt ?? 0) - job.updatedAt);
      expect(await isStale(id)).toBe(true);
      core.clock.jump((job.retryAt ?? 0) - core.clock.now());
    }
    expect(pauses).toEqual([2_000, 4_000, 8_000]);
    core.genesys.clearFaults();
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'stopped', failure: null });
  });
});

describe('upkeep', () => {
  it('stops within seconds though Genesys does not answer, and leaves the rest to the next process', async () => {
    // Slower than the test waits, so that nothing else ends the request.
    const slow = await createCoreHarness({ timeoutMs: 60_000 });
    const { id } = slow.genesys.startCall();
    await slow.record(`start ${id} for 10m`);
    slow.genesys.inject({ on: 'stop', fault: { kind: 'hang' } });
    slow.clock.jump(10 * minute);
    slow.upkeep.start();
    await expect.poll(() => slow.genesys.count('stop')).toBe(1);
    await slow.upkeep.stop();
    expect(await slow.jobOf(id)).toMatchObject({ state: 'stopping', failure: null, retries: 0 });
    await slow.kill();
    slow.clock.jump(minute);
    const next = await slow.successor();
    await next.tick();
    expect(await next.jobOf(id)).toMatchObject({ state: 'stopped' });
    await slow.close();
  });

  it('forgets deliveries that can no longer come again, and none that can', async () => {
    const at = core.clock.now();
    await core.store.claimDelivery('old', at);
    core.clock.jump(30 * minute);
    await core.tick();
    expect(await core.store.claimDelivery('old', core.clock.now())).toBe(false);
    core.clock.jump(31 * minute);
    await core.tick();
    expect(await core.store.claimDelivery('old', core.clock.now())).toBe(true);
  });

  it('forgets leases of processes that have died', async () => {
    const at = core.clock.now();
    await core.store.takeLease('pace/dead', 'dead', at, at + 10_000);
    core.clock.jump(11 * minute);
    await core.tick();
    expect(await core.store.countLeases('pace/', at)).toBe(0);
  });

  it('says in the log what it could not settle, and goes on', async () => {
    const { id } = core.genesys.startCall();
    core.genesys.inject({ on: 'start', fault: { kind: 'hang' } });
    core.genesys.inject({ on: 'jobs', fault: { kind: 'status', status: 500 } });
    expect(await core.record(`start ${id}`)).toMatchObject({ kind: 'start-pending' });
    core.clock.jump(minute);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'failed' });
    expect(core.logger.lines).toContainEqual({ level: 'warn', message: 'job not settled' });
  });
});
