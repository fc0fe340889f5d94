import { describe, expect, it } from 'vitest';
import type { CallEvent } from '../../src/core/model.js';
import { readCallEvent, readObservedCall } from '../../src/genesys/call-conversation.js';
import {
  agentLeg,
  callConversation,
  customerLeg,
  missedLeg,
  queueLeg,
  recorders,
} from '../support/genesys-calls.js';

const read = (more: object = {}): CallEvent => {
  const event = readCallEvent(callConversation(more));
  if (event === 'unreadable') throw new Error('the call is unreadable');
  return event;
};

const upperCase = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (key, each) =>
    typeof each === 'string' && /state$|^purpose$/i.test(key) ? each.toUpperCase() : each,
  );

describe('a call of the public API', () => {
  it('is read with caller, agent, start and what is recorded', () => {
    expect(read()).toEqual({
      call: {
        conversationId: 'conv-1',
        caller: '+13175550101',
        queue: null,
        agent: 'Grace',
        startedAt: Date.UTC(2026, 0, 15, 10),
        policyRecording: 'none',
      },
      over: false,
      recordings: [],
    });
  });

  it('means the same in upper and in lower case', () => {
    const active = recorders({ snippetState: 'active', customerExperienceState: 'active' });
    const call = callConversation({
      recordingState: 'active',
      participants: [customerLeg(), missedLeg(), agentLeg({ recordersState: active })],
    });
    const lower = readCallEvent(call);
    expect(readCallEvent(upperCase(call))).toEqual(lower);
    expect(lower).toMatchObject({
      call: { agent: 'Grace', policyRecording: 'active' },
      recordings: [{ recordingType: 'snippet' }],
    });
  });

  it('has the name of its queue from whoever knows it, where the call tells the id only', () => {
    const event = readCallEvent(callConversation(), (id) => (id === 'queue-billing' ? 'Billing' : undefined));
    expect(event).toMatchObject({ call: { queue: 'Billing' } });
  });

  it('keeps the name of its queue where the call tells it', () => {
    const participants = [queueLeg({ name: 'Claims', queue: { id: 'queue-claims', name: 'Claims & Co' } })];
    expect(readCallEvent(callConversation({ participants }), () => 'Other')).toMatchObject({
      call: { queue: 'Claims & Co' },
    });
  });

  it.each([[null], ['text'], [7], [[]], [{}], [{ id: '' }], [{ id: 3 }]])(
    'is unreadable without an id: %j',
    (json) => expect(readCallEvent(json)).toBe('unreadable'),
  );

  it.each([
    [undefined],
    [null],
    ['x'],
    [[]],
    [[null, 7, { purpose: 3, state: {}, recordersState: 'on', errorInfo: 1 }]],
  ])('needs nothing but an id, and then claims nothing (participants: %j)', (participants) => {
    expect(readCallEvent({ id: 'c', participants, recordingState: 5, securePause: 'yes' })).toEqual({
      call: {
        conversationId: 'c',
        caller: null,
        queue: null,
        agent: null,
        startedAt: null,
        policyRecording: null,
      },
      over: false,
      recordings: null,
    });
  });
});

describe('the end of a call', () => {
  const gone = { state: 'disconnected', endTime: '2026-01-15T10:30:00Z' };

  it.each([
    ['disconnected', customerLeg({ state: 'disconnected' })],
    ['terminated', customerLeg({ state: 'TERMINATED' })],
    ['given an end', customerLeg({ endTime: '2026-01-15T10:30:00Z' })],
    ['gone, who was called from inside', customerLeg({ purpose: 'EXTERNAL', state: 'disconnected' })],
  ])('has come when the caller is %s, even while an agent is still there', (_what, caller) => {
    const active = recorders({ snippetState: 'active' });
    expect(read({ participants: [caller, agentLeg({ recordersState: active })] })).toMatchObject({
      over: true,
      recordings: [],
    });
  });

  it('has not come while anybody from outside is left', () => {
    const participants = [customerLeg(gone), customerLeg({ id: 'leg-expert', purpose: 'external' })];
    expect(read({ participants }).over).toBe(false);
  });

  it('comes with the last of those who call each other inside', () => {
    const [one, other] = [agentLeg({ purpose: 'user' }), agentLeg({ id: 'leg-2', purpose: 'user', ...gone })];
    expect(read({ participants: [one, other] }).over).toBe(false);
    expect(read({ participants: [{ ...one, ...gone }, other] }).over).toBe(true);
  });
});

