import { expect, it } from 'vitest';
import { sampleAudit } from '../support/store-samples.js';
import type { Bench } from './store.contract.js';

export function describeAudit(bench: Bench): void {
  it('lists a job’s entries whole and oldest first, in the order of writing within a millisecond', async () => {
    const full = sampleAudit({
      ...{ id: 'z', at: 2_000, actor: { kind: 'bot' }, action: 'stop', outcome: 'failed', jobId: 'j1' },
      ...{ reason: 'time', code: 'GENESYS_REFUSED', reference: 'ref', conversationId: null, channelId: null },
    });
    const sameTime = sampleAudit({ id: 'a', at: 2_000, actor: { kind: 'genesys' }, jobId: 'j1' });
    const earlier = sampleAudit({ id: 'm', at: 1_000, jobId: 'j1' });
    for (const entry of [full, sameTime, earlier, sampleAudit({ jobId: 'j2' })])
      await bench.store.appendAudit(entry);
    expect(await bench.store.listAudit('j1')).toEqual([earlier, full, sameTime]);
    expect(await bench.store.listAudit('j3')).toEqual([]);
  });

  it('refuses a second entry with the same id', async () => {
    await bench.store.appendAudit(sampleAudit({ id: 'a' }));
    await expect(bench.store.appendAudit(sampleAudit({ id: 'a', reason: 'another' }))).rejects.toThrow();
    expect((await bench.everything()).audit).toHaveLength(1);
  });

  it.each([
    "UPDATE audit SET actor = 'bot'",
    'DELETE FROM audit',
    "UPDATE audit SET reason = NULL WHERE id = 'a'",
  ])('lets nobody run %s', async (sql) => {
    await bench.store.appendAudit(sampleAudit({ id: 'a', reason: 'why' }));
    const before = await bench.everything();
    await expect(bench.db.query(sql)).rejects.toThrow('audit is append-only');
    expect(await bench.everything()).toEqual(before);
  });

  it('gives a delivery to the first to claim it', async () => {
    const claims = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (bench.stores[index % bench.stores.length] ?? bench.store).claimDelivery('event-1', 1_000),
      ),
    );
    expect(claims.filter(Boolean)).toHaveLength(1);
    for (const store of bench.stores) {
      expect([await store.isClaimed('event-1'), await store.isClaimed('event-2')]).toEqual([true, false]);
    }
    expect(await bench.store.claimDelivery('event-2', 1_000)).toBe(true);
  });

  it('gives a delivery again to the claimant who has it, and to nobody else', async () => {
    expect(await bench.store.claimDelivery('event-1', 1_000, 'one')).toBe(true);
    expect(await bench.store.claimDelivery('event-1', 1_100, 'one')).toBe(true);
    expect(await bench.store.claimDelivery('event-1', 1_200, 'another')).toBe(false);
    expect(await bench.store.claimDelivery('event-1', 1_300)).toBe(false);
  });

  it('forgets deliveries before a time, and none from that time on', async () => {
    await bench.store.claimDelivery('old', 999);
    await bench.store.claimDelivery('new', 1_000);
    await bench.store.pruneDeliveries(1_000);
    expect(await bench.store.claimDelivery('new', 2_000)).toBe(false);
    expect(await bench.store.claimDelivery('old', 2_000)).toBe(true);
  });
}
