/** Pauses in the books: what is pending, when a pause ends, and who is reminded of it. */
import { expect, it } from 'vitest';
import type { RecordingJob } from '../../src/core/model.js';
import type { Expected, JobChange, NewJob } from '../../src/core/ports.js';
import { sampleAudit, sampleCall, sampleJob, storeOf } from '../support/store-samples.js';
import type { Bench } from './store.contract.js';

const ada = { kind: 'person', userId: 'UADA' } as const;
const pause = (pauseEndsAt: number): JobChange => ({
  ...{ state: 'paused', pending: null, pausedBy: ada, pausedAt: 10_000 },
  ...{ pauseEndsAt, retryAt: pauseEndsAt },
});

export function describePauses(bench: Bench): void {
  const begin = async (job: Partial<NewJob> = {}): Promise<RecordingJob> => {
    const recording = sampleJob({ id: 'j1', state: 'recording', recordingType: 'policy', ...job });
    return (await bench.store.beginJob(recording, sampleAudit(), { id: 'card', channelId: 'C1' })).job;
  };

  it('keeps what is pending, and by whom, and forgets it again', async () => {
    const job = await begin();
    const asked = await bench.store.changeJob(
      ...(['j1', ['recording'], { pending: 'pause', pendingBy: ada }, 2_000] as const),
    );
    expect(asked).toEqual({ ...job, pending: 'pause', pendingBy: ada, updatedAt: 2_000 });
    const done = await bench.store.changeJob(
      'j1',
      ['recording'],
      { ...pause(70_000), pendingBy: null },
      3_000,
    );
    expect(done).toMatchObject({ pending: null, pendingBy: null, pausedBy: ada, pauseEndsAt: 70_000 });
    expect(await bench.store.findJob('j1')).toEqual(done);
  });

  it('lets one of several orders at the same time through', async () => {
    await begin();
    const orders = await Promise.all(
      (['pause', 'resume', 'pause', 'resume'] as const).map((pending, index) =>
        storeOf(bench, index).changeJob(
          ...(['j1', ['recording'], { pending, pendingBy: ada }, 2_000] as const),
          sampleAudit({ action: pending }),
          { pending: null },
        ),
      ),
    );
    expect(orders.filter((job) => job !== null)).toHaveLength(1);
    expect((await bench.everything()).audit).toHaveLength(2);
  });

  it('puts an order in the place of the opposite one, with the outcome of that, if nobody has touched it', async () => {
    await begin();
    const bob = { kind: 'person', userId: 'UBOB' } as const;
    await bench.store.changeJob(
      ...(['j1', ['recording'], { pending: 'pause', pendingBy: ada, retryAt: 9_000 }, 2_000] as const),
    );
    const before = await bench.everything();
    const overtake = (expected: Expected) =>
      bench.store.changeJob(
        ...(['j1', ['recording'], { pending: 'resume', pendingBy: bob, overtook: ada }, 3_000] as const),
        [sampleAudit({ outcome: 'failed' }), sampleAudit({ outcome: 'asked' })],
        { pending: 'pause', pendingBy: ada, retryAt: 9_000, ...expected },
      );
    for (const other of [{ pending: 'resume' }, { pendingBy: bob }, { retryAt: 8_000 }] as const) {
      expect(await overtake(other)).toBeNull();
    }
    expect(await bench.everything()).toEqual(before);
    const taken = await overtake({});
    expect(taken).toMatchObject({ pending: 'resume', pendingBy: bob, overtook: ada });
    expect(await bench.store.findJob('j1')).toEqual(taken);
    const { audit } = await bench.everything();
    expect(audit.map(({ outcome }) => outcome).slice(-2)).toEqual(['failed', 'asked']);
  });

  it.each<[string, JobChange, object]>([
    ['another pause has been made', pause(80_000), { pauseEndsAt: 70_000 }],
    ['there is no pause any more', { state: 'recording', pauseEndsAt: null }, { pauseEndsAt: 70_000 }],
    ['something is pending', { ...pause(70_000), pending: 'resume' }, { pauseEndsAt: 70_000, pending: null }],
  ])('changes nothing when %s meanwhile', async (_, meanwhile, expected) => {
    await begin();
    await bench.store.changeJob('j1', ['recording'], meanwhile, 2_000);
    const before = await bench.everything();
    const late = { pending: 'resume', pendingBy: { kind: 'bot' } } as const;
    expect(
      await bench.store.changeJob('j1', ['recording', 'paused'], late, 3_000, sampleAudit(), expected),
    ).toBeNull();
    expect(await bench.everything()).toEqual(before);
  });

  it('holds a job with something pending for the process that is at work on it', async () => {
    await begin();
    await bench.store.changeJob('j1', ['recording'], { pending: 'pause', retryAt: 4_000 }, 2_000);
    await bench.store.holdJobs(['j1'], 6_000);
    expect(await bench.store.claimDueJobs(5_999, 9_000, 9)).toEqual([]);
    expect(await bench.store.claimDueJobs(6_000, 9_000, 9)).toMatchObject([{ id: 'j1', pending: 'pause' }]);
  });

  it('hands a pause out when it ends', async () => {
    await begin();
    await bench.store.changeJob('j1', ['recording'], pause(70_000), 2_000);
    await bench.store.holdJobs(['j1'], 99_000);
    expect(await bench.store.claimDueJobs(69_999, 73_000, 9)).toEqual([]);
    expect(await bench.store.claimDueJobs(70_000, 73_000, 9)).toMatchObject([{ id: 'j1', state: 'paused' }]);
  });

  it('reminds of each pause once, a minute before it ends, on every card of its job', async () => {
    await begin();
    await bench.store.cardDrawn('card', '1.1', 9);
    const kinds = async () => (await bench.store.listDueReplies()).map(({ kind }) => kind);
    await bench.store.changeJob('j1', ['recording'], pause(100_000), 10_000);
    expect(await bench.store.warnOfPauses(39_999, 60_000)).toEqual([]);
    expect(await bench.store.warnOfPauses(40_000, 60_000)).toEqual(['call-1']);
    expect(await bench.store.warnOfPauses(40_001, 60_000)).toEqual([]);
    expect(await kinds()).toEqual(['pause-warning']);
    await bench.store.changeJob('j1', ['paused'], { state: 'recording', pauseEndsAt: null }, 50_000);
    const [unsent] = await bench.store.listDueReplies();
    expect(unsent).toMatchObject({ kind: 'pause-warning', isOver: true });
    await bench.store.forgetReply(unsent?.id ?? '');
    await bench.store.changeJob('j1', ['recording'], pause(120_000), 55_000);
    expect(await bench.store.warnOfPauses(60_000, 60_000)).toEqual(['call-1']);
    expect(await kinds()).toEqual(['pause-warning']);
  });

  it('takes the buttons from a reminder whose pause has ended, until it is forgotten', async () => {
    await begin();
    await bench.store.cardDrawn('card', '1.1', 9);
    await bench.store.changeJob('j1', ['recording'], pause(100_000), 10_000);
    await bench.store.warnOfPauses(50_000, 60_000);
    for (const { id } of await bench.store.listDueReplies()) await bench.store.replySent(id, '2.1');
    expect(await bench.store.listOverWarnings()).toEqual([]);
    await bench.store.changeJob('j1', ['paused'], { state: 'recording', pauseEndsAt: null }, 60_000);
    const over = await bench.store.listOverWarnings('call-1');
    expect(over).toMatchObject([{ kind: 'pause-warning', ts: '2.1', extendedBy: null }]);
    await bench.store.forgetReply(over[0]?.id ?? '');
    expect(await bench.store.listOverWarnings()).toEqual([]);
  });

  it.each<[string, JobChange]>([
    ['was to be shorter than the time of the reminder', { ...pause(69_999) }],
    ['nobody here has made', { ...pause(0), pauseEndsAt: null }],
    ['should have ended already', pause(30_000)],
    ['ends later', pause(120_001)],
    ['is over', { ...pause(110_000), state: 'recording' }],
  ])('reminds nobody of a pause that %s', async (_, change) => {
    await begin();
    await bench.store.changeJob('j1', ['recording'], change, 2_000);
    const before = await bench.everything();
    expect(await bench.store.warnOfPauses(60_000, 60_000)).toEqual([]);
    expect(await bench.everything()).toEqual(before);
  });

  it('keeps what Genesys records by policy, also when a listing does not tell', async () => {
    const seen = (policyRecording: 'active' | 'paused' | null, at: number) =>
      bench.store.seeCalls([sampleCall({ policyRecording })], at);
    expect(await seen('active', 600)).toEqual(['call-1']);
    expect(await seen(null, 700)).toEqual([]);
    expect(await bench.store.findConversation('call-1')).toMatchObject({ policyRecording: 'active' });
    expect(await bench.store.findConversation('call-1')).toMatchObject({ policySince: 600 });
    expect(await seen('paused', 800)).toEqual(['call-1']);
    expect(await seen('paused', 900)).toEqual([]);
    expect(await bench.store.findConversation('call-1')).toMatchObject({
      ...{ policyRecording: 'paused', policySince: 800 },
    });
  });

  it('keeps queue and agent when whoever tells knows only some of the call', async () => {
    await bench.store.seeCalls([sampleCall({ agent: 'Ann' })], 600);
    const bare = { queue: null, agent: null, startedAt: null };
    expect(await bench.store.seeCalls([sampleCall({ ...bare, partly: true })], 700)).toEqual([]);
    expect(await bench.store.seeCalls([sampleCall(bare)], 800)).toEqual(['call-1']);
    expect(await bench.store.findConversation('call-1')).toMatchObject({ queue: null, agent: null });
  });

  it('does not take a call for up again by a look that was begun before its end', async () => {
    await bench.store.seeCalls([sampleCall()], 600);
    await bench.store.endCalls(['call-1'], 900);
    expect(await bench.store.seeCalls([sampleCall()], 900)).toEqual([]);
    expect(await bench.store.findConversation('call-1')).toMatchObject({ endedAt: 900 });
    expect(await bench.store.seeCalls([sampleCall()], 901)).toEqual(['call-1']);
  });
}
