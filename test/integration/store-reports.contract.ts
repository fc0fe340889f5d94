import { describe, expect, it } from 'vitest';
import type { ActiveCall, CallReport } from '../../src/core/model.js';
import { sampleAudit, sampleCall, sampleJob, storeOf } from '../support/store-samples.js';
import type { Bench } from './store.contract.js';

/** When reports are taken here: after all that they are about. */
const now = 10_000;
const nothing = { caller: null, queue: null, agent: null, startedAt: null };

const report = (occurredAt: number, call: Partial<ActiveCall> = {}, over = false): CallReport => ({
  call: sampleCall({ ...nothing, ...call }),
  occurredAt,
  over,
});
const started = report(1_000, { caller: '+4930123', queue: 'Support', startedAt: 1_000 });
const ann = report(2_000, { agent: 'Ann' });
const bob = report(3_000, { agent: 'Bob', queue: 'Claims' });
const ended = report(4_000, {}, true);

const permutations = <T>(items: readonly T[]): T[][] =>
  items.length === 0
    ? [[]]
    : items.flatMap((item) =>
        permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
      );

export function describeReports(bench: Bench): void {
  let made = 0;
  const alert = () => ({ channelId: 'C-alerts', newId: () => `alert-${made++}` });
  const take = (told: CallReport, at = now) => bench.store.takeReport(told, at, alert());
  const conversation = () => bench.store.findConversation('call-1');
  const unposted = async () => (await bench.store.listUnposted(now, 10)).length;
  const orders = (reports: readonly CallReport[]) =>
    permutations(reports).map(
      (order) => [order.map(({ occurredAt }) => occurredAt).join(', '), order] as const,
    );

  it.each(orders([started, ann, bob]))('come to the same in the order %s', async (_, order) => {
    for (const each of order) await take(each);
    const call = { caller: '+4930123', startedAt: 1_000, queue: 'Claims', agent: 'Bob', endedAt: null };
    expect(await conversation()).toMatchObject(call);
    const before = await bench.everything();
    for (const each of [...order, ...order.toReversed()]) expect(await take(each)).toBe(false);
    expect(await bench.everything()).toEqual(before);
    expect(await unposted()).toBe(1);
  });

  it.each(orders([started, bob, ended]))('know of the end in the order %s', async (_, order) => {
    for (const each of order) await take(each);
    for (const each of order) await take(each, now + 1);
    expect(await conversation()).toMatchObject({ endedAt: now });
    expect(await unposted()).toBe(0);
    expect(await bench.store.listOpenConversations()).toEqual([]);
  });

  it('do not bring an end that is older than what is known of the call', async () => {
    await take(bob);
    expect(await take(report(2_999, {}, true))).toBe(false);
    expect(await conversation()).toMatchObject({ endedAt: null });
    expect(await take(report(3_000, {}, true))).toBe(true);
    expect(await conversation()).toMatchObject({ endedAt: now });
    expect(await take(bob)).toBe(false);
  });

  it('take up again a call that was taken for over, if it was heard of since', async () => {
    await take(started, 1_500);
    await bench.store.endCalls(['call-1'], 2_000);
    expect(await take(ann)).toBe(false);
    expect(await take(report(2_001, { agent: 'Ann' }))).toBe(true);
    expect(await conversation()).toMatchObject({ agent: 'Ann', endedAt: null });
    expect(await unposted()).toBe(1);
  });

  it('count after an end from a clock that is ahead only if they are later by that clock, too', async () => {
    await take(report(12_000, {}, true));
    expect(await take(report(11_000))).toBe(false);
    expect(await take(report(12_001))).toBe(true);
    expect(await unposted()).toBe(1);
  });

  it('open the alert of a call that a job had named before', async () => {
    await bench.store.beginJob(sampleJob({ id: 'j1' }), sampleAudit());
    expect(await take(started)).toBe(true);
    const [view] = await bench.store.listStaleCards();
    expect([view?.card.jobId, view?.job?.id]).toEqual([null, 'j1']);
  });

  describe('of an end that nobody had seen a beginning of', () => {
    it('are forgotten with the deliveries of that time', async () => {
      await take(ended);
      await bench.store.pruneDeliveries(now);
      expect(await take(started)).toBe(false);
      await bench.store.pruneDeliveries(now + 1);
      expect(await conversation()).toBeNull();
      expect((await bench.everything()).conversations).toEqual([]);
    });

    it('stay where a recording was asked for, or the call was seen', async () => {
      await bench.store.beginJob(sampleJob({ id: 'j1' }), sampleAudit());
      await take(ended);
      for (const over of [false, true]) {
        await take(report(4_000, { conversationId: 'call-2' }, over));
      }
      await bench.store.pruneDeliveries(now + 1);
      expect((await bench.everything()).conversations.map(({ id }) => id)).toEqual(['call-1', 'call-2']);
    });
  });

  it('that come to several at once open one alert', async () => {
    const taken = await Promise.all(
      Array.from({ length: 8 }, (_, index) => storeOf(bench, index).takeReport(started, now, alert())),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect((await bench.everything()).cards).toHaveLength(1);
  });

  it('of beginning and end that come to several at once end the call', async () => {
    await Promise.all(
      [started, ended, bob, started, ended, bob].map((each, index) =>
        storeOf(bench, index).takeReport(each, now, alert()),
      ),
    );
    expect(await conversation()).toMatchObject({ endedAt: now });
    expect(await unposted()).toBe(0);
  });
}
