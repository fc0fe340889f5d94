/** What another process has left unanswered, asked anew: nothing happens twice, and nothing to what nobody meant. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ada, type CoreHarness, createCoreHarness, sam } from '../support/core-harness.js';

const minute = 60_000;

let core: CoreHarness;
beforeEach(async () => {
  core = await createCoreHarness({
    access: { users: ['UADA', 'USAM'], userGroups: [], channels: [], anybody: false },
  });
});
afterEach(async () => {
  expect(core.genesys.violations).toEqual([]);
  await core.close();
});

/** The same words once more, as they were asked then. */
const again = (text: string, leftSince: number, asker = ada) => core.record(text, { ...asker, leftSince });

const startsAt = (conversationId: string) => core.genesys.starts.get(conversationId)?.asked ?? 0;

describe('a start that was left', () => {
  it('before it began is carried out, once', async () => {
    const { id } = core.genesys.startCall();
    const askedAt = core.clock.now();
    core.clock.jump(5_000);
    expect(await again(`start ${id} for 10m`, askedAt)).toMatchObject({ kind: 'started' });
    const job = await core.jobOf(id);
    expect(await again(`start ${id} for 10m`, askedAt)).toMatchObject({
      kind: 'started',
      job: { id: job.id },
    });
    expect(await core.auditOf(job.id)).toEqual(['start asked UADA', 'start done UADA']);
    expect(startsAt(id)).toBe(1);
  });

  it('before it began is not carried out after a minute, and says so', async () => {
    const { id } = core.genesys.startCall();
    const askedAt = core.clock.now();
    core.clock.jump(minute);
    await expect(again(`start ${id}`, askedAt)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('nothing was done'),
      cure: expect.stringContaining(`/record start ${id}`),
    });
    expect(startsAt(id)).toBe(0);
    expect(await core.store.findJobOf(id)).toBeNull();
  });

  it('after it began is shown by its card, however late', async () => {
    const { id } = core.genesys.startCall();
    const askedAt = core.clock.now();
    await core.record(`start ${id}`);
    core.clock.jump(20 * minute);
    expect(await again(`start ${id}`, askedAt)).toMatchObject({ kind: 'started' });
    expect(startsAt(id)).toBe(1);
  });

  it('after it failed tells why, in the words of the first process', async () => {
    const { id } = core.genesys.startCall();
    core.genesys.endCall(id);
    const askedAt = core.clock.now();
    const said = await core.record(`start ${id}`).catch((error: unknown) => error);
    expect(said).toMatchObject({ code: 'NOT_FOUND' });
    const { code, message, cure } = said as { code: string; message: string; cure: string };
    await expect(again(`start ${id}`, askedAt)).rejects.toMatchObject({ code, message, cure });
    expect(startsAt(id)).toBe(1);
  });

  it('and is not settled yet is told as such: a card may be overtaken', async () => {
    const { id } = core.genesys.startCall();
    const askedAt = core.clock.now();
    core.genesys.inject({ on: 'start', fault: { kind: 'hang' } });
    const first = core.record(`start ${id}`).catch(() => undefined);
    await expect.poll(() => startsAt(id)).toBe(1);
    expect(await again(`start ${id}`, askedAt)).toMatchObject({ kind: 'start-pending' });
    await first;
    expect(startsAt(id)).toBe(1);
  });

  it('and was settled as failed after its process had died tells why', async () => {
    const { id } = core.genesys.startCall();
    const askedAt = core.clock.now();
    core.genesys.inject({ on: 'start', fault: { kind: 'hang' } });
    core.record(`start ${id}`).catch(() => undefined);
    await expect.poll(() => startsAt(id)).toBe(1);
    await core.kill();
    core.clock.jump(minute);
    const next = await core.successor();
    await next.tick();
    expect(await next.jobOf(id)).toMatchObject({ state: 'failed', retries: 1 });
    await expect(next.record(`start ${id}`, { ...ada, leftSince: askedAt })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('never confirmed'),
    });
  });

  it('and came second tells who was first, running or over', async () => {
    const { id } = core.genesys.startCall();
    const askedAt = core.clock.now();
    await core.record(`start ${id}`, sam);
    expect(await again(`start ${id}`, askedAt)).toMatchObject({ kind: 'already-recording' });
    await core.record(`stop ${id}`, sam);
    expect(await again(`start ${id}`, askedAt)).toMatchObject({ kind: 'already-finished' });
    expect(startsAt(id)).toBe(1);
  });

  it('from another channel tells how the recording stands, since its card is elsewhere', async () => {
    const { id } = core.genesys.startCall();
    const askedAt = core.clock.now();
    await core.record(`start ${id}`, { ...ada, channelId: 'CELSE' });
    expect(await again(`start ${id}`, askedAt)).toMatchObject({ kind: 'already-recording' });
  });

  it('of a call that was recorded before is carried out', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    await core.record(`stop ${id}`);
    core.clock.jump(minute);
    expect(await again(`start ${id}`, core.clock.now())).toMatchObject({ kind: 'started' });
    expect(startsAt(id)).toBe(2);
  });

  it('by somebody who may not is refused', async () => {
    const { id } = core.genesys.startCall();
    const stranger = { userId: 'UELSE', channelId: 'COPS' };
    await expect(again(`start ${id}`, core.clock.now(), stranger)).rejects.toMatchObject({
      code: 'NOT_PERMITTED',
    });
    expect(startsAt(id)).toBe(0);
  });
});

