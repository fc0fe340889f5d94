import { expect, it } from 'vitest';
import type { JobState, RecordingJob } from '../../src/core/model.js';
import { sampleAudit, sampleCall, sampleJob, storeOf } from '../support/store-samples.js';
import type { Bench } from './store.contract.js';

export function describeJobs(bench: Bench): void {
  const begin = async (job: Parameters<typeof sampleJob>[0] = {}) =>
    (await bench.store.beginJob(sampleJob(job), sampleAudit({ jobId: job.id ?? null }))).job;

  it('begins a job with its audit entry and its card in one go', async () => {
    const job = sampleJob({ id: 'j1', startReason: 'a complaint', channelId: 'C1', deadlineAt: 9_000 });
    const audit = sampleAudit({ id: 'a1', jobId: 'j1', reason: 'a complaint' });
    const expected: RecordingJob = {
      id: 'j1',
      genesysId: null,
      conversationId: 'call-1',
      recordingType: 'job',
      state: 'starting',
      startedBy: { kind: 'person', userId: 'U1' },
      startReason: 'a complaint',
      channelId: 'C1',
      createdAt: 1_000,
      recordingSince: null,
      adopted: false,
      deadlineAt: 9_000,
      pending: null,
      pendingBy: null,
      overtook: null,
      pausedBy: null,
      pausedAt: null,
      pauseEndsAt: null,
      stoppedBy: null,
      stopReason: null,
      finishedAt: null,
      callWentOn: false,
      failure: null,
      retryAt: null,
      retries: 0,
      warnedFor: null,
      updatedAt: 1_000,
    };
    const begun = await bench.store.beginJob(job, audit, { id: 'card', channelId: 'C1' });
    expect(begun).toEqual({ begun: true, job: expected });
    expect(await bench.store.findJob('j1')).toEqual(expected);
    expect(await bench.everything()).toEqual({
      conversations: [
        {
          ...{ id: 'call-1', caller: null, queue: null, agent: null, started_at: null },
          ...{
            version: 1,
            first_seen_at: 1_000,
            seen_at: null,
            ended_at: null,
            policy_recording: null,
            policy_since: null,
            reported_at: null,
          },
        },
      ],
      jobs: [
        {
          ...{ seq: 1, id: 'j1', genesys_id: null, conversation_id: 'call-1', state: 'starting' },
          ...{ started_by: 'person:U1', start_reason: 'a complaint', channel_id: 'C1', created_at: 1_000 },
          ...{ recording_since: null, adopted: 0, deadline_at: 9_000, stopped_by: null, stop_reason: null },
          ...{ finished_at: null, failure: null, retry_at: null, retries: 0, updated_at: 1_000 },
          ...{ warned_for: null, progress_at: null, recording_type: 'job', pending: null, pending_by: null },
          ...{ overtook: null, call_went_on: 0, paused_by: null, paused_at: null, pause_ends_at: null },
        },
      ],
      cards: [
        {
          ...{ seq: 1, id: 'card', channel_id: 'C1', ts: null, conversation_id: 'call-1', job_id: 'j1' },
          ...{ drawn_version: 0, wanted_version: 1, attempted_at: null, revived: 0 },
          ...{ claimed_by: null, claimed_until: null },
        },
      ],
      replies: [],
      audit: [
        {
          ...{ seq: 1, id: 'a1', at: 1_000, actor: 'person:U1', action: 'start', outcome: 'asked' },
          ...{ conversation_id: 'call-1', job_id: 'j1', channel_id: 'C1', reason: 'a complaint' },
          ...{ code: null, reference: null },
        },
      ],
      deliveries: [],
      leases: [],
    });
  });

  it('keeps every field of a job that Genesys was running already', async () => {
    const job = sampleJob({
      ...{ id: 'j1', genesysId: 'g1', state: 'recording', startedBy: { kind: 'genesys' }, adopted: true },
      ...{ recordingSince: 1_000, retryAt: 2_000, retries: 3 },
    });
    const { job: kept } = await bench.store.beginJob(job, sampleAudit());
    expect(kept).toMatchObject(job);
  });

  it.each<JobState>(['starting', 'recording', 'paused', 'stopping'])(
    'begins no second job while one is %s, and writes nothing',
    async (state) => {
      const standing = await begin({ id: 'j1', state });
      const before = await bench.everything();
      const second = await bench.store.beginJob(sampleJob({ id: 'j2' }), sampleAudit(), {
        id: 'card',
        channelId: 'C1',
      });
      expect(second).toEqual({ begun: false, job: standing });
      expect(await bench.everything()).toEqual(before);
    },
  );

  it.each<JobState>(['stopped', 'failed', 'ended'])('begins another job after one is %s', async (state) => {
    await begin({ id: 'j1', state });
    const { begun } = await bench.store.beginJob(sampleJob({ id: 'j2' }), sampleAudit());
    expect(begun).toBe(true);
  });

  it('begins no job for a recording that it knows to run, whatever the conversation, and writes nothing', async () => {
    const known = await begin({ id: 'j1', genesysId: 'g1', state: 'stopping' });
    const before = await bench.everything();
    const again = sampleJob({ id: 'j2', genesysId: 'g1', conversationId: 'call-2', state: 'recording' });
    expect(await bench.store.beginJob(again, sampleAudit())).toEqual({ begun: false, job: known });
    expect(await bench.everything()).toEqual(before);
  });

  it('begins a job anew for a recording that it took for ended, and finds that one by the name', async () => {
    await begin({ id: 'j1', genesysId: 'g1', state: 'ended', createdAt: 9 });
    const again = await begin({ id: 'j2', genesysId: 'g1', state: 'recording', createdAt: 5 });
    expect(await bench.store.findJob('g1')).toEqual(again);
    await bench.store.changeJob('j2', ['recording'], { state: 'ended' }, 10);
    expect((await bench.store.findJob('g1'))?.id).toBe('j1');
  });

  it('begins one job when two hundred are wanted at once, and tells all others which', async () => {
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        storeOf(bench, index).beginJob(
          sampleJob({ startedBy: { kind: 'person', userId: `U${index}` } }),
          sampleAudit(),
        ),
      ),
    );
    const winners = results.filter(({ begun }) => begun);
    expect(winners).toHaveLength(1);
    expect(new Set(results.map(({ job }) => job.id))).toEqual(new Set([winners[0]?.job.id]));
    const { jobs, audit, conversations } = await bench.everything();
    expect([jobs.length, audit.length, conversations.map(({ version }) => version)]).toEqual([1, 1, [1]]);
  });

  it('begins one job when one recording is found under two conversations at once', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        storeOf(bench, index).beginJob(
          sampleJob({ genesysId: 'g1', conversationId: `call-${index}`, state: 'recording' }),
          sampleAudit(),
        ),
      ),
    );
    expect(results.filter(({ begun }) => begun)).toHaveLength(1);
    expect((await bench.everything()).conversations).toHaveLength(1);
  });

  it('lets one change win when many are wanted at once', async () => {
    await begin({ id: 'j1', state: 'recording' });
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        storeOf(bench, index).changeJob(
          ...(['j1', ['recording', 'paused'], { state: 'stopping' }, 2_000 + index] as const),
          sampleAudit({ action: 'stop' }),
        ),
      ),
    );
    const winners = results.filter((job) => job !== null);
    expect(winners).toHaveLength(1);
    expect(await bench.store.findJob('j1')).toEqual(winners[0]);
    expect(await bench.db.query("SELECT id FROM audit WHERE action = 'stop'")).toHaveLength(1);
    expect((await bench.store.findConversation('call-1'))?.version).toBe(2);
  });

  it('changes only what is named, says when, and adds the audit entry', async () => {
    const job = await begin({ id: 'j1', startReason: 'why', deadlineAt: 9_000 });
    const failure = { code: 'RATE_LIMITED', message: 'Wait “5 s”.', cure: null, reference: 'r' };
    const change = {
      state: 'recording',
      genesysId: 'g1',
      recordingSince: 1_900,
      adopted: true,
      failure,
    } as const;
    const audit = sampleAudit({ id: 'done', at: 2_000, outcome: 'done', jobId: 'j1' });
    const changed = await bench.store.changeJob('j1', ['starting'], change, 2_000, audit);
    expect(changed).toEqual({ ...job, ...change, updatedAt: 2_000 });
    expect(await bench.store.findJob('j1')).toEqual(changed);
    expect(await bench.store.listAudit('j1')).toContainEqual(audit);

    const stopping = {
      state: 'stopping',
      stoppedBy: { kind: 'bot' },
      stopReason: 'time',
      failure: null,
    } as const;
    expect(await bench.store.changeJob('j1', ['recording'], stopping, 3_000)).toEqual({
      ...(changed as RecordingJob),
      ...stopping,
      updatedAt: 3_000,
    });
  });

  it('changes nothing in another state or of another job, and writes nothing', async () => {
    await begin({ id: 'j1', state: 'stopped' });
    const before = await bench.everything();
    const change = [{ state: 'stopping' }, 2_000, sampleAudit()] as const;
    expect(await bench.store.changeJob('j1', ['starting', 'recording'], ...change)).toBeNull();
    expect(await bench.store.changeJob('j1', [], ...change)).toBeNull();
    expect(await bench.store.changeJob('j2', ['stopped'], ...change)).toBeNull();
    expect(await bench.everything()).toEqual(before);
  });

  it('refuses to give a job the name of another job’s recording, and says which', async () => {
    await begin({ id: 'j1', genesysId: 'g1', conversationId: 'call-2', state: 'recording' });
    await begin({ id: 'j2' });
    const before = await bench.everything();
    const named = bench.store.changeJob('j2', ['starting'], { genesysId: 'g1', state: 'recording' }, 2_000);
    await expect(named).rejects.toMatchObject({ code: 'STATE_CONFLICT', cure: 'See /record status g1' });
    expect(await bench.everything()).toEqual(before);
    expect(await bench.store.changeJob('j1', ['recording'], { genesysId: 'g1' }, 2_000)).not.toBeNull();
  });

  it('undoes a change whose audit entry cannot be written', async () => {
    await begin({ id: 'j1' });
    await bench.store.appendAudit(sampleAudit({ id: 'a1' }));
    const before = await bench.everything();
    const audit = sampleAudit({ id: 'a1' });
    await expect(
      bench.store.changeJob('j1', ['starting'], { state: 'failed' }, 2_000, audit),
    ).rejects.toThrow(/audit/);
    await expect(bench.store.beginJob(sampleJob({ conversationId: 'call-2' }), audit)).rejects.toThrow(
      /audit/,
    );
    expect(await bench.everything()).toEqual(before);
  });

  it('finds a job by either id, and none by another', async () => {
    const job = await begin({ id: 'j1', genesysId: 'g1' });
    expect(await bench.store.findJob('j1')).toEqual(job);
    expect(await bench.store.findJob('g1')).toEqual(job);
    expect(await bench.store.findJob('call-1')).toBeNull();
  });

  it('takes an id for its own before it takes it for one of Genesys', async () => {
    await begin({ id: 'j1', genesysId: 'both', conversationId: 'call-1' });
    const own = await begin({ id: 'both', conversationId: 'call-2' });
    expect(await bench.store.findJob('both')).toEqual(own);
  });

  it('finds the unfinished job of a conversation, else the newest, also of those begun in one millisecond', async () => {
    expect(await bench.store.findJobOf('call-1')).toBeNull();
    await begin({ id: 'old', state: 'ended', createdAt: 1 });
    await begin({ id: 'z', state: 'ended', createdAt: 5 });
    await begin({ id: 'a', state: 'ended', createdAt: 5 });
    await begin({ id: 'other', conversationId: 'call-2', createdAt: 9 });
    expect((await bench.store.findJobOf('call-1'))?.id).toBe('a');
    await begin({ id: 'running', state: 'paused', createdAt: 2 });
    expect((await bench.store.findJobOf('call-1'))?.id).toBe('running');
  });

  it('lists unfinished jobs, oldest first', async () => {
    const states: JobState[] = ['stopping', 'paused', 'stopped', 'recording', 'failed', 'starting', 'ended'];
    for (const [index, state] of states.entries()) {
      await begin({ id: state, state, conversationId: `call-${index}`, createdAt: 100 - index });
    }
    const ids = (await bench.store.listUnfinishedJobs()).map(({ id }) => id);
    expect(ids).toEqual(['starting', 'recording', 'paused', 'stopping']);
    const first = await bench.store.listUnfinishedJobs(3);
    expect(first.map(({ id }) => id)).toEqual(['starting', 'recording', 'paused']);
    expect(await bench.store.countUnfinishedJobs()).toEqual({ total: 4, paused: 1 });
    expect(await bench.store.countUnfinishedJobs(3)).toMatchObject({ total: 3 });
    expect(await bench.store.countUnfinishedJobs(5)).toEqual({ total: 4, paused: 1 });
    await bench.store.changeJob('recording', ['recording'], { state: 'paused' }, 200);
    expect(await bench.store.countUnfinishedJobs()).toEqual({ total: 4, paused: 2 });
  });

  it('lists the unfinished jobs of some conversations, however many are asked for', async () => {
    expect(await bench.store.listUnfinishedJobsOf([])).toEqual([]);
    for (const [index, state] of (['recording', 'ended', 'starting', 'paused'] as const).entries()) {
      await begin({ id: state, state, conversationId: `call-${index}` });
    }
    const wanted = [
      ...Array.from({ length: 1_200 }, (_, index) => `none-${index}`),
      'call-0',
      'call-1',
      'call-3',
    ];
    const ids = (await bench.store.listUnfinishedJobsOf(wanted)).map(({ id }) => id);
    expect(ids.sort()).toEqual(['paused', 'recording']);
  });

  it('changes a job only while it has the deadline that was expected, and writes nothing otherwise', async () => {
    const job = await begin({ id: 'j1', state: 'recording', deadlineAt: 9_000 });
    await begin({ id: 'j2', state: 'recording', conversationId: 'call-2' });
    const before = await bench.everything();
    const extend = (id: string, deadlineAt: number | null) =>
      bench.store.changeJob(
        ...([id, ['recording'], { deadlineAt: 19_000 }, 2_000, sampleAudit({ action: 'extend' })] as const),
        { deadlineAt },
      );
    expect(await extend('j1', 8_999)).toBeNull();
    expect(await extend('j1', null)).toBeNull();
    expect(await extend('j2', 9_000)).toBeNull();
    expect(await bench.everything()).toEqual(before);
    expect(await extend('j1', 9_000)).toEqual({ ...job, deadlineAt: 19_000, updatedAt: 2_000 });
    expect(await extend('j2', null)).toMatchObject({ deadlineAt: 19_000 });
  });

  it('moves a deadline once when many saw the same one', async () => {
    await begin({ id: 'j1', state: 'recording', deadlineAt: 9_000 });
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        storeOf(bench, index).changeJob(
          ...(['j1', ['recording'], { deadlineAt: 19_000 + index }, 2_000] as const),
          sampleAudit({ action: 'extend', outcome: 'done' }),
          { deadlineAt: 9_000 },
        ),
      ),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await bench.db.query("SELECT id FROM audit WHERE action = 'extend'")).toHaveLength(1);
  });

  it('raises the version of a conversation with each of its jobs’ changes, and of no other', async () => {
    await bench.store.seeCalls([sampleCall(), sampleCall({ conversationId: 'call-2' })], 500);
    await begin({ id: 'j1' });
    await bench.store.changeJob('j1', ['starting'], { retries: 1 }, 2_000);
    expect((await bench.store.findConversation('call-1'))?.version).toBe(3);
    expect((await bench.store.findConversation('call-2'))?.version).toBe(1);
  });

  it('throws when a row is not what it should be', async () => {
    await begin({ id: 'j1' });
    await bench.db.query("UPDATE jobs SET started_by = 'somebody'");
    await expect(bench.store.findJob('j1')).rejects.toThrow('no actor: somebody');
    await bench.db.query("UPDATE jobs SET started_by = 'bot', state = 'odd'");
    await expect(bench.store.findJob('j1')).rejects.toThrow(/state/);
  });
}
