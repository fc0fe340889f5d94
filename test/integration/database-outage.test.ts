/** The core while its database is away: Postgres behind a proxy that is cut. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import { type CoreProcess, createCoreProcess, createFastClock } from '../support/core-harness.js';
import { describePostgres } from '../support/postgres.js';
import { createTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

describePostgres('a database that goes away while Genesys is asked', ({ url, schema, reset, run }) => {
  let proxy: TcpProxy;
  let genesys: Awaited<ReturnType<typeof createGenesysSimulator>>;
  let clock: ReturnType<typeof createFastClock>;
  let core: CoreProcess;
  beforeEach(async () => {
    await reset();
    const target = new URL(url);
    proxy = await createTcpProxy({ host: target.hostname, port: Number(target.port || 5432) });
    target.host = `127.0.0.1:${proxy.port}`;
    clock = createFastClock();
    genesys = await createGenesysSimulator({ now: clock.now });
    const storage = { databaseUrl: target.href, schema, dataDir: '' };
    core = await createCoreProcess({ genesys, clock, storage });
  });
  afterEach(async () => {
    proxy.restore();
    await core.close();
    await genesys.close();
    await proxy.close();
  });

  /** Until Genesys answers, and no longer. */
  const cutUntilAnswered = async (operation: 'start' | 'stop', status: number) => {
    await expect.poll(() => genesys.journal.some((entry) => entry.operation === operation)).toBe(true);
    proxy.cut();
    await expect
      .poll(() => genesys.journal.findLast((entry) => entry.operation === operation)?.status)
      .toBe(status);
  };

  it('never turns a start that took effect into one that failed', async () => {
    const { id } = genesys.startCall();
    genesys.inject({ on: 'start', fault: { kind: 'slow', ms: 300 } });
    const starting = core.record(`start ${id} for 10m`).catch((error: unknown) => error);
    await cutUntilAnswered('start', 201);
    expect(await starting).toMatchObject({ code: 'UNAVAILABLE' });
    proxy.restore();
    const begun = await core.jobOf(id);
    expect(begun).toMatchObject({ state: 'starting', failure: null });
    clock.jump(4_000);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording', deadlineAt: begun.deadlineAt });
    expect(await core.auditOf(begun.id)).toEqual(['start asked UADA', 'start done UADA']);
    expect(genesys.starts.get(id)).toEqual({ asked: 1, done: 1 });
  });

  it('and can write only that it failed, is not asked to', async () => {
    const { id } = genesys.startCall();
    await run(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF NEW.outcome = 'done' THEN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END IF; RETURN NEW; END $$`);
    await run('CREATE TRIGGER refuse BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION refuse()');
    await expect(core.record(`start ${id}`)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await core.jobOf(id)).toMatchObject({ state: 'starting', failure: null });
    await run('DROP TRIGGER refuse ON audit');
    clock.jump(4_000);
    await core.tick();
    expect(await core.jobOf(id)).toMatchObject({ state: 'recording' });
  });

  it('never makes one of a start that Genesys refused', async () => {
    const { id } = genesys.startCall();
    genesys.endCall(id);
    genesys.inject({ on: 'start', fault: { kind: 'slow', ms: 300 } });
    const starting = core.record(`start ${id}`).catch((error: unknown) => error);
    await cutUntilAnswered('start', 404);
    expect(await starting).toMatchObject({ code: 'UNAVAILABLE' });
    proxy.restore();
    clock.jump(4_000);
    await core.tick();
    const job = await core.jobOf(id);
    expect(job).toMatchObject({ state: 'failed' });
    expect(await core.auditOf(job.id)).toEqual(['start asked UADA', 'start failed UADA']);
  });

  it('loses no stop', async () => {
    const { id } = genesys.startCall();
    await core.record(`start ${id}`);
    genesys.inject({ on: 'stop', fault: { kind: 'slow', ms: 300 } });
    const stopping = core.record(`stop ${id}`).catch((error: unknown) => error);
    await cutUntilAnswered('stop', 200);
    expect(await stopping).toMatchObject({ code: 'UNAVAILABLE' });
    proxy.restore();
    clock.jump(4_000);
    await core.tick();
    const job = await core.jobOf(id);
    expect(job).toMatchObject({ state: 'stopped', stoppedBy: { userId: 'UADA' } });
    expect((await core.auditOf(job.id)).slice(2)).toEqual(['stop asked UADA', 'stop done UADA']);
  });

  it('keeps nobody from waiting for Genesys’s limits', async () => {
    const { id } = genesys.startCall();
    genesys.inject({ on: 'start', fault: { kind: 'status', status: 429, retryAfter: 5 } });
    genesys.onChange((change) => {
      if (change.kind === 'request' && change.entry.status === 429) proxy.cut();
    });
    const starting = core.record(`start ${id}`).catch((error: unknown) => error);
    const said = { level: 'warn', message: 'could not show that Genesys makes us wait' } as const;
    await expect.poll(() => core.logger.lines).toContainEqual(said);
    proxy.restore();
    expect(await starting).toMatchObject({ kind: 'started' });
  });
});
