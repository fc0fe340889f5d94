import { randomUUID } from 'node:crypto';
import type { RequestInit } from 'node-fetch';
import fetch, { Response } from 'node-fetch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditOf } from '../../src/core/deps.js';
import type { Fetch } from '../../src/genesys/exchange.js';
import { ada, type CoreHarness, createCoreHarness, sam } from '../support/core-harness.js';

let core: CoreHarness;
beforeEach(async () => {
  core = await createCoreHarness();
});
afterEach(async () => {
  expect(core.genesys.violations).toEqual([]);
  await core.close();
});

const startsDone = (conversationId: string) => core.genesys.starts.get(conversationId)?.done ?? 0;
const startsAsked = (conversationId: string) => core.genesys.starts.get(conversationId)?.asked ?? 0;

describe('a start', () => {
  it('records the call, and keeps who asked, why, until when, and what Genesys named it', async () => {
    const { id } = core.genesys.startCall();
    const before = core.clock.now();
    const answer = await core.record(`start ${id} for 10m complaint`);
    const [genesysJob] = core.genesys.jobs;
    expect(answer).toMatchObject({
      kind: 'started',
      job: {
        state: 'recording',
        genesysId: genesysJob?.id,
        conversationId: id,
        startedBy: { kind: 'person', userId: 'UADA' },
        startReason: 'complaint',
        channelId: 'COPS',
        adopted: false,
        failure: null,
        retryAt: null,
      },
    });
    const job = await core.jobOf(id);
    expect((job.deadlineAt ?? 0) - job.createdAt).toBe(600_000);
    expect(job.recordingSince).toBeGreaterThanOrEqual(before);
    expect(await core.auditOf(job.id)).toEqual(['start asked UADA', 'start done UADA']);
    expect(core.redrawn).toContain(id);
  });

  it('costs one request to Genesys once there is a token', async () => {
    const [first, second] = core.genesys.addCalls(2);
    await core.record(`start ${first?.id}`);
    core.genesys.resetJournal();
    await core.record(`start ${second?.id}`);
    expect(core.genesys.journal.map((entry) => entry.operation)).toEqual(['start']);
  });

  it('ends by the limit when no duration is given', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    const job = await core.jobOf(id);
    expect((job.deadlineAt ?? 0) - job.createdAt).toBe(core.deps.recordMaxMs);
  });

  it('longer than the limit is refused, and Genesys is not asked', async () => {
    const { id } = core.genesys.startCall();
    await expect(core.record(`start ${id} for 5h`)).rejects.toMatchObject({
      code: 'COMMAND_INVALID',
      message: 'A recording may last 4 h at most.',
      cure: expect.stringContaining('RECORD_MAX_MINUTES'),
    });
    expect(core.genesys.count('any')).toBe(0);
  });

  it('places the card it was given, together with the intent', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`, { ...ada, newCardId: 'card-1' });
    const [view] = await core.store.listStaleCards(id);
    expect(view).toMatchObject({
      card: { id: 'card-1', channelId: 'COPS', ts: null },
      job: { state: 'recording' },
    });
  });

  it('of a call that is recorded already tells who was first', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    const answer = await core.record(`start ${id}`, sam);
    expect(answer).toMatchObject({
      kind: 'already-recording',
      job: { startedBy: { userId: 'UADA' }, state: 'recording' },
    });
    expect(startsAsked(id)).toBe(1);
  });

  it('by a thousand people at once is one request that succeeds, one job, and a thousand answers', async () => {
    const { id } = core.genesys.startCall();
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, n) =>
        core.record(`start ${id}`, { userId: `U${n}`, channelId: 'COPS' }),
      ),
    );
    expect(answers.filter((answer) => answer.kind === 'started')).toHaveLength(1);
    expect(answers.filter((answer) => answer.kind === 'already-recording')).toHaveLength(999);
    expect(core.genesys.starts.get(id)).toEqual({ asked: 1, done: 1 });
    expect(core.genesys.jobs).toHaveLength(1);
    expect(await core.store.listUnfinishedJobs()).toHaveLength(1);
  });

  it('given a job id explains which conversation it means', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    const { genesysId } = await core.jobOf(id);
    await expect(core.record(`start ${genesysId}`)).rejects.toMatchObject({
      code: 'COMMAND_INVALID',
      cure: expect.stringContaining(`/record start ${id}`),
    });
    expect(core.genesys.count('start')).toBe(1);
  });

  it('can be asked again after the first one was stopped', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    await core.record(`stop ${id}`);
    expect(await core.record(`start ${id}`)).toMatchObject({ kind: 'started' });
    expect(startsDone(id)).toBe(2);
  });
});

describe('a start that Genesys refuses', () => {
  const failed = async (id: string) => {
    const job = await core.jobOf(id);
    expect(job).toMatchObject({ state: 'failed', retryAt: null });
    expect(await core.auditOf(job.id)).toEqual(['start asked UADA', 'start failed UADA']);
    return job;
  };

  it('because there is no such call is told so', async () => {
    const id = randomUUID();
    await expect(core.record(`start ${id}`)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await failed(id);
  });

  it('for want of a permission names it and the page where it is granted', async () => {
    const { id } = core.genesys.startCall();
    core.genesys.setPermissions(['recording:job:view']);
    await expect(core.record(`start ${id}`)).rejects.toMatchObject({
      code: 'GENESYS_REFUSED',
      message: expect.stringContaining('recording:job:control'),
      cure: expect.stringContaining('Admin > Integrations > OAuth'),
    });
    const job = await failed(id);
    expect(job.failure?.reference).toBeTruthy();
  });

  it('as a bad request names the setting that chooses the other contract', async () => {
    const { id } = core.genesys.startCall();
    core.genesys.inject({ on: 'start', fault: { kind: 'status', status: 400, code: 'bad.request' } });
    await expect(core.record(`start ${id}`)).rejects.toMatchObject({
      code: 'GENESYS_REFUSED',
      cure: expect.stringContaining('GENESYS_RECORDING_API=conversations'),
    });
    await failed(id);
  });

  it('for too many requests waits, shows it meanwhile, and starts then', async () => {
    const { id } = core.genesys.startCall();
    core.genesys.inject({ on: 'start', fault: { kind: 'status', status: 429, retryAfter: 3 } });
    expect(await core.record(`start ${id}`)).toMatchObject({ kind: 'started', job: { failure: null } });
    expect(startsDone(id)).toBe(1);
  });

  it('for so long that nobody would wait says how long', async () => {
    const { id } = core.genesys.startCall();
    core.genesys.inject({ on: 'start', fault: { kind: 'status', status: 429, retryAfter: 600 } });
    await expect(core.record(`start ${id}`)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await failed(id);
  });
});

describe('a start of a call that somebody records elsewhere', () => {
  it('adopts the running job', async () => {
    const { id } = core.genesys.startCall();
    const elsewhere = core.genesys.startRecordingElsewhere(id);
    const answer = await core.record(`start ${id}`);
    expect(answer).toMatchObject({
      kind: 'adopted',
      job: { state: 'recording', genesysId: elsewhere.id, adopted: true },
    });
    expect(await core.auditOf((await core.jobOf(id)).id)).toEqual(['start asked UADA', 'adopt done UADA']);
  });

  it('finds it on the last page, however long ago it began', async () => {
    core.genesys.addJobs(120);
    const dayAgo = core.clock.now() - 26 * 60 * 60_000;
    const { id } = core.genesys.startCall({ startedAt: dayAgo });
    core.clock.jump(-26 * 60 * 60_000);
    const elsewhere = core.genesys.startRecordingElsewhere(id);
    core.clock.jump(26 * 60 * 60_000);
    expect(await core.record(`start ${id}`)).toMatchObject({
      kind: 'adopted',
      job: { genesysId: elsewhere.id },
    });
  });

  it('fails, and can be tried again, when that one has just ended', async () => {
    const { id } = core.genesys.startCall();
    core.genesys.inject({ on: 'start', fault: { kind: 'status', status: 409 } });
    await expect(core.record(`start ${id}`)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    expect(await core.record(`start ${id}`)).toMatchObject({ kind: 'started' });
  });

  it('stays undecided while the lookup fails, and is adopted by upkeep later; no second start is sent', async () => {
    const { id } = core.genesys.startCall();
    core.genesys.startRecordingElsewhere(id);
    core.genesys.inject({ on: 'jobs', fault: { kind: 'status', status: 500 } });
    expect(await core.record(`start ${id}`)).toMatchObject({
      kind: 'start-pending',
      job: { state: 'starting', failure: { code: 'UNAVAILABLE' } },
    });
    core.clock.jump(60_000);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording', failure: null });
    expect(startsAsked(id)).toBe(1);
  });
});

describe('a start of a call that was recorded already, and that could not be settled at once', () => {
  let reads = 0;
  let open: CoreHarness;
  /** The public API, of whose answers to the second read of a call, which is to settle the start, `spoil` makes something. */
  async function start({ policy = false, spoil }: { policy?: boolean; spoil: (id: string) => void }) {
    reads = 0;
    open = await createCoreHarness({
      ...{ api: 'conversations', alerts: false },
      fetch: (url, init) => {
        if (init?.method === 'GET' && String(url).includes('/conversations/calls/')) reads += 1;
        if (init?.method === 'GET' && reads === 2) spoil(id);
        return fetch(url, init);
      },
    });
    const { id } = open.genesys.startCall({ policyRecording: policy });
    if (!policy) open.genesys.startSnippetElsewhere(id);
    return { id, answer: open.record(`start ${id} for 10m`) };
  }
  const cannotBeAsked = () => open.genesys.inject({ on: 'call', fault: { kind: 'status', status: 500 } });
  afterEach(() => open.close());

  it('is adopted as what the policy records', async () => {
    const { id, answer } = await start({ policy: true, spoil: cannotBeAsked });
    expect(await answer).toMatchObject({ kind: 'start-pending', job: { state: 'starting' } });
    open.clock.jump(60_000);
    await open.tick();
    const job = await open.jobOf(id);
    expect(job).toMatchObject({
      ...{ state: 'recording', recordingType: 'policy', adopted: true, deadlineAt: null, failure: null },
    });
    expect(await open.auditOf(job.id)).toEqual(['start asked UADA', 'adopt done UADA']);
    const leftSince = job.createdAt - 1;
    expect(await open.record(`start ${id}`, { ...ada, leftSince })).toMatchObject({ kind: 'adopted' });
  });

  it('is no start of the asker’s, whose snippet it was not', async () => {
    const { id, answer } = await start({ spoil: cannotBeAsked });
    expect(await answer).toMatchObject({ kind: 'start-pending' });
    open.clock.jump(60_000);
    await open.tick();
    const job = await open.jobOf(id);
    expect(job).toMatchObject({ state: 'recording', recordingType: 'snippet', adopted: true });
    expect(await open.auditOf(job.id)).toEqual(['start asked UADA', 'adopt done UADA']);
  });

  it('nor after a crash', async () => {
    const read = new Promise<void>((resolve) => {
      void start({
        spoil: () => {
          open.genesys.inject({ on: 'call', fault: { kind: 'hang' } });
          resolve();
        },
      }).then(({ answer }) => answer.catch(() => undefined));
    });
    await read;
    await open.kill();
    const next = await open.successor({ fetch });
    await next.tick();
    const [job] = await next.store.listUnfinishedJobs();
    expect(job).toMatchObject({ state: 'recording', recordingType: 'snippet', adopted: true });
  });

  it('has failed if that recording has ended since, and the next one is not taken for it', async () => {
    const { id, answer } = await start({ spoil: cannotBeAsked });
    await answer;
    open.genesys.stopSnippetElsewhere(id);
    open.clock.jump(60_000);
    await open.tick();
    expect(await open.jobOf(id)).toMatchObject({
      state: 'failed',
      failure: { message: 'That call was recorded already, and that recording has ended since.' },
    });
    open.genesys.startSnippetElsewhere(id);
    await open.record(`status ${id}`);
    expect(await open.jobOf(id)).toMatchObject({ state: 'recording', startedBy: { kind: 'genesys' } });
  });
});

describe('a start whose answer is lost', () => {
  it('never becomes “no recording” by a list that was cut short', async () => {
    let short = true;
    const cut = await createCoreHarness({
      fetch: (async (url: string, init: RequestInit = {}) => {
        const response = await fetch(url, init);
        const listing = init.method === 'GET' && String(url).includes('/recording/jobs');
        if (!short || !listing) return response;
        const page = (await response.json()) as object;
        return new Response(JSON.stringify({ ...page, entities: [] }));
      }) as Fetch,
    });
    const { id } = cut.genesys.startCall();
    cut.genesys.inject({ on: 'start', fault: { kind: 'cut-after' } });
    expect(await cut.record(`start ${id}`)).toMatchObject({
      kind: 'start-pending',
      job: { failure: { message: 'Genesys did not show its whole list of running recordings.' } },
    });
    short = false;
    cut.clock.jump(60_000);
    await cut.tick();
    expect(await cut.jobOf(id)).toMatchObject({ state: 'recording' });
    await cut.close();
  });

  it.each(['cut-after', 'hang-body', 'garbage'] as const)(
    'but which took effect (%s) is found by looking, never started again',
    async (kind) => {
      const { id } = core.genesys.startCall();
      core.genesys.inject({ on: 'start', fault: { kind } });
      expect(await core.record(`start ${id}`)).toMatchObject({
        kind: 'started',
        job: { state: 'recording' },
      });
      expect(core.genesys.starts.get(id)).toEqual({ asked: 1, done: 1 });
    },
  );

  it.each(['cut-before', 'hang'] as const)(
    'and which never took effect (%s) fails, and is not repeated',
    async (kind) => {
      const { id } = core.genesys.startCall();
      core.genesys.inject({ on: 'start', fault: { kind } });
      await expect(core.record(`start ${id}`)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(core.genesys.starts.get(id)).toEqual({ asked: 1, done: 0 });
      expect(await core.jobOf(id)).toMatchObject({ state: 'failed' });
    },
  );

  it('stays undecided while Genesys cannot be asked, and never becomes “no recording”', async () => {
    const { id } = core.genesys.startCall();
    core.genesys.inject({ on: 'start', fault: { kind: 'cut-after' } });
    core.genesys.inject({ on: 'jobs', fault: { kind: 'status', status: 403 }, times: 'until-cleared' });
    expect(await core.record(`start ${id}`)).toMatchObject({ kind: 'start-pending' });
    expect(await core.record(`start ${id}`, sam)).toMatchObject({ kind: 'already-recording' });
    core.clock.jump(3_000);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'starting', retries: 2 });
    core.genesys.clearFaults();
    core.clock.jump(60_000);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording', retries: 0 });
    expect(core.genesys.starts.get(id)).toEqual({ asked: 1, done: 1 });
  });
});

describe('a start that was never answered, of a call that the policy records by now', () => {
  it('is adopted as such, once nothing else has become visible', async () => {
    const open = await createCoreHarness({ api: 'conversations', alerts: false });
    try {
      const { id } = open.genesys.startCall({ policyRecording: true });
      const job = { id: randomUUID(), conversationId: id };
      const startedBy = { kind: 'person', userId: 'UADA' } as const;
      await open.store.beginJob(
        {
          ...job,
          state: 'starting',
          startedBy,
          createdAt: open.clock.now(),
          deadlineAt: open.clock.now() + 60_000,
        },
        auditOf(open.deps, { actor: startedBy, action: 'start', outcome: 'asked' }, job),
      );
      await open.restart();
      expect(await open.jobOf(id)).toMatchObject({
        ...{ state: 'recording', recordingType: 'policy', adopted: true, deadlineAt: null },
      });
      expect(open.genesys.count('call')).toBe(4);
    } finally {
      await open.close();
    }
  });
});

describe('a start that a crash left half done', () => {
  const crash = async (conversationId: string) => {
    const startedBy = { kind: 'person', userId: 'UADA' } as const;
    const job = { id: randomUUID(), conversationId };
    await core.store.beginJob(
      { ...job, state: 'starting', startedBy, createdAt: core.clock.now() },
      auditOf(core.deps, { actor: startedBy, action: 'start', outcome: 'asked' }, job),
    );
  };

  it('is adopted at the next start of the bot if it took effect', async () => {
    const { id } = core.genesys.startCall();
    const running = core.genesys.startRecordingElsewhere(id);
    await crash(id);
    await core.restart();
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording', genesysId: running.id });
  });

  it('has failed if it did not, and says how to start again', async () => {
    const { id } = core.genesys.startCall();
    await crash(id);
    await core.restart();
    expect(await core.jobOf(id)).toMatchObject({
      state: 'failed',
      failure: { cure: expect.stringContaining(`/record start ${id}`) },
    });
    expect(core.genesys.count('start')).toBe(0);
  });

  it('remembers that nobody was told when it has failed, so that its card will say so', async () => {
    const { id } = core.genesys.startCall();
    await crash(id);
    await core.restart();
    expect(await core.jobOf(id)).toMatchObject({ state: 'failed', retries: 1 });
    const told = core.genesys.startCall();
    core.genesys.inject({ on: 'start', fault: { kind: 'status', status: 400 } });
    await expect(core.record(`start ${told.id}`)).rejects.toMatchObject({ code: 'GENESYS_REFUSED' });
    expect(await core.jobOf(told.id)).toMatchObject({ state: 'failed', retries: 0 });
  });

  it('is settled by one look once no request can be on its way any more, however often processes die', async () => {
    const fresh = core.genesys.startCall();
    await crash(fresh.id);
    await core.restart();
    expect(core.genesys.count('jobs')).toBe(4);
    core.genesys.resetJournal();
    const old = core.genesys.startCall();
    await crash(old.id);
    core.clock.jump(46_000);
    await core.restart();
    expect(core.genesys.count('jobs')).toBe(1);
  });
});
