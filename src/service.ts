/** The composition root: settings → adapters → core → something that starts and stops. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import nodeFetch from 'node-fetch';
import type { Config } from './config.js';
import { isOpenChannel } from './core/access.js';
import { CallWatch, type CallWatchOptions } from './core/call-watch.js';
import type { Deps } from './core/deps.js';
import { RecordError } from './core/errors.js';
import type { Clock, Logger, NewId, UserGroups } from './core/ports.js';
import { RecordingController } from './core/recording-controller.js';
import { Upkeep } from './core/upkeep.js';
import { createGenesys } from './genesys/genesys.js';
import { createMetrics } from './http/metrics.js';
import { createHttpServer } from './http/server.js';
import { instrumentCommands, instrumentGenesys, instrumentSlack } from './instrument.js';
import { createSlackApp } from './slack/app.js';
import { CardBoard } from './slack/board.js';
import { createSlackClients, type Fetch } from './slack/clients.js';
import { PaceShare } from './slack/pace-share.js';
import { createUserGroups } from './slack/user-groups.js';
import { openStore } from './storage/open-store.js';

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

/** Between attempts to reach Slack or the database at the start, in milliseconds. */
const reachRetryMs = 2_000;

const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => delay(ms, undefined, signal && { signal }).catch(() => undefined),
};

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
      await genesys.ready().catch((error) => logger.error({ err: error }, 'Genesys gives no token'));
      await untilReachable('Slack', () => slack.start(), patiently);
      parts.started = true;
      board.start();
      upkeep.start();
      watch.start();
      logger.info({ port, mode: config.slack.mode.kind, alerts: config.callAlerts.source }, 'serving');
      return { port };
    },
    async stop() {
      stopping.abort();
      parts.started = false;
      const quietly = (name: string, work: Promise<unknown>) =>
        work.catch((error: unknown) => logger.error({ err: error, part: name }, 'did not stop cleanly'));
      await quietly('slack', slack.stop());
      await Promise.all([quietly('upkeep', upkeep.stop()), quietly('watch', watch.stop())]);
      await quietly('board', board.stop());
      await quietly('pace', pace.leave());
      await quietly('http', http.stop());
      genesys.close();
      await quietly('store', store.close());
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
    unfinished: () => store.countUnfinishedJobs(),
  });
  const genesys = createGenesys(config.genesys, { fetch, clock, random, logger });
  const slackFetch = instrumentSlack(fetch as unknown as Fetch, config.slack.apiUrl, metrics);
  const clients = createSlackClients({ ...config.slack, fetch: slackFetch, clock, logger });
  const isOpen = (channelId: string) => isOpenChannel(config.access, channelId);
  const pace = new PaceShare({ store, clock, logger, holder: deps.newId() });
  const shared = { ...deps, store, clients, isOpenChannel: isOpen, fetch: slackFetch, sharing: pace };
  const board = new CardBoard(shared);
  const { core, watch, controller } = createCore(config, {
    ...deps,
    ...instrumentGenesys(genesys, metrics, clock),
    store,
    board,
    userGroups: createUserGroups({ client: clients.interactive, clock }),
  });
  const execute = instrumentCommands((command, asker) => controller.execute(command, asker), metrics);
  const slack = createSlackApp({ ...shared, config: config.slack, controller: { execute }, board });
  const parts = {
    store,
    genesys,
    pace,
    clients,
    board,
    slack,
    upkeep: new Upkeep(core),
    watch,
    logger,
    clock,
  };
  const state = { ...parts, stopping: new AbortController(), started: false };
  const http = createHttpServer({
    ...config.http,
    logger,
    metrics,
    ready: () => notReady(state),
    ...(slack.requestListener && { slackEvents: slack.requestListener }),
  });
  return Object.assign(state, { http });
}

type CoreParts = Pick<Deps, 'recordings' | 'calls' | 'store' | 'board'> & { readonly userGroups: UserGroups };

function createCore(config: Config, { userGroups, ...parts }: PartsDeps & CoreParts) {
  const core: Deps = { ...parts, recordMaxMs: config.limits.recordMaxMs, inFlight: new Set() };
  const watch = new CallWatch(core, watchOptions(config, core.newId()));
  const alerts = () => watch.state;
  const controller = new RecordingController({ ...core, access: config.access, userGroups, alerts });
  return { core, watch, controller };
}

function watchOptions({ callAlerts, limits }: Config, holder: string): CallWatchOptions {
  const { reconcileMs } = limits;
  return callAlerts.source === 'off'
    ? { alertChannelId: null, pollMs: reconcileMs, reconcileMs, holder }
    : { alertChannelId: callAlerts.channelId, pollMs: callAlerts.pollMs, reconcileMs, holder };
}

/** Why commands cannot be served now, a sentence each; empty when they can. */
async function notReady(parts: {
  readonly started: boolean;
  readonly slack: { notReady(): string[] };
  readonly clients: { notReady(): string[] };
  readonly store: { ping(): Promise<void> };
  readonly genesys: { ready(): Promise<void> };
}): Promise<string[]> {
  const reasonOf = (name: string, check: Promise<void>) =>
    check.then(
      () => [],
      (error: unknown) => [`${name}: ${error instanceof Error ? error.message : String(error)}`],
    );
  const reasons = await Promise.all([
    parts.started ? [] : ['The bot is starting or stopping'],
    parts.slack.notReady(),
    parts.clients.notReady(),
    reasonOf('Database', parts.store.ping()),
    reasonOf('Genesys', parts.genesys.ready()),
  ]);
  return reasons.flat();
}

/** A neighbour being down is no reason to end: whoever restarts the bot then would only have to do it again. */
async function untilReachable(
  name: string,
  attempt: () => Promise<void>,
  { clock, logger, signal }: { clock: Clock; logger: Logger; signal: AbortSignal },
): Promise<void> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RecordError) || error.code !== 'UNAVAILABLE' || signal.aborted) throw error;
      logger.warn({ err: error }, `${name} cannot be reached yet; trying again`);
      await clock.sleep(reachRetryMs, signal);
    }
  }
}
