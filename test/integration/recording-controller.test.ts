import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditOf } from '../../src/core/deps.js';
import { RecordError } from '../../src/core/errors.js';
import { RecordingController } from '../../src/core/recording-controller.js';
import { type CoreHarness, createCoreHarness, sam } from '../support/core-harness.js';

let core: CoreHarness;
beforeEach(async () => {
  core = await createCoreHarness({
    access: { users: ['UADA'], userGroups: [], channels: [], anybody: false },
  });
});
afterEach(() => core.close());

describe('somebody who is not permitted', () => {
  it.each(['start ID', 'stop ID', 'status ID', 'status', 'list', 'calls', ''])(
    'gets nothing out of “/record %s”, and the refusal is on record',
    async (text) => {
      const { id } = core.genesys.startCall();
      await expect(core.record(text.replace('ID', id), sam)).rejects.toMatchObject({
        code: 'NOT_PERMITTED',
        permitted: { users: ['UADA'] },
      });
      expect(core.genesys.count('any')).toBe(0);
      expect(await core.store.findJobOf(id)).toBeNull();
    },
  );

  it('is on record with what they wanted, where', async () => {
    const id = randomUUID();
    await expect(core.record(`stop ${id} because`, sam)).rejects.toMatchObject({ code: 'NOT_PERMITTED' });
    expect(await core.store.listAudit(id)).toMatchObject([
      {
        actor: { kind: 'person', userId: 'USAM' },
        action: 'stop',
        outcome: 'refused',
        channelId: 'COPS',
        reason: 'because',
        code: 'NOT_PERMITTED',
      },
    ]);
  });

  it.each([
    ['just now, is not: nobody was refused', 'UNAVAILABLE', []],
    ['until an administrator acts, is, with that reason', 'SLACK_REFUSED', ['SLACK_REFUSED']],
  ] as const)('whose permission cannot be checked %s', async (_, code, onRecord) => {
    const controller = new RecordingController({
      ...core.deps,
      access: { users: [], userGroups: ['SLEADS'], channels: [], anybody: false },
      userGroups: { members: () => Promise.reject(new RecordError(code, 'Nobody knows.')) },
      alerts: () => null,
    });
    const id = randomUUID();
    await expect(controller.execute({ name: 'stop', id, reason: null }, sam)).rejects.toMatchObject({ code });
    expect((await core.store.listAudit(id)).map((entry) => entry.code)).toEqual(onRecord);
    expect(core.genesys.count('any')).toBe(0);
  });

  it('may read the help', async () => {
    expect(await core.record('help', sam)).toEqual({ kind: 'help', canPause: false });
  });
});

describe('what there is to read', () => {
  it('status shows the job, its call and who did what', async () => {
    const { id } = core.genesys.startCall({ queue: 'Billing' });
    await core.watch.round();
    await core.record(`start ${id}`);
    const { genesysId } = await core.jobOf(id);
    expect(await core.record(`status ${genesysId}`)).toMatchObject({
      kind: 'status',
      job: { state: 'recording' },
      conversation: { id, queue: 'Billing' },
      audit: [{ outcome: 'asked' }, { outcome: 'done' }],
    });
  });

  it('status of a call that is up and not recorded says so', async () => {
    const { id } = core.genesys.startCall();
    await core.watch.round();
    await expect(core.record(`status ${id}`)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'That call is up, and it is not being recorded.',
      cure: `To record it: /record start ${id}`,
    });
  });

  it('status of something nobody knows says where to look', async () => {
    await expect(core.record(`status ${randomUUID()}`)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      cure: expect.stringContaining('/record list'),
    });
  });

  it('status alone shows how the bot is', async () => {
    expect(await core.record('status')).toEqual({
      kind: 'overview',
      overview: {
        unfinished: { total: 0, paused: 0 },
        alerts: { channelId: 'CALERTS', lastPollAt: null, problem: null },
      },
    });
    const { id } = core.genesys.startCall();
    await core.record(`start ${id}`);
    core.genesys.setPermissions([]);
    await core.watch.round();
    expect(await core.record('status')).toMatchObject({
      overview: {
        unfinished: { total: 1, paused: 0 },
        alerts: {
          lastPollAt: expect.any(Number),
          problem: expect.stringContaining('lacks conversation:phone:view'),
        },
      },
    });
  });

  it('list shows the running recordings, oldest first, and asks Genesys nothing', async () => {
    const ids = core.genesys.addCalls(3).map((call) => call.id);
    for (const id of ids) await core.record(`start ${id}`);
    await core.record(`stop ${ids[1]}`);
    core.genesys.resetJournal();
    const answer = await core.record('list');
    expect(answer).toMatchObject({ kind: 'list' });
    expect(answer.kind === 'list' && answer.jobs.map((job) => job.conversationId)).toEqual([ids[0], ids[2]]);
    expect(core.genesys.count('any')).toBe(0);
  });

  it('list shows the twenty oldest of many recordings, and how many there are', async () => {
    const ids = core.genesys.addCalls(23).map((call) => call.id);
    for (const id of ids) await core.record(`start ${id}`);
    const answer = await core.record('list');
    if (answer.kind !== 'list') throw new Error(answer.kind);
    expect(answer.jobs.map((job) => job.conversationId)).toEqual(ids.slice(0, 20));
    expect(answer).toMatchObject({ count: { total: 23, paused: 0 }, complete: true });
  });

  it('list counts no further than a thousand, and says so', async () => {
    const startedBy = { kind: 'bot' } as const;
    for (let index = 0; index < 1_001; index += 1) {
      const job = { id: `job-${index}`, conversationId: `call-${index}` };
      const audit = auditOf(core.deps, { actor: startedBy, action: 'start', outcome: 'asked' }, job);
      await core.store.beginJob({ ...job, state: 'recording', startedBy, createdAt: index }, audit);
    }
    expect(await core.record('list')).toMatchObject({ count: { total: 1_000 }, complete: false });
    await core.store.changeJob('job-0', ['recording'], { state: 'stopped' }, 1);
    expect(await core.record('list')).toMatchObject({ count: { total: 1_000 }, complete: true });
    expect(await core.record('status')).toMatchObject({ overview: { unfinished: { total: 1_000 } } });
  });

  it('calls shows the active calls, each with its recording if there is one', async () => {
    const [recorded, other] = core.genesys.addCalls(2);
    await core.record(`start ${recorded?.id}`);
    for (const text of ['calls', '']) {
      const answer = await core.record(text);
      if (answer.kind !== 'calls') throw new Error(answer.kind);
      expect(answer.complete).toBe(true);
      const jobs = new Map(answer.calls.map(({ call, job }) => [call.conversationId, job?.state ?? null]));
      expect(jobs).toEqual(
        new Map([
          [recorded?.id, 'recording'],
          [other?.id, null],
        ]),
      );
    }
  });

  it('pause and resume say plainly that this contract has none', async () => {
    for (const verb of ['pause', 'resume']) {
      await expect(core.record(`${verb} ${randomUUID()}`)).rejects.toMatchObject({
        code: 'COMMAND_INVALID',
        cure: expect.stringContaining('start and stop only'),
      });
    }
    expect(core.genesys.count('any')).toBe(0);
  });
});
