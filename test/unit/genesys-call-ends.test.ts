/** Which calls are over, of those that a listing leaves out: read one by one where listings need not show every call. */
import { describe, expect, it } from 'vitest';
import { createBed, createManualClock, json, type Reply, refusal } from '../support/genesys-bed.js';
import { callConversation, customerLeg } from '../support/genesys-calls.js';

const queryPath = '/api/v2/analytics/conversations/activity/query';
const whole = { complete: true };
const partial = { complete: false };

const isUp = (id: string) => json(200, callConversation({ id }));
const hasEnded = (id: string) =>
  json(200, callConversation({ id, participants: [customerLeg({ state: 'terminated' })] }));

const ids = (count: number, from = 1) => Array.from({ length: count }, (_, n) => `conv-${from + n}`);

function open(call: (id: string) => Reply = isUp) {
  const clock = createManualClock();
  const state = { listed: [] as readonly string[], call };
  const bed = createBed(
    ({ path }) => {
      if (path !== queryPath) return state.call(path.split('/').at(-1) ?? '');
      const entities = state.listed.map((conversationId) => ({ conversationId, queueId: 'q' }));
      return json(200, { results: [{ entities }] });
    },
    { config: { recordingApi: 'conversations' }, clock },
  );
  const { calls } = bed.genesys;
  const read = () =>
    bed.sent.flatMap(({ path }) => (path.includes('/conversations/calls/') ? [path.split('/').at(-1)] : []));
  return {
    ...bed,
    clock,
    state,
    /** Those read since this was asked last. */
    read() {
      const all = read();
      bed.sent.splice(0);
      return all;
    },
    /** They were up when whoever follows the calls looked last. Their details are read on the way, for which a minute must pass. */
    async wereListed(listed: readonly string[]) {
      state.listed = listed;
      await calls.listCalls({ priority: 'poll' });
      state.listed = [];
      await clock.advance(61_000);
      await calls.findOver([], whole);
      await calls.listCalls({ priority: 'poll' });
      bed.sent.splice(0);
    },
    findOver: calls.findOver,
  };
}

describe('a call that is not listed', () => {
  it.each([whole, partial])('is up as long as Genesys says so: %j', async (listing) => {
    const bed = open();
    expect(await bed.findOver(['conv-1'], listing)).toEqual([]);
    expect(bed.read()).toEqual(['conv-1']);
  });

  it.each([
    ['knows it no more', () => refusal(404)],
    ['shows nobody on it', hasEnded],
  ])('is over when Genesys %s, also where the listing was cut short', async (_what, call) => {
    expect(await open(call).findOver(['conv-1'], partial)).toEqual(['conv-1']);
  });

  it('is read again after a minute if it was up', async () => {
    const bed = open();
    await bed.findOver(['conv-1'], whole);
    await bed.clock.advance(59_000);
    bed.state.call = hasEnded;
    expect(await bed.findOver(['conv-1'], whole)).toEqual([]);
    await bed.clock.advance(1_000);
    expect(await bed.findOver(['conv-1'], whole)).toEqual(['conv-1']);
    expect(bed.read()).toEqual(['conv-1', 'conv-1']);
  });

  it('waits its turn: twenty are read in a look, forty in a minute, those first who have waited for longest', async () => {
    const bed = open();
    const first = ids(30);
    await bed.findOver(first, partial);
    expect(bed.read()).toEqual(first.slice(0, 20));
    await bed.clock.advance(10_000);
    const later = [...ids(30, 101), ...first];
    await bed.findOver(later, partial);
    expect(bed.read()).toEqual([...first.slice(20), ...ids(10, 101)]);
    await bed.clock.advance(10_000);
    await bed.findOver(later, partial);
    expect(bed.read()).toEqual([]);
    await bed.clock.advance(61_000);
    await bed.findOver(later, partial);
    expect(bed.read()).toEqual(ids(20, 111));
  });

  it('does not keep others from their turn by failing', async () => {
    const bed = open((id) => (Number(id.slice(5)) <= 20 ? json(200, []) : hasEnded(id)));
    expect(await bed.findOver(ids(25), partial)).toEqual([]);
    await bed.clock.advance(10_000);
    expect(await bed.findOver(ids(25), partial)).toEqual(ids(5, 21));
    expect(bed.log.lines.filter(({ message }) => message.includes('not listed were read'))).toHaveLength(2);
  });
});

describe('more calls than can be read', () => {
  it('are taken for over where a complete listing showed them before', async () => {
    const bed = open(hasEnded);
    await bed.wereListed(ids(50));
    expect(await bed.findOver([...ids(50), 'conv-99'], whole)).toEqual(ids(50));
    expect(bed.read()).toHaveLength(20);
  });

  it('are not where the listing was cut short', async () => {
    const bed = open(hasEnded);
    await bed.wereListed(ids(50));
    expect(await bed.findOver(ids(50), partial)).toEqual(ids(20));
  });

  it('are not where a reading has shown that they have left the queue, and are up', async () => {
    const bed = open();
    await bed.wereListed(ids(20));
    expect(await bed.findOver(ids(20), whole)).toEqual([]);
    expect(await bed.findOver(ids(20), whole)).toEqual([]);
  });

  it('are not where none was listed ever', async () => {
    expect(await open(hasEnded).findOver(ids(50), whole)).toEqual(ids(20));
  });

  it.each([429, 500])('are not while Genesys cannot say: %i', async (status) => {
    const bed = open();
    await bed.wereListed(ids(2));
    bed.state.call = () => refusal(status, {}, { 'retry-after': '3600' });
    expect(await bed.findOver(ids(2), whole)).toEqual([]);
  });

  it('are a look later, if Genesys could not say in the first', async () => {
    const bed = open(() => refusal(500));
    await bed.wereListed(ids(30));
    expect(await bed.findOver(ids(30), whole)).toEqual([]);
    bed.state.call = hasEnded;
    await bed.clock.advance(10_000);
    expect(await bed.findOver(ids(30), whole)).toEqual(ids(30));
  });

  it('are where the bot may read no call', async () => {
    const bed = open();
    await bed.wereListed(ids(8));
    bed.state.call = () => refusal(403);
    expect(await bed.findOver(ids(8), whole)).toEqual(ids(8));
  });

  it('are not believed of a listing that is old: one that was listed again since counts', async () => {
    const bed = open(hasEnded);
    await bed.wereListed(ids(30));
    expect(await bed.findOver([], whole)).toEqual([]);
    expect(await bed.findOver(ids(30), whole)).toEqual(ids(20));
  });
});

it('the contract that lists every call believes a complete listing, and asks nothing', async () => {
  const bed = createBed(() => refusal(500));
  expect(await bed.genesys.calls.findOver(ids(2), whole)).toEqual(ids(2));
  expect(await bed.genesys.calls.findOver(ids(2), partial)).toEqual([]);
  expect(bed.sent).toEqual([]);
});
