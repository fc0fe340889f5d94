import { describe, expect, it } from 'vitest';
import type { RecordError } from '../../src/core/errors.js';
import type { RecordingRef } from '../../src/core/model.js';
import {
  createBed,
  createManualClock,
  errorOf,
  json,
  type Reply,
  refusal,
  type Sent,
} from '../support/genesys-bed.js';
import { agentLeg, callConversation, customerLeg, recorders } from '../support/genesys-calls.js';

const config = { recordingApi: 'conversations' } as const;
const queryPath = '/api/v2/analytics/conversations/activity/query';
const idOf = ({ path }: Sent) => path.split('/').at(-1) ?? '';

const entity = (n: number, more: object = {}) => ({
  activityDate: '2026-01-15T10:00:20.000Z',
  metric: 'oInteracting',
  conversationId: `conv-${n}`,
  sessionId: `session-${n}`,
  userId: 'user-grace',
  queueId: 'queue-billing',
  ani: 'tel:+13175550101',
  dnis: 'tel:+13175550199',
  direction: 'inbound',
  mediaType: 'voice',
  participantName: 'Grace',
  ...more,
});

const entities = (count: number) => Array.from({ length: count }, (_, n) => entity(n + 1));

const page = (listed: readonly object[], more: object = {}) => ({
  results: [
    {
      group: { queueId: 'queue-billing', mediaType: 'voice' },
      data: [{ metric: 'oInteracting', count: listed.length }],
      truncated: false,
      entities: listed,
      ...more,
    },
  ],
});

interface World {
  pages: object[];
  call: (id: string) => Reply;
  queues: () => Reply;
}

/** An organisation that a test changes while it looks. */
function open(world: Partial<World>) {
  const state: World = {
    pages: [],
    call: (id) => json(200, callConversation({ id })),
    queues: () => json(200, { entities: [{ id: 'queue-billing', name: 'Billing' }], pageCount: 1 }),
    ...world,
  };
  const clock = createManualClock();
  const bed = createBed(
    (sent) => {
      if (sent.path === queryPath) return json(200, state.pages[Number(sent.query.pageNumber) - 1] ?? {});
      return sent.path.startsWith('/api/v2/routing/queues') ? state.queues() : state.call(idOf(sent));
    },
    { config, clock },
  );
  const read = () => bed.sent.filter(({ path }) => path.includes('/conversations/calls/')).map(idOf);
  const forget = () => bed.sent.splice(0);
  return { ...bed, clock, state, read, forget, list: () => bed.genesys.calls.listCalls() };
}

