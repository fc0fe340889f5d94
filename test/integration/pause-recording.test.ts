import { randomUUID } from 'node:crypto';
import fetch, { Response } from 'node-fetch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdMs, personOf } from '../../src/core/deps.js';
import type { SimulatedCall } from '../simulators/genesys/types.js';
import { ada, type CoreHarness, createCoreHarness, createFastClock, sam } from '../support/core-harness.js';
import { sampleCall } from '../support/store-samples.js';

const minute = 60_000;
const pauseMaxMs = 10 * minute;

/** Holds back the orders on their way to Genesys, as long as it is closed. */
let gate: { passed(): Promise<void> } | null = null;

interface ClosedGate {
  /** Resolves when an order waits before it. */
  readonly reached: Promise<void>;
  open(): void;
}

function closeGate(): ClosedGate {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    gate = {
      passed() {
        resolve();
        return opened;
      },
    };
  });
  return { reached, open };
}

/** Genesys records nothing of the calls that are up: they are between two agents, or the policy covers them no more. */
let silent = false;

async function sayNone(response: Response): Promise<Response> {
  const { status } = response;
  const json: unknown = await response.json();
  if (status !== 200) return new Response(JSON.stringify(json), { status });
  if (typeof json === 'string') return new Response('"NONE"');
  return new Response(JSON.stringify({ ...(json as object), recordingState: 'NONE', securePause: false }));
}

let core: CoreHarness;
beforeEach(async () => {
  core = await createCoreHarness({
    ...{ api: 'conversations', pauseMaxMs, alerts: false },
    fetch: async (url, init) => {
      if (init?.method === 'PUT') await gate?.passed();
      const response = await fetch(url, init);
      return silent && String(url).includes('/conversations/calls/') ? sayNone(response) : response;
    },
  });
});
afterEach(async () => {
  gate = null;
  silent = false;
  expect(core.genesys.violations).toEqual([]);
  await core.close();
});

const policyCall = () => core.genesys.startCall({ policyRecording: true });
const atGenesys = (id: string) => core.genesys.calls.find((call) => call.id === id) as SimulatedCall;

async function paused() {
  const { id } = policyCall();
  await core.record(`pause ${id}`);
  const job = await core.jobOf(id);
  expect(job.state).toBe('paused');
  return { id, jobId: job.id };
}