describe('a stop that was left', () => {
  it('is carried out, however late', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    const { id: jobId } = await core.jobOf(id);
    core.clock.jump(1_000);
    const askedAt = core.clock.now();
    core.clock.jump(20 * minute);
    expect(await again(`stop ${id}`, askedAt, sam)).toMatchObject({ kind: 'stopped' });
    expect((await core.auditOf(jobId)).slice(2)).toEqual(['stop asked USAM', 'stop done USAM']);
  });

  it('after it was done is told as done, to the one who did it', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    const { id: jobId } = await core.jobOf(id);
    const askedAt = core.clock.now();
    await core.record(`stop ${jobId}`);
    expect(await again(`stop ${jobId}`, askedAt)).toMatchObject({ kind: 'stopped' });
    expect(await again(`stop ${jobId}`, askedAt, sam)).toMatchObject({ kind: 'already-finished' });
    expect(core.genesys.count('stop')).toBe(1);
  });

  it('does not stop a recording of that call that began later', async () => {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    await core.record(`stop ${id}`);
    const askedAt = core.clock.now();
    core.clock.jump(1_000);
    await core.record(`start ${id}`, sam);
    const later = await core.jobOf(id);
    await expect(again(`stop ${id}`, askedAt)).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      cure: expect.stringContaining(`/record stop ${later.genesysId}`),
    });
    expect(await core.jobOf(id)).toMatchObject({ id: later.id, state: 'recording' });
    expect(await again(`stop ${later.id}`, askedAt)).toMatchObject({ kind: 'stopped' });
  });

  it('of a recording that the bot has only found since, stops it: nobody knows when it began', async () => {
    const { id } = core.genesys.startCall();
    core.genesys.startRecordingElsewhere(id);
    const askedAt = core.clock.now();
    core.clock.jump(1_000);
    await core.record(`status ${id}`, sam);
    expect(await core.jobOf(id)).toMatchObject({ startedBy: { kind: 'genesys' } });
    expect(await again(`stop ${id}`, askedAt)).toMatchObject({ kind: 'stopped' });
    expect(core.genesys.countEffects('stop')).toBe(1);
  });

  it('and is on its way is told as such, also of a recording that began after it was asked for', async () => {
    const { id } = core.genesys.startCall();
    const askedAt = core.clock.now();
    core.clock.jump(1_000);
    await core.record(`start ${id}`, sam);
    core.genesys.inject({ on: 'stop', fault: { kind: 'status', status: 500 } });
    await core.record(`stop ${id}`);
    expect(await core.jobOf(id)).toMatchObject({ state: 'stopping', stoppedBy: { userId: ada.userId } });
    expect(await again(`stop ${id}`, askedAt)).toMatchObject({ kind: 'already-stopping' });
    await expect(again(`stop ${id}`, askedAt, sam)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });
});

