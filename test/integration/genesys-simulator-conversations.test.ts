/** The Genesys simulator with the contract `conversations`, over real HTTP: who may log in, and how a call is shown. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import type { GenesysSimulator } from '../simulators/genesys/types.js';
import { ask, logIn, takeViolations, toBasic, type Wire } from '../support/genesys-wire.js';

const callsPath = '/api/v2/conversations/calls';
let genesys: GenesysSimulator;
let wire: Wire;

beforeEach(async () => {
  genesys = await createGenesysSimulator({ api: 'conversations', policyRecording: true });
  wire = await logIn(genesys);
});

afterEach(async () => {
  expect(genesys.violations).toEqual([]);
  await genesys.close();
});

describe('a token', () => {
  const right = { grant_type: 'client_credentials' };
  const askToken = (change: object, form: Record<string, string> = right) => {
    const { clientId, clientSecret } = { ...genesys.client, ...change };
    const headers = { Authorization: toBasic(clientId, clientSecret) };
    return ask(genesys, '/oauth/token', { method: 'POST', body: new URLSearchParams(form), headers });
  };

  it('is given for credentials in the header', async () => {
    const { status, body } = await askToken({});
    expect([status, body]).toEqual([
      200,
      { access_token: expect.any(String), token_type: 'bearer', expires_in: 86_400 },
    ]);
  });

  it.each([
    ['an unknown client', { clientId: 'nobody' }, right, 400, 'invalid_client'],
    ['a wrong secret', { clientSecret: 'wrong' }, right, 401, 'invalid_client'],
    ['no secret', { clientSecret: '' }, right, 400, 'invalid_request'],
    ['another grant', {}, { grant_type: 'password' }, 400, 'unsupported_grant_type'],
  ])('is refused to %s', async (_what, change, form, status, error) => {
    const answer = await askToken(change, form);
    expect([answer.status, answer.body]).toEqual([status, { error, description: expect.any(String) }]);
  });

  it('is refused to credentials in the form, as the other contract has them', async () => {
    const { clientId, clientSecret } = genesys.client;
    const body = new URLSearchParams({ ...right, client_id: clientId, client_secret: clientSecret });
    const answer = await ask(genesys, '/oauth/token', { method: 'POST', body });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
  });

  it('is refused to credentials in both places, which is a violation', async () => {
    const { status } = await askToken({}, { ...right, client_secret: genesys.client.clientSecret });
    expect([status, takeViolations(genesys)]).toEqual([400, [expect.stringContaining('sent twice')]]);
    expect(JSON.stringify(genesys.journal)).not.toContain(genesys.client.clientSecret);
  });
});

const read = async (id: string) => (await wire.send('GET', `${callsPath}/${id}`)).body;
const readLeg = async (id: string, agent: string) =>
  (await read(id)).participants.findLast(({ name }: { name?: string }) => name === agent);

describe('a call', () => {
  it.each([
    ['that nobody knows', randomUUID(), 404, 'not.found'],
    ['by what is no UUID', 'the-first-one', 400, 'invalid.value'],
  ])('%s is refused', async (_what, id, status, code) => {
    const participant = `${callsPath}/${id}/participants/${randomUUID()}`;
    for (const answer of [
      await wire.send('GET', `${callsPath}/${id}`),
      await wire.send('PUT', `${callsPath}/${id}/recordingstate`, { recordingState: 'PAUSED' }),
      await wire.send('POST', `${participant}/snippet/record`, { type: 'snippet', record: true }),
      await wire.send('PATCH', participant, { recording: true }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([status, code]);
    }
  });

  it('without an id takes a user, whom a client is not', async () => {
    const { status, body } = await wire.send('GET', callsPath);
    expect([status, body.message]).toEqual([400, expect.stringContaining('requires a user context')]);
  });

  it('shows who missed it, whose phone rings, who is on it, and who was', async () => {
    const { id } = genesys.startCall({ agent: null, missedBy: ['Ben'] });
    genesys.ringAgent(id, 'Grace');
    expect((await read(id)).participants).toMatchObject([
      { purpose: 'customer', state: 'connected' },
      { purpose: 'acd', state: 'connected' },
      { purpose: 'agent', name: 'Ben', state: 'disconnected' },
      { purpose: 'agent', name: 'Grace', state: 'alerting' },
    ]);
    genesys.answerCall(id, 'Grace');
    genesys.transferCall(id, 'Femi', 'Claims');
    expect((await read(id)).participants.slice(1)).toMatchObject([
      { purpose: 'acd', state: 'disconnected' },
      { name: 'Ben', disconnectType: 'timeout' },
      { name: 'Grace', state: 'disconnected', disconnectType: 'transfer' },
      { purpose: 'acd', state: 'disconnected' },
      { name: 'Femi', state: 'connected', queue: { id: genesys.addQueue('Claims').id } },
    ]);
    genesys.endCall(id);
    expect(await read(id)).toMatchObject({ recordingState: 'NONE' });
    expect((await read(id)).participants[0]).toMatchObject({
      state: 'disconnected',
      disconnectType: 'client',
      endTime: expect.any(String),
    });
  });

  it('on hold is paused, though nobody asked for a secure pause', async () => {
    const { id } = genesys.startCall({ agent: 'Grace' });
    genesys.holdCall(id);
    expect(await read(id)).toMatchObject({ recordingState: 'PAUSED', securePause: false });
    expect(await readLeg(id, 'Grace')).toMatchObject({
      held: true,
      startHoldTime: expect.any(String),
      recordingState: 'paused',
      recordersState: { agentExperienceState: 'paused' },
    });
    genesys.unholdCall(id);
    expect(await read(id)).toMatchObject({ recordingState: 'ACTIVE' });
    expect(await readLeg(id, 'Grace')).toMatchObject({ held: false, recordingState: 'active' });
  });

  it('is on hold while its agent consults another one, who may stay on it', async () => {
    const { id } = genesys.startCall({ agent: 'Grace' });
    genesys.consultAgent(id, 'Femi');
    const femi = await readLeg(id, 'Femi');
    expect(await readLeg(id, 'Grace')).toMatchObject({ held: true, consultParticipantId: femi.id });
    genesys.transferCall(id, 'Femi');
    expect(await readLeg(id, 'Grace')).toMatchObject({ state: 'disconnected' });
    expect(await readLeg(id, 'Femi')).toMatchObject({ id: femi.id, state: 'connected', held: false });
    expect(genesys.calls[0]).toMatchObject({ agent: 'Femi' });
  });

  it('paused and resumed on the agent’s own screen shows it', async () => {
    const { id } = genesys.startCall();
    genesys.pauseElsewhere(id);
    expect(await read(id)).toMatchObject({ recordingState: 'PAUSED', securePause: true });
    genesys.resumeElsewhere(id);
    expect(await read(id)).toMatchObject({ recordingState: 'ACTIVE', securePause: false });
    expect(genesys.countEffects('any')).toBe(1);
  });

  it('goes through no change that cannot be', () => {
    const { id } = genesys.startCall({ policyRecording: false, agent: null });
    expect(() => genesys.pauseElsewhere(id)).toThrow('not recorded by policy');
    expect(() => genesys.holdCall(id)).toThrow('No agent');
    expect(() => genesys.consultAgent(id, 'Femi')).toThrow('No agent');
    expect(() => genesys.transferCall(id, 'Femi')).toThrow('No agent');
    expect(() => genesys.startSnippetElsewhere(id)).toThrow('No agent');
    expect(() => genesys.stopSnippetElsewhere(id)).toThrow('No snippet');
    genesys.endCall(id);
    expect(() => genesys.endCall(id)).toThrow('is up');
    expect(() => genesys.failOnEdge(id)).toThrow('is up');
  });
});
