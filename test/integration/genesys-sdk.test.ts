/** Genesys's official SDK takes the simulator for an organisation: it speaks the public API as Genesys does. */
import platformClient, { type Models } from 'purecloud-platform-client-v2';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import type { GenesysSimulator } from '../simulators/genesys/types.js';
import { strangersIn } from '../support/genesys-models.js';
import { until } from '../support/notification-bed.js';

const sdk = platformClient.ApiClient.instance;
const conversations = new platformClient.ConversationsApi();
const analytics = new platformClient.AnalyticsApi();
const routing = new platformClient.RoutingApi();
const notifications = new platformClient.NotificationsApi();

let genesys: GenesysSimulator;

const logIn = (clientSecret = genesys.client.clientSecret) =>
  sdk.loginClientCredentialsGrant(genesys.client.clientId, clientSecret);

beforeEach(async () => {
  genesys = await createGenesysSimulator({ api: 'conversations', policyRecording: true });
  // Neither somebody's settings for the SDK nor somebody's proxy comes between.
  sdk.config.setConfigPath('');
  vi.stubEnv('no_proxy', '127.0.0.1');
  sdk.setGateway({ protocol: 'http', host: '127.0.0.1', port: genesys.port });
  await logIn();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  sdk.clearAuthData();
  await genesys.close();
  expect(genesys.violations).toEqual([]);
});

/** One that shows all that a call can show: missed, recorded, failed on the edge, consulted about, on hold. */
async function startEventfulCall() {
  const { id } = genesys.startCall({ queue: 'Billing', missedBy: ['Ben'] });
  genesys.startSnippetElsewhere(id);
  genesys.failOnEdge(id);
  await conversations.putConversationsCallRecordingstate(id, { recordingState: 'PAUSED' });
  genesys.consultAgent(id, 'Ada');
  return id;
}

/** A channel with a socket on it, and what came through. */
async function listenTo(queue: string) {
  const { id: channelId = '', connectUri = '' } = await notifications.postNotificationsChannels();
  const topic = `v2.routing.queues.${genesys.addQueue(queue).id}.conversations.calls`;
  await notifications.putNotificationsChannelSubscriptions(channelId, [{ id: topic }]);
  const frames: { readonly topicName: string; readonly eventBody: object }[] = [];
  const socket = new WebSocket(connectUri);
  socket.on('message', (data) => frames.push(JSON.parse(String(data))));
  await new Promise((resolve) => socket.once('open', resolve));
  return { channelId, topic, frames };
}

/** The leg of whoever talks to the caller. */
function agentLegIn({
  participants = [],
}: Models.CallConversation): Models.CallMediaParticipant & { id: string } {
  const leg = participants.find(({ purpose, state }) => purpose === 'agent' && state === 'connected');
  if (!leg?.id) throw new Error('No agent is connected.');
  return { ...leg, id: leg.id };
}

const query: Models.ConversationActivityQuery = {
  metrics: [
    { metric: 'oInteracting', details: true },
    { metric: 'oAlerting', details: true },
  ],
  groupBy: ['queueId'],
  filter: {
    type: 'and',
    predicates: [{ type: 'dimension', dimension: 'mediaType', operator: 'matches', value: 'voice' }],
  },
};

describe('logging in', () => {
  it('gives a token that lasts for a day', async () => {
    const { accessToken, tokenExpiryTime } = await logIn();
    expect(accessToken).toMatch(/^\S{40,}$/);
    expect(tokenExpiryTime - Date.now()).toBeGreaterThan(86_000_000);
  });

  it('is refused with a wrong secret', async () => {
    await expect(logIn('wrong')).rejects.toMatchObject({
      response: { status: 401, data: { error: 'invalid_client', description: expect.any(String) } },
    });
  });
});

describe('recording', () => {
  it('pauses and resumes what a policy records', async () => {
    const { id } = genesys.startCall();
    const set = (recordingState: string) =>
      conversations.putConversationsCallRecordingstate(id, { recordingState });
    expect(await set('PAUSED')).toBe('PAUSED');
    expect(await conversations.getConversationsCall(id)).toMatchObject({
      recordingState: 'PAUSED',
      securePause: true,
    });
    expect(await set('ACTIVE')).toBe('ACTIVE');
    expect(await conversations.getConversationsCall(id)).toMatchObject({
      recordingState: 'ACTIVE',
      securePause: false,
    });
  });

  it.each([
    ['snippet', 'snippetState'],
    ['adhoc', 'adhocState'],
  ] as const)('starts and stops a recording of the type %s', async (type, state) => {
    const { id } = genesys.startCall();
    const read = async () => agentLegIn(await conversations.getConversationsCall(id));
    const { id: participant } = await read();
    const record = (on: boolean) =>
      conversations.postConversationsCallParticipantSnippetRecord(id, participant, { type, record: on });
    expect(await record(true)).toBe('ACTIVE');
    expect(await read()).toMatchObject({ recordersState: { [state]: 'active' } });
    expect(await record(false)).toBe('NONE');
    expect(await read()).toMatchObject({ recordersState: { [state]: 'none' } });
  });

  it('starts and stops a recording as organisations did before snippets', async () => {
    const { id } = genesys.startCall({ policyRecording: false });
    const read = async () => agentLegIn(await conversations.getConversationsCall(id));
    const { id: participant } = await read();
    await conversations.patchConversationsCallParticipant(id, participant, { recording: true });
    expect(await read()).toMatchObject({ recording: true });
    await conversations.patchConversationsCallParticipant(id, participant, { recording: false });
    expect(await read()).toMatchObject({ recording: false });
  });
});