describe('listing the calls', () => {
  it('asks for those that agents are on, are rung for, or that wait in a queue', async () => {
    const bed = open({ pages: [page([])] });
    expect(await bed.list()).toEqual({ items: [], complete: true });
    expect(bed.sent[0]).toMatchObject({
      method: 'POST',
      path: queryPath,
      query: { pageSize: '100', pageNumber: '1' },
    });
    expect(JSON.parse(bed.sent[0]?.body ?? '')).toEqual({
      metrics: [
        { metric: 'oInteracting', details: true },
        { metric: 'oAlerting', details: true },
        { metric: 'oWaiting', details: true },
      ],
      groupBy: ['queueId'],
      filter: {
        type: 'and',
        predicates: [{ type: 'dimension', dimension: 'mediaType', operator: 'matches', value: 'voice' }],
      },
    });
  });

  it('reads of each call what the list does not tell', async () => {
    const bed = open({
      pages: [page([entity(1)])],
      call: (id) => json(200, callConversation({ id, recordingState: 'ACTIVE' })),
    });
    expect(await bed.list()).toEqual({
      items: [
        {
          conversationId: 'conv-1',
          caller: '+13175550101',
          queue: 'Billing',
          agent: 'Grace',
          startedAt: Date.UTC(2026, 0, 15, 10),
          policyRecording: 'active',
        },
      ],
      complete: true,
    });
  });

  it('shows a call with several agents once, in the queue of the newest', async () => {
    const second = entity(1, {
      sessionId: 'session-ada',
      queueId: 'queue-claims',
      activityDate: '2026-01-15T10:07:00Z',
    });
    const bed = open({
      pages: [page([second, entity(1)])],
      queues: () =>
        json(200, {
          entities: [
            { id: 'queue-billing', name: 'Billing' },
            { id: 'queue-claims', name: 'Claims' },
          ],
        }),
    });
    expect((await bed.list()).items).toMatchObject([{ conversationId: 'conv-1', queue: 'Claims' }]);
    expect(bed.read()).toEqual(['conv-1']);
  });

  it('reads all pages, whether they are of calls or of queues', async () => {
    const queues = (from: number, count: number) => ({
      results: Array.from({ length: count }, (_, n) => ({
        group: { queueId: `queue-${from + n}` },
        entities: n === 0 ? [entity(from)] : [],
      })),
    });
    const bed = open({ pages: [page(entities(100)), queues(200, 100), queues(300, 7)] });
    const { items, complete } = await bed.list();
    expect([items.length, complete]).toEqual([102, true]);
  });

  it('says so when Genesys shows a part only', async () => {
    const bed = open({ pages: [page([entity(1)], { truncated: true })] });
    const { items, complete } = await bed.list();
    expect([items.length, complete]).toEqual([1, false]);
  });

  it('leaves out what it cannot read, and is incomplete', async () => {
    const bed = open({ pages: [page([{ ...entity(1), conversationId: '' }, null as never, entity(2)])] });
    const { items, complete } = await bed.list();
    expect([items.map((call) => call.conversationId), complete]).toEqual([['conv-2'], false]);
  });

  it('leaves out what has ended since, and what is no voice call', async () => {
    const bed = open({
      pages: [page([entity(1), entity(2), entity(3, { mediaType: 'email' }), entity(4)])],
      call(id) {
        if (id === 'conv-1') return refusal(404);
        const state = id === 'conv-2' ? 'terminated' : 'connected';
        return json(200, callConversation({ id, participants: [customerLeg({ state })] }));
      },
    });
    expect((await bed.list()).items.map((call) => call.conversationId)).toEqual(['conv-4']);
  });

  it('does not hide a call for having been unknown before it changed', async () => {
    const bed = open({ pages: [page([entity(1)])], call: () => refusal(404) });
    expect((await bed.list()).items).toEqual([]);
    bed.state.pages = [page([entity(1, { metric: 'oAlerting' })])];
    bed.state.call = () => refusal(500);
    expect((await bed.list()).items).toMatchObject([{ conversationId: 'conv-1' }]);
  });

  it('reads a call again only when it has changed, or after a minute', async () => {
    const bed = open({ pages: [page([entity(1), entity(2)])] });
    await bed.list();
    bed.forget();
    await bed.list();
    expect(bed.read()).toEqual([]);
    bed.state.pages = [page([entity(1, { metric: 'oAlerting' }), entity(2)])];
    await bed.list();
    expect(bed.read()).toEqual(['conv-1']);
    bed.forget();
    await bed.clock.advance(60_000);
    await bed.list();
    expect(new Set(bed.read())).toEqual(new Set(['conv-1', 'conv-2']));
  });

  it('tells whoever follows the calls what is recorded of one only when it was just read: an event may say otherwise since', async () => {
    const call = (id: string) => json(200, callConversation({ id, recordingState: 'ACTIVE' }));
    const bed = open({ pages: [page([entity(1)])], call });
    const policyOf = async (priority: 'poll' | 'read') => {
      const { items } = await bed.genesys.calls.listCalls({ priority });
      return items.map(({ policyRecording, agent }) => [policyRecording, agent]);
    };
    const agent = (await bed.list()).items[0]?.agent ?? null;
    await bed.clock.advance(60_000);
    expect(await policyOf('poll')).toEqual([['active', agent]]);
    await bed.clock.advance(1_000);
    expect(await policyOf('poll')).toEqual([[null, agent]]);
    expect(await policyOf('read')).toEqual([['active', agent]]);
  });

  it('forgets a call that is listed no more', async () => {
    const bed = open({ pages: [page([entity(1)])] });
    await bed.list();
    bed.state.pages = [page([])];
    await bed.list();
    bed.state.pages = [page([entity(1)])];
    await bed.list();
    expect(bed.read()).toEqual(['conv-1', 'conv-1']);
  });

  it('reads thirty calls a minute, new ones first, and shows the others without details', async () => {
    const bed = open({ pages: [page(entities(70))] });
    const { items } = await bed.list();
    expect([items.length, bed.read().length]).toEqual([70, 30]);
    expect(items.filter(({ policyRecording }) => policyRecording === null)).toHaveLength(40);
    for (let minute = 0; minute < 2; minute += 1) {
      await bed.clock.advance(61_000);
      await bed.list();
    }
    expect(new Set(bed.read()).size).toBe(70);
  });

  it('shows a call whose reading failed, with what the list tells', async () => {
    const bed = open({ pages: [page([entity(1)])], call: () => refusal(403) });
    const { items, complete } = await bed.list();
    expect([items, complete]).toMatchObject([
      [{ conversationId: 'conv-1', caller: '+13175550101', queue: 'Billing', policyRecording: null }],
      true,
    ]);
    expect(JSON.stringify(bed.log.lines)).toContain('Not all active calls were read');
  });

  it('ends its readings at a refusal that each would meet', async () => {
    const bed = open({ pages: [page(entities(70))], call: () => refusal(403) });
    await bed.list();
    expect(bed.read()).toHaveLength(5);
  });

  it('names the permission', async () => {
    const bed = createBed(() => refusal(403), { config });
    const error = (await errorOf(bed.genesys.calls.listCalls())) as RecordError;
    expect(error.message).toContain('analytics:queueObservation:view');
  });

  it.each([[[]], ['text'], [{ results: 'none' }], [null]])('does not take %j for a list', async (answer) => {
    const bed = createBed(() => json(200, answer), { config });
    expect(await errorOf(bed.genesys.calls.listCalls())).toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
  });
});

