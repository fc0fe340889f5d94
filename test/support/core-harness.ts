/** The whole core with its real neighbours: a database, and Genesys over real HTTP. Only Slack is left out. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fetch from 'node-fetch';
import type { AccessPolicy } from '../../src/core/access.js';
import type { Asker } from '../../src/core/answer.js';
import { CallAlerts } from '../../src/core/call-alerts.js';
import { CallWatch } from '../../src/core/call-watch.js';
import { parseCommand } from '../../src/core/command.js';
import type { Deps } from '../../src/core/deps.js';
import type { Board, Clock, Logger } from '../../src/core/ports.js';
import { RecordingController } from '../../src/core/recording-controller.js';
import { RecordingFollower } from '../../src/core/recording-follower.js';
import { Upkeep } from '../../src/core/upkeep.js';
import type { Fetch } from '../../src/genesys/exchange.js';
import { createGenesys } from '../../src/genesys/genesys.js';
import { openStore, type StoreOptions } from '../../src/storage/open-store.js';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import type { GenesysSimulator } from '../simulators/genesys/types.js';

export const ada: Asker = { userId: 'UADA', channelId: 'COPS' };
export const sam: Asker = { userId: 'USAM', channelId: 'COPS' };
export const alertChannelId = 'CALERTS';

export interface FastClock extends Clock {
  /** Sets the time forward. Those who sleep sleep on. */
  jump(ms: number): void;
}

/** Time that runs ten times as fast, so that nobody waits for timeouts, and that a test can set forward. */
export function createFastClock(speed = 10): FastClock {
  const startedAt = Date.now();
  let aheadMs = 0;
  return {
    now: () => startedAt + (Date.now() - startedAt) * speed + aheadMs,
    sleep: (ms, signal) => sleep(ms / speed, undefined, signal && { signal }).catch(() => undefined),
    jump: (ms) => {
      aheadMs += ms;
    },
  };
}

interface LogLine {
  readonly level: keyof Logger;
  readonly message: string;
}

function createLogRecorder(): Logger & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: keyof Logger) => (_fields: object, message: string) => {
    lines.push({ level, message });
  };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

const everybody: AccessPolicy = { users: [], userGroups: [], channels: [], anybody: true };

export interface ProcessOptions {
  readonly access?: AccessPolicy;
  readonly alerts?: boolean;
  readonly recordMaxMs?: number;
  readonly pauseMaxMs?: number;
  readonly reconcileMs?: number;
  /** Between looks at the calls, in milliseconds; default 10 s. */
  readonly pollMs?: number;
  readonly looksAlert?: boolean;
  /** Genesys tells of calls by its notification websocket, besides looking. */
  readonly listens?: boolean;
  /** For each attempt at Genesys, in real milliseconds; default 1,000. */
  readonly timeoutMs?: number;
  /** How the process reaches Genesys. */
  readonly fetch?: Fetch;
  readonly onRedraw?: (conversationId: string, delayMs: number | undefined) => void;
}

/** What several processes of the bot have in common. */
interface World {
  readonly genesys: GenesysSimulator;
  readonly clock: FastClock;
  readonly storage: StoreOptions;
}

