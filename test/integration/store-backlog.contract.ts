import { beforeEach, expect, it } from 'vitest';
import type { CardView } from '../../src/core/model.js';
import { sampleAudit, sampleCall, sampleJob } from '../support/store-samples.js';
import type { Bench } from './store.contract.js';

/** Stale cards by what is to be done about them. Calls 1 to 4 have an alert each, which is named after its call. */
export function describeBacklog(bench: Bench): void {
  const ids = ['1', '2', '3', '4'];
  const now = 10_000;
  const idsOf = (views: readonly CardView[]) => views.map(({ card }) => card.id);
  const unposted = async (limit = 10) => idsOf(await bench.store.listUnposted(now, limit));
  const outdated = async (limit = 10) => idsOf(await bench.store.listOutdated(now, limit));
  const see = (id: string, agent: string | null = null) =>
    bench.store.seeCalls([sampleCall({ conversationId: id, agent })], 600, {
      channelId: 'C-alerts',
      newId: () => `alert-${id}`,
    });
  const drawAll = () => Promise.all(ids.map((id) => bench.store.cardDrawn(`alert-${id}`, `1.${id}`, 1)));

  beforeEach(async () => {
    for (const id of ids) await see(id);
  });

  it('names the alerts to be posted, those of the newest calls first', async () => {
    expect(await unposted()).toEqual(['alert-4', 'alert-3', 'alert-2', 'alert-1']);
    expect(await unposted(2)).toEqual(['alert-4', 'alert-3']);
    expect(await outdated()).toEqual([]);
    await bench.store.cardDrawn('alert-4', '1.4', 1);
    expect(await unposted(1)).toEqual(['alert-3']);
  });

  it('names the cards to be redrawn: of calls that are over first, then those that missed most', async () => {
    await drawAll();
    for (const id of ['1', '2', '3', '4']) await see(id, 'Ann');
    await see('3', 'Bob');
    await bench.store.endCalls(['4'], 700);
    expect(await outdated()).toEqual(['alert-4', 'alert-3', 'alert-1', 'alert-2']);
    expect(await outdated(1)).toEqual(['alert-4']);
    expect(await unposted()).toEqual([]);
  });

  it('leaves out what somebody has reserved, for as long as that lasts', async () => {
    await bench.store.claimCard('alert-4', 'board', 5_000, now + 1);
    await bench.store.claimCard('alert-3', 'the dead', 5_000, now);
    expect(await unposted()).toEqual(['alert-3', 'alert-2', 'alert-1']);
  });

  it('names cards that show a job by themselves, and never among the alerts to be posted', async () => {
    await bench.store.beginJob(sampleJob({ id: 'j1', conversationId: '2' }), sampleAudit(), {
      id: 'card',
      channelId: 'C1',
    });
    expect(idsOf(await bench.store.listStaleJobCards())).toEqual(['alert-2', 'card']);
    expect(await unposted()).toEqual(['alert-4', 'alert-3', 'alert-1']);
  });
}
