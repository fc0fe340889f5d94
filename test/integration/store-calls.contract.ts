import { describe, expect, it } from 'vitest';
import type { PolicyRecording } from '../../src/core/model.js';
import { sampleAudit, sampleCall, sampleJob } from '../support/store-samples.js';
import type { Bench } from './store.contract.js';

const nothingKnown = { caller: null, queue: null, agent: null, startedAt: null, policyRecording: null };

export function describeCalls(bench: Bench): void {
  const alertWith = (id: string) => ({ channelId: 'C-alerts', newId: () => id });
  const cards = async () => (await bench.everything()).cards.map(({ id }) => id);

  it('remembers a call as it is seen first, with one alert', async () => {
    expect(await bench.store.seeCalls([sampleCall()], 600, alertWith('alert'))).toEqual(['call-1']);
    expect(await bench.store.findConversation('call-1')).toEqual({
      ...{ id: 'call-1', caller: '+4930123', queue: 'Support', agent: null, startedAt: 500 },
      ...{ policyRecording: null, policySince: null, version: 1, firstSeenAt: 600, endedAt: null },
    });
    expect(await cards()).toEqual(['alert']);
    expect(await bench.store.findConversation('call-2')).toBeNull();
  });

  it('takes a call for news of which nothing but the id is known', async () => {
    const bare = { conversationId: 'call-1', ...nothingKnown };
    expect(await bench.store.seeCalls([bare], 600)).toEqual(['call-1']);
    expect(await bench.store.findConversation('call-1')).toMatchObject({ ...nothingKnown, version: 1 });
  });

  it('does not alert again of a call whose alert was dropped', async () => {
    await bench.store.seeCalls([sampleCall()], 600, alertWith('alert'));
    await bench.store.dropCard('alert');
    await bench.store.seeCalls([sampleCall({ agent: 'Ann' })], 700, alertWith('second'));
    expect(await cards()).toEqual([]);
  });

  it('writes nothing when the same call is seen again', async () => {
    await bench.store.seeCalls([sampleCall()], 600, alertWith('alert'));
    const before = await bench.everything();
    expect(await bench.store.seeCalls([sampleCall()], 700, alertWith('second'))).toEqual([]);
    expect(await bench.everything()).toEqual(before);
  });

  it.each([
    ['the caller', { caller: '+49111' }],
    ['the queue', { queue: 'Sales' }],
    ['the agent', { agent: 'Ann' }],
    ['no queue any more', { queue: null }],
  ])('notices %s', async (_, change) => {
    await bench.store.seeCalls([sampleCall()], 600);
    expect(await bench.store.seeCalls([sampleCall(change)], 700)).toEqual(['call-1']);
    expect(await bench.store.findConversation('call-1')).toMatchObject({
      ...change,
      version: 2,
      firstSeenAt: 600,
    });
  });

  it('notices a start that was unknown, and keeps a caller and a start that are known', async () => {
    await bench.store.seeCalls([sampleCall({ startedAt: null })], 600);
    expect(await bench.store.seeCalls([sampleCall({ startedAt: 500 })], 700)).toEqual(['call-1']);
    const { queue, agent } = sampleCall();
    const bare = { conversationId: 'call-1', ...nothingKnown, queue, agent };
    expect(await bench.store.seeCalls([bare], 800)).toEqual([]);
    expect(await bench.store.seeCalls([{ ...bare, startedAt: 501 }], 800)).toEqual([]);
    const known = { caller: '+4930123', startedAt: 500, version: 2 };
    expect(await bench.store.findConversation('call-1')).toMatchObject(known);
  });

  it('makes every card of a changed call stale', async () => {
    await bench.store.seeCalls([sampleCall()], 600, alertWith('alert'));
    await bench.store.cardDrawn('alert', '1.1', 1);
    await bench.store.seeCalls([sampleCall({ agent: 'Ann' })], 700);
    const [view] = await bench.store.listStaleCards();
    expect([view?.card.id, view?.conversation.agent]).toEqual(['alert', 'Ann']);
  });

  it('opens a call again that was taken for over, without a second alert', async () => {
    await bench.store.seeCalls([sampleCall()], 600, alertWith('alert'));
    await bench.store.cardDrawn('alert', '1.1', 1);
    await bench.store.endCalls(['call-1'], 700);
    expect(await bench.store.seeCalls([sampleCall()], 800, alertWith('second'))).toEqual(['call-1']);
    expect(await bench.store.findConversation('call-1')).toMatchObject({ endedAt: null, version: 3 });
    expect(await cards()).toEqual(['alert']);
  });

  describe('an alert that nobody has seen yet', () => {
    const endedWith = async (before: () => Promise<unknown> = async () => undefined) => {
      await bench.store.seeCalls([sampleCall()], 600, alertWith('alert'));
      await before();
      await bench.store.endCalls(['call-1'], 700);
      return cards();
    };

    it('is forgotten with the end of its call, and wanted again if the call was not over', async () => {
      expect(await endedWith()).toEqual([]);
      await bench.store.seeCalls([sampleCall()], 800, alertWith('second'));
      expect(await cards()).toEqual(['second']);
    });

    it('is left to whoever is writing it', async () => {
      expect(await endedWith(() => bench.store.claimCard('alert', 'board', 650, 10_650))).toEqual(['alert']);
    });

    it('is left to be looked for where a post of it was begun', async () => {
      expect(await endedWith(() => bench.store.postBegun('alert', 650))).toEqual(['alert']);
    });

    it('stays where it shows a recording', async () => {
      const begin = () => bench.store.beginJob(sampleJob({ id: 'j1' }), sampleAudit());
      expect(await endedWith(begin)).toEqual(['alert']);
    });
  });

  it('alerts also of a call that a job had named before it was seen', async () => {
    await bench.store.beginJob(sampleJob({ id: 'j1' }), sampleAudit());
    expect(await bench.store.listOpenConversations()).toEqual([]);
    const bare = { conversationId: 'call-1', ...nothingKnown };
    expect(await bench.store.seeCalls([bare], 1_100, alertWith('alert'))).toEqual(['call-1']);
    const [view] = await bench.store.listStaleCards();
    expect([view?.card.id, view?.card.jobId, view?.job?.id]).toEqual(['alert', null, 'j1']);
    expect(await bench.store.seeCalls([bare], 1_200, alertWith('second'))).toEqual([]);
  });

  it('changes nothing visible when such a call is seen and alerts are off', async () => {
    await bench.store.beginJob(sampleJob({ id: 'j1' }), sampleAudit());
    const bare = { conversationId: 'call-1', ...nothingKnown };
    expect(await bench.store.seeCalls([bare], 1_100)).toEqual([]);
    expect(await bench.store.listOpenConversations()).toMatchObject([{ id: 'call-1', version: 1 }]);
    expect(await bench.store.seeCalls([bare], 1_200, alertWith('late'))).toEqual([]);
    expect(await cards()).toEqual([]);
  });

  it('remembers what policies record of calls that are known and not over, without seeing them', async () => {
    await bench.store.beginJob(sampleJob({ id: 'j1', state: 'recording' }), sampleAudit(), {
      ...{ id: 'card', channelId: 'C1' },
    });
    await bench.store.seeCalls([sampleCall({ conversationId: 'call-2' })], 600);
    await bench.store.endCalls(['call-2'], 700);
    const told = (policyRecording: PolicyRecording, now: number) =>
      bench.store.seePolicies(
        ['call-2', 'call-1', 'call-9', 'call-1'].map((conversationId) => ({
          conversationId,
          policyRecording,
        })),
        now,
      );
    expect(await told('held', 710)).toEqual(['call-1']);
    expect(await bench.store.findConversation('call-1')).toMatchObject({
      ...{ policyRecording: 'held', policySince: 710 },
      version: 2,
    });
    expect(await bench.store.findConversation('call-2')).toMatchObject({ policyRecording: null, version: 2 });
    expect(await bench.store.findConversation('call-9')).toBeNull();
    expect(await bench.store.listOpenConversations()).toEqual([]);
    const before = await bench.everything();
    expect(await told('held', 720)).toEqual([]);
    expect(await bench.everything()).toEqual(before);
    expect(await told('active', 730)).toEqual(['call-1']);
    expect(await bench.store.seeCalls([sampleCall()], 800, alertWith('alert'))).toEqual(['call-1']);
    expect(await cards()).toContain('alert');
  });

  it('takes the last of two descriptions of one call', async () => {
    const calls = [sampleCall({ agent: 'Ann' }), sampleCall({ agent: 'Bob' })];
    expect(await bench.store.seeCalls(calls, 600, alertWith('alert'))).toEqual(['call-1']);
    expect(await bench.store.findConversation('call-1')).toMatchObject({ agent: 'Bob', version: 1 });
  });

  it('ends calls once, and only those it knows', async () => {
    await bench.store.seeCalls([sampleCall(), sampleCall({ conversationId: 'call-2' })], 600);
    expect(await bench.store.endCalls(['call-2', 'call-9', 'call-2'], 700)).toEqual(['call-2']);
    expect(await bench.store.endCalls(['call-2'], 800)).toEqual([]);
    expect(await bench.store.findConversation('call-2')).toMatchObject({ endedAt: 700, version: 2 });
    expect((await bench.store.listOpenConversations()).map(({ id }) => id)).toEqual(['call-1']);
    expect(await bench.store.findConversation('call-9')).toBeNull();
  });

  it('alerts once of each call when several see twelve hundred calls at once', async () => {
    const calls = Array.from({ length: 1_200 }, (_, index) =>
      sampleCall({ conversationId: `call-${index}` }),
    );
    let made = 0;
    const alert = { channelId: 'C-alerts', newId: () => `alert-${made++}` };
    const seen = await Promise.all(
      [...bench.stores, ...bench.stores].map((store, index) =>
        store.seeCalls(index % 2 === 0 ? calls : [...calls].reverse(), 600, alert),
      ),
    );
    expect(seen.map(({ length }) => length).sort()).toEqual([...seen.slice(1).map(() => 0), 1_200]);
    const { conversations } = await bench.everything();
    expect(conversations).toHaveLength(1_200);
    expect(await cards()).toHaveLength(1_200);
  });

  it('loses neither a call’s change nor a job’s when both come at once', async () => {
    await bench.store.seeCalls([sampleCall()], 600);
    await bench.store.beginJob(sampleJob({ id: 'j1', state: 'recording' }), sampleAudit());
    const [a, b] = [bench.store, bench.stores.at(-1) ?? bench.store];
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => [
        a.seeCalls([sampleCall({ agent: `agent ${index}` })], 700),
        b.changeJob('j1', ['recording'], { retries: index }, 700),
      ]).flat(),
    );
    const conversation = await bench.store.findConversation('call-1');
    expect(conversation?.version).toBe(42);
  });
}
