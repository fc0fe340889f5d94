/** The Slack adapter with its real neighbours: Bolt, core, SQLite, and both platforms over real HTTP and sockets. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fetch from 'node-fetch';
import { expect, vi } from 'vitest';
import type { AccessPolicy } from '../../src/core/access.js';
import { isOpenChannel } from '../../src/core/access.js';
import type { Deps } from '../../src/core/deps.js';
import type { Clock, Logger, Store } from '../../src/core/ports.js';
import { RecordingController } from '../../src/core/recording-controller.js';
import { createGenesys } from '../../src/genesys/genesys.js';
import { createSlackApp, type SlackApp, type SlackConfig } from '../../src/slack/app.js';
import { CardBoard } from '../../src/slack/board.js';
import { createSlackClients, type Fetch } from '../../src/slack/clients.js';
import { alone } from '../../src/slack/pace-share.js';
import type { ListenerDeps } from '../../src/slack/requests.js';
import { openStore } from '../../src/storage/open-store.js';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import type { GenesysSimulator } from '../simulators/genesys/types.js';
import { createSlackSimulator } from '../simulators/slack/simulator.js';
import type { SlackSimulatorOptions } from '../simulators/slack/types.js';
import { buttonsOf } from './slack-blocks.js';

export const realClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => sleep(ms, undefined, signal && { signal }).catch(() => undefined),
};

interface LogLine {
  readonly level: keyof Logger;
  readonly fields: { readonly err?: unknown; readonly reference?: unknown };
  readonly message: string;
}

export function createLogRecorder(): Logger & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: keyof Logger) => (fields: object, message: string) => {
    lines.push({ level, fields: { ...fields }, message });
  };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Waits for a condition as long as it takes, within reason. */
export const until = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 20_000, interval: 10 });

const everybody: AccessPolicy = { users: [], userGroups: [], channels: [], anybody: true };

export interface SlackBedOptions {
  readonly mode?: 'socket' | 'http';
  readonly access?: AccessPolicy;
  readonly simulator?: SlackSimulatorOptions;
  /** The contract that Genesys keeps; default `recording-jobs`. */
  readonly api?: GenesysSimulator['api'];
  readonly clock?: Clock;
  readonly store?: (store: Store) => Store;
  readonly controller?: (controller: RecordingController) => ListenerDeps['controller'];
  /** Default true. */
  readonly start?: boolean;
  /** How the Slack app reaches Slack; everything else does so directly. */
  readonly fetch?: Fetch;
  readonly tokens?: { readonly bot?: string; readonly app?: string };
}

export async function createSlackBed(options: SlackBedOptions = {}) {
  const slack = await createSlackSimulator(options.simulator);
  const genesys = await createGenesysSimulator(options.api === undefined ? {} : { api: options.api });
  const clock = options.clock ?? realClock;
  const logger = createLogRecorder();
  const dataDir = await mkdtemp(join(tmpdir(), 'slack-'));
  const opened = await openStore({ dataDir }, { clock, logger });
  await opened.migrate();
  const store = options.store?.(opened) ?? opened;
  const { clientId, clientSecret } = genesys.client;
  const api = createGenesys(
    { baseUrl: genesys.url, clientId, clientSecret, recordingApi: genesys.api },
    { fetch, clock, random: Math.random, logger },
  );
  const access = options.access ?? everybody;
  const config = configOf(slack, options);
  const clients = createSlackClients({
    botToken: config.botToken,
    apiUrl: slack.apiUrl,
    fetch,
    clock,
    logger,
  });
  const common = {
    store,
    clock,
    logger,
    random: Math.random,
    newId: randomUUID,
    sharing: alone,
    isOpenChannel: (channelId: string) => isOpenChannel(access, channelId),
  };
  const boards: CardBoard[] = [];
  /** As another process would have one. */
  const createBoard = () => {
    const created = new CardBoard({ ...common, clients });
    boards.push(created);
    return created;
  };
  const board = createBoard();
  const deps: Deps = {
    recordings: api.recordings,
    calls: api.calls,
    store,
    board,
    clock,
    newId: randomUUID,
    logger,
    recordMaxMs: 4 * 60 * 60_000,
    pauseMaxMs: 10 * 60_000,
    inFlight: new Set(),
  };
  const controller = new RecordingController({
    ...deps,
    access,
    userGroups: { members: async () => new Set() },
    alerts: () => null,
  });
  const app = createSlackApp({
    ...common,
    config,
    clients,
    sharing: alone,
    controller: options.controller?.(controller) ?? controller,
    board,
    fetch: options.fetch ?? fetch,
  });
  const server = await listen(app);
  if (server) slack.setRequestUrl(`http://127.0.0.1:${portOf(server)}/slack/events`);
  const ada = slack.addUser({ name: 'ada' });
  const sam = slack.addUser({ name: 'sam' });
  const ops = slack.addChannel({ name: 'ops', members: [ada.id, sam.id] });
  const quality = slack.addChannel({ name: 'quality', members: [ada.id, sam.id], botIn: false });
  if (options.start !== false) await app.start();

  const record = (text: string, channelId = ops.id, userId = ada.id) =>
    slack.command({ userId, channelId, text });
  return {
    slack,
    genesys,
    store,
    clock,
    logger,
    board,
    createBoard,
    clients,
    app,
    deps,
    ada,
    sam,
    ops,
    quality,
    record,
    requestUrl: server && `http://127.0.0.1:${portOf(server)}`,
    /** Presses the button with that label on that message. */
    press: (channelId: string, messageTs: string, label: string, userId = ada.id) => {
      const shown = [...slack.messages(channelId), ...slack.ephemerals(userId, channelId)];
      const message = shown.find(({ ts }) => ts === messageTs);
      const button = buttonsOf(message?.blocks).find((each) => each.label === label);
      if (!button) throw new Error(`no button ${label} there`);
      return slack.click({ userId, channelId, messageTs, actionId: button.actionId });
    },
    /** The only message of the channel itself, once it is there and says that. */
    card: (channelId: string, words: string) =>
      until(() => {
        const messages = slack.messages(channelId).filter(({ threadTs }) => threadTs === null);
        expect(messages.map(({ blocks }) => JSON.stringify(blocks))).toEqual([
          expect.stringContaining(words),
        ]);
        const [message] = messages;
        if (!message) throw new Error('no message');
        return message;
      }),
    /** The newest message that this user alone sees, once it says that. */
    whisper: (channelId: string, userId: string, words: string) =>
      until(() => {
        const last = slack.ephemerals(userId, channelId).at(-1);
        expect(JSON.stringify(last?.blocks)).toContain(words);
        if (!last) throw new Error('no message');
        return last;
      }),
    close: async () => {
      await app.stop();
      await Promise.all(boards.map((each) => each.stop()));
      server?.closeAllConnections();
      server?.close();
      await Promise.all([api.close(), opened.close(), slack.close(), genesys.close()]);
      await rm(dataDir, { recursive: true });
    },
  };
}

export type SlackBed = Awaited<ReturnType<typeof createSlackBed>>;

function configOf(
  slack: Awaited<ReturnType<typeof createSlackSimulator>>,
  { mode, tokens }: SlackBedOptions,
): SlackConfig {
  return {
    botToken: tokens?.bot ?? slack.botToken,
    apiUrl: slack.apiUrl,
    mode:
      mode === 'http'
        ? { kind: 'http', signingSecret: slack.signingSecret }
        : { kind: 'socket', appToken: tokens?.app ?? slack.appToken },
  };
}

async function listen({ requestListener }: SlackApp): Promise<Server | null> {
  if (!requestListener) return null;
  const server = createServer(requestListener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