describe('reading', () => {
  it('finds the active calls of a queue, and each by its id', async () => {
    const { id, queue } = genesys.startCall({ agent: 'Ada' });
    const { results = [] } = await analytics.postAnalyticsConversationsActivityQuery(query);
    expect(results).toMatchObject([{ truncated: false, entities: [{ conversationId: id }] }]);
    const [entity] = results[0]?.entities ?? [];
    const leg = agentLegIn(await conversations.getConversationsCall(id));
    expect(leg).toMatchObject({ user: { id: entity?.userId }, queue: { id: entity?.queueId } });
    expect(genesys.queues.find(({ name }) => name === queue)?.id).toBe(entity?.queueId);
  });

  it('lists the queues page by page', async () => {
    const names: unknown[] = [];
    for (let pageNumber = 1, pageCount = 1; pageNumber <= pageCount; pageNumber += 1) {
      const page = await routing.getRoutingQueues({ pageSize: 3, pageNumber });
      names.push(...(page.entities ?? []).map(({ name }) => name));
      pageCount = page.pageCount ?? 0;
    }
    expect(names).toEqual(genesys.queues.map(({ name }) => name));
    expect(genesys.count('queues')).toBe(2);
  });
});

describe('a channel', () => {
  it('tells of the calls of its queues, until it is unsubscribed', async () => {
    const { channelId, topic, frames } = await listenTo('Billing');
    expect(await notifications.getNotificationsChannels()).toMatchObject({ entities: [{ id: channelId }] });
    const subscribed = () => notifications.getNotificationsChannelSubscriptions(channelId);
    expect(await subscribed()).toMatchObject({ entities: [{ id: topic, state: 'Permitted' }] });
    const { id } = genesys.startCall({ queue: 'Billing' });
    await until(() => frames).toMatchObject([
      { topicName: topic, version: '2', eventBody: { id, recordingState: 'active' } },
    ]);
    await notifications.deleteNotificationsChannelSubscriptions(channelId);
    expect(await subscribed()).toEqual({ entities: [] });
  });

  it('answers for each topic by itself when errors are to be ignored', async () => {
    const { channelId, topic } = await listenTo('Billing');
    genesys.setPermissions(['routing:queue:view']);
    const subscribe = (ignoreErrors: boolean) =>
      notifications.putNotificationsChannelSubscriptions(channelId, [{ id: topic }], { ignoreErrors });
    await expect(subscribe(false)).rejects.toMatchObject({ status: 403 });
    expect(await subscribe(true)).toMatchObject({
      entities: [{ id: topic, state: 'Rejected', missingPermissions: ['analytics:queueObservation:view'] }],
    });
  });
});

describe('the fields', () => {
  it('of all that is read are those of Genesys', async () => {
    const id = await startEventfulCall();
    const { channelId } = await listenTo('Billing');
    const answers = {
      CallConversation: await conversations.getConversationsCall(id),
      ConversationActivityResponse: await analytics.postAnalyticsConversationsActivityQuery(query),
      QueueEntityListing: await routing.getRoutingQueues(),
      ChannelEntityListing: await notifications.getNotificationsChannels(),
      ChannelTopicEntityListing: await notifications.getNotificationsChannelSubscriptions(channelId),
      AvailableTopicEntityListing: await notifications.getNotificationsAvailabletopics(),
    };
    expect(agentLegIn(answers.CallConversation)).toMatchObject({
      held: true,
      recordersState: { snippetState: 'active' },
      errorInfo: { code: expect.any(String) },
    });
    expect(Object.entries(answers).flatMap(([model, answer]) => strangersIn(model, answer))).toEqual([]);
  });

  it('of all that is told are those of Genesys', async () => {
    const { frames } = await listenTo('Billing');
    const id = await startEventfulCall();
    genesys.endCall(id);
    await until(() => frames.at(-1)?.eventBody).toMatchObject({ id, recordingState: 'none' });
    const model = 'QueueConversationCallEventTopicCallConversation';
    expect(frames.flatMap(({ eventBody }) => strangersIn(model, eventBody))).toEqual([]);
  });
});

describe('a refusal', () => {
  it('says which permission is missing', async () => {
    const { id } = genesys.startCall();
    genesys.setPermissions([]);
    await expect(conversations.getConversationsCall(id)).rejects.toMatchObject({
      status: 403,
      code: 'missing.permissions',
      message: expect.stringContaining('conversation:communication:view'),
    });
  });

  it('has the fields of every refusal', async () => {
    const unknown = conversations.getConversationsCall('7b0d4f62-27a9-4a6d-9a5f-0d9a3ee5c6b1');
    const refusal = await unknown.catch((error: unknown) => error);
    expect(refusal).toMatchObject({ status: 404, code: 'not.found', contextId: expect.any(String) });
    expect(strangersIn('ErrorBody', refusal)).toEqual([]);
  });

  it('keeps the calls of a user from a client that is none', async () => {
    await expect(conversations.getConversationsCalls()).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('requires a user context'),
    });
  });
});
