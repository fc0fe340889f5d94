import { beforeEach, describe, expect, it } from 'vitest';
import type { JobState } from '../../src/core/model.js';
import { sampleAudit, sampleCall, sampleJob } from '../support/store-samples.js';
import type { Bench } from './store.contract.js';

export function describeCards(bench: Bench): void {
  const alert = { channelId: 'C-alerts', newId: () => 'alert' };
  const stale = async (id?: string) => (await bench.store.listStaleCards(id)).map(({ card }) => card.id);
  const finish = (jobId: string, state: JobState = 'stopped', at = 5_000) =>
    bench.store.changeJob(jobId, ['starting', 'recording', 'stopping'], { state, finishedAt: at }, at);
  const due = async (id?: string) =>
    (await bench.store.listDueReplies(id)).map(({ card, job }) => [card.id, job.id]);

  /** A call with its alert, and a job with a card in another channel. */
  beforeEach(async () => {
    await bench.store.seeCalls([sampleCall()], 500, alert);
    await bench.store.beginJob(sampleJob({ id: 'j1', state: 'recording' }), sampleAudit(), {
      id: 'card',
      channelId: 'C1',
    });
  });

  it('shows all that a card is drawn from', async () => {
    const conversation = await bench.store.findConversation('call-1');
    const job = await bench.store.findJob('j1');
    const base = { ts: null, conversationId: 'call-1', drawnVersion: 0, attemptedAt: null, revived: false };
    expect(await bench.store.listStaleCards()).toEqual([
      { card: { ...base, id: 'alert', channelId: 'C-alerts', jobId: null }, conversation, job },
      { card: { ...base, id: 'card', channelId: 'C1', jobId: 'j1' }, conversation, job },
    ]);
  });

  it('shows a call alert without a job when its call has none', async () => {
    await bench.store.seeCalls([sampleCall({ conversationId: 'call-2' })], 500, {
      ...alert,
      newId: () => 'alert-2',
    });
    const [view] = await bench.store.listStaleCards('call-2');
    expect([view?.card.id, view?.conversation.id, view?.job]).toEqual(['alert-2', 'call-2', null]);
  });

  it('shows on a call alert the unfinished job, else the newest, and on a job’s card always that job', async () => {
    await finish('j1', 'ended');
    const shown = async () => (await bench.store.listStaleCards('call-1')).map(({ job }) => job?.id);
    expect(await shown()).toEqual(['j1', 'j1']);
    await bench.store.beginJob(sampleJob({ id: 'j2', createdAt: 10 }), sampleAudit());
    expect(await shown()).toEqual(['j2', 'j1']);
    await finish('j2', 'failed');
    expect(await shown()).toEqual(['j1', 'j1']);
  });

  it('takes a card for stale until it is drawn from the newest version', async () => {
    await bench.store.cardDrawn('alert', '1.1', 2);
    expect(await stale()).toEqual(['card']);
    await bench.store.cardDrawn('card', '1.2', 1);
    expect(await stale()).toEqual(['card']);
    await bench.store.cardDrawn('card', '1.2', 2);
    expect(await stale()).toEqual([]);
    await bench.store.changeJob('j1', ['recording'], { retries: 1 }, 2_000);
    expect(await stale()).toEqual(['alert', 'card']);
    expect(await stale('call-2')).toEqual([]);
  });

  describe('the card of a finished job', () => {
    /** Both cards drawn as they stand: the call alert and the job's own. */
    const drawAll = async () => {
      const drawn = await bench.store.listStaleCards();
      for (const { card, conversation } of drawn) {
        await bench.store.cardDrawn(card.id, `1.${card.id}`, conversation.version);
      }
    };

    it.each<JobState>(['stopped', 'ended', 'failed'])(
      'is left alone when the call goes on, ends and comes back after the job is %s; its alert is not',
      async (state) => {
        await finish('j1', state);
        await drawAll();
        await bench.store.seeCalls([sampleCall({ agent: 'Ann' })], 6_000);
        expect(await stale()).toEqual(['alert']);
        await drawAll();
        await bench.store.endCalls(['call-1'], 7_000);
        expect(await stale()).toEqual(['alert']);
        await drawAll();
        await bench.store.seeCalls([sampleCall({ agent: 'Ann' })], 8_000);
        expect(await stale()).toEqual(['alert']);
      },
    );

    it.each<JobState>(['starting', 'recording', 'paused', 'stopping'])(
      'goes stale with the call as long as the job is still %s',
      async (state) => {
        await bench.store.changeJob('j1', ['recording'], { state }, 5_000);
        await drawAll();
        await bench.store.endCalls(['call-1'], 7_000);
        expect(await stale()).toEqual(['alert', 'card']);
      },
    );

    it('is left alone while another recording of the call runs, which its own card and the alert show', async () => {
      await finish('j1');
      await drawAll();
      const second = sampleJob({ id: 'j2', state: 'recording', recordingSince: 1_000, deadlineAt: 401_000 });
      await bench.store.beginJob(second, sampleAudit(), { id: 'card-2', channelId: 'C1' });
      expect(await stale()).toEqual(['alert', 'card-2']);
      await drawAll();
      await bench.store.advanceProgress(101_000, 30_000);
      expect(await stale()).toEqual(['alert', 'card-2']);
      await drawAll();
      await finish('j2');
      expect(await stale()).toEqual(['alert', 'card-2']);
    });

    it('is drawn again when the job itself is corrected', async () => {
      await finish('j1', 'ended');
      await bench.store.endCalls(['call-1'], 7_000);
      await drawAll();
      await bench.store.changeJob('j1', ['ended'], { state: 'stopped' }, 8_000);
      expect(await stale()).toEqual(['alert', 'card']);
    });

    it('that was not drawn yet is still drawn after the call has ended, once', async () => {
      await finish('j1');
      await bench.store.endCalls(['call-1'], 7_000);
      expect(await stale()).toEqual(['alert', 'card']);
      await drawAll();
      expect(await stale()).toEqual([]);
    });
  });

  it('remembers the newest drawing when an older one is reported late', async () => {
    await bench.store.cardDrawn('card', '1.2', 2);
    await bench.store.cardDrawn('card', '1.1', 1);
    expect(await bench.store.findCard('C1', '1.2')).toMatchObject({ id: 'card', drawnVersion: 2 });
    expect(await bench.store.findCard('C1', '1.1')).toBeNull();
    await bench.store.cardDrawn('unknown', '1.1', 1);
  });

  it('finds a card by its message, in its channel only', async () => {
    await bench.store.cardDrawn('card', '1.2', 2);
    expect(await bench.store.findCard('C1', '1.2')).toEqual({
      ...{ id: 'card', channelId: 'C1', ts: '1.2', conversationId: 'call-1', jobId: 'j1', drawnVersion: 2 },
      ...{ attemptedAt: null, revived: false },
    });
    expect(await bench.store.findCard('C2', '1.2')).toBeNull();
  });

  it('has one card of a job in a channel, also when many are wanted at once', async () => {
    const add = (id: string, channelId: string, index: number) =>
      (bench.stores[index % bench.stores.length] ?? bench.store).addCard({ id, channelId }, 'call-1', 'j1');
    expect((await add('second', 'C1', 0)).id).toBe('card');
    const cards = await Promise.all(
      Array.from({ length: 40 }, (_, index) => add(`new-${index}`, 'C2', index)),
    );
    expect(new Set(cards.map(({ id }) => id)).size).toBe(1);
    expect(await bench.db.query('SELECT channel_id FROM cards ORDER BY seq')).toEqual([
      { channel_id: 'C-alerts' },
      { channel_id: 'C1' },
      { channel_id: 'C2' },
    ]);
    expect(cards[0]).toMatchObject({ channelId: 'C2', ts: null, jobId: 'j1', drawnVersion: 0 });
    expect(await stale('call-1')).toContain(cards[0]?.id);
    expect((await bench.store.findConversation('call-1'))?.version).toBe(2);
  });

  it('places no card for a job or a conversation that does not exist', async () => {
    const before = await bench.everything();
    await expect(bench.store.addCard({ id: 'x', channelId: 'C9' }, 'call-9', 'j1')).rejects.toThrow('call-9');
    await expect(bench.store.addCard({ id: 'x', channelId: 'C9' }, 'call-1', 'j9')).rejects.toThrow(
      /foreign key/i,
    );
    expect(await bench.everything()).toEqual(before);
  });

  it.each<JobState>(['stopped', 'ended'])(
    'owes one reply on each card that shows a job which is %s, once the card is posted',
    async (state) => {
      await bench.store.cardDrawn('alert', '1.1', 2);
      await finish('j1', state);
      expect(await due()).toEqual([['alert', 'j1']]);
      await bench.store.cardDrawn('card', '1.2', 3);
      expect(await due()).toEqual([
        ['alert', 'j1'],
        ['card', 'j1'],
      ]);
      expect(await due('call-2')).toEqual([]);
      const [reply] = await bench.store.listDueReplies('call-1');
      expect(reply?.job).toEqual(await bench.store.findJob('j1'));
      expect(reply?.card).toEqual(await bench.store.findCard('C-alerts', '1.1'));
    },
  );

  it('owes no reply for a change to any other state', async () => {
    await bench.store.cardDrawn('card', '1.2', 2);
    await bench.store.changeJob('j1', ['recording'], { state: 'stopping' }, 2_000);
    await bench.store.changeJob('j1', ['stopping'], { retries: 1 }, 2_000);
    await finish('j1', 'failed');
    expect((await bench.everything()).replies).toEqual([]);
  });

  it('owes no reply on a call alert that shows another job', async () => {
    await finish('j1', 'failed');
    await bench.store.beginJob(sampleJob({ id: 'j2' }), sampleAudit());
    await bench.store.changeJob('j1', ['failed'], { state: 'ended' }, 3_000);
    const { replies } = await bench.everything();
    expect(replies.map(({ card_id }) => card_id)).toEqual(['card']);
  });

  it('tells an outcome once, also when the job is corrected afterwards', async () => {
    await bench.store.cardDrawn('card', '1.2', 2);
    await finish('j1', 'ended');
    const [reply] = await bench.store.listDueReplies();
    await bench.store.replySent(reply?.id ?? '', '1.3');
    expect(await due()).toEqual([]);
    await bench.store.replySent(reply?.id ?? '', '1.4');
    await bench.store.changeJob('j1', ['ended'], { state: 'stopped' }, 6_000);
    expect(await due()).toEqual([]);
    const rows = await bench.db.query('SELECT ts FROM replies WHERE card_id = $1', ['card']);
    expect(rows).toEqual([{ ts: '1.3' }]);
  });

  it('tells each job’s outcome on a call alert', async () => {
    await bench.store.cardDrawn('alert', '1.1', 2);
    await finish('j1', 'stopped', 7_000);
    await bench.store.beginJob(sampleJob({ id: 'j2', createdAt: 8_000 }), sampleAudit());
    await finish('j2', 'ended', 9_000);
    expect(await due()).toEqual([
      ['alert', 'j1'],
      ['alert', 'j2'],
    ]);
  });

  it('lists due replies oldest first, whatever the age of their cards', async () => {
    const other = sampleJob({ id: 'j2', conversationId: 'call-2' });
    await bench.store.beginJob(other, sampleAudit(), { id: 'newer', channelId: 'C1' });
    await bench.store.cardDrawn('alert', '1.1', 2);
    await bench.store.cardDrawn('newer', '1.2', 1);
    await finish('j1', 'stopped', 7_000);
    await finish('j2', 'stopped', 6_000);
    expect(await due()).toEqual([
      ['newer', 'j2'],
      ['alert', 'j1'],
    ]);
  });

  it('forgets a card with its replies, and nothing else', async () => {
    await bench.store.cardDrawn('card', '1.2', 2);
    await finish('j1');
    const before = await bench.everything();
    await bench.store.dropCard('card');
    expect(await bench.everything()).toEqual({
      ...before,
      cards: before.cards.filter(({ id }) => id !== 'card'),
      replies: before.replies.filter(({ card_id }) => card_id !== 'card'),
    });
    expect(await due()).toEqual([]);
    await bench.store.dropCard('card');
  });

  it('finishes jobs, draws and drops their cards at the same time without a deadlock', async () => {
    const work = Array.from({ length: 20 }, async (_, index) => {
      const [id, conversationId] = [`k${index}`, `busy-${index % 4}`];
      const store = bench.stores[index % bench.stores.length] ?? bench.store;
      const { job } = await store.beginJob(sampleJob({ id, conversationId }), sampleAudit(), {
        id,
        channelId: 'C3',
      });
      await Promise.all([
        store.cardDrawn(id, `2.${index}`, 1),
        store.addCard({ id: `more-${index}`, channelId: 'C4' }, conversationId, job.id),
        store.changeJob(job.id, ['starting'], { state: 'ended' }, 3_000),
        store.dropCard(id),
      ]);
    });
    await expect(Promise.all(work)).resolves.toHaveLength(20);
  });
}
