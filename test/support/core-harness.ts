/** The whole core with its real neighbours: SQLite in a folder of its own, and Genesys over real HTTP. Only Slack is left out. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fetch from 'node-fetch';
import type { AccessPolicy } from '../../src/core/access.js';
import type { Asker } from '../../src/core/answer.js';
import { CallWatch } from '../../src/core/call-watch.js';
import { parseCommand } from '../../src/core/command.js';
import type { Deps } from '../../src/core/deps.js';
import type { Board, Clock, Logger } from '../../src/core/ports.js';
import { RecordingController } from '../../src/core/recording-controller.js';
import { Upkeep } from '../../src/core/upkeep.js';
import { createGenesys } from '../../src/genesys/genesys.js';
import { openStore } from '../../src/storage/open-store.js';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';

export const ada: Asker = { userId: 'UADA', channelId: 'COPS' };
export const sam: Asker = { userId: 'USAM', channelId: 'COPS' };
export const alertChannelId = 'CALERTS';

/** Time that runs ten times as fast, so that nobody waits for timeouts, and that a test can set forward. */
export function createFastClock(): Clock & { jump(ms: number): void } {
  const speed = 10;
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

export interface HarnessOptions {
  readonly access?: AccessPolicy;
  readonly alerts?: boolean;
}

export async function createCoreHarness(options: HarnessOptions = {}) {
  const clock = createFastClock();
  const logger = createLogRecorder();
  const genesys = await createGenesysSimulator({ now: clock.now });
  const dataDir = await mkdtemp(join(tmpdir(), 'core-'));
  const store = await openStore({ dataDir }, { clock, logger });
  await store.migrate();
  const api = createGenesys(
    {
      baseUrl: genesys.url,
      clientId: genesys.client.clientId,
      clientSecret: genesys.client.clientSecret,
      recordingApi: 'recording-jobs',
      timeoutMs: 1_000,
    },
    { fetch, clock, random: Math.random, logger },
  );
  const redrawn: string[] = [];
  const board: Board = { redraw: (conversationId) => void redrawn.push(conversationId) };
  const deps: Deps = {
    recordings: api.recordings,
    calls: api.calls,
    store,
    board,
    clock,
    newId: randomUUID,
    logger,
    recordMaxMs: 4 * 60 * 60_000,
    inFlight: new Set(),
  };
  const watch = new CallWatch(deps, {
    alertChannelId: options.alerts === false ? null : alertChannelId,
    pollMs: 10_000,
  });
  const controller = new RecordingController({
    ...deps,
    access: options.access ?? everybody,
    userGroups: { members: async () => new Set() },
    alerts: () => watch.state,
  });
  return {
    genesys,
    store,
    clock,
    logger,
    redrawn,
    deps,
    watch,
    controller,
    upkeep: new Upkeep(deps),
    /** Types `/record …`. */
    record: (text: string, asker: Asker = ada) => controller.execute(parseCommand(text), asker),
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
    close: async () => {
      await Promise.all([watch.stop(), api.close(), store.close(), genesys.close()]);
      await rm(dataDir, { recursive: true });
    },
  };
}

export type CoreHarness = Awaited<ReturnType<typeof createCoreHarness>>;