describe('pausing', () => {
  it('pauses a call that Genesys records by policy, as a job with an id of the bot’s', async () => {
    const { id } = policyCall();
    const answer = await core.record(`pause ${id}`);
    const job = await core.jobOf(id);
    expect(answer).toEqual({ kind: 'paused', job });
    expect(job).toMatchObject({
      ...{ state: 'paused', recordingType: 'policy', genesysId: null, adopted: true, deadlineAt: null },
      ...{ pausedBy: { kind: 'person', userId: 'UADA' }, startedBy: { kind: 'genesys' }, pending: null },
    });
    expect((job.pauseEndsAt ?? 0) - (job.pausedAt ?? 0)).toBe(pauseMaxMs);
    expect(atGenesys(id).securePaused).toBe(true);
    expect(await core.auditOf(job.id)).toEqual([
      'observe done genesys',
      'pause asked UADA',
      'pause done UADA',
    ]);
  });

  it('places a card in the channel that it was asked for in', async () => {
    const { id } = policyCall();
    await core.record(`pause ${id}`, { ...sam, newCardId: 'card-1' });
    const { id: jobId } = await core.jobOf(id);
    const [view] = await core.store.listStaleCards(id);
    expect(view?.card).toMatchObject({ id: 'card-1', channelId: 'COPS', jobId });
  });

  it('resumes by the id of the job, and the audit says who', async () => {
    const { id, jobId } = await paused();
    expect(await core.record(`resume ${jobId}`, sam)).toMatchObject({
      kind: 'resumed',
      job: { state: 'recording', pausedBy: null, pausedAt: null, pauseEndsAt: null, retryAt: null },
    });
    expect(atGenesys(id).securePaused).toBe(false);
    expect((await core.auditOf(jobId)).slice(-2)).toEqual(['resume asked USAM', 'resume done USAM']);
  });

  it('is done once when several people ask at once, and the others are told', async () => {
    const { id } = policyCall();
    const answers = await Promise.all([core.record(`pause ${id}`), core.record(`pause ${id}`, sam)]);
    expect(answers.map(({ kind }) => kind).toSorted()).toEqual(['already-paused', 'paused']);
    expect(core.genesys.countEffects('pause')).toBe(1);
    expect(await core.record(`pause ${id}`, sam)).toMatchObject({ kind: 'already-paused' });
  });

  it('has nothing to resume when nothing is paused', async () => {
    const { id } = await paused();
    await core.record(`resume ${id}`);
    expect(await core.record(`resume ${id}`, sam)).toMatchObject({ kind: 'not-paused' });
    expect(core.genesys.count('resume')).toBe(1);
  });

  it('is refused for a snippet, which Genesys never pauses, with what to do instead', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    const { id: jobId } = await core.jobOf(id);
    await expect(core.record(`pause ${id}`)).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      cure: expect.stringContaining(`/record stop ${jobId}`),
    });
    expect(core.genesys.count('pause')).toBe(0);
  });

  it('is refused for a snippet beside what the policy records, with how to keep something out of both', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    const { id: jobId } = await core.jobOf(id);
    await core.store.seeCalls(
      [sampleCall({ conversationId: id, policyRecording: 'active' })],
      core.clock.now(),
    );
    await expect(core.record(`pause ${id}`)).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      message: expect.stringContaining('the organisation’s policy records that call as well'),
      cure: expect.stringMatching(new RegExp(`/record stop ${jobId} .*/record pause ${id}`)),
    });
  });

  it('is refused for a call that is not recorded, and for one that nobody knows', async () => {
    const { id } = core.genesys.startCall();
    await expect(core.record(`pause ${id}`)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(core.record(`resume ${randomUUID()}`)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('finds that the call is over, and says so', async () => {
    const { id, jobId } = await paused();
    core.genesys.endCall(id);
    expect(await core.record(`resume ${jobId}`)).toMatchObject({
      kind: 'already-finished',
      job: { state: 'ended', pending: null, pausedAt: null },
    });
    expect((await core.auditOf(jobId)).slice(-2)).toEqual(['resume asked UADA', 'resume failed UADA']);
    expect(await core.record(`resume ${jobId}`)).toMatchObject({ kind: 'already-finished' });
  });

  it('is repeated until it is one while the edge fails and the call is on hold, however long that is', async () => {
    const { id } = policyCall();
    await core.record(`status ${id}`);
    core.genesys.holdCall(id);
    core.genesys.failOnEdge(id);
    const answer = await core.record(`pause ${id}`);
    expect(answer).toMatchObject({ kind: 'pause-pending', job: { state: 'recording', pending: 'pause' } });
    for (let attempt = 0; attempt < 8; attempt += 1) {
      core.genesys.failOnEdge(id);
      core.clock.jump(minute);
      await core.tick();
    }
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording', pending: 'pause' });
    core.genesys.unholdCall(id);
    core.clock.jump(minute);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'paused', pending: null, failure: null });
    expect(atGenesys(id).securePaused).toBe(true);
  });

  it('leaves the recording as it was when Genesys refuses, and says why', async () => {
    const { id } = policyCall();
    core.genesys.inject({ on: 'pause', fault: { kind: 'status', status: 403 } });
    await expect(core.record(`pause ${id}`)).rejects.toMatchObject({
      code: 'GENESYS_REFUSED',
      message: expect.stringContaining('conversation:recording:pauseOthers'),
    });
    const job = await core.jobOf(id);
    expect(job).toMatchObject({ state: 'recording', pending: null, retryAt: null });
    expect(job.failure).toMatchObject({ code: 'GENESYS_REFUSED' });
    expect((await core.auditOf(job.id)).slice(-2)).toEqual(['pause asked UADA', 'pause failed UADA']);
  });

  it.each(['cut-before', 'cut-after', 'garbage'] as const)(
    'is settled although Genesys’s answer was lost (%s)',
    async (kind) => {
      const { id } = policyCall();
      core.genesys.inject({ on: 'pause', fault: { kind } });
      await core.record(`pause ${id}`);
      for (let ticks = 0; ticks < 50 && (await core.jobOf(id)).state !== 'paused'; ticks += 1) {
        core.clock.jump(2_000);
        await core.tick();
      }
      expect(await core.jobOf(id)).toMatchObject({ state: 'paused', pending: null });
      expect(atGenesys(id).securePaused).toBe(true);
      const { id: jobId } = await core.jobOf(id);
      expect(await core.auditOf(jobId)).toEqual([
        'observe done genesys',
        'pause asked UADA',
        'pause done UADA',
      ]);
    },
  );

  it('is repeated by itself while Genesys is away, and whoever asked is told so', async () => {
    const { id } = policyCall();
    await core.record(`status ${id}`);
    core.genesys.inject({ on: 'any', fault: { kind: 'cut-before' }, times: 'until-cleared' });
    const answer = await core.record(`pause ${id}`);
    expect(answer).toMatchObject({ kind: 'pause-pending', job: { state: 'recording', pending: 'pause' } });
    await expect(core.record(`stop ${id}`)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    core.genesys.clearFaults();
    core.clock.jump(2 * minute);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'paused', failure: null, retries: 0 });
  });

  it('that is carried out when the call has just ended is still on record', async () => {
    const { id } = policyCall();
    await core.record(`status ${id}`);
    const { id: jobId } = await core.jobOf(id);
    core.genesys.inject({ on: 'pause', fault: { kind: 'slow', ms: 300 } });
    const pausing = core.record(`pause ${id}`);
    await expect.poll(() => core.genesys.count('pause')).toBe(1);
    await core.store.endCalls([id], core.clock.now());
    await core.deps.store.changeJob(
      jobId,
      ['recording'],
      { state: 'ended', pending: null },
      core.clock.now(),
    );
    expect(await pausing).toMatchObject({ kind: 'already-finished', job: { state: 'ended' } });
    expect((await core.auditOf(jobId)).at(-1)).toBe('pause done UADA');
  });

  it('gets its outcome on record although the call ends, and its process dies, before Genesys has answered', async () => {
    const { id } = policyCall();
    await core.record(`status ${id}`);
    const { id: jobId } = await core.jobOf(id);
    core.genesys.inject({ on: 'pause', fault: { kind: 'hang' } });
    core.record(`pause ${id}`).catch(() => undefined);
    await expect.poll(() => core.genesys.count('pause')).toBe(1);
    core.genesys.endCall(id);
    for (let look = 0; look < 2; look += 1) {
      core.clock.jump(11_000);
      await core.watchTick();
    }
    await core.kill();
    const next = await core.successor({ alerts: false });
    await next.tick();
    expect(await next.jobOf(id)).toMatchObject({ state: 'ended', pending: null });
    expect((await next.auditOf(jobId)).slice(-2)).toEqual(['pause asked UADA', 'pause failed UADA']);
  });

  it('says on the card how long Genesys makes it wait', async () => {
    const { id } = policyCall();
    await core.record(`status ${id}`);
    core.genesys.inject({ on: 'pause', fault: { kind: 'status', status: 429, retryAfter: 2 } });
    const pausing = core.record(`pause ${id}`);
    await expect.poll(async () => (await core.jobOf(id)).failure?.code).toBe('RATE_LIMITED');
    expect(await pausing).toMatchObject({ kind: 'paused', job: { failure: null } });
  });

  it('is finished by the next process when the one that was at it died', async () => {
    const { id } = policyCall();
    await core.record(`status ${id}`);
    core.genesys.inject({ on: 'pause', fault: { kind: 'hang', takesEffect: true } });
    core.record(`pause ${id}`).catch(() => undefined);
    await expect.poll(() => core.genesys.count('pause')).toBe(1);
    await core.kill();
    const next = await core.successor({ alerts: false });
    await next.tick();
    expect(await next.jobOf(id)).toMatchObject({ state: 'paused', pausedBy: { userId: 'UADA' } });
  });
});

