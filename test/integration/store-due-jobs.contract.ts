/** What time alone makes due, also when several processes look at the same moment. */
import { describe, expect, it } from 'vitest';
import type { AuditEntry, JobState, RecordingJob } from '../../src/core/model.js';
import type { JobChange } from '../../src/core/ports.js';
import { sampleAudit, sampleJob, storeOf } from '../support/store-samples.js';
import type { Bench } from './store.contract.js';

export function describeDueJobs(bench: Bench): void {
  const begin = async (job: Parameters<typeof sampleJob>[0], channelId?: string): Promise<RecordingJob> => {
    const card = channelId === undefined ? undefined : { id: `card-${job?.id}`, channelId };
    return (await bench.store.beginJob(sampleJob({ state: 'recording', ...job }), sampleAudit(), card)).job;
  };
  const find = async (id: string) => {
    const job = await bench.store.findJob(id);
    if (!job) throw new Error(`no job ${id}`);
    return job;
  };
  const version = async (id = 'call-1') => (await bench.store.findConversation(id))?.version;

  it('hands out unfinished jobs whose time has come, the longest overdue first and no more than wanted', async () => {
    const times: [id: string, deadlineAt: number | null, retryAt: number | null][] = [
      ['deadline-come', 2_000, null],
      ['deadline-ahead', 2_001, null],
      ['retry-come', 9_000, 1_999],
      ['retry-ahead-of-deadline', 1_000, 2_001],
      ['never', null, null],
    ];
    for (const [id, deadlineAt, retryAt] of times) {
      await begin({ id, conversationId: id, deadlineAt, retryAt });
    }
    await begin({ id: 'finished', conversationId: 'f', state: 'stopped', deadlineAt: 1, retryAt: 1 });
    const longest = { id: 'longest', state: 'stopping', deadlineAt: 1_500, createdAt: 9_000 } as const;
    await begin({ ...longest, conversationId: 'o' });
    const claim = async (limit: number) =>
      (await bench.store.claimDueJobs(2_000, 5_000, limit)).map(({ id }) => id);
    expect(await claim(0)).toEqual([]);
    expect(await claim(2)).toEqual(['longest', 'retry-come']);
    expect(await claim(10)).toEqual(['deadline-come']);
    expect(await claim(10)).toEqual([]);
  });

  it('hands a job out again when the time it was reserved for has passed', async () => {
    const job = await begin({ id: 'j1', deadlineAt: 2_000 });
    expect(await bench.store.claimDueJobs(2_000, 5_000, 9)).toEqual([{ ...job, retryAt: 5_000 }]);
    expect(await find('j1')).toEqual({ ...job, retryAt: 5_000 });
    expect(await bench.store.claimDueJobs(4_999, 8_000, 9)).toEqual([]);
    expect(await bench.store.claimDueJobs(5_000, 8_000, 9)).toEqual([{ ...job, retryAt: 8_000 }]);
  });

  it('leaves cards as they are when a job is handed out or held', async () => {
    await begin({ id: 'j1', state: 'stopping', retryAt: 1_500 }, 'C1');
    const { cards, conversations } = await bench.everything();
    await bench.store.claimDueJobs(2_000, 5_000, 9);
    await bench.store.holdJobs(['j1'], 6_000);
    expect(await bench.everything()).toMatchObject({ cards, conversations });
  });

  it('hands each job to one of many who ask at once', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `j${index}`);
    for (const id of ids) await begin({ id, conversationId: id, deadlineAt: 1_500 });
    const claims = await Promise.all(
      Array.from({ length: 12 }, (_, index) => storeOf(bench, index).claimDueJobs(2_000, 5_000, 10)),
    );
    for (const claim of claims) expect(claim.length).toBeLessThanOrEqual(10);
    const rest = await bench.store.claimDueJobs(2_000, 5_000, 100);
    const claimed = [...claims.flat(), ...rest].map(({ id }) => id);
    expect(claimed.toSorted()).toEqual(ids.toSorted());
  });

  it('hands out jobs while others finish them, without a deadlock', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `j${index}`);
    for (const id of ids) await begin({ id, conversationId: id, deadlineAt: 1_500 }, 'C1');
    const work = ids.flatMap((id, index) => [
      storeOf(bench, index).claimDueJobs(2_000, 2_000, 20),
      storeOf(bench, index).holdJobs(ids, 2_000 + index),
      storeOf(bench, index + 1).changeJob(id, ['recording'], { state: 'stopped', finishedAt: 2_000 }, 2_000),
    ]);
    await Promise.all(work);
    expect(await bench.store.listUnfinishedJobs()).toEqual([]);
  });

  it.each<[JobState, number | null, number]>([
    ['starting', 2_000, 3_000],
    ['stopping', 2_000, 3_000],
    ['starting', null, 3_000],
    ['stopping', 4_000, 4_000],
  ])('holds a job in %s until then, but never shorter: from %s to %s', async (state, retryAt, held) => {
    const job = await begin({ id: 'j1', state, retryAt });
    await bench.store.holdJobs(['j1', 'unknown'], 3_000);
    expect(await find('j1')).toEqual({ ...job, retryAt: held });
  });

  it.each<JobState>(['recording', 'paused', 'stopped', 'failed', 'ended'])(
    'holds no job that is %s: nobody is at work on it',
    async (state) => {
      const job = await begin({ id: 'j1', state, retryAt: 2_000 });
      await bench.store.holdJobs(['j1'], 3_000);
      await bench.store.holdJobs([], 3_000);
      expect(await find('j1')).toEqual(job);
    },
  );

  it('warns once of each deadline, on each card that shows the job', async () => {
    await begin({ id: 'j1', deadlineAt: 100_000 }, 'C1');
    await bench.store.seeCalls([{ conversationId: 'call-1', ...unknown }], 1_000, {
      ...{ channelId: 'C-alerts', newId: () => 'alert' },
    });
    await bench.store.cardDrawn('card-j1', '1.1', 9);
    await bench.store.cardDrawn('alert', '1.2', 9);
    expect(await bench.store.warnOfDeadlines(39_999, 60_000)).toEqual([]);
    expect(await bench.store.warnOfDeadlines(40_000, 60_000)).toEqual(['call-1']);
    expect(await bench.store.warnOfDeadlines(40_001, 60_000)).toEqual([]);
    const job = await find('j1');
    expect(job.warnedFor).toBe(100_000);
    const due = await bench.store.listDueReplies();
    expect(due.map(({ kind, card, job: { id }, attemptedAt }) => [kind, card.id, id, attemptedAt])).toEqual([
      ['warning', 'card-j1', 'j1', null],
      ['warning', 'alert', 'j1', null],
    ]);
    expect(due[0]?.job).toEqual(job);
  });

  it('warns again after the deadline was moved, and tells both apart from the outcome', async () => {
    await begin({ id: 'j1', deadlineAt: 100_000 }, 'C1');
    await bench.store.cardDrawn('card-j1', '1.1', 9);
    const send = async () => {
      const due = await bench.store.listDueReplies();
      for (const { id } of due) await bench.store.replySent(id, '2.1');
      return due.map(({ kind }) => kind);
    };
    await bench.store.warnOfDeadlines(90_000, 60_000);
    expect(await send()).toEqual(['warning']);
    await bench.store.changeJob('j1', ['recording'], { deadlineAt: 700_000 }, 91_000);
    expect(await bench.store.warnOfDeadlines(92_000, 60_000)).toEqual([]);
    expect(await bench.store.warnOfDeadlines(640_000, 60_000)).toEqual(['call-1']);
    expect(await send()).toEqual(['warning']);
    await bench.store.changeJob('j1', ['recording'], { state: 'stopped' }, 700_000);
    expect(await send()).toEqual(['finished']);
  });

  describe('a warning that is over', () => {
    const dueNow = async () =>
      (await bench.store.listDueReplies()).map(({ kind, isOver }) => (isOver ? `${kind}, over` : kind));
    const over = async (conversationId?: string) =>
      (await bench.store.listOverWarnings(conversationId)).map(({ ts, extendedBy }) => [ts, extendedBy]);
    const change = (given: JobChange, audit?: AuditEntry, at = 91_000) =>
      bench.store.changeJob('j1', ['recording', 'stopping'], given, at, audit);
    const sendAll = async (ts: string) => {
      for (const { id } of await bench.store.listDueReplies()) await bench.store.replySent(id, ts);
    };
    /** A recording that was warned of, with its card in Slack. */
    const warn = async () => {
      await begin({ id: 'j1', deadlineAt: 100_000 }, 'C1');
      await bench.store.cardDrawn('card-j1', '1.1', 9);
      await bench.store.warnOfDeadlines(90_000, 60_000);
    };
    const byAda = { kind: 'person', userId: 'UADA' } as const;
    const extending = () =>
      sampleAudit({ action: 'extend', outcome: 'done', actor: byAda, jobId: 'j1', at: 91_000 });

    it.each<JobState>(['stopped', 'ended', 'failed'])(
      'because its recording is %s before it was sent, is not sent and can be forgotten',
      async (state) => {
        await warn();
        await change({ state });
        const [warning] = await bench.store.listDueReplies();
        expect(warning).toMatchObject({ kind: 'warning', isOver: true });
        expect(await over()).toEqual([]);
        await bench.store.forgetReply(warning?.id ?? '');
        await sendAll('2.1');
        expect((await bench.everything()).replies.map(({ kind }) => kind)).toEqual(
          state === 'failed' ? [] : ['finished'],
        );
      },
    );

    it('because the deadline has moved before it was sent, makes way for the next', async () => {
      await warn();
      await change({ deadlineAt: 120_000 }, extending());
      expect(await dueNow()).toEqual(['warning, over']);
      await bench.store.warnOfDeadlines(92_000, 60_000);
      expect(await dueNow()).toEqual(['warning, over', 'warning']);
      await change({ state: 'ended' });
      expect(await dueNow()).toEqual(['warning, over', 'finished', 'warning, over']);
    });

    it.each<JobState>(['stopped', 'ended', 'failed'])(
      'because its recording is %s, is to lose its buttons until it is forgotten',
      async (state) => {
        await warn();
        await sendAll('2.1');
        expect(await over()).toEqual([]);
        await change({ state });
        const [warning] = await bench.store.listOverWarnings('call-1');
        expect(warning).toEqual({
          id: 'card-j1/j1/100000',
          kind: 'warning',
          ts: '2.1',
          card: await bench.store.findCard('C1', '1.1'),
          job: await find('j1'),
          extendedBy: null,
        });
        expect(await over('call-2')).toEqual([]);
        await bench.store.forgetReply(warning?.id ?? '');
        expect(await over()).toEqual([]);
        expect(await bench.store.warnOfDeadlines(92_000, 60_000)).toEqual([]);
      },
    );

    it('because somebody gave the recording more time, says who it was', async () => {
      await warn();
      await sendAll('2.1');
      await change({ deadlineAt: 700_000 }, extending());
      expect(await over()).toEqual([['2.1', byAda]]);
      await change({ state: 'ended' });
      expect(await over()).toEqual([['2.1', byAda]]);
    });

    it('tells only of its own deadline: the next one was not moved', async () => {
      await warn();
      await sendAll('2.1');
      await change({ deadlineAt: 120_000 }, extending());
      await bench.store.warnOfDeadlines(92_000, 60_000);
      await sendAll('2.2');
      expect(await over()).toEqual([['2.1', byAda]]);
      await change({ state: 'stopped' });
      expect(await over()).toEqual([
        ['2.1', byAda],
        ['2.2', null],
      ]);
    });

    it('is not yet, while its recording is being stopped: Genesys may refuse that', async () => {
      await warn();
      await change({ state: 'stopping' });
      expect([await dueNow(), await over()]).toEqual([[], []]);
      await change({ state: 'recording' });
      expect([await dueNow(), await over()]).toEqual([['warning'], []]);
      await sendAll('2.1');
      await change({ state: 'stopping' });
      expect(await over()).toEqual([]);
      await change({ state: 'stopped' });
      expect(await over()).toEqual([['2.1', null]]);
    });

    it('goes with its card', async () => {
      await warn();
      await sendAll('2.1');
      await change({ state: 'ended' });
      await bench.store.dropCard('card-j1');
      expect(await over()).toEqual([]);
    });
  });

  it('warns of a recording that was to be longer than the time of the warning, if only just', async () => {
    await begin({ id: 'just', deadlineAt: 100_000, createdAt: 39_999 }, 'C1');
    expect(await bench.store.warnOfDeadlines(40_000, 60_000)).toEqual(['call-1']);
  });

  it.each<[string, Partial<RecordingJob>]>([
    ['was to be shorter than the time of the warning', { createdAt: 50_001 }],
    ['was to be exactly that long: its card has just said when it ends', { createdAt: 50_000 }],
    ['has no deadline', { deadlineAt: null }],
    ['should have ended already', { deadlineAt: 60_000 }],
    ['ends later', { deadlineAt: 120_001 }],
    ['is being stopped', { state: 'stopping' }],
    ['has not started', { state: 'starting' }],
    ['is over', { state: 'stopped' }],
  ])('warns nobody of a recording that %s', async (_, job) => {
    await begin({ id: 'j1', deadlineAt: 110_000, createdAt: 1_000, ...job }, 'C1');
    const before = await bench.everything();
    expect(await bench.store.warnOfDeadlines(60_000, 60_000)).toEqual([]);
    expect(await bench.everything()).toEqual(before);
  });

  it('warns once when many look at the same moment, while cards come and go', async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `j${index}`);
    for (const id of ids) await begin({ id, conversationId: id, deadlineAt: 100_000 }, 'C1');
    const drop = ids.map((id, index) => storeOf(bench, index).dropCard(`card-${id}`));
    const warned = await Promise.all(
      Array.from({ length: 6 }, (_, index) => storeOf(bench, index).warnOfDeadlines(90_000, 60_000)),
    );
    await Promise.all(drop);
    expect(warned.flat().toSorted()).toEqual(ids);
  });

  it('makes a card stale at each quarter of a recording’s time, once', async () => {
    await begin({ id: 'j1', createdAt: 0, recordingSince: 1_000, deadlineAt: 401_000 }, 'C1');
    const advance = (now: number) => bench.store.advanceProgress(now, 30_000);
    expect(await advance(100_999)).toEqual([]);
    expect([await advance(101_000), await version()]).toEqual([['call-1'], 2]);
    expect([await advance(101_001), await advance(200_999), await version()]).toEqual([[], [], 2]);
    await bench.store.cardDrawn('card-j1', '1.1', 2);
    expect(await advance(201_000)).toEqual(['call-1']);
    expect((await bench.store.listStaleCards()).map(({ card }) => card.id)).toEqual(['card-j1']);
  });

  it('makes a card stale no more often than wanted, however short the recording', async () => {
    await begin({ id: 'j1', recordingSince: 1_000, deadlineAt: 61_000 }, 'C1');
    expect(await bench.store.advanceProgress(30_999, 30_000)).toEqual([]);
    expect(await bench.store.advanceProgress(31_000, 30_000)).toEqual(['call-1']);
    expect(await bench.store.advanceProgress(60_999, 30_000)).toEqual([]);
  });

  it.each<[string, Partial<RecordingJob>]>([
    ['without a deadline', { deadlineAt: null }],
    ['that is not confirmed', { state: 'starting', recordingSince: null }],
    ['that is over', { state: 'ended' }],
  ])('shows no progress of a recording %s', async (_, job) => {
    await begin({ id: 'j1', recordingSince: 1_000, deadlineAt: 401_000, ...job }, 'C1');
    expect(await bench.store.advanceProgress(301_000, 30_000)).toEqual([]);
  });

  it('makes cards stale once when many look at the same moment', async () => {
    for (const id of ['a', 'b', 'c']) {
      await begin({ id, conversationId: id, recordingSince: 1_000, deadlineAt: 401_000 }, 'C1');
    }
    const advanced = await Promise.all(
      Array.from({ length: 8 }, (_, index) => storeOf(bench, index).advanceProgress(101_000, 30_000)),
    );
    expect(advanced.flat().toSorted()).toEqual(['a', 'b', 'c']);
    expect(await version('a')).toBe(2);
  });
}

const unknown = { caller: null, queue: null, agent: null, startedAt: null, policyRecording: null };
