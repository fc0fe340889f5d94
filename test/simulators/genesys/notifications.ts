/** Notification channels over HTTP: opened, listed, subscribed. */
import { toTime } from './calls.js';
import type { Channel } from './channels.js';
import type { Endpoint, Exchange } from './contract.js';
import { badRequest, missingPermission, refuse, usual } from './errors.js';
import { readFields, readJson } from './json-body.js';
import { readOneOf } from './paging.js';

const topicsPerChannel = 1_000;
const queueTopic = /^v2\.routing\.queues\.([^.]+)\.conversations\.calls$/;
/** No page says what a queue's call events take; this is what the listing of its calls takes. */
const topicPermission = 'analytics:queueObservation:view';
const path = '/api/v2/notifications/channels';

export const channelPath = (id: string): string => `/channels/${id}`;

export const queueTopicOf = (queueId: string): string => `v2.routing.queues.${queueId}.conversations.calls`;

export const notifications: readonly Endpoint[] = [
  {
    request: `POST ${path}`,
    operation: 'open-channel',
    permission: null,
    work({ world: { channels }, request, token, tookEffect }) {
      const channel = channels.open(token);
      tookEffect();
      return { status: 200, body: toChannel(channel, request.headers.host) };
    },
  },
  {
    request: `GET ${path}`,
    operation: 'channels',
    permission: null,
    work: listChannels,
  },
  {
    request: 'GET /api/v2/notifications/availabletopics',
    operation: 'topics',
    permission: null,
    work: () => ({
      status: 200,
      body: { entities: [{ id: queueTopicOf('{id}'), visibility: 'Public', transports: ['Websocket'] }] },
    }),
  },
  {
    request: `GET ${path}/{channelId}/subscriptions`,
    operation: 'subscriptions',
    permission: null,
    work: (exchange) => ({ status: 200, body: toTopics(findChannel(exchange)) }),
  },
  {
    request: `PUT ${path}/{channelId}/subscriptions`,
    operation: 'subscribe',
    permission: null,
    work: (exchange) => subscribe(exchange, []),
  },
  {
    request: `POST ${path}/{channelId}/subscriptions`,
    operation: 'subscribe',
    permission: null,
    work: (exchange) => subscribe(exchange, findChannel(exchange).topics),
  },
  {
    request: `DELETE ${path}/{channelId}/subscriptions`,
    operation: 'unsubscribe',
    permission: null,
    work(exchange) {
      findChannel(exchange).topics = new Set();
      exchange.tookEffect();
      return { status: 200, body: undefined };
    },
  },
];

/** Those of other tokens show that they are there, and nothing else. */
function listChannels({ world: { channels }, request, token }: Exchange) {
  const asked = request.query.get('includechannels') ?? 'token';
  const all = readOneOf(asked, 'includechannels', ['token', 'oauthclient']) === 'oauthclient';
  const entities = channels.of(token.clientId).flatMap((channel) => {
    if (channel.tokenId === token.id) return [toChannel(channel, request.headers.host)];
    return all ? [{ expires: toTime(channel.expiresAt) }] : [];
  });
  return { status: 200, body: { entities } };
}

function findChannel({ world: { channels }, ids: [id = ''], token }: Exchange): Channel {
  const channel = channels.find(id);
  if (channel?.clientId !== token.clientId) throw usual(404);
  return channel;
}

/** With `ignoreErrors` a topic that may not be listened to is answered as rejected, and costs the others nothing. */
function subscribe(exchange: Exchange, before: Iterable<string>) {
  const channel = findChannel(exchange);
  const { world, token, request } = exchange;
  const asked = readTopics(exchange);
  const isPermitted = world.auth.may(token, topicPermission);
  const ignoresErrors = readOneOf(request.query.get('ignoreErrors') ?? 'false', 'ignoreErrors', booleans);
  if (asked.length > 0 && !isPermitted && ignoresErrors === 'false') {
    throw refuse(missingPermission(topicPermission));
  }
  const topics = new Set([...before, ...(isPermitted ? asked : [])]);
  if (topics.size > topicsPerChannel) {
    throw badRequest(`A channel takes at most ${topicsPerChannel} topics, not ${topics.size}.`);
  }
  channel.topics = topics;
  exchange.tookEffect();
  const entities = [...toTopics(channel).entities, ...(isPermitted ? [] : asked.map(toRejected))];
  return { status: 200, body: { entities } };
}

const booleans = ['true', 'false'] as const;

const toRejected = (id: string) => ({
  id,
  state: 'Rejected',
  rejectionReason: 'The client lacks a permission.',
  missingPermissions: [topicPermission],
});

function readTopics({ world, request }: Exchange): readonly string[] {
  const body = readJson(request);
  if (!Array.isArray(body)) throw badRequest('The body must be a list of topics.');
  const queueIds = new Set(world.life.queues.map(({ id }) => id));
  return body.map((entry) => {
    const { id } = readFields(entry, 'a topic', ['id']);
    const queueId = queueTopic.exec(String(id))?.[1];
    // There are no wildcards.
    if (queueId === undefined) throw badRequest(`The topic ${String(id)} is not known.`);
    if (!queueIds.has(queueId)) throw badRequest(`There is no queue for the topic ${String(id)}.`);
    return String(id);
  });
}

const toTopics = ({ topics }: Channel) => ({
  entities: [...topics].map((id) => ({ id, state: 'Permitted' })),
});

const toChannel = ({ id, expiresAt }: Channel, host = '') => ({
  id,
  connectUri: `ws://${host}${channelPath(id)}`,
  expires: toTime(expiresAt),
});
