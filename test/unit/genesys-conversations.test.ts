import { Response } from 'node-fetch';
import { describe, expect, it } from 'vitest';
import type { RecordError } from '../../src/core/errors.js';
import type { RecordingRef } from '../../src/core/model.js';
import {
  createBed,
  createLeapingClock,
  errorOf,
  json,
  type Reply,
  refusal,
  type Sent,
  systemError,
} from '../support/genesys-bed.js';
import { agentLeg, callConversation, customerLeg, missedLeg, recorders } from '../support/genesys-calls.js';

const config = { recordingApi: 'conversations' } as const;
const callPath = '/api/v2/conversations/calls/conv-1';
const snippetPath = `${callPath}/participants/leg-grace/snippet/record`;

type Answers = Readonly<Record<string, (sent: Sent, nth: number) => Reply>>;

/** Answers by method; `GET` by the number of the reading, the first one with 1. Anything else is a surprise. */
function open(answers: Answers) {
  const counts = new Map<string, number>();
  return createBed(
    (sent) => {
      const nth = (counts.get(sent.method) ?? 0) + 1;
      counts.set(sent.method, nth);
      expect(sent.path).not.toContain('/recording/jobs');
      return answers[sent.method]?.(sent, nth) ?? new Error(`unexpected ${sent.method} ${sent.path}`);
    },
    { config, clock: createLeapingClock() },
  );
}

const call =
  (more: object = {}) =>
  () =>
    json(200, callConversation(more));
const withLeg = (leg: object, more: object = {}) =>
  call({ participants: [customerLeg(), missedLeg(), agentLeg(leg)], ...more });
const running = (recorder: object, more: object = {}) =>
  withLeg({ recording: true, recordersState: recorders(recorder) }, more);
const gone = () => refusal(404);
/** One answer after the other; the last one for good. */
const inTurn =
  (...all: readonly (() => Reply)[]) =>
  (_sent: Sent, nth: number): Reply =>
    (all[nth - 1] ?? all.at(-1))?.() ?? new Error('no answer');

const accepted = () => json(200, 'ACTIVE');
const asked = (bed: ReturnType<typeof open>) => bed.sent.map(({ method, path }) => `${method} ${path}`);
const errorFrom = async (work: Promise<unknown>) => (await errorOf(work)) as RecordError;

const snippet: RecordingRef = { genesysId: null, conversationId: 'conv-1', recordingType: 'snippet' };
const policy: RecordingRef = { ...snippet, recordingType: 'policy' };