describe('the last wish', () => {
  const away = { kind: 'status', status: 500 } as const;

  /** A pause whose resumption Genesys has not answered: it is repeated later. */
  async function resumptionPending(asker = ada) {
    const call = await paused();
    core.genesys.inject({ on: 'resume', fault: away });
    expect(await core.record(`resume ${call.id}`, asker)).toMatchObject({ kind: 'pause-pending' });
    return call;
  }
  /** Nobody is at it: its next attempt is more than a hold away. */
  async function waiting(id: string) {
    const job = await core.jobOf(id);
    const retryAt = core.clock.now() + minute;
    await core.store.changeJob(job.id, [job.state], { retryAt }, core.clock.now());
  }

  it('counts: a pause goes before a resumption that waits for its next attempt', async () => {
    const { id, jobId } = await paused();
    core.genesys.inject({ on: 'resume', fault: away });
    core.clock.jump(pauseMaxMs);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ pending: 'resume', pendingBy: { kind: 'bot' } });
    await waiting(id);
    expect(await core.record(`pause ${id}`, sam)).toMatchObject({ kind: 'paused' });
    const job = await core.jobOf(id);
    expect(job).toMatchObject({
      ...{ state: 'paused', pausedBy: { userId: 'USAM' }, pending: null, overtook: null, failure: null },
    });
    expect((job.pauseEndsAt ?? 0) - (job.pausedAt ?? 0)).toBe(pauseMaxMs);
    expect(atGenesys(id).securePaused).toBe(true);
    expect((await core.auditOf(jobId)).slice(-4)).toEqual([
      ...['resume asked bot', 'resume failed bot', 'pause asked USAM', 'pause done USAM'],
    ]);
    expect((await core.store.listAudit(jobId)).at(-3)).toMatchObject({
      code: 'STATE_CONFLICT',
      reason: expect.stringContaining('the opposite was asked for'),
    });
  });

  it('counts although the answer to the one before was lost and Genesys had done it', async () => {
    const { id } = await paused();
    core.genesys.inject({ on: 'resume', fault: { ...away, takesEffect: true } });
    core.genesys.inject({ on: 'call', fault: away });
    await core.record(`resume ${id}`);
    expect(atGenesys(id).securePaused).toBe(false);
    await waiting(id);
    await core.record(`pause ${id}`, sam);
    expect(await core.jobOf(id)).toMatchObject({ state: 'paused' });
    expect(atGenesys(id).securePaused).toBe(true);
  });

  it('withdraws a pause while Genesys is away, and is carried out when it is back', async () => {
    const { id } = policyCall();
    await core.record(`status ${id}`);
    core.genesys.inject({ on: 'any', fault: away, times: 'until-cleared' });
    await core.record(`pause ${id}`);
    await waiting(id);
    expect(await core.record(`resume ${id}`, sam)).toMatchObject({
      kind: 'pause-pending',
      job: { pending: 'resume', pendingBy: { userId: 'USAM' }, overtook: { userId: 'UADA' } },
    });
    core.genesys.clearFaults();
    core.clock.jump(2 * minute);
    await core.tick();
    const job = await core.jobOf(id);
    expect(job).toMatchObject({ state: 'recording', pending: null, overtook: null });
    expect(core.genesys.countEffects('pause')).toBe(0);
    expect((await core.auditOf(job.id)).slice(-4)).toEqual([
      ...['pause asked UADA', 'pause failed UADA', 'resume asked USAM', 'resume done USAM'],
    ]);
  });

  /** A resumption that Genesys has not got yet. */
  async function onItsWay() {
    const call = await paused();
    const { reached, open } = closeGate();
    const resuming = core.record(`resume ${call.id}`).catch((error: unknown) => error);
    await reached;
    return { ...call, resuming, open };
  }

  it('follows on the one that is on its way, whose asker is told; that it took effect is on record', async () => {
    const { id, jobId, resuming, open } = await onItsWay();
    expect(await core.record(`pause ${id}`, sam)).toMatchObject({
      kind: 'pause-pending',
      job: { state: 'recording', pending: 'pause', failure: null },
    });
    open();
    expect(await resuming).toMatchObject({
      code: 'STATE_CONFLICT',
      message: 'That recording was resumed, and no longer is.',
    });
    expect(atGenesys(id).securePaused).toBe(false);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'paused', pausedBy: { userId: 'USAM' } });
    expect(atGenesys(id).securePaused).toBe(true);
    expect((await core.auditOf(jobId)).slice(-5)).toEqual([
      ...['resume asked UADA', 'resume failed UADA', 'pause asked USAM', 'observe done UADA'],
      'pause done USAM',
    ]);
  });

  it.each([500, 403])('follows also where Genesys answers that one with %i', async (status) => {
    const { id, jobId, resuming, open } = await onItsWay();
    await core.record(`pause ${id}`, sam);
    core.genesys.inject({ on: 'resume', fault: { kind: 'status', status } });
    open();
    expect(await resuming).toMatchObject({
      message: 'Somebody has wanted otherwise since: that recording was not resumed.',
    });
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'paused', pausedBy: { userId: 'USAM' } });
    expect((await core.auditOf(jobId)).slice(-4)).toEqual([
      ...['resume asked UADA', 'resume failed UADA', 'pause asked USAM', 'pause done USAM'],
    ]);
  });

  it('may be the first one again, asked for by somebody else: then theirs is the outcome', async () => {
    const { id, jobId, resuming, open } = await onItsWay();
    await core.record(`pause ${id}`, sam);
    await core.record(`resume ${id}`, sam);
    open();
    expect(await resuming).toMatchObject({ code: 'STATE_CONFLICT' });
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording', pending: null });
    const audit = (await core.auditOf(jobId)).filter((entry) => !entry.startsWith('observe'));
    expect(audit.slice(-6)).toEqual([
      ...['resume asked UADA', 'resume failed UADA', 'pause asked USAM', 'pause failed USAM'],
      ...['resume asked USAM', 'resume done USAM'],
    ]);
  });

  it('is repeated also when Genesys refuses it, for nobody knows what to go back to', async () => {
    const { id } = await resumptionPending();
    await waiting(id);
    core.genesys.inject({ on: 'pause', fault: { kind: 'status', status: 403 } });
    expect(await core.record(`pause ${id}`, sam)).toMatchObject({
      kind: 'pause-pending',
      job: { pending: 'pause', failure: { code: 'GENESYS_REFUSED' } },
    });
    core.clock.jump(minute);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'paused', pausedBy: { userId: 'USAM' } });
  });

  it('ends with the call', async () => {
    const { id, jobId } = await resumptionPending();
    await waiting(id);
    core.genesys.endCall(id);
    expect(await core.record(`pause ${id}`, sam)).toMatchObject({
      kind: 'already-finished',
      job: { state: 'ended', pending: null, overtook: null },
    });
    expect((await core.auditOf(jobId)).at(-1)).toBe('pause failed USAM');
  });

  it('waits for another process that may be at the one before', async () => {
    let now = Date.now();
    const jump = (ms: number) => {
      now += ms;
    };
    const clock = { ...createFastClock(), now: () => now, jump };
    const still = await createCoreHarness({ api: 'conversations', alerts: false, clock });
    try {
      const { id } = still.genesys.startCall({ policyRecording: true });
      await still.record(`pause ${id}`);
      const { id: jobId } = await still.jobOf(id);
      const held = { pending: 'resume', pendingBy: personOf(ada), retryAt: now + holdMs } as const;
      await still.store.changeJob(jobId, ['paused'], held, now);
      expect(await still.record(`pause ${id}`, sam)).toMatchObject({ kind: 'pause-pending' });
      expect(still.genesys.count('pause')).toBe(1);
      jump(holdMs);
      await still.tick();
      expect(await still.jobOf(id)).toMatchObject({ state: 'paused', pausedBy: { userId: 'USAM' } });
    } finally {
      await still.close();
    }
  });

  it('is no wish where the recording is not to be had', async () => {
    const { id, jobId } = await paused();
    await core.store.changeJob(jobId, ['paused'], { state: 'stopping' }, core.clock.now());
    await expect(core.record(`pause ${id}`, sam)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });
});

