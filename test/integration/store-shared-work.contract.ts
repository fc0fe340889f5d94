/** How several processes, and one after another, share the work: claims on cards, posts begun, leases. */
import { beforeEach, expect, it } from 'vitest';
import { sampleAudit, sampleJob, storeOf } from '../support/store-samples.js';
import type { Bench } from './store.contract.js';

export function describeSharedWork(bench: Bench): void {
  const card = async () => (await bench.store.listStaleCards()).find((view) => view.card.id === 'card')?.card;
  const finish = () => bench.store.changeJob('j1', ['recording'], { state: 'stopped' }, 2_000);

  /** A running recording with a card that was never drawn. */
  beforeEach(async () => {
    await bench.store.beginJob(sampleJob({ id: 'j1', state: 'recording' }), sampleAudit(), {
      ...{ id: 'card', channelId: 'C1' },
    });
  });

  it('reserves a card for one of many', async () => {
    const claims = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        storeOf(bench, index).claimCard('card', `holder-${index}`, 1_000, 11_000),
      ),
    );
    expect(claims.filter(Boolean)).toEqual([await card()]);
  });

  it('lets the holder of a card renew, and others have it when its time is over or it is given back', async () => {
    const claim = async (holder: string, now: number) =>
      (await bench.store.claimCard('card', holder, now, now + 10_000))?.id ?? null;
    expect([await claim('a', 1_000), await claim('b', 2_000), await claim('a', 5_000)]).toEqual([
      ...['card', null, 'card'],
    ]);
    expect([await claim('b', 14_999), await claim('b', 15_000), await claim('a', 15_001)]).toEqual([
      ...[null, 'card', null],
    ]);
    await bench.store.releaseCard('card', 'a');
    expect(await claim('a', 15_002)).toBeNull();
    await bench.store.releaseCard('card', 'b');
    expect(await claim('a', 15_003)).toBe('card');
  });

  it('reserves no card that is gone', async () => {
    expect(await bench.store.claimCard('gone', 'a', 1_000, 2_000)).toBeNull();
    await bench.store.releaseCard('gone', 'a');
  });

  it('shows the card as it is at the moment of the claim', async () => {
    await bench.store.cardDrawn('card', '1.1', 1);
    const claimed = await bench.store.claimCard('card', 'a', 1_000, 2_000);
    expect(claimed).toEqual(await bench.store.findCard('C1', '1.1'));
  });

  it('remembers that a post was begun until the card is drawn', async () => {
    await bench.store.postBegun('card', 1_500);
    expect(await card()).toMatchObject({ attemptedAt: 1_500, ts: null });
    await bench.store.cardDrawn('card', '1.1', 1);
    expect(await bench.store.findCard('C1', '1.1')).toMatchObject({ attemptedAt: null });
    await bench.store.postBegun('gone', 1_500);
  });

  it('still remembers a post when an older drawing is reported', async () => {
    await bench.store.cardDrawn('card', '1.1', 1);
    await bench.store.postBegun('card', 1_500);
    await bench.store.cardDrawn('card', '1.0', 0);
    expect(await bench.store.findCard('C1', '1.1')).toMatchObject({ attemptedAt: 1_500 });
  });

  it('remembers that a reply was begun, until it is sent', async () => {
    await bench.store.cardDrawn('card', '1.1', 1);
    await finish();
    const [reply] = await bench.store.listDueReplies();
    const id = reply?.id ?? '';
    expect(reply).toMatchObject({ kind: 'finished', attemptedAt: null });
    await bench.store.replyBegun(id, 2_500);
    expect(await bench.store.listDueReplies()).toEqual([{ ...reply, attemptedAt: 2_500 }]);
    await bench.store.replySent(id, '1.2');
    expect(await bench.store.listDueReplies()).toEqual([]);
    await bench.store.replyBegun('gone', 2_500);
  });

  it('lets a deleted card be posted anew, once', async () => {
    await bench.store.cardDrawn('card', '1.1', 1);
    expect(await card()).toBeUndefined();
    const revived = await Promise.all([0, 1, 2, 3].map((index) => storeOf(bench, index).reviveCard('card')));
    expect(revived.filter(Boolean)).toHaveLength(1);
    expect(await card()).toMatchObject({ ts: null, drawnVersion: 0, attemptedAt: null, revived: true });
    expect(await bench.store.findCard('C1', '1.1')).toBeNull();
    await bench.store.cardDrawn('card', '3.1', 1);
    expect(await bench.store.reviveCard('card')).toBe(false);
    expect(await bench.store.findCard('C1', '3.1')).toMatchObject({ revived: true, drawnVersion: 1 });
    expect(await bench.store.reviveCard('gone')).toBe(false);
  });

  it('sends replies of a deleted card once it is posted anew', async () => {
    await bench.store.cardDrawn('card', '1.1', 1);
    await finish();
    await bench.store.reviveCard('card');
    expect(await bench.store.listDueReplies()).toEqual([]);
    await bench.store.cardDrawn('card', '3.1', 2);
    expect((await bench.store.listDueReplies()).map((reply) => reply.card.ts)).toEqual(['3.1']);
  });

  it('leases to one of many, who may renew', async () => {
    const take = (holder: string, now: number, index = 0) =>
      storeOf(bench, index).takeLease('watch', holder, now, now + 10_000);
    const taken = await Promise.all(
      Array.from({ length: 30 }, (_, index) => take(`holder-${index}`, 1_000, index)),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
    const winner = `holder-${taken.indexOf(true)}`;
    expect([await take(winner, 5_000), await take('other', 14_999, 1)]).toEqual([true, false]);
    expect(await bench.store.takeLease('another', 'other', 5_000, 15_000)).toBe(true);
  });

  it('gives a lease that has ended to one of those who wait, and not back', async () => {
    const take = (holder: string, now: number, index = 0) =>
      storeOf(bench, index).takeLease('watch', holder, now, now + 10_000);
    await take('first', 1_000);
    const taken = await Promise.all(
      Array.from({ length: 10 }, (_, index) => take(`next-${index}`, 11_000, index)),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await take('first', 11_001)).toBe(false);
  });

  it('frees a lease when its holder drops it, and nobody else can', async () => {
    const take = (holder: string) => bench.store.takeLease('watch', holder, 1_000, 11_000);
    await take('first');
    await bench.store.dropLease('watch', 'second');
    expect(await take('second')).toBe(false);
    await bench.store.dropLease('watch', 'first');
    expect(await take('second')).toBe(true);
    await bench.store.dropLease('never', 'taken');
  });

  it('counts the leases of a kind, whoever has them, until each has ended or is given back', async () => {
    const take = (name: string, now: number, index = 0) =>
      storeOf(bench, index).takeLease(name, name, now, now + 10_000);
    const count = (now: number) => bench.store.countLeases('pace/', now);
    expect(await count(1_000)).toBe(0);
    await Promise.all([take('pace/a', 1_000), take('pace/b', 2_000, 1), take('watch', 1_000)]);
    await take('space/', 1_000);
    expect([await count(10_999), await count(11_000), await count(12_000)]).toEqual([2, 1, 0]);
    await take('pace/a', 5_000);
    expect(await count(14_999)).toBe(1);
    await bench.store.dropLease('pace/a', 'pace/a');
    expect(await count(5_000)).toBe(1);
  });

  it('takes no sign in a lease’s name for a wildcard', async () => {
    await bench.store.takeLease('pace/a', 'a', 1_000, 11_000);
    expect([
      await bench.store.countLeases('%', 1_000),
      await bench.store.countLeases('pac__', 1_000),
    ]).toEqual([0, 0]);
  });

  it('forgets leases that have ended, and no others', async () => {
    await bench.store.takeLease('ended', 'a', 1_000, 2_000);
    await bench.store.takeLease('standing', 'a', 1_000, 2_001);
    await bench.store.pruneLeases(2_000);
    expect((await bench.everything()).leases).toEqual([{ name: 'standing', holder: 'a', until: 2_001 }]);
  });

  it('forgets what an earlier process had reserved: leases, cards, and jobs in its hands', async () => {
    const begin = (job: NonNullable<Parameters<typeof sampleJob>[0]>) =>
      bench.store.beginJob(sampleJob({ conversationId: job.id ?? '', ...job }), sampleAudit());
    await begin({ id: 'starting', retryAt: 4_000 });
    await begin({ id: 'stopping', state: 'stopping', retryAt: 60_000 });
    await begin({ id: 'old', state: 'stopping', retryAt: null });
    await begin({ id: 'overdue', state: 'recording', deadlineAt: 1_900, retryAt: 4_900 });
    await begin({ id: 'running', state: 'recording', deadlineAt: 9_000 });
    await begin({ id: 'waiting', state: 'starting', retryAt: 1_000 });
    await begin({ id: 'finished', state: 'failed', retryAt: 9_000 });
    await bench.store.takeLease('watch', 'earlier', 1_000, 11_000);
    await bench.store.claimCard('card', 'earlier', 1_000, 11_000);

    await bench.store.forgetClaims(2_000);

    const jobs = await bench.db.query('SELECT id, retry_at FROM jobs ORDER BY seq');
    expect(Object.fromEntries(jobs.map(({ id, retry_at }) => [id, retry_at]))).toEqual({
      ...{ j1: null, starting: 2_000, stopping: 2_000, old: 2_000, overdue: 2_000, running: null },
      ...{ waiting: 1_000, finished: 9_000 },
    });
    expect(await bench.store.takeLease('watch', 'later', 2_000, 12_000)).toBe(true);
    expect(await bench.store.claimCard('card', 'later', 2_000, 12_000)).not.toBeNull();
  });
}
