/** The Genesys simulator with the contract `conversations`, over real HTTP: what can be done to a call's recordings. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import type {
  GenesysSimulator,
  GenesysSimulatorOptions,
  SimulatedCall,
} from '../simulators/genesys/types.js';
import { logIn, type Wire } from '../support/genesys-wire.js';

const callsPath = '/api/v2/conversations/calls';
let genesys: GenesysSimulator;
let wire: Wire;

async function open(options: GenesysSimulatorOptions = {}): Promise<void> {
  genesys = await createGenesysSimulator({ api: 'conversations', ...options });
  wire = await logIn(genesys);
}

beforeEach(() => open());

afterEach(async () => {
  expect(genesys.violations).toEqual([]);
  await genesys.close();
});

const read = async (call: SimulatedCall) => (await wire.send('GET', `${callsPath}/${call.id}`)).body;

function agentOf(call: SimulatedCall): string {
  const legs = genesys.calls.find(({ id }) => id === call.id)?.legs ?? [];
  return legs.find((leg) => leg.purpose === 'agent' && leg.endedAt === null)?.id ?? '';
}

const set = (call: { id: string }, recordingState: unknown) =>
  wire.send('PUT', `${callsPath}/${call.id}/recordingstate`, { recordingState });
const snippet = (call: { id: string }, legId: string, body: unknown) =>
  wire.send('POST', `${callsPath}/${call.id}/participants/${legId}/snippet/record`, body);
const patch = (call: { id: string }, legId: string, body: unknown) =>
  wire.send('PATCH', `${callsPath}/${call.id}/participants/${legId}`, body);
const begin = { type: 'snippet', record: true };

describe('the recording state', () => {
  it('is set and answered as a bare string', async () => {
    const call = genesys.startCall({ policyRecording: true });
    expect(await set(call, 'PAUSED')).toMatchObject({ status: 200, body: 'PAUSED' });
    expect(await read(call)).toMatchObject({ recordingState: 'PAUSED', securePause: true });
    expect(await set(call, 'ACTIVE')).toMatchObject({ status: 200, body: 'ACTIVE' });
  });

  it('may be set to what it is, which changes nothing', async () => {
    const call = genesys.startCall({ policyRecording: true });
    await set(call, 'PAUSED');
    expect(await set(call, 'PAUSED')).toMatchObject({ status: 200, body: 'PAUSED' });
    expect([genesys.count('pause'), genesys.countEffects('pause')]).toEqual([2, 1]);
  });

  it('of a call that is not recorded is none, whatever is asked for', async () => {
    const call = genesys.startCall();
    expect((await set(call, 'ACTIVE')).body).toBe('NONE');
    expect((await read(call)).recordingState).toBe('NONE');
    expect(genesys.countEffects('any')).toBe(1);
  });

  it.each(['NONE', 'paused', null, true])('cannot be set to %s', async (state) => {
    const call = genesys.startCall({ policyRecording: true });
    expect(await set(call, state)).toMatchObject({ status: 400, body: { code: 'invalid.value' } });
  });

  it.each([
    ['an unknown field', { recordingState: 'PAUSED', why: 'card number' }, 400],
    ['no JSON', '{', 400],
    ['a list', [], 400],
  ])('is not set by %s', async (_what, body, status) => {
    const { id } = genesys.startCall({ policyRecording: true });
    expect((await wire.send('PUT', `${callsPath}/${id}/recordingstate`, body)).status).toBe(status);
  });

  it('is not set by what does not call itself JSON', async () => {
    const { id } = genesys.startCall({ policyRecording: true });
    const answer = await wire.send(
      'PUT',
      `${callsPath}/${id}/recordingstate`,
      '{"recordingState":"PAUSED"}',
      {
        'Content-Type': 'text/plain',
      },
    );
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported.media.type' } });
  });

  it('of a call that has ended, or never was, is not found', async () => {
    const call = genesys.startCall({ policyRecording: true });
    genesys.endCall(call.id);
    expect((await set(call, 'PAUSED')).status).toBe(404);
    expect((await set({ id: randomUUID() }, 'PAUSED')).status).toBe(404);
  });
});

describe('a snippet', () => {
  it('begins and ends on the agent’s leg, and never pauses', async () => {
    const call = genesys.startCall();
    const leg = agentOf(call);
    expect(await snippet(call, leg, begin)).toMatchObject({ status: 200, body: 'ACTIVE' });
    await set(call, 'PAUSED');
    expect(await read(call)).toMatchObject({ recordingState: 'ACTIVE', securePause: false });
    expect((await read(call)).participants.at(-1).recordersState.snippetState).toBe('active');
    expect(await snippet(call, leg, { type: 'snippet', record: false })).toMatchObject({ body: 'NONE' });
    expect((await read(call)).recordingState).toBe('NONE');
    expect(genesys.starts.get(call.id)).toEqual({ asked: 1, done: 1 });
    expect([genesys.countEffects('start'), genesys.countEffects('stop')]).toEqual([1, 1]);
  });

  it('is not begun twice', async () => {
    const call = genesys.startCall();
    await snippet(call, agentOf(call), begin);
    expect((await snippet(call, agentOf(call), begin)).status).toBe(200);
    expect(genesys.starts.get(call.id)).toEqual({ asked: 2, done: 1 });
  });

  it('runs beside an ad-hoc recording', async () => {
    const call = genesys.startCall();
    await snippet(call, agentOf(call), begin);
    await snippet(call, agentOf(call), { type: 'adhoc', record: true });
    expect((await read(call)).participants.at(-1).recordersState).toMatchObject({
      snippetState: 'active',
      adhocState: 'active',
    });
  });

  it('ends with its leg', async () => {
    const call = genesys.startCall();
    await snippet(call, agentOf(call), begin);
    genesys.transferCall(call.id, 'Ben');
    expect(await read(call)).toMatchObject({ recordingState: 'NONE' });
    expect(genesys.calls[0]?.legs.some((leg) => leg.snippet)).toBe(false);
  });

  it('may be begun and ended by an agent', async () => {
    const call = genesys.startCall();
    genesys.startSnippetElsewhere(call.id);
    expect((await read(call)).participants.at(-1).recordersState.snippetState).toBe('active');
    genesys.stopSnippetElsewhere(call.id);
    expect((await read(call)).participants.at(-1).recordersState.snippetState).toBe('none');
  });

  it.each([
    ['another type', { type: 'policy', record: true }, 'invalid.value'],
    ['no type', { record: true }, 'invalid.value'],
    ['neither on nor off', { type: 'snippet' }, 'bad.request'],
    ['a word for on', { type: 'snippet', record: 'true' }, 'bad.request'],
    ['an unknown field', { ...begin, reason: 'x' }, 'bad.request'],
  ])('is refused with %s', async (_what, body, code) => {
    const call = genesys.startCall();
    expect(await snippet(call, agentOf(call), body)).toMatchObject({ status: 400, body: { code } });
  });

  it('is refused on any leg but a connected agent’s', async () => {
    const call = genesys.startCall({ agent: null, missedBy: ['Ben'] });
    genesys.ringAgent(call.id, 'Grace');
    const [customer, acd, missed, ringing] = genesys.calls[0]?.legs ?? [];
    for (const leg of [customer, acd, missed, ringing]) {
      expect(await snippet(call, leg?.id ?? '', begin)).toMatchObject({
        status: 400,
        body: { code: 'bad.request' },
      });
    }
    expect((await snippet(call, randomUUID(), begin)).status).toBe(404);
    expect((await snippet({ id: randomUUID() }, customer?.id ?? '', begin)).status).toBe(404);
  });

  it.each([404, 405] as const)('is unknown to an older organisation (%i), which patches', async (status) => {
    await genesys.close();
    await open({ withoutSnippet: status });
    const call = genesys.startCall();
    genesys.setPermissions(['conversation:call:record', 'conversation:communication:view']);
    expect((await snippet(call, agentOf(call), begin)).status).toBe(status);
    expect(await patch(call, agentOf(call), { recording: true })).toMatchObject({ status: 202, body: null });
    const recorded = await read(call);
    expect(recorded).toMatchObject({ recordingState: 'ACTIVE' });
    expect(recorded.participants.at(-1)).toMatchObject({ recording: true, recordingState: 'active' });
    expect(recorded.participants.at(-1)).not.toHaveProperty('recordersState');
    await patch(call, agentOf(call), { recording: false });
    expect((await read(call)).participants.at(-1)).toMatchObject({ recording: false });
    expect(genesys.starts.get(call.id)).toEqual({ asked: 2, done: 1 });
  });

  it.each([{}, { recording: 'yes' }, { recording: true, held: true }])(
    'is not patched by %j',
    async (body) => {
      const call = genesys.startCall();
      expect((await patch(call, agentOf(call), body)).status).toBe(400);
    },
  );
});

describe('a command that fails on the edge', () => {
  it('is accepted, has no effect, and leaves its error on the leg until the next one', async () => {
    const call = genesys.startCall();
    genesys.failOnEdge(call.id, { code: 'no.media', message: 'There is no audio.' });
    expect(await snippet(call, agentOf(call), begin)).toMatchObject({ status: 200, body: 'ACTIVE' });
    expect((await read(call)).participants.at(-1)).toMatchObject({
      recordersState: { snippetState: 'none' },
      errorInfo: { code: 'no.media', message: 'There is no audio.' },
    });
    expect(genesys.starts.get(call.id)).toEqual({ asked: 1, done: 0 });
    await snippet(call, agentOf(call), begin);
    expect((await read(call)).participants.at(-1)).not.toHaveProperty('errorInfo');
    expect((await read(call)).participants.at(-1).recordersState.snippetState).toBe('active');
  });

  it('may be a pause', async () => {
    const call = genesys.startCall({ policyRecording: true });
    genesys.failOnEdge(call.id);
    expect((await set(call, 'PAUSED')).status).toBe(200);
    const { recordingState, participants } = await read(call);
    expect(recordingState).toBe('ACTIVE');
    expect(participants.at(-1).errorInfo.code).toEqual(expect.any(String));
  });
});