describe('the recording that somebody began', () => {
  const on = (more: object) => agentLeg({ recordersState: recorders(more) });

  it.each([
    ['snippet', { snippetState: 'active' }],
    ['adhoc', { adhocState: 'ACTIVE' }],
    ['adhoc', { adhocState: 'paused' }],
  ])('is a %s by its recorder: %j', (recordingType, states) => {
    expect(read({ participants: [customerLeg(), on(states)] }).recordings).toEqual([
      { genesysId: null, conversationId: 'conv-1', recordingType, paused: false },
    ]);
  });

  it('is paused where it is ad hoc and shows so, and never by a hold, nor where it is a snippet', () => {
    const pausedOf = (states: object, securePause: boolean) =>
      read({ recordingState: 'PAUSED', securePause, participants: [customerLeg(), on(states)] }).recordings;
    expect(pausedOf({ adhocState: 'PAUSED' }, true)).toMatchObject([
      { recordingType: 'adhoc', paused: true },
    ]);
    expect(pausedOf({ adhocState: 'paused' }, false)).toMatchObject([{ paused: false }]);
    expect(pausedOf({ adhocState: 'active' }, true)).toMatchObject([{ paused: false }]);
    expect(pausedOf({ snippetState: 'active', adhocState: 'paused' }, true)).toMatchObject([
      { recordingType: 'snippet', paused: false },
      { recordingType: 'adhoc', paused: true },
    ]);
  });

  it('has ended with the leg that it was begun on', () => {
    const ended = { ...on({ snippetState: 'active' }), state: 'disconnected' };
    const next = agentLeg({ id: 'leg-ada', name: 'Ada' });
    expect(read({ participants: [customerLeg(), ended, next] }).recordings).toEqual([]);
  });

  it('is not there while the caller waits for an agent', () => {
    expect(read({ participants: [customerLeg(), queueLeg({ state: 'connected' })] }).recordings).toEqual([]);
  });

  it('is unknown when the agent’s leg does not tell', () => {
    const silent = agentLeg({ recordersState: undefined, recording: true });
    expect(read({ participants: [customerLeg(), silent] }).recordings).toBeNull();
  });

  it('is looked for on every agent’s leg', () => {
    const other = { ...on({ snippetState: 'active' }), id: 'leg-ada' };
    expect(read({ participants: [customerLeg(), agentLeg(), other] }).recordings).toHaveLength(1);
  });
});