describe('the names of queues', () => {
  it('are read once in ten minutes', async () => {
    const bed = open({ pages: [page([entity(1)])] });
    const count = () => bed.sent.filter(({ path }) => path === '/api/v2/routing/queues').length;
    await bed.list();
    await bed.clock.advance(599_999);
    await bed.list();
    expect(count()).toBe(1);
    await bed.clock.advance(1);
    await bed.list();
    expect(count()).toBe(2);
  });

  it('are read again for a queue that is not among them, but not at once', async () => {
    const bed = open({ pages: [page([entity(1)])] });
    await bed.list();
    bed.state.pages = [page([entity(1, { queueId: 'queue-new' })])];
    bed.state.queues = () => json(200, { entities: [{ id: 'queue-new', name: 'Newest' }] });
    expect((await bed.list()).items).toMatchObject([{ queue: null }]);
    await bed.clock.advance(60_000);
    expect((await bed.list()).items).toMatchObject([{ queue: 'Newest' }]);
  });

  it('that cannot be read cost no call, and the log says why', async () => {
    const bed = open({ pages: [page([entity(1)])], queues: () => refusal(403) });
    expect((await bed.list()).items).toMatchObject([{ conversationId: 'conv-1', queue: null }]);
    expect(bed.log.lines.some(({ message }) => message.includes('names of the queues'))).toBe(true);
  });
});