describe('ten minutes more that were left', () => {
  /** A recording whose thread has just been warned. */
  async function warned() {
    const { id } = core.genesys.startCall();
    await core.record(`start ${id} for 10m`);
    core.clock.jump(10 * minute - 50_000);
    await core.tick();
    return core.jobOf(id);
  }
  const extend = (jobId: string, leftSince: number) => core.extend(jobId, { ...ada, leftSince });

  it('are given once', async () => {
    const { id } = await warned();
    const askedAt = core.clock.now();
    expect(await extend(id, askedAt)).toMatchObject({ kind: 'extended' });
    expect(await extend(id, askedAt)).toMatchObject({ kind: 'already-extended' });
  });

  it('are not given again at the next warning', async () => {
    const { id, deadlineAt } = await warned();
    const askedAt = core.clock.now();
    await core.extend(id);
    core.clock.jump(10 * minute);
    await core.tick();
    await expect(extend(id, askedAt)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect((await core.store.findJob(id))?.deadlineAt).toBe((deadlineAt ?? 0) + 10 * minute);
  });
});

it('what only reads is done anew', async () => {
  const { id } = core.genesys.startCall();
  await core.record(`start ${id}`);
  const askedAt = core.clock.now();
  core.clock.jump(25 * minute);
  expect(await again('list', askedAt)).toMatchObject({ kind: 'list', count: { total: 1 } });
  expect(await again(`status ${id}`, askedAt)).toMatchObject({ kind: 'status' });
  expect(await again('calls', askedAt)).toMatchObject({ kind: 'calls' });
  expect(await again('', askedAt)).toMatchObject({ kind: 'calls' });
  expect(await again('help', askedAt)).toMatchObject({ kind: 'help' });
});

describe('a pause that was left', () => {
  let pausing: CoreHarness;
  beforeEach(async () => {
    pausing = await createCoreHarness({ api: 'conversations', alerts: false });
  });
  afterEach(() => pausing.close());

  const call = () => pausing.genesys.startCall({ policyRecording: true });

  it('before it was asked for is carried out', async () => {
    const { id } = call();
    const leftSince = pausing.clock.now();
    expect(await pausing.record(`pause ${id}`, { ...ada, leftSince })).toMatchObject({ kind: 'paused' });
  });

  it('after it was done is told as done, to the one who did it', async () => {
    const { id } = call();
    const leftSince = pausing.clock.now();
    await pausing.record(`pause ${id}`);
    expect(await pausing.record(`pause ${id}`, { ...ada, leftSince })).toMatchObject({ kind: 'paused' });
    expect(await pausing.record(`pause ${id}`, { ...sam, leftSince })).toMatchObject({
      kind: 'already-paused',
    });
    expect(pausing.genesys.count('pause')).toBe(1);
  });

  it('and is on its way is told as such', async () => {
    const { id } = call();
    const leftSince = pausing.clock.now();
    await pausing.record(`status ${id}`);
    pausing.genesys.inject({ on: 'pause', fault: { kind: 'status', status: 500 } });
    await pausing.record(`pause ${id}`);
    expect(await pausing.record(`pause ${id}`, { ...ada, leftSince })).toMatchObject({
      kind: 'pause-pending',
    });
  });

  it('is not made a second time when somebody has ended it since', async () => {
    const { id } = call();
    const leftSince = pausing.clock.now();
    await pausing.record(`pause ${id}`);
    await pausing.record(`resume ${id}`, sam);
    await expect(pausing.record(`pause ${id}`, { ...ada, leftSince })).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      message: 'That recording was paused, and no longer is.',
    });
    expect(pausing.genesys.countEffects('pause')).toBe(1);
  });

  it('before it was asked for is not carried out when somebody has wanted otherwise since', async () => {
    const { id } = call();
    await pausing.record(`pause ${id}`);
    const leftSince = pausing.clock.now();
    await pausing.record(`resume ${id}`, sam);
    await pausing.record(`pause ${id}`, sam);
    await expect(pausing.record(`resume ${id}`, { ...ada, leftSince })).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      message: 'Somebody has wanted otherwise since: that recording was not resumed.',
    });
    expect(await pausing.jobOf(id)).toMatchObject({ state: 'paused', pausedBy: { userId: sam.userId } });
  });

  it('before it was asked for is carried out though the bot has ended an earlier pause since', async () => {
    const { id } = call();
    await pausing.record(`pause ${id}`);
    pausing.clock.jump(10 * minute - 20_000);
    const leftSince = pausing.clock.now();
    pausing.clock.jump(30_000);
    await pausing.tick();
    await expect.poll(async () => (await pausing.jobOf(id))?.state).toBe('recording');
    expect(await pausing.record(`pause ${id}`, { ...ada, leftSince })).toMatchObject({ kind: 'paused' });
  });

  it('before it was asked for is not carried out after a minute, and says so', async () => {
    const { id } = call();
    await pausing.record(`status ${id}`);
    const leftSince = pausing.clock.now();
    pausing.clock.jump(minute);
    await expect(pausing.record(`pause ${id}`, { ...ada, leftSince })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The bot was interrupted before this pause, and nothing was done.',
      cure: `How it stands now: /record status ${(await pausing.jobOf(id)).id}`,
    });
    expect(pausing.genesys.count('pause')).toBe(0);
    pausing.genesys.endCall(id);
    await pausing.record(`pause ${id}`, sam);
    expect(await pausing.record(`pause ${id}`, { ...ada, leftSince })).toMatchObject({
      kind: 'already-finished',
    });
  });

  it('as a resumption is not carried out against a pause that the agent has made since', async () => {
    const { id } = call();
    await pausing.record(`pause ${id}`);
    const leftSince = pausing.clock.now();
    pausing.genesys.resumeElsewhere(id);
    pausing.clock.jump(31_000);
    await pausing.watchTick();
    pausing.genesys.pauseElsewhere(id);
    pausing.clock.jump(11_000);
    await pausing.watchTick();
    expect(await pausing.jobOf(id)).toMatchObject({ state: 'paused', pausedBy: { kind: 'genesys' } });
    await expect(pausing.record(`resume ${id}`, { ...ada, leftSince })).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
    });
  });

  it('as a resumption is not carried out after a minute: nobody saw what the agent did meanwhile', async () => {
    const { id } = call();
    await pausing.record(`pause ${id}`);
    const leftSince = pausing.clock.now();
    pausing.clock.jump(5 * minute);
    await expect(pausing.record(`resume ${id}`, { ...ada, leftSince })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The bot was interrupted before this resumption, and nothing was done.',
    });
    expect(await pausing.jobOf(id)).toMatchObject({ state: 'paused' });
  });

  it('and failed tells why, in the words of the first process', async () => {
    const { id } = call();
    const leftSince = pausing.clock.now();
    pausing.genesys.inject({ on: 'pause', fault: { kind: 'status', status: 403 } });
    await expect(pausing.record(`pause ${id}`)).rejects.toMatchObject({ code: 'GENESYS_REFUSED' });
    await expect(pausing.record(`pause ${id}`, { ...ada, leftSince })).rejects.toMatchObject({
      message: expect.stringContaining('conversation:recording:pauseOthers'),
    });
    expect(pausing.genesys.count('pause')).toBe(1);
  });

  it('and gave way to the opposite says so', async () => {
    const { id } = call();
    await pausing.record(`status ${id}`);
    const leftSince = pausing.clock.now();
    pausing.genesys.inject({ on: 'pause', fault: { kind: 'status', status: 500 } });
    await pausing.record(`pause ${id}`);
    pausing.clock.jump(minute);
    expect(await pausing.record(`resume ${id}`, sam)).toMatchObject({ kind: 'resumed' });
    await expect(pausing.record(`pause ${id}`, { ...ada, leftSince })).rejects.toMatchObject({
      code: 'STATE_CONFLICT',
      message: 'Somebody has wanted otherwise since: that recording was not paused.',
    });
    expect(await pausing.jobOf(id)).toMatchObject({ state: 'recording', pending: null });
  });

  it('before it was asked for is the last wish all the same, and the opposite that is pending gives way', async () => {
    const { id } = call();
    await pausing.record(`pause ${id}`);
    pausing.genesys.inject({ on: 'resume', fault: { kind: 'status', status: 500 } });
    await pausing.record(`resume ${id}`, sam);
    pausing.clock.jump(minute);
    const leftSince = pausing.clock.now();
    expect(await pausing.record(`pause ${id}`, { ...ada, leftSince })).toMatchObject({ kind: 'paused' });
  });

  it('whose call has ended since says so', async () => {
    const { id } = call();
    const leftSince = pausing.clock.now();
    await pausing.record(`pause ${id}`);
    pausing.genesys.endCall(id);
    await pausing.record(`resume ${id}`, sam);
    expect(await pausing.record(`pause ${id}`, { ...ada, leftSince })).toMatchObject({
      kind: 'already-finished',
    });
  });
});