describe('the end of a pause', () => {
  it('comes by itself, by the bot’s doing', async () => {
    const { id, jobId } = await paused();
    core.clock.jump(pauseMaxMs - 5_000);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'paused' });
    core.clock.jump(5_000);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording', pauseEndsAt: null, retryAt: null });
    expect(atGenesys(id).securePaused).toBe(false);
    expect((await core.auditOf(jobId)).slice(-2)).toEqual(['resume asked bot', 'resume done bot']);
  });

  it('is announced in the thread a minute before, once', async () => {
    const { id } = policyCall();
    await core.record(`pause ${id}`, { ...ada, newCardId: 'card-1' });
    await core.store.cardDrawn('card-1', '1.1', 99);
    const kinds = async () => (await core.store.listDueReplies(id)).map(({ kind }) => kind);
    core.clock.jump(pauseMaxMs - minute - 5_000);
    await core.tick();
    expect(await kinds()).toEqual([]);
    core.clock.jump(6_000);
    await core.tick();
    expect(await kinds()).toEqual(['pause-warning']);
    expect(core.redrawn.at(-1)).toBe(id);
    const [due] = await core.store.listDueReplies(id);
    await core.store.replySent(due?.id ?? '', '1.2');
    const redrawn = core.redrawn.length;
    await core.tick();
    expect(await kinds()).toEqual([]);
    expect(core.redrawn).toHaveLength(redrawn);
  });

  it('outlives an outage: it is repeated with growing pauses, and comes as soon as Genesys is back', async () => {
    const { id, jobId } = await paused();
    core.genesys.inject({ on: 'any', fault: { kind: 'status', status: 500 }, times: 'until-cleared' });
    core.clock.jump(pauseMaxMs);
    const retryAfterMs: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await core.tick();
      const { retryAt, updatedAt, ...job } = await core.jobOf(id);
      expect(job).toMatchObject({
        ...{ state: 'paused', pending: 'resume', pendingBy: { kind: 'bot' }, retries: attempt },
        failure: { code: 'UNAVAILABLE' },
      });
      retryAfterMs.push((retryAt ?? 0) - updatedAt);
      core.clock.jump(minute);
    }
    expect(retryAfterMs).toEqual([2_000, 4_000, 8_000]);
    core.genesys.clearFaults();
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording', failure: null, retries: 0 });
    expect(atGenesys(id).securePaused).toBe(false);
    expect((await core.auditOf(jobId)).slice(-2)).toEqual(['resume asked bot', 'resume done bot']);
  });

  it('is tried until it is done, whatever Genesys answers', async () => {
    const { id } = await paused();
    core.genesys.inject({ on: 'resume', fault: { kind: 'status', status: 403 }, times: 2 });
    core.clock.jump(pauseMaxMs);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'paused', retries: 1, pending: null });
    for (let tick = 0; tick < 5; tick += 1) {
      core.clock.jump(minute);
      await core.tick();
    }
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording', retries: 0, failure: null });
  });

  it('is kept in the first second after a crash', async () => {
    const { id } = await paused();
    await core.kill();
    core.clock.jump(pauseMaxMs + minute);
    const next = await core.successor({ alerts: false });
    await next.tick();
    expect(await next.jobOf(id)).toMatchObject({ state: 'recording' });
    expect(atGenesys(id).securePaused).toBe(false);
  });
});

