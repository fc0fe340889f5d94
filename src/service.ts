/** The composition root: settings → adapters → core → something that starts and stops. */
import { randomUUID } from 'node:crypto';
import nodeFetch from 'node-fetch';
import type { Config } from './config.js';
import { isOpenChannel } from './core/access.js';
import { CallAlerts } from './core/call-alerts.js';
import { CallWatch, type CallWatchOptions } from './core/call-watch.js';
import type { Deps } from './core/deps.js';
import type { CallEvents, Clock, Logger, NewId, UserGroups } from './core/ports.js';
import { RecordingController } from './core/recording-controller.js';
import { RecordingFollower } from './core/recording-follower.js';
import { Upkeep } from './core/upkeep.js';
import { diagnose } from './doctor/examine.js';
import { createGenesys } from './genesys/genesys.js';
import { createMetrics } from './http/metrics.js';
import { createHttpServer } from './http/server.js';
import { instrumentCommands, instrumentGenesys, instrumentSlack } from './instrument.js';
import { notReady, untilReachable } from './readiness.js';
import { stopInOrder } from './shutdown.js';
import { createSlackApp } from './slack/app.js';
import { CardBoard } from './slack/board.js';
import { createSlackClients, type Fetch } from './slack/clients.js';
import { PaceShare } from './slack/pace-share.js';
import { createUserGroups } from './slack/user-groups.js';
import { openStore } from './storage/open-store.js';
import { systemClock } from './system-clock.js';
import { webhook } from './webhook.js';

/** What a test may replace; everything else is real. */
export interface ServiceDeps {
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly newId?: NewId;
  readonly fetch?: typeof nodeFetch;
}

export interface Service {
  /**
   * Resolves when commands are served. Throws `CONFIG_INVALID` or `SLACK_REFUSED` where an administrator must act first;
   * waits for Slack and the database where they cannot be reached.
   */
  start(): Promise<{ readonly port: number }>;
  /** Takes no new work, finishes what is in hand, releases everything. Never throws. */
  stop(): Promise<void>;
}

export function createService(config: Config, overrides: ServiceDeps): Service {
  const parts = createParts(config, {
    clock: systemClock,
    random: Math.random,
    newId: randomUUID,
    fetch: nodeFetch,
    ...overrides,
  });
  const { store, genesys, pace, board, slack, http, upkeep, watch, logger, clock, stopping } = parts;

  return {
    async start() {
      const { port } = await http.start();
      const patiently = { clock, logger, signal: stopping.signal };
      await untilReachable('the database', () => store.migrate(), patiently);
      // SQLite has one process, and whatever is reserved there was reserved by its predecessor.
      if (!config.storage.databaseUrl) await store.forgetClaims(clock.now());
      await untilReachable('the database', () => pace.join(), patiently);
      parts.booksOpen = true;
      await genesys.ready().catch((error) => logger.error({ err: error }, 'Genesys gives no token'));
      await untilReachable('Slack', () => slack.start(), patiently);
      parts.started = true;
      board.start();
      upkeep.start();
      watch.start();
      logger.info({ port, mode: config.slack.mode.kind, alerts: config.callAlerts.source }, 'serving');
      void parts.diagnose();
      return { port };
    },
    async stop() {
      stopping.abort();
      parts.started = false;
      await stopInOrder(parts);
      logger.info({}, 'stopped');
    },
  };
}

type PartsDeps = Required<ServiceDeps>;

/** Everything that the service consists of, not yet started. */
function createParts(config: Config, deps: PartsDeps) {
  const { logger, clock, random, fetch } = deps;
  const store = openStore(config.storage, { clock, logger });
  const metrics = createMetrics({
    withProcess: true,
    unfinished: async () => (await store.countUnfinishedJobs()).total,
  });
  const genesys = createGenesys(config.genesys, { fetch, clock, random, logger });
  const slackFetch = instrumentSlack(fetch as unknown as Fetch, config.slack.apiUrl, metrics);
  const clients = createSlackClients({ ...config.slack, fetch: slackFetch, clock, logger });
  const isOpen = (channelId: string) => isOpenChannel(config.access, channelId);
  const pace = new PaceShare({ store, clock, logger, holder: deps.newId() });
  const shared = { ...deps, store, clients, isOpenChannel: isOpen, fetch: slackFetch, sharing: pace };
  const board = new CardBoard(shared);
  const stopping = new AbortController();
  const { core, watch, alerts, controller } = createCore(config, {
    ...deps,
    ...instrumentGenesys(genesys, metrics, clock),
    events: genesys.events,
    stopping,
    store,
    board,
    userGroups: createUserGroups({ client: clients.interactive, clock }),
  });
  const execute = instrumentCommands((command, asker) => controller.execute(command, asker), metrics);
  const slack = createSlackApp({ ...shared, config: config.slack, controller: { execute }, board });
  const upkeep = new Upkeep(core);
  const parts = { store, genesys, pace, clients, board, slack, upkeep, watch, logger, clock };
  const state = { ...parts, stopping, started: false, booksOpen: false };
  const http = createHttpServer({
    ...config.http,
    logger,
    metrics,
    ready: () => notReady(state),
    ...(slack.requestListener && { slackEvents: slack.requestListener }),
    ...(config.callAlerts.source === 'webhook' && {
      callAlerts: webhook(config.callAlerts.secret, { ...deps, alerts, state }),
    }),
  });
  const looks = { ...deps, genesys, fetch: slackFetch, signal: stopping.signal };
  return Object.assign(state, { http, diagnose: () => diagnose(config, looks) });
}

type CoreParts = Pick<Deps, 'recordings' | 'calls' | 'store' | 'board'> & {
  readonly userGroups: UserGroups;
  readonly events: (queueIds: readonly string[]) => CallEvents;
  readonly stopping: AbortController;
};

function createCore(config: Config, { userGroups, events, stopping, ...parts }: PartsDeps & CoreParts) {
  const { recordMaxMs, pauseMaxMs } = config.limits;
  const core: Deps = { ...parts, recordMaxMs, pauseMaxMs, inFlight: new Set() };
  const recordings = new RecordingFollower(core);
  const { callAlerts } = config;
  const alerts =
    callAlerts.source === 'off'
      ? null
      : new CallAlerts(core, recordings, { alertChannelId: callAlerts.channelId, signal: stopping.signal });
  const watch = new CallWatch(core, recordings, watchOptions(config, core.newId()), {
    events: callAlerts.source === 'notifications' ? events(config.genesys.queueIds) : null,
    alerts,
  });
  const access = { ...core, access: config.access, userGroups, alerts: () => watch.state };
  return { core, watch, alerts, controller: new RecordingController(access) };
}

/** With events the looks are a safety net: each gap is followed by one at once. */
const safetyLookMs = 5 * 60_000;

function watchOptions({ callAlerts, limits }: Config, holder: string): CallWatchOptions {
  const { reconcileMs } = limits;
  const common = { reconcileMs, holder };
  switch (callAlerts.source) {
    case 'off':
      return { ...common, alertChannelId: null, pollMs: reconcileMs, looksAlert: false };
    case 'poll':
      return { ...common, alertChannelId: callAlerts.channelId, pollMs: callAlerts.pollMs, looksAlert: true };
    case 'notifications':
      return { ...common, alertChannelId: callAlerts.channelId, pollMs: safetyLookMs, looksAlert: true };
    case 'webhook':
      return { ...common, alertChannelId: callAlerts.channelId, pollMs: reconcileMs, looksAlert: false };
  }
}
