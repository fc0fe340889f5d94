/** Postgres that goes away and comes back, behind a proxy that is cut. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Store } from '../../src/core/ports.js';
import type { Db } from '../../src/storage/db.js';
import { openPostgres } from '../../src/storage/postgres.js';
import { createStore } from '../../src/storage/store.js';
import { describePostgres } from '../support/postgres.js';
import { sampleAudit, sampleJob, silent } from '../support/store-samples.js';
import { createTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

/** More than the pool has connections. */
const crowd = Array.from({ length: 25 }, (_, index) => `j${index}`);

const bookkeeping = { clock: { now: () => 1_000 }, logger: silent };

describePostgres('Postgres that goes away and comes back', ({ url, schema, reset, run }) => {
  let proxy: TcpProxy;
  let db: Db;
  let store: Store;

  beforeEach(async () => {
    await reset();
    // By a way of its own, with the ordinary bounds: DDL may take longer than those below.
    const builder = openPostgres({ databaseUrl: url, schema }, silent);
    await createStore(builder, bookkeeping).migrate();
    await builder.close();
    const target = new URL(url);
    proxy = await createTcpProxy({ host: target.hostname, port: Number(target.port || 5432) });
    target.host = `127.0.0.1:${proxy.port}`;
    const timeouts = { answerTimeoutMs: 1_000, connectTimeoutMs: 1_000 };
    db = openPostgres({ databaseUrl: target.href, schema, ...timeouts }, silent);
    store = createStore(db, bookkeeping);
    await fillPool();
  });
  afterEach(async () => {
    await store.close();
    await proxy.close();
  });

  const fillPool = () => Promise.all(crowd.map(() => db.query('SELECT pg_sleep(0.02)')));
  const begin = (id: string) =>
    store.beginJob(sampleJob({ id, conversationId: id }), sampleAudit({ jobId: id }));
  const codesOf = async (calls: readonly Promise<unknown>[]) =>
    new Set(
      (await Promise.allSettled(calls)).map((call) =>
        call.status === 'fulfilled' ? 'fulfilled' : call.reason.code,
      ),
    );
  /** Every kind of call at once: none may hang, or the test's own bound ends it. */
  const askAll = () =>
    codesOf([
      ...crowd.map((id) => begin(id)),
      ...crowd.map(() => store.ping()),
      store.migrate(),
      store.claimDueJobs(2_000, 3_000, 9),
      store.takeLease('watch', 'a', 1_000, 2_000),
      store.listStaleCards(),
    ]);
  const worksAgain = async () => {
    await expect
      .poll(() => codesOf(crowd.map(() => store.ping())), { timeout: 20_000 })
      .toEqual(new Set(['fulfilled']));
    for (const id of crowd) expect(await begin(`${id}-after`)).toMatchObject({ begun: true });
  };
  const written = async () => (await run(`SELECT id FROM ${schema}.jobs`)).map(({ id }) => id);

  it('is unavailable while connections are refused, and recovers by itself', async () => {
    proxy.cut();
    expect(await askAll()).toEqual(new Set(['UNAVAILABLE']));
    expect(await askAll()).toEqual(new Set(['UNAVAILABLE']));
    expect(await written()).toEqual([]);
    proxy.restore();
    await worksAgain();
  });

  it('is unavailable within bounds while nothing is answered, and recovers by itself', async () => {
    proxy.silence();
    expect(await askAll()).toEqual(new Set(['UNAVAILABLE']));
    expect(await askAll()).toEqual(new Set(['UNAVAILABLE']));
    expect(await written()).toEqual([]);
    proxy.restore();
    await worksAgain();
  });

  it.each(['cut', 'silence'] as const)(
    'undoes what was in hand at a %s, and frees its locks',
    async (how) => {
      await begin('j1');
      const lost = db.transaction(async (tx) => {
        await tx.query("UPDATE jobs SET state = 'stopped' WHERE id = 'j1'");
        proxy[how]();
        await tx.query('SELECT 1');
      });
      await expect(lost).rejects.toMatchObject({ code: 'UNAVAILABLE', maybeDone: false });
      proxy.restore();
      await worksAgain();
      const changed = await store.changeJob('j1', ['starting'], { state: 'recording' }, 2_000);
      expect(changed).toMatchObject({ state: 'recording' });
    },
  );

  it('says that a change may be done when its answer was cut off', async () => {
    await begin('j1');
    const slow = db.query(
      "UPDATE jobs SET retries = retries + 1 WHERE id = 'j1' AND pg_sleep(2) IS NOT NULL",
    );
    const answer = expect(slow).rejects.toMatchObject({ code: 'UNAVAILABLE', maybeDone: true });
    const running = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'UPDATE jobs SET retries%' AND state = 'active'`;
    await expect.poll(async () => (await run(running)).length, { timeout: 10_000, interval: 5 }).toBe(1);
    proxy.cut();
    await answer;
    proxy.restore();
    await worksAgain();
  });

  it('closes although nothing is answered', async () => {
    proxy.silence();
    const inHand = codesOf([begin('j1'), store.ping()]);
    await store.close();
    expect(await inHand).toEqual(new Set(['UNAVAILABLE']));
  });
});