/** One process of the bot. */
export async function createCoreProcess({ genesys, clock, storage }: World, options: ProcessOptions = {}) {
  const logger = createLogRecorder();
  const store = await openStore(storage, { clock, logger });
  await store.migrate();
  let alive = true;
  const reach = options.fetch ?? fetch;
  const api = createGenesys(
    {
      baseUrl: genesys.url,
      clientId: genesys.client.clientId,
      clientSecret: genesys.client.clientSecret,
      recordingApi: genesys.api,
      timeoutMs: options.timeoutMs ?? 1_000,
    },
    {
      // The dead ask nothing more.
      fetch: (url, init) => (alive ? reach(url, init) : new Promise(() => undefined)),
      clock,
      random: Math.random,
      logger,
    },
  );
  const redrawn: string[] = [];
  const board: Board = {
    redraw: (conversationId, delayMs) => {
      redrawn.push(conversationId);
      options.onRedraw?.(conversationId, delayMs);
    },
  };
  const deps: Deps = {
    recordings: api.recordings,
    calls: api.calls,
    store,
    board,
    clock,
    newId: randomUUID,
    logger,
    recordMaxMs: options.recordMaxMs ?? 4 * 60 * 60_000,
    pauseMaxMs: options.pauseMaxMs ?? 10 * 60_000,
    inFlight: new Set(),
  };
  const recordings = new RecordingFollower(deps);
  const stopping = new AbortController();
  const alerts = new CallAlerts(deps, recordings, { alertChannelId, signal: stopping.signal });
  const watch = new CallWatch(
    deps,
    recordings,
    {
      alertChannelId: options.alerts === false ? null : alertChannelId,
      pollMs: options.pollMs ?? 10_000,
      looksAlert: options.looksAlert ?? true,
      reconcileMs: options.reconcileMs ?? 30_000,
      holder: randomUUID(),
    },
    { events: options.listens ? api.events([]) : null, alerts },
  );
  const controller = new RecordingController({
    ...deps,
    access: options.access ?? everybody,
    userGroups: { members: async () => new Set() },
    alerts: () => watch.state,
  });
  const upkeep = new Upkeep(deps);
  return {
    genesys,
    store,
    clock,
    logger,
    redrawn,
    deps,
    watch,
    alerts,
    controller,
    upkeep,
    /** One tick of upkeep, and all that it began. */
    tick: async () => {
      await upkeep.tick();
      await upkeep.settled();
    },
    /** One tick of the watch, and the look that it began. */
    watchTick: async () => {
      await watch.tick();
      await watch.settled();
    },
    /** Types `/record …`. */
    record: (text: string, asker: Asker = ada) => controller.execute(parseCommand(text), asker),
    /** Presses *+10 min*. */
    extend: (id: string, asker: Asker = ada) => controller.execute({ name: 'extend', id }, asker),
    /** The job of the conversation, as the store has it. */
    jobOf: async (conversationId: string) => {
      const job = await store.findJobOf(conversationId);
      if (!job) throw new Error(`no job of ${conversationId}`);
      return job;
    },
    /** What the audit says of a job: `action outcome actor`, in order. */
    auditOf: async (jobId: string) =>
      (await store.listAudit(jobId)).map(({ action, outcome, actor }) =>
        [action, outcome, actor.kind === 'person' ? actor.userId : actor.kind].join(' '),
      ),
    /** As `kill -9`: it asks nothing more, writes nothing more, and gives nothing back. */
    kill: () => {
      alive = false;
      stopping.abort();
      api.close();
      return store.close();
    },
    close: async () => {
      stopping.abort();
      if (alive) await watch.stop();
      api.close();
      await store.close();
    },
  };
}

export type CoreProcess = Awaited<ReturnType<typeof createCoreProcess>>;

export interface HarnessOptions extends ProcessOptions {
  readonly clock?: FastClock;
  /** The contract that Genesys speaks; default `recording-jobs`. */
  readonly api?: GenesysSimulator['api'];
}

/** One process with a folder and a Genesys of its own. */
export async function createCoreHarness({ clock = createFastClock(), api, ...options }: HarnessOptions = {}) {
  const genesys = await createGenesysSimulator({ now: clock.now, ...(api && { api }) });
  const dataDir = await mkdtemp(join(tmpdir(), 'core-'));
  const world = { genesys, clock, storage: { dataDir } };
  const first = await createCoreProcess(world, options);
  const processes = [first];
  return {
    ...first,
    /** Another process on the same folder, once the one before it is dead; what that had reserved is void. */
    successor: async (others: ProcessOptions = {}) => {
      const next = await createCoreProcess(world, { ...options, ...others });
      await next.store.forgetClaims(clock.now());
      processes.push(next);
      return next;
    },
    /** As after a crash: nothing is in hand, and what was reserved is not. */
    restart: async () => {
      await first.store.forgetClaims(clock.now());
      await first.tick();
    },
    close: async () => {
      for (const each of processes) await each.close();
      await genesys.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

export type CoreHarness = Awaited<ReturnType<typeof createCoreHarness>>;
