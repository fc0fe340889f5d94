import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAlert } from '../../src/http/alert-events.js';
import { bedTime, conversationId, envelope, plainEvent } from '../support/call-alert-bed.js';

function reportOf(json: unknown) {
  const reading = readAlert(json);
  if (reading.kind !== 'report') throw new Error(JSON.stringify(reading));
  return reading.report;
}

function problemOf(json: unknown): string {
  const reading = readAlert(json);
  if (reading.kind !== 'unreadable') throw new Error(JSON.stringify(reading));
  return reading.problem;
}

const unknown = {
  conversationId,
  caller: null,
  queue: null,
  agent: null,
  startedAt: null,
  policyRecording: null,
};

describe('a call alert in our own shape', () => {
  it('is read with all that it tells', () => {
    const json = plainEvent({
      caller: 'tel:+4930123456',
      queue: ' Support ',
      agent: 'Ada',
      startedAt: '2026-11-24T09:59:00+01:00',
      somethingElse: 1,
    });
    expect(readAlert(json)).toEqual({
      kind: 'report',
      delivery: { source: 'plain', deliveryId: 'event-1', occurredAt: bedTime },
      report: {
        call: {
          ...unknown,
          caller: '+4930123456',
          queue: 'Support',
          agent: 'Ada',
          startedAt: bedTime - 60_000,
        },
        over: false,
        occurredAt: bedTime,
      },
    });
  });

  it.each([
    ['call.started', false, bedTime],
    ['call.updated', false, null],
    ['call.ended', true, null],
  ])('%s: over %s, begun %s if nothing else is told', (event, over, startedAt) => {
    expect(reportOf(plainEvent({ event }))).toEqual({
      call: { ...unknown, startedAt },
      over,
      occurredAt: bedTime,
    });
  });

  it('call.left: nothing is said of the call itself', () => {
    expect(readAlert(plainEvent({ event: 'call.left', caller: 'tel:+4930123456' }))).toEqual({
      kind: 'left',
      delivery: { source: 'plain', deliveryId: 'event-1', occurredAt: bedTime },
    });
  });

  it('comes from a workflow as texts only, of which the empty ones tell nothing', () => {
    const texts = plainEvent({
      occurredAt: String(bedTime),
      conversationId: ` ${conversationId.toUpperCase()} `,
      caller: 'sip:ada@example.com',
      queue: '',
      agent: ' ',
      startedAt: '',
    });
    const { call, occurredAt } = reportOf(texts);
    expect(occurredAt).toBe(bedTime);
    expect(call).toEqual({ ...unknown, caller: 'ada@example.com', startedAt: bedTime });
  });

  it.each([
    '2026-11-24T09:00:00Z',
    '2026-11-24T09:00:00.000Z',
    '2026-11-24T10:00:00+01:00',
    bedTime,
    `${bedTime}`,
  ])('may tell the time as %s', (occurredAt) => {
    expect(reportOf(plainEvent({ occurredAt })).occurredAt).toBe(bedTime);
  });

  it.each([
    ['event', ['call.lost', '', 5, null, undefined]],
    ['eventId', ['', ' ', 5, null, undefined, 'x'.repeat(201)]],
    ['occurredAt', ['', 'now', '2026-11-24', '2026-11-24T09:00:00', '2026-02-30T09:00:00Z', 1_795_510_800]],
    ['occurredAt', [null, undefined, true, [bedTime], {}, '1795510800', -bedTime, 1e300]],
    ['conversationId', ['', 'call-1', 5, null, undefined, `${conversationId}0`, [conversationId]]],
    ['startedAt', ['yesterday', 12, false, {}]],
    ['caller', [5, {}, ['tel:+49']]],
    ['queue', [5]],
    ['agent', [true]],
  ])('is refused with a sentence that names %s when that is wrong, and shows no value', (field, values) => {
    for (const value of values) {
      const problem = problemOf(plainEvent({ [field]: value }));
      expect(problem).toMatch(new RegExp(`^"${field}" must be .*\\.$`));
      if (typeof value === 'string' && value.length > 3) expect(problem).not.toContain(value);
    }
  });

  it.each([null, undefined, 5, 'text', true, [], [plainEvent()]])('is a JSON object, not %j', (json) => {
    expect(problemOf(json)).toMatch(/^The body must be a JSON object\.$/);
  });

  it('has its texts cut to a sane length', () => {
    const { call } = reportOf(plainEvent({ caller: '1'.repeat(5_000), queue: 'q'.repeat(5_000) }));
    expect([call.caller?.length, call.queue?.length]).toEqual([128, 128]);
  });
});

