import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { CallDirectory, CallEvents, Clock, Logger, RecordingApi } from '../core/ports.js';
import { createClient, type GenesysClient } from './client.js';
import { createConversations } from './conversations.js';
import { readEndpoints } from './endpoints.js';
import type { Fetch } from './exchange.js';
import { createNotifications } from './notifications.js';
import { RateBudget } from './rate-budget.js';
import { createRecordingJobs } from './recording-jobs.js';
import { Secrets } from './secrets.js';
import { TokenCache } from './token-cache.js';
import { createTokenRequest } from './token-request.js';
import { type OpenSocket, openWebSocket } from './web-socket.js';

export interface GenesysConfig {
  readonly baseUrl: string;
  /** Derived from the base URL, if not given. */
  readonly loginUrl?: string | undefined;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The contract to speak. */
  readonly recordingApi: 'recording-jobs' | 'conversations';
  /** For each attempt; default 10 s. */
  readonly timeoutMs?: number;
  /** For one request with all its attempts and waits; default 30 s. */
  readonly budgetMs?: number;
  /** Default 300, which Genesys allows one token. */
  readonly requestsPerMinute?: number;
}

export interface GenesysDeps {
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly logger: Logger;
  /** For call events; over the network, if not given. */
  readonly openSocket?: OpenSocket;
}

export interface Genesys {
  readonly recordings: RecordingApi;
  readonly calls: CallDirectory;
  /** Of calls in these queues; of all that the OAuth client can see, if none are named. */
  events(queueIds: readonly string[]): CallEvents;
  /** For requests that no port covers: the doctor's. */
  readonly client: GenesysClient;
  /** Resolves when a token is at hand; rejects with what stands in the way. */
  ready(): Promise<void>;
  /** Ends every connection; requests under way fail. */
  close(): void;
}

/** Each adapter of a contract gives both sides of it. */
const contracts = {
  'recording-jobs': { create: createRecordingJobs, credentialsIn: 'form' },
  conversations: { create: createConversations, credentialsIn: 'header' },
} as const;

export function createGenesys(config: GenesysConfig, deps: GenesysDeps): Genesys {
  const { clock, logger } = deps;
  // 5 requests a second on average: connections beyond this are a burst, and wait their turn.
  const connections = { keepAlive: true, maxSockets: 100, maxFreeSockets: 10 };
  const agents = { http: new HttpAgent(connections), https: new HttpsAgent(connections) };
  const { baseUrl, loginUrl } = readEndpoints(config.baseUrl, config.loginUrl);
  const { clientId, clientSecret, timeoutMs = 10_000, budgetMs = 30_000 } = config;
  const secrets = new Secrets(clientId, clientSecret);
  const shared = { ...deps, agents, secrets, userAgent: 'genesys-record-bot', timeoutMs, budgetMs };
  const contract = contracts[config.recordingApi];
  const { credentialsIn } = contract;
  const mint = createTokenRequest({ ...shared, loginUrl, clientId, clientSecret, credentialsIn });
  const tokens = new TokenCache({ mint, clock });
  const rateBudget = new RateBudget(clock, config.requestsPerMinute);
  const client = createClient({ ...shared, tokens, rateBudget, baseUrl });
  const api = contract.create({ client, clock, logger });
  return {
    recordings: api,
    calls: api,
    events: (queueIds) =>
      createNotifications({ openSocket: openWebSocket, ...deps, client, tokens, baseUrl, queueIds }),
    client,
    async ready() {
      await tokens.get();
    },
    close() {
      tokens.close();
      rateBudget.close();
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}