describe('starting a recording', () => {
  it('begins a snippet on the leg of the agent who has the call, and looks whether it runs', async () => {
    const bed = open({
      GET: inTurn(call(), running({ snippetState: 'active' })),
      POST: accepted,
    });
    expect(await bed.genesys.recordings.start('conv-1')).toEqual({
      genesysId: null,
      recordingType: 'snippet',
    });
    expect(asked(bed)).toEqual([`GET ${callPath}`, `POST ${snippetPath}`, `GET ${callPath}`]);
    expect(bed.sent[1]?.body).toBe('{"type":"snippet","record":true}');
  });

  it('chooses the agent who has had the call for longest, and never by position', async () => {
    const expert = agentLeg({ id: 'leg-expert', connectedTime: '2026-01-15T10:09:00Z' });
    const ringing = agentLeg({ id: 'leg-ringing', state: 'alerting', connectedTime: undefined });
    const bed = open({
      GET: call({ participants: [ringing, expert, missedLeg(), agentLeg(), customerLeg()] }),
      POST: accepted,
    });
    await errorOf(bed.genesys.recordings.start('conv-1'));
    expect(bed.sent[1]?.path).toBe(snippetPath);
  });

  it.each([
    ['unknown', gone],
    ['over', call({ participants: [customerLeg({ state: 'disconnected' }), agentLeg()] })],
  ])('is refused for a call that is %s', async (_what, answer) => {
    const bed = open({ GET: answer });
    expect(await errorFrom(bed.genesys.recordings.start('conv-1'))).toMatchObject({ code: 'NOT_FOUND' });
    expect(bed.sent).toHaveLength(1);
  });

  it.each([
    ['a snippet', running({ snippetState: 'active' })],
    ['an ad-hoc recording', running({ adhocState: 'active' })],
    ['the policy', call({ recordingState: 'ACTIVE' })],
    ['the policy, paused', call({ recordingState: 'PAUSED', securePause: true })],
    ['the policy, which is on hold', call({ recordingState: 'PAUSED' })],
    ['something that the leg does not name', withLeg({ recordersState: undefined, recording: true })],
  ])('is a conflict where there is %s already', async (_what, answer) => {
    const bed = open({ GET: answer });
    const error = await errorFrom(bed.genesys.recordings.start('conv-1'));
    expect(error).toMatchObject({ code: 'STATE_CONFLICT', maybeDone: false });
    expect(bed.sent).toHaveLength(1);
    expect(await bed.genesys.recordings.find('conv-1')).not.toBeNull();
  });

  it('waits for an agent, without a word of being recorded already', async () => {
    const bed = open({ GET: call({ participants: [customerLeg(), agentLeg({ state: 'alerting' })] }) });
    const error = await errorFrom(bed.genesys.recordings.start('conv-1'));
    expect(error.code).toBe('NOT_FOUND');
    expect(error.message).toContain('No agent is on that call yet');
  });

  it('tells of what failed after it was accepted, with the code', async () => {
    const errorInfo = { code: 'recording.edge.failed', message: 'No\nstorage' };
    const bed = open({ GET: inTurn(call(), withLeg({ errorInfo })), POST: accepted });
    const error = await errorFrom(bed.genesys.recordings.start('conv-1'));
    expect(error).toMatchObject({ code: 'GENESYS_REFUSED', maybeDone: false });
    expect(error.message).toContain('(recording.edge.failed). No storage');
    expect(bed.sent).toHaveLength(3);
  });

  it('is not put off by what had failed before', async () => {
    const errorInfo = { code: 'transfer.failed', message: 'Busy' };
    const states = recorders({ snippetState: 'active' });
    const bed = open({
      GET: inTurn(
        withLeg({ errorInfo }),
        withLeg({ errorInfo }),
        withLeg({ errorInfo, recordersState: states }),
      ),
      POST: accepted,
    });
    expect(await bed.genesys.recordings.start('conv-1')).toMatchObject({ recordingType: 'snippet' });
  });

  it('is not refused for what had failed before, when it is merely slow', async () => {
    const errorInfo = { code: 'transfer.failed', message: 'Busy' };
    const bed = open({ GET: withLeg({ errorInfo }), POST: accepted });
    const error = await errorFrom(bed.genesys.recordings.start('conv-1'));
    expect(error).toMatchObject({ code: 'UNAVAILABLE', maybeDone: true });
    expect(error.message).toContain('(transfer.failed). Busy');
  });

  it('perhaps runs when three looks within three seconds do not show it', async () => {
    const bed = open({ GET: call(), POST: accepted });
    const error = await errorFrom(bed.genesys.recordings.start('conv-1'));
    expect(error).toMatchObject({ code: 'UNAVAILABLE', maybeDone: true });
    expect(bed.sent.filter(({ method }) => method === 'GET')).toHaveLength(4);
    const { slept } = bed.clock as ReturnType<typeof createLeapingClock>;
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(3_000);
  });

  it('is believed where the leg does not tell of its recorders', async () => {
    const bed = open({ GET: withLeg({ recordersState: undefined }), POST: accepted });
    expect(await bed.genesys.recordings.start('conv-1')).toMatchObject({ recordingType: 'snippet' });
  });

  it.each([
    ['lost', () => systemError('ECONNRESET')],
    ['a failure', () => refusal(503)],
  ])('is asked for once, and perhaps runs, when the answer is %s', async (_what, answer) => {
    const bed = open({ GET: call(), POST: answer });
    const error = await errorFrom(bed.genesys.recordings.start('conv-1'));
    expect(error).toMatchObject({ code: 'UNAVAILABLE', maybeDone: true });
    expect(bed.sent.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('perhaps runs when it was accepted and could not be looked at', async () => {
    const bed = open({ GET: inTurn(call(), () => refusal(500)), POST: accepted });
    expect(await errorFrom(bed.genesys.recordings.start('conv-1'))).toMatchObject({
      code: 'UNAVAILABLE',
      maybeDone: true,
    });
  });

  it('did not come to be when the agent has left meanwhile', async () => {
    const bed = open({ GET: inTurn(call(), call({ participants: [customerLeg()] })), POST: accepted });
    const error = await errorFrom(bed.genesys.recordings.start('conv-1'));
    expect(error.code).toBe('NOT_FOUND');
    expect(error.message).toContain('left the call');
  });

  const notConnected = () => refusal(400, { message: 'The participant is not connected.' });
  const handedOn = call({ participants: [customerLeg(), agentLeg({ id: 'leg-ada' })] });
  const over = call({ participants: [customerLeg({ state: 'disconnected' }), agentLeg()] });

  it.each([
    ['is refused', notConnected, handedOn, 'left the call'],
    ['is refused', notConnected, withLeg({ state: 'parked' }), 'left the call'],
    ['is refused', notConnected, over, 'knows no active call'],
    ['is answered 404', gone, handedOn, 'left the call'],
    ['is answered 404', gone, gone, 'knows no active call'],
  ])(
    '%s for the agent who has left between the look and the order, which is said',
    async (_what, answer, after, said) => {
      const bed = open({ GET: inTurn(call(), after), POST: answer });
      const error = await errorFrom(bed.genesys.recordings.start('conv-1'));
      expect([error.code, error.message]).toEqual(['NOT_FOUND', expect.stringContaining(said)]);
      expect(bed.sent.some(({ method }) => method === 'PATCH')).toBe(false);
    },
  );

  it('keeps the refusal as it is when the call cannot be read any more', async () => {
    const bed = open({ GET: inTurn(call(), () => refusal(500)), POST: notConnected });
    const error = await errorFrom(bed.genesys.recordings.start('conv-1'));
    expect(error).toMatchObject({
      code: 'GENESYS_REFUSED',
      message: expect.stringContaining('not connected'),
    });
  });

  it('takes no other call for the one that was asked for', async () => {
    const bed = open({ GET: call({ id: 'conv-2' }) });
    expect(await errorFrom(bed.genesys.recordings.start('conv-1'))).toMatchObject({
      code: 'UNEXPECTED_RESPONSE',
    });
  });

  it.each(['', '.', '..'])('refuses the id "%s", which would lead to another path', async (id) => {
    const bed = open({});
    expect(await errorFrom(bed.genesys.recordings.start(id))).toMatchObject({ code: 'NOT_FOUND' });
    expect(bed.sent).toEqual([]);
  });
});

describe('starting where there are no snippets', () => {
  const adhocOn = running({ adhocState: 'active' });

  it.each([
    ['404 for the path', () => refusal(404)],
    ['405', () => refusal(405)],
    ['a 400 that says so', () => refusal(400, { message: 'Snippet recording is not enabled.' })],
    ['a 403 that says so', () => refusal(403, { code: 'feature.not.available' })],
  ])('begins an ad-hoc recording after %s, and remembers it', async (_what, answer) => {
    const bed = open({
      GET: () => (bed.sent.at(-2)?.method === 'PATCH' ? adhocOn() : call()()),
      POST: answer,
      PATCH: () => new Response('', { status: 202 }),
    });
    expect(await bed.genesys.recordings.start('conv-1')).toEqual({ genesysId: null, recordingType: 'adhoc' });
    const patch = bed.sent.find(({ method }) => method === 'PATCH');
    expect([patch?.path, patch?.body]).toEqual([`${callPath}/participants/leg-grace`, '{"recording":true}']);

    await bed.genesys.recordings.start('conv-1');
    expect(bed.sent.filter(({ method }) => method === 'PATCH')).toHaveLength(2);
    expect(bed.sent.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  const untold = { recordersState: undefined, recordingState: 'active', recording: true };
  const recorded = withLeg(untold, { recordingState: 'ACTIVE' });

  it.each([
    ['an ad-hoc recording', 'adhoc', { POST: () => refusal(405), PATCH: () => systemError('ECONNRESET') }],
    ['a snippet', 'snippet', { POST: () => systemError('ECONNRESET') }],
  ])(
    'finds %s whose start was not answered, where the legs tell of no recorders',
    async (_what, recordingType, answers) => {
      let now = withLeg({ recordersState: undefined });
      const bed = open({ GET: () => now(), ...answers });
      expect(await errorFrom(bed.genesys.recordings.start('conv-1'))).toMatchObject({ maybeDone: true });
      expect(await bed.genesys.recordings.find('conv-1')).toBeNull();
      now = recorded;
      expect(await bed.genesys.recordings.find('conv-1')).toMatchObject({ recordingType });
      now = withLeg({ ...untold, id: 'leg-ada' }, { recordingState: 'ACTIVE' });
      expect(await bed.genesys.recordings.find('conv-1')).toMatchObject({ recordingType: 'policy' });
    },
  );

  it('takes such a recording for the policy’s where it has begun none itself', async () => {
    const bed = open({ GET: recorded });
    expect(await bed.genesys.recordings.find('conv-1')).toMatchObject({ recordingType: 'policy' });
  });

  it('takes a 404 for the end of the call when the leg is gone too', async () => {
    const bed = open({ GET: inTurn(call(), call({ participants: [customerLeg()] })), POST: gone });
    expect(await errorFrom(bed.genesys.recordings.start('conv-1'))).toMatchObject({ code: 'NOT_FOUND' });
    expect(bed.sent.some(({ method }) => method === 'PATCH')).toBe(false);
  });

  it('ends it in the same way', async () => {
    const bed = open({
      GET: inTurn(adhocOn, call()),
      POST: gone,
      PATCH: () => new Response('', { status: 202 }),
    });
    expect(await bed.genesys.recordings.stop({ ...snippet, recordingType: 'adhoc' })).toBe('stopped');
    expect(bed.sent.find(({ method }) => method === 'PATCH')?.body).toBe('{"recording":false}');
  });
});

describe('a client that may not record', () => {
  it.each([
    [403, { message: 'missing permission', messageParams: { p: 'conversation:recording:snippetRecord' } }],
    [403, { message: 'The feature is not enabled without conversation:recording:snippetRecord' }],
    [400, { message: 'This request requires a user context' }],
  ])('learns of the permission and of the doubt about clients without a user (%i)', async (status, body) => {
    const bed = open({ GET: call(), POST: () => refusal(status, body) });
    const error = await errorFrom(bed.genesys.recordings.start('conv-1'));
    expect(error).toMatchObject({ code: 'GENESYS_REFUSED', reference: 'ctx-1', maybeDone: false });
    expect(error.cure).toContain('conversation:recording:snippetRecord');
    expect(error.cure).toContain('without a user');
    expect(bed.sent.some(({ method }) => method === 'PATCH')).toBe(false);
  });

  it('learns of the other permission where there are no snippets', async () => {
    const bed = open({ GET: call(), POST: () => refusal(405), PATCH: () => refusal(403) });
    const error = await errorFrom(bed.genesys.recordings.start('conv-1'));
    expect(error.message).toContain('conversation:call:record');
    expect(error.cure).toContain('without a user');
  });
});

describe('stopping a recording', () => {
  it('ends the snippet on the leg that it runs on, and looks whether it has ended', async () => {
    const bed = open({ GET: inTurn(running({ snippetState: 'active' }), call()), POST: accepted });
    expect(await bed.genesys.recordings.stop(snippet)).toBe('stopped');
    expect(asked(bed)).toEqual([`GET ${callPath}`, `POST ${snippetPath}`, `GET ${callPath}`]);
    expect(bed.sent[1]?.body).toBe('{"type":"snippet","record":false}');
  });

  it('ends everything that somebody began, on every leg', async () => {
    const both = recorders({ snippetState: 'active', adhocState: 'paused' });
    const other = agentLeg({ id: 'leg-ada', recordersState: recorders({ snippetState: 'active' }) });
    const bed = open({
      GET: inTurn(call({ participants: [customerLeg(), agentLeg({ recordersState: both }), other] }), call()),
      POST: accepted,
    });
    await bed.genesys.recordings.stop(snippet);
    const orders = bed.sent.filter(({ method }) => method === 'POST');
    expect(orders.map(({ path, body }) => [path.split('/')[7], JSON.parse(body)])).toEqual([
      ['leg-grace', { type: 'snippet', record: false }],
      ['leg-grace', { type: 'adhoc', record: false }],
      ['leg-ada', { type: 'snippet', record: false }],
    ]);
  });

  it.each([
    ['is unknown', gone],
    ['is over', call({ participants: [customerLeg({ state: 'terminated' }), agentLeg()] })],
    ['shows none', call({ recordingState: 'ACTIVE' })],
    ['has no agent any more', call({ participants: [customerLeg()] })],
  ])('finds it finished when the call %s', async (_what, answer) => {
    const bed = open({ GET: answer });
    expect(await bed.genesys.recordings.stop(snippet)).toBe('already-finished');
  });

  it('finds it finished when the leg has gone between looking and asking', async () => {
    const bed = open({ GET: running({ snippetState: 'active' }), POST: gone });
    expect(await bed.genesys.recordings.stop(snippet)).toBe('already-finished');
  });

  it.each([
    ['the agent', call({ participants: [customerLeg()] })],
    ['the caller', call({ participants: [customerLeg({ state: 'disconnected' }), agentLeg()] })],
  ])('finds it finished when %s has left by then, which Genesys refuses', async (_who, after) => {
    const POST = () => refusal(400, { message: 'The participant is not connected.' });
    const bed = open({ GET: inTurn(running({ snippetState: 'active' }), after), POST });
    expect(await bed.genesys.recordings.stop(snippet)).toBe('already-finished');
  });

  it('is refused where the leg is still there', async () => {
    const bed = open({ GET: running({ snippetState: 'active' }), POST: () => refusal(400) });
    expect(await errorFrom(bed.genesys.recordings.stop(snippet))).toMatchObject({ code: 'GENESYS_REFUSED' });
  });

  it('asks to be safe where the leg does not tell of its recorders', async () => {
    const bed = open({ GET: withLeg({ recordersState: undefined, recording: true }), POST: accepted });
    expect(await bed.genesys.recordings.stop(snippet)).toBe('stopped');
    expect(bed.sent.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('is asked for again after a lost answer', async () => {
    const bed = open({
      GET: inTurn(running({ snippetState: 'active' }), call()),
      POST: inTurn(() => systemError('ECONNRESET'), accepted),
    });
    expect(await bed.genesys.recordings.stop(snippet)).toBe('stopped');
    expect(bed.sent.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  it('is not done while the recording still runs, whatever was answered', async () => {
    const bed = open({ GET: running({ snippetState: 'active' }), POST: accepted });
    expect(await errorFrom(bed.genesys.recordings.stop(snippet))).toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('tells of what failed after it was accepted', async () => {
    const states = recorders({ snippetState: 'active' });
    const failed = withLeg({ recordersState: states, errorInfo: { code: 'edge.gone', message: 'Gone' } });
    const bed = open({ GET: inTurn(running({ snippetState: 'active' }), failed), POST: accepted });
    const error = await errorFrom(bed.genesys.recordings.stop(snippet));
    expect(error.code).toBe('GENESYS_REFUSED');
    expect(error.message).toContain('edge.gone');
  });

  it('is impossible for what the policy records', async () => {
    const bed = open({});
    expect(await errorFrom(bed.genesys.recordings.stop(policy))).toMatchObject({ code: 'STATE_CONFLICT' });
    expect(bed.sent).toEqual([]);
  });
});

describe('pausing and resuming', () => {
  const paused = call({ recordingState: 'PAUSED', securePause: true });
  const active = call({ recordingState: 'ACTIVE' });
  const held = call({ recordingState: 'PAUSED' });
  const setPaused = (answers: Answers, wanted = true) => {
    const bed = open(answers);
    return { bed, done: bed.genesys.recordings.setPaused(policy, wanted) };
  };

  it('can be done', () => expect(open({}).genesys.recordings.canPause).toBe(true));

  it.each([
    [true, 'PAUSED', paused],
    [true, 'paused', paused],
    [false, 'ACTIVE', active],
    [false, 'Active', active],
    [false, 'ACTIVE', held],
  ])('sets what is wanted (%s, answered %s), and looks', async (wanted, answer, after) => {
    const { bed, done } = setPaused({ PUT: () => json(200, answer), GET: after }, wanted);
    expect(await done).toBe('done');
    expect(bed.sent[0]).toMatchObject({
      method: 'PUT',
      path: `${callPath}/recordingstate`,
      body: JSON.stringify({ recordingState: wanted ? 'PAUSED' : 'ACTIVE' }),
    });
  });

  it.each([
    [
      'NONE, of a call that goes on',
      () => json(200, 'NONE'),
      call({ recordingState: 'NONE' }),
      'not-recorded',
    ],
    ['NONE, of one that is over', () => json(200, 'NONE'), gone, 'already-finished'],
    ['404', gone, gone, 'already-finished'],
  ])('finds nothing to pause on %s', async (_what, answer, after, outcome) => {
    expect(await setPaused({ PUT: answer, GET: after }).done).toBe(outcome);
  });

  it.each([
    ['the opposite', () => json(200, 'ACTIVE')],
    ['an object', () => json(200, { recordingState: 'PAUSED' })],
    ['nothing', () => new Response('')],
  ])('does not believe %s', async (_what, answer) => {
    const { done } = setPaused({ PUT: answer, GET: active });
    expect(await errorFrom(done)).toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
  });

  it('is sent again after a lost answer, since twice is the same as once', async () => {
    const PUT = inTurn(
      () => systemError('ECONNRESET'),
      () => refusal(503),
      () => json(200, 'PAUSED'),
    );
    const { bed, done } = setPaused({ PUT, GET: paused });
    expect(await done).toBe('done');
    expect(bed.sent.filter(({ method }) => method === 'PUT')).toHaveLength(3);
  });

  it('is done when no answer made sense, and the call shows it', async () => {
    expect(await setPaused({ PUT: () => new Response('<html>'), GET: paused }).done).toBe('done');
  });

  it('keeps the first error when the call cannot be read either', async () => {
    const { done } = setPaused({ PUT: () => new Response('<html>'), GET: () => refusal(500) });
    expect(await errorFrom(done)).toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
  });

  it('is not taken for done while the call shows the opposite', async () => {
    const { done } = setPaused({ PUT: () => json(200, 'PAUSED'), GET: active });
    expect(await errorFrom(done)).toMatchObject({ code: 'UNAVAILABLE', maybeDone: false });
  });

  it.each([
    ['is on hold', held],
    ['does not tell', call({ recordingState: undefined, participants: [customerLeg({ recording: true })] })],
    [
      'shows no more than what somebody began',
      running({ adhocState: 'paused' }, { recordingState: 'PAUSED' }),
    ],
  ])('is not taken for paused because the call %s', async (_what, after) => {
    const { bed, done } = setPaused({ PUT: () => json(200, 'PAUSED'), GET: after });
    expect(await errorFrom(done)).toMatchObject({ code: 'UNAVAILABLE', maybeDone: false });
    expect(bed.sent.filter(({ method }) => method === 'GET')).toHaveLength(3);
  });

  it('is done by a secure pause of whatever is recorded', async () => {
    const adhoc = agentLeg({ recordersState: recorders({ adhocState: 'paused' }) });
    const after = call({ recordingState: 'PAUSED', securePause: true, participants: [customerLeg(), adhoc] });
    expect(await setPaused({ PUT: () => json(200, 'PAUSED'), GET: after }).done).toBe('done');
    const { done } = setPaused({ PUT: () => json(200, 'ACTIVE'), GET: after }, false);
    expect(await errorFrom(done)).toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('tells of what fails after it was accepted', async () => {
    const failed = withLeg({ errorInfo: { code: 'edge.gone' } }, { recordingState: 'ACTIVE' });
    const { done } = setPaused({ PUT: () => json(200, 'PAUSED'), GET: inTurn(active, failed) });
    expect(await errorFrom(done)).toMatchObject({
      code: 'GENESYS_REFUSED',
      message: expect.stringContaining('edge.gone'),
    });
  });

  it('is not refused for an error that may be older, when it is merely slow', async () => {
    const errorInfo = { code: 'transfer.failed', message: 'Busy' };
    const slow = withLeg({ errorInfo }, { recordingState: 'ACTIVE' });
    const { done } = setPaused({ PUT: () => json(200, 'PAUSED'), GET: slow });
    const error = await errorFrom(done);
    expect(error.code).toBe('UNAVAILABLE');
    expect(error.message).toContain('(transfer.failed). Busy');
  });

  it('ends with the call', async () => {
    expect(await setPaused({ PUT: () => json(200, 'PAUSED'), GET: gone }).done).toBe('already-finished');
  });

  it('names the permission', async () => {
    const error = await errorFrom(setPaused({ PUT: () => refusal(403) }).done);
    expect(error).toMatchObject({ code: 'GENESYS_REFUSED' });
    expect(error.message).toContain('conversation:recording:pauseOthers');
  });

  it('is impossible for what somebody began by hand', async () => {
    const bed = open({});
    expect(await errorFrom(bed.genesys.recordings.setPaused(snippet, true))).toMatchObject({
      code: 'STATE_CONFLICT',
    });
    expect(bed.sent).toEqual([]);
  });
});

describe('finding what is recorded of a call', () => {
  const ofType = (recordingType: string, paused = false) => ({
    genesysId: null,
    conversationId: 'conv-1',
    recordingType,
    paused,
  });
  const find = (answer: () => Reply) => open({ GET: answer }).genesys.recordings.find('conv-1');

  it.each([
    ['a snippet', running({ snippetState: 'active', adhocState: 'active' }), ofType('snippet')],
    ['an ad-hoc recording', running({ adhocState: 'active' }), ofType('adhoc')],
    [
      'a snippet beside the policy',
      call({
        recordingState: 'PAUSED',
        securePause: true,
        participants: [customerLeg(), agentLeg({ recordersState: recorders({ snippetState: 'active' }) })],
      }),
      ofType('snippet'),
    ],
    ['the policy', call({ recordingState: 'ACTIVE' }), ofType('policy')],
    ['the policy, paused', call({ recordingState: 'paused', securePause: true }), ofType('policy', true)],
    ['the policy, on hold', call({ recordingState: 'PAUSED' }), ofType('policy')],
    [
      'what somebody began, where the leg does not name it',
      withLeg({ recordersState: undefined, recording: true }),
      ofType('adhoc'),
    ],
  ])('shows %s', async (_what, answer, expected) => {
    expect(await find(answer)).toEqual(expected);
  });

  it.each([
    ['nothing is', call()],
    [
      'the call is over',
      call({ recordingState: 'ACTIVE', participants: [customerLeg({ state: 'disconnected' })] }),
    ],
    ['there is no such call', gone],
  ])('is nothing when %s', async (_what, answer) => {
    expect(await find(answer)).toBeNull();
  });

  it('is never taken for nothing when Genesys does not tell', async () => {
    const silent = agentLeg({ recordersState: undefined, recording: undefined, recordingState: undefined });
    const answer = call({ recordingState: undefined, participants: [customerLeg(), silent] });
    expect(await errorFrom(find(answer))).toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
    expect(await errorFrom(find(() => refusal(500)))).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await errorFrom(find(() => refusal(403)))).toMatchObject({ code: 'GENESYS_REFUSED' });
    expect(await errorFrom(find(() => json(404, 'a page')))).toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
  });
});