describe('the recording by policy', () => {
  const policyOf = (more: object) => read(more).call.policyRecording;

  it.each([
    ['NONE', false, 'none'],
    ['none', true, 'none'],
    ['ACTIVE', false, 'active'],
    ['PAUSED', true, 'paused'],
    ['PAUSED', false, 'held'],
    ['paused', undefined, 'held'],
    ['what?', true, null],
  ])('of %s with securePause %s is %s', (recordingState, securePause, expected) => {
    const participants = [customerLeg(), agentLeg({ recordingState: undefined })];
    expect(policyOf({ recordingState, securePause, participants })).toBe(expected);
  });

  it.each([
    ['active', 'none', false, 'active'],
    ['none', 'active', false, 'active'],
    ['none', 'paused', true, 'paused'],
    ['none', 'paused', false, 'held'],
    ['none', undefined, false, 'none'],
    [undefined, undefined, false, null],
  ])('is read from the legs where the call does not tell: %s and %s', (one, other, securePause, expected) => {
    const participants = [
      customerLeg({ recordingState: one }),
      agentLeg({ recordingState: other, securePause }),
    ];
    expect(policyOf({ recordingState: undefined, securePause: undefined, participants })).toBe(expected);
  });

  it('is not read from a leg that has ended', () => {
    const participants = [customerLeg(), { ...missedLeg(), recordingState: 'active' }, agentLeg()];
    expect(policyOf({ recordingState: undefined, participants })).toBe('none');
  });

  it('is a secure pause also when only the leg says so', () => {
    const participants = [customerLeg(), agentLeg({ recordingState: 'paused', securePause: true })];
    expect(policyOf({ recordingState: 'PAUSED', securePause: undefined, participants })).toBe('paused');
  });

  it('is not claimed when a snippet alone may be what is active', () => {
    const participants = [customerLeg(), agentLeg({ recordersState: recorders({ snippetState: 'active' }) })];
    expect(policyOf({ recordingState: 'ACTIVE', participants })).toBeNull();
  });

  it.each([
    ['on hold, with an ad-hoc recording', false, { adhocState: 'paused' }, null],
    ['on hold, with a snippet', false, { snippetState: 'active' }, null],
    ['paused, with an ad-hoc recording', true, { adhocState: 'paused' }, null],
    ['paused, with a snippet, which never is', true, { snippetState: 'active' }, 'paused'],
    ['on hold, with both', false, { adhocState: 'paused', agentExperienceState: 'paused' }, 'held'],
    ['paused, with both', true, { adhocState: 'paused', customerExperienceState: 'paused' }, 'paused'],
  ])('is not claimed either of a call that is %s', (_what, securePause, states, expected) => {
    const participants = [customerLeg(), agentLeg({ recordersState: recorders(states) })];
    expect(policyOf({ recordingState: 'PAUSED', securePause, participants })).toBe(expected);
  });

  it('is seen beside a snippet by the recorder of its own', () => {
    const states = recorders({ snippetState: 'active', customerExperienceState: 'active' });
    const participants = [customerLeg(), agentLeg({ recordersState: states })];
    expect(policyOf({ recordingState: 'ACTIVE', participants })).toBe('active');
  });
});

describe('the agents on a call', () => {
  const legsOf = (...participants: object[]) => {
    const observed = readObservedCall(callConversation({ participants }));
    if (observed === 'unreadable') throw new Error('the call is unreadable');
    return observed.legs;
  };
  const idsOf = (...participants: object[]) => legsOf(...participants).map((leg) => leg.participantId);

  it('are those who are up, the longest connected first, whatever their position', () => {
    const later = agentLeg({ id: 'leg-ada', connectedTime: '2026-01-15T10:05:00Z' });
    expect(idsOf(later, missedLeg(), agentLeg())).toEqual(['leg-grace', 'leg-ada']);
  });

  it.each(['monitoredParticipantId', 'coachedParticipantId', 'bargedParticipantId'])(
    'are not the supervisor who listens in (%s)',
    (role) => {
      const supervisor = agentLeg({ id: 'leg-supervisor', [role]: 'leg-grace' });
      expect(idsOf(supervisor, agentLeg())).toEqual(['leg-grace']);
    },
  );

  it('are users where no queue has given the call to an agent', () => {
    const user = agentLeg({ id: 'leg-user', purpose: 'user' });
    expect(idsOf(customerLeg(), user)).toEqual(['leg-user']);
    expect(idsOf(customerLeg(), missedLeg(), user)).toEqual(['leg-user']);
    expect(idsOf(customerLeg(), user, agentLeg())).toEqual(['leg-grace']);
  });

  it('tell what failed on their leg', () => {
    const errorInfo = {
      code: 'recording.failed',
      message: 'Edge {x} failed',
      messageWithParams: 'Edge 7 failed',
    };
    expect(legsOf(agentLeg({ errorInfo }))).toMatchObject([
      { connected: true, recorded: false, error: { code: 'recording.failed', message: 'Edge 7 failed' } },
    ]);
    expect(legsOf(agentLeg({ errorInfo: { message: 'Edge failed' } }))).toMatchObject([
      { error: { code: 'unknown', message: 'Edge failed' } },
    ]);
    expect(legsOf(agentLeg())).toMatchObject([{ error: null }]);
  });

  it('that have no id cannot be asked for anything', () => {
    expect(idsOf(agentLeg({ id: undefined }))).toEqual([]);
  });
});