describe('what happens elsewhere', () => {
  const look = async () => {
    core.clock.jump(11_000);
    await core.watchTick();
  };

  it('shows a pause made on the agent’s screen, and does not end it', async () => {
    const { id, jobId } = await paused();
    await core.record(`resume ${id}`);
    core.genesys.pauseElsewhere(id);
    await look();
    expect(await core.jobOf(id)).toMatchObject({
      ...{ state: 'paused', pausedBy: { kind: 'genesys' }, pauseEndsAt: null, retryAt: null },
    });
    core.clock.jump(3 * pauseMaxMs);
    await core.tick();
    expect(atGenesys(id).securePaused).toBe(true);
    expect((await core.auditOf(jobId)).at(-1)).toBe('pause done genesys');
  });

  it('lets a person end it all the same', async () => {
    const { id } = policyCall();
    core.genesys.pauseElsewhere(id);
    expect(await core.record(`resume ${id}`)).toMatchObject({ kind: 'resumed' });
    expect(atGenesys(id).securePaused).toBe(false);
  });

  it('shows that somebody else has resumed it, and ends the bot’s timer', async () => {
    const { id, jobId } = await paused();
    core.genesys.resumeElsewhere(id);
    await look();
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording', pausedBy: null, retryAt: null });
    expect((await core.auditOf(jobId)).at(-1)).toBe('resume done genesys');
  });

  it('does not take a hold for a pause, and tells the card of it also where calls are not announced', async () => {
    const { id } = await paused();
    await core.record(`resume ${id}`);
    const lookAt = async () => {
      core.redrawn.splice(0);
      await look();
      const { policyRecording, version } = (await core.store.findConversation(id)) ?? {};
      return { policyRecording, version, redrawn: core.redrawn.includes(id) };
    };
    core.genesys.holdCall(id);
    const held = await lookAt();
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording', pausedBy: null });
    expect(held).toMatchObject({ policyRecording: 'held', redrawn: true });
    expect(await lookAt()).toEqual({ ...held, redrawn: false });
    core.genesys.unholdCall(id);
    expect(await lookAt()).toMatchObject({ policyRecording: 'active', redrawn: true });
    expect(await core.store.listOpenConversations()).toEqual([]);
  });

  it('lists a recording together with what is known of the hold of its call', async () => {
    const { id } = await paused();
    await core.record(`resume ${id}`);
    const call = sampleCall({ conversationId: id, policyRecording: 'held' });
    await core.store.seeCalls([call], core.clock.now());
    expect(await core.record('list')).toMatchObject({
      jobs: [{ state: 'recording' }],
      conversations: [{ id, policyRecording: 'held' }],
    });
  });

  it('ends the job with the call', async () => {
    const { id } = await paused();
    core.genesys.endCall(id);
    await look();
    await look();
    expect(await core.jobOf(id)).toMatchObject({ state: 'ended', pauseEndsAt: null });
  });
});