describe('a call alert from EventBridge', () => {
  it('is read from the event body, its delivery named by the envelope', () => {
    expect(readAlert(envelope())).toEqual({
      kind: 'report',
      delivery: { source: 'eventbridge', deliveryId: 'envelope-1', occurredAt: bedTime },
      report: {
        call: { ...unknown, caller: '+4930123456', startedAt: bedTime },
        over: false,
        occurredAt: bedTime,
      },
    });
  });

  it.each([
    ['customer.start', bedTime],
    ['external.start', bedTime],
    ['acd.start', null],
    ['user.start', null],
  ])('%s: the call is up, begun %s', (what, startedAt) => {
    const { over, call } = reportOf(envelope({ queueId: 'q', userId: 'u' }, what));
    expect([over, call.startedAt]).toEqual([false, startedAt]);
  });

  it.each(['customer.end', 'external.end'])(
    '%s: somebody has left, which is not the end while another one from outside is still there',
    (what) => {
      expect(readAlert(envelope({}, what))).toEqual({
        kind: 'left',
        delivery: { source: 'eventbridge', deliveryId: 'envelope-1', occurredAt: bedTime },
      });
    },
  );

  it.each(['user.end', 'acd.end', 'acw', 'flow.start', 'voicemail.start', 'customer.start.x', 'customer'])(
    '%s does not matter',
    (what) => {
      expect(readAlert(envelope({}, what))).toEqual({ kind: 'ignored', reason: 'event' });
    },
  );

  it('may be of another topic, and then does not matter whatever it holds', () => {
    const other = { id: '1', 'detail-type': 'EC2 Instance State-change Notification', detail: 5 };
    expect(readAlert(other)).toEqual({ kind: 'ignored', reason: 'event' });
  });

  it('names the conversation in its topic, or leaves the place open', () => {
    const named = {
      ...envelope(),
      'detail-type': `v2.detail.events.conversation.${conversationId}.acd.start`,
    };
    expect(reportOf(named).over).toBe(false);
  });

  it.each(['CHAT', 'EMAIL', 'MESSAGE', 'CALLBACK', 'UNKNOWN', '', null, undefined])(
    'does not matter when its medium is %s',
    (mediaType) => {
      expect(readAlert(envelope({ mediaType }))).toEqual({ kind: 'ignored', reason: 'media' });
    },
  );

  it.each(['VOICE', 'voice', 'Voice'])('is a call when its medium is %s', (mediaType) => {
    expect(reportOf(envelope({ mediaType })).call.conversationId).toBe(conversationId);
  });

  it.each([
    ['INBOUND', 'tel:+4930123456', 'tel:+49800111222', '+4930123456'],
    ['OUTBOUND', 'tel:+49800111222', 'tel:+4930123456', '+4930123456'],
    ['OUTBOUND', 'tel:+49800111222', undefined, '+49800111222'],
    ['inbound', 'sip:ada@example.com', 'tel:+49800111222', 'ada@example.com'],
    ['INBOUND', 'sips:ada@example.com', 'tel:+49800111222', 'ada@example.com'],
    ['INBOUND', undefined, 'tel:+49800111222', null],
    ['INBOUND', 'tel:', 'tel:+49800111222', null],
  ])('%s from %s to %s: outside is %s', (direction, ani, dnis, caller) => {
    expect(reportOf(envelope({ direction, ani, dnis })).call.caller).toBe(caller);
  });

  it('takes the time of the envelope when the event has none', () => {
    const late = { ...envelope({ eventTime: undefined }), time: '2026-11-24T08:59:00Z' };
    expect(reportOf(late).occurredAt).toBe(bedTime - 60_000);
    expect(problemOf({ ...late, time: undefined })).toContain('eventTime');
  });

  it.each([
    ['without a conversation', envelope({ conversationId: undefined }), 'conversationId'],
    ['with a conversation that is none', envelope({ conversationId: 'x' }), 'conversationId'],
    ['with a time that is none', envelope({ eventTime: 'x' }), 'eventTime'],
    ['without an id', { ...envelope(), id: undefined }, '"id"'],
    ['with an empty id', { ...envelope(), id: '' }, '"id"'],
    ['with a number for a type', { ...envelope(), 'detail-type': 5 }, 'detail-type'],
    ['without a detail', { ...envelope(), detail: undefined }, 'detail'],
    ['without an event body', { ...envelope(), detail: {} }, 'detail.eventBody'],
  ])('is refused %s', (_, json, field) => {
    expect(problemOf(json)).toContain(field);
  });
});

describe('readAlert, whatever it is given', () => {
  it('never throws, and what it takes has a conversation, a time and a name', () => {
    const near = fc.record(
      {
        event: fc.oneof(fc.constantFrom('call.started', 'call.left', 'call.ended'), fc.jsonValue()),
        eventId: fc.oneof(fc.string(), fc.jsonValue()),
        occurredAt: fc.oneof(
          fc.date({ noInvalidDate: true }).map(String),
          fc.integer(),
          fc.constant(bedTime),
        ),
        conversationId: fc.oneof(fc.uuid(), fc.jsonValue()),
        'detail-type': fc.constantFrom('v2.detail.events.conversation.{id}.customer.end', 'x'),
        id: fc.string(),
        detail: fc.record({ eventBody: fc.jsonValue() }),
        caller: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(near, fc.jsonValue(), fc.anything()), (json) => {
        const reading = readAlert(json);
        if (reading.kind !== 'report' && reading.kind !== 'left') return;
        expect(reading.delivery.deliveryId).not.toBe('');
        expect(Number.isSafeInteger(reading.delivery.occurredAt)).toBe(true);
        if (reading.kind === 'report') expect(reading.report.call.conversationId).toMatch(/^[0-9a-f-]{36}$/);
      }),
      { numRuns: 2_000 },
    );
  });
});
