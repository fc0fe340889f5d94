import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { auditOf } from '../../src/core/deps.js';
import { showWaiting } from '../../src/core/show-waiting.js';
import { type CoreHarness, createCoreHarness } from '../support/core-harness.js';

let core: CoreHarness;
beforeEach(async () => {
  core = await createCoreHarness();
});
afterEach(() => core.close());

it('a listing too long to be read whole is never taken for “no recording”', async () => {
  core.genesys.addJobs(5_001);
  await expect(core.record(`stop ${randomUUID()}`)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('whole list'),
  });
  expect(core.genesys.count('stop')).toBe(0);
});

it('a wait that cannot be shown on the card is logged, and changes nothing else', async () => {
  const { id } = core.genesys.startCall();
  await core.record(`start ${id}`);
  const job = await core.jobOf(id);
  await core.store.close();
  await showWaiting(core.deps, job, 1_000);
  expect(core.logger.lines.at(-1)).toEqual({
    level: 'warn',
    message: 'could not show that Genesys makes us wait',
  });
});

it('a job that Genesys never named is no job to be stopped', async () => {
  const startedBy = { kind: 'person', userId: 'UADA' } as const;
  const job = { id: randomUUID(), conversationId: randomUUID() };
  await core.store.beginJob(
    { ...job, state: 'recording', startedBy, createdAt: core.clock.now() },
    auditOf(core.deps, { actor: startedBy, action: 'start', outcome: 'asked' }, job),
  );
  await expect(core.record(`stop ${job.id}`)).rejects.toThrow('no id that Genesys could know');
  expect(core.genesys.count('stop')).toBe(0);
});