describe('a recording by policy', () => {
  it('is taken into the books when somebody wants to start one, and has no deadline', async () => {
    const { id } = policyCall();
    const answer = await core.record(`start ${id} for 10m`);
    expect(answer).toMatchObject({
      kind: 'adopted',
      job: { recordingType: 'policy', state: 'recording', deadlineAt: null, adopted: true },
      droppedMs: 10 * minute,
    });
    expect(core.genesys.countEffects('start')).toBe(0);
  });

  it('cannot be stopped, which is said before Genesys is asked', async () => {
    const { id } = policyCall();
    await expect(core.record(`stop ${id}`)).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      message: expect.stringContaining('policy'),
    });
    expect(core.genesys.count('stop')).toBe(0);
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording' });
  });
});

describe('a call that goes on while Genesys records nothing of it', () => {
  const look = async () => {
    core.clock.jump(11_000);
    await core.watchTick();
  };

  it('keeps the bot’s pause, and its timer, until Genesys has ended it', async () => {
    const { id, jobId } = await paused();
    silent = true;
    for (let looks = 0; looks < 3; looks += 1) await look();
    expect(await core.jobOf(id)).toMatchObject({ state: 'paused', pausedBy: { userId: 'UADA' } });
    core.clock.jump(pauseMaxMs);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({
      ...{ state: 'paused', pending: 'resume', retries: 1 },
      failure: { message: 'Genesys records nothing of that call at the moment.' },
    });
    silent = false;
    core.clock.jump(minute);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording', pending: null, failure: null });
    expect(atGenesys(id).securePaused).toBe(false);
    expect((await core.auditOf(jobId)).slice(-2)).toEqual(['resume asked bot', 'resume done bot']);
  });

  it('ends that pause when the call is over', async () => {
    const { id } = await paused();
    silent = true;
    await look();
    core.genesys.endCall(id);
    await look();
    await look();
    expect(await core.jobOf(id)).toMatchObject({ state: 'ended', callWentOn: false });
  });

  it('ends any other recording by policy, of which that is said', async () => {
    const { id } = await paused();
    await core.record(`resume ${id}`);
    silent = true;
    await look();
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording' });
    await look();
    expect(await core.jobOf(id)).toMatchObject({ state: 'ended', callWentOn: true });
  });

  it('has nothing to pause, of which that is said', async () => {
    const { id } = policyCall();
    await core.record(`status ${id}`);
    silent = true;
    expect(await core.record(`pause ${id}`)).toMatchObject({
      kind: 'already-finished',
      job: { state: 'ended', callWentOn: true },
    });
  });

  it('lets nobody doubt a resumption: it is repeated until there is something to resume', async () => {
    const { id } = await paused();
    silent = true;
    expect(await core.record(`resume ${id}`)).toMatchObject({
      kind: 'pause-pending',
      job: { state: 'paused', pending: 'resume' },
    });
  });
});

describe('with the contract recording-jobs', () => {
  it('is not offered, and said when it is typed', async () => {
    const other = await createCoreHarness({ alerts: false });
    try {
      const { id } = other.genesys.startCall();
      await other.record(`start ${id}`);
      await expect(other.record(`pause ${id}`)).rejects.toMatchObject({ code: 'COMMAND_INVALID' });
      expect(await other.record('help')).toEqual({ kind: 'help', canPause: false });
      expect(await core.record('help')).toEqual({ kind: 'help', canPause: true });
    } finally {
      await other.close();
    }
  });
});