describe('what has become of known recordings', () => {
  const known = (count: number, recordingType: RecordingRef['recordingType'] = 'snippet'): RecordingRef[] =>
    Array.from({ length: count }, (_, n) => ({
      genesysId: null,
      conversationId: `conv-${n + 1}`,
      recordingType,
    }));
  const snippetOn = (id: string, more: object = {}) =>
    json(
      200,
      callConversation({
        id,
        participants: [customerLeg(), agentLeg({ recordersState: recorders({ snippetState: 'active' }) })],
        ...more,
      }),
    );

  it('is read of each one’s call, and nothing is said of others', async () => {
    const bed = open({ call: (id) => snippetOn(id) });
    const { items, covers } = await bed.genesys.recordings.listActive(known(2));
    expect(items.map((item) => [item.conversationId, item.recordingType])).toEqual([
      ['conv-1', 'snippet'],
      ['conv-2', 'snippet'],
    ]);
    expect(['conv-1', 'conv-2', 'conv-3'].map(covers)).toEqual([true, true, false]);
  });

  it('costs nothing when none is known', async () => {
    const bed = open({});
    expect((await bed.genesys.recordings.listActive([])).items).toEqual([]);
    expect(bed.sent).toEqual([]);
  });

  it.each([
    ['the call is gone', () => refusal(404)],
    [
      'the call is over',
      (id: string) => snippetOn(id, { participants: [customerLeg({ state: 'terminated' })] }),
    ],
    ['the leg shows none', (id: string) => json(200, callConversation({ id }))],
    [
      'the policy alone records',
      (id: string) => json(200, callConversation({ id, recordingState: 'ACTIVE' })),
    ],
  ])('is the end of a snippet when %s', async (_what, call) => {
    const { items, covers } = await open({ call }).genesys.recordings.listActive(known(1));
    expect([items, covers('conv-1')]).toEqual([[], true]);
  });

  it.each([
    ['a snippet', 'snippet', {}],
    ['the policy’s recording', 'policy', { recordingState: undefined }],
  ] as const)('is not concluded of %s where the call does not tell', async (_what, recordingType, more) => {
    const silent = agentLeg({ recordersState: undefined, recording: undefined, recordingState: undefined });
    const participants = [customerLeg(), silent];
    const bed = open({ call: (id) => json(200, callConversation({ id, participants, ...more })) });
    const { items, covers } = await bed.genesys.recordings.listActive(known(1, recordingType));
    expect([items, covers('conv-1')]).toEqual([[], false]);
  });

  it.each([
    ['ACTIVE', false, [false], ['active']],
    ['PAUSED', true, [true], ['paused']],
    ['PAUSED', false, [false], ['held']],
    ['NONE', false, [], []],
  ])(
    'is for a policy’s, at %s with securePause %s: %j, %j',
    async (recordingState, securePause, paused, told) => {
      const bed = open({
        call: (id) => json(200, callConversation({ id, recordingState, securePause })),
      });
      const { items, covers, policies } = await bed.genesys.recordings.listActive(known(1, 'policy'));
      expect([items.map((item) => item.paused), covers('conv-1')]).toEqual([paused, true]);
      expect(policies).toEqual(
        told.map((policyRecording) => ({ conversationId: 'conv-1', policyRecording })),
      );
    },
  );

  it('is not concluded of a policy’s from a snippet that hides it', async () => {
    const bed = open({ call: (id) => snippetOn(id, { recordingState: 'ACTIVE' }) });
    const { covers } = await bed.genesys.recordings.listActive(known(1, 'policy'));
    expect(covers('conv-1')).toBe(false);
  });

  it('is read of sixty a minute, and each gets its turn', async () => {
    const bed = open({ call: (id) => snippetOn(id) });
    const first = await bed.genesys.recordings.listActive(known(100));
    expect([first.items.length, bed.read().length, first.covers('conv-100')]).toEqual([60, 60, false]);
    await bed.clock.advance(61_000);
    const second = await bed.genesys.recordings.listActive(known(100));
    expect(second.covers('conv-100')).toBe(true);
    expect(new Set(bed.read()).size).toBe(100);
  });

  it('covers what was read when Genesys gets busy, and asks no more', async () => {
    const bed = open({
      call: (id) => (Number(id.slice(5)) > 10 ? refusal(429, {}, { 'retry-after': '3600' }) : snippetOn(id)),
    });
    const { items, covers } = await bed.genesys.recordings.listActive(known(40));
    expect([items.length, covers('conv-10'), covers('conv-11')]).toEqual([10, true, false]);
    expect(bed.read().length).toBeLessThanOrEqual(15);
    expect(JSON.stringify(bed.log.lines)).toContain('Not all calls with a recording were read');
  });

  it('goes on after a call that alone cannot be understood', async () => {
    const bed = open({ call: (id) => (id === 'conv-1' ? json(200, []) : snippetOn(id)) });
    const { covers } = await bed.genesys.recordings.listActive(known(12));
    expect([covers('conv-1'), covers('conv-12')]).toEqual([false, true]);
  });

  it('fails when not one call could be read', async () => {
    const bed = open({ call: () => refusal(403) });
    const error = (await errorOf(bed.genesys.recordings.listActive(known(3)))) as RecordError;
    expect(error.code).toBe('GENESYS_REFUSED');
    expect(error.message).toContain('conversation:communication:view');
  });
});
