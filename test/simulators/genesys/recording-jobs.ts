/** The contract `recording-jobs`: what each operation checks, does and answers, in one uninterrupted step. */
import { type Auth, mediaType, type Token } from './auth.js';
import { toConversation } from './calls.js';
import { badRequest, invalidValue, type Refusal, type Reply, refuse, usual } from './errors.js';
import { answerOf, type Received } from './http.js';
import { toRecordingJob } from './jobs.js';
import type { Life } from './life.js';
import { readOneOf, readPage, readStates, readWindow, toPage } from './paging.js';
import { permissions, type Route } from './routes.js';
import type { SimulatedJobState } from './types.js';

export interface World {
  readonly auth: Auth;
  readonly life: Life;
  /** Something that no correct client does. */
  readonly violate: (sentence: string) => void;
}

/** What the journal wants to know of a request while it is carried out. */
export interface Witness {
  readonly usedToken: (token: Token) => void;
  readonly tookEffect: () => void;
}

/** Throws a `Refusal` where Genesys refuses. */
export function carryOut(world: World, route: Route, request: Received, witness: Witness): Reply {
  const { auth, violate } = world;
  const { operation } = route;
  if (request.query.has('access_token')) violate('The access token was sent in a URL.');
  if (operation === 'other') throw noSuchOperation(route, request, violate);
  if (operation === 'token') {
    const { reply, token } = auth.mint(request, violate);
    witness.usedToken(token);
    witness.tookEffect();
    return reply;
  }
  const token = auth.require(request.headers.authorization);
  const work = operations[operation];
  const reply = answerOf(() => {
    token.rate.take();
    auth.requirePermission(token, permissions[operation]);
    return work(world, request, route.id, witness);
  });
  return { ...reply, headers: { ...token.rate.headers(), ...reply.headers } };
}

const jobStates: readonly SimulatedJobState[] = ['active', 'stopped', 'completed'];

const operations: Readonly<
  Record<
    'calls' | 'jobs' | 'start' | 'stop',
    (world: World, request: Received, id: string, witness: Witness) => Reply
  >
> = {
  calls({ life }, { query }) {
    const state = query.get('state');
    if (state === null) throw badRequest('The query parameter state is required.');
    readOneOf(state, 'state', ['active']);
    return { status: 200, body: toPage(life.listActiveCalls(), readPage(query), toConversation) };
  },

  jobs({ life }, { query }) {
    const { from, to } = readWindow(query);
    const states = readStates(query, jobStates);
    const found = life.jobs.filter(
      ({ startedAt, state }) => startedAt >= from && startedAt < to && states.includes(state),
    );
    return { status: 200, body: toPage(found, readPage(query), toRecordingJob) };
  },

  start({ life }, request, _id, { tookEffect }) {
    const id = readConversationId(readJsonObject(request));
    if (!life.isUp(id)) throw usual(404);
    if (life.isRecorded(id)) throw usual(409);
    tookEffect();
    return { status: 201, body: toRecordingJob(life.startRecording(id)) };
  },

  stop({ life }, request, id, { tookEffect }) {
    readJsonObject(request);
    const job = life.stopRecording(id);
    if (!job) throw usual(404);
    tookEffect();
    return { status: 200, body: toRecordingJob(job) };
  },
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function readConversationId({ conversationId: id }: { readonly conversationId?: unknown }): string {
  if (typeof id !== 'string' || !uuid.test(id)) {
    throw invalidValue(JSON.stringify(id) ?? '', 'conversationId', 'a UUID');
  }
  return id;
}

function readJsonObject({ headers, text }: Received): object {
  if (mediaType(headers) !== 'application/json') throw usual(415);
  const body = parse(text);
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    return body;
  }
  throw usual(400);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function noSuchOperation(
  route: Route,
  { method, path }: Received,
  violate: (sentence: string) => void,
): Refusal {
  violate(`${method} ${path} is no part of the contract.`);
  if (route.allowed === null) return usual(404);
  return refuse({
    status: 405,
    code: 'not.allowed',
    text: 'The method {method} is not allowed here.',
    params: { method },
    headers: { Allow: route.allowed.join(', ') },
  });
}
