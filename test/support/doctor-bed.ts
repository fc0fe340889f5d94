/** The doctor between both simulators, in this process or as the built one, and proof that it changed nothing. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import nodeFetch from 'node-fetch';
import { expect } from 'vitest';
import type { Clock } from '../../src/core/ports.js';
import type { CheckResult } from '../../src/doctor/check.js';
import { examine } from '../../src/doctor/examine.js';
import { checkSettings } from '../../src/doctor/settings.js';
import { systemClock } from '../../src/system-clock.js';
import { type BotBedOptions, createBotBed } from './bot-bed.js';
import { createLogBook } from './genesys-bed.js';

const builtDoctor = fileURLToPath(new URL('../../dist/doctor.js', import.meta.url));

const { PATH = '' } = process.env;

type Env = Readonly<Record<string, string>>;

/** What the Web API has that only tells. `apps.connections.open` gives an address, and opens nothing by itself. */
const readingMethods = [
  'auth.test',
  'apps.connections.open',
  'chat.getPermalink',
  'conversations.info',
  'users.info',
  'usergroups.users.list',
];

export async function createDoctorBed(options: BotBedOptions = {}) {
  const bed = await createBotBed(options);
  const { slack, genesys, ada, alerts } = bed;
  const dataDir = await mkdtemp(join(tmpdir(), 'doctor-bed-'));
  const servers: Server[] = [];
  const env: Env = {
    ...bed.env,
    DATA_DIR: dataDir,
    CALL_ALERTS: 'poll',
    PORT: '0',
    ...(options.genesys?.api && { GENESYS_RECORDING_API: options.genesys.api }),
    ...options.env,
  };
  const takeWorld = () => ({
    channels: slack.channels.map((channel) => ({ ...channel, messages: slack.messages(channel.id) })),
    calls: genesys.calls,
    jobs: genesys.jobs,
  });
  let before = takeWorld();
  const listen = async (server: Server): Promise<string> => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    return String((server.address() as AddressInfo).port);
  };

  return {
    slack,
    genesys,
    ada,
    alerts,
    env,
    dataDir,
    /** Somebody else's server, which answers whatever it is told with those words; its port. */
    occupyPort: (words = '') =>
      listen(createServer((socket) => socket.once('data', () => socket.end(words)).on('error', () => {}))),
    /** The root of a Slack whose sockets are at that address, and which is the simulator in all else. */
    async slackWithSocketsAt(url: string): Promise<string> {
      const relay = createHttpServer(
        (request, response) => void passOn(slack.apiUrl, request, response, url),
      );
      return `http://127.0.0.1:${await listen(relay)}/api/`;
    },
    /** In this process. */
    async look(differences: Env = {}, clock: Clock = systemClock): Promise<readonly CheckResult[]> {
      before = takeWorld();
      const { config, results } = checkSettings({ ...env, ...differences });
      const all = [...results];
      if (config === null) return all;
      const deps = { fetch: nodeFetch, clock, random: Math.random, newId: randomUUID };
      for await (const result of examine(config, { ...deps, logger: createLogBook() })) all.push(result);
      return all;
    },
    /** The built one, in an empty folder where no `.env` of the developer's is read. */
    run(differences: Env = {}, args: readonly string[] = [], nodeArgs: readonly string[] = []) {
      before = takeWorld();
      return runDoctor({ ...env, ...differences }, args, nodeArgs);
    },
    /** What holds after every look, however it ends. */
    async expectNothingChanged(): Promise<void> {
      expect([...slack.violations, ...genesys.violations]).toEqual([]);
      for (const entry of slack.journal) {
        expect(entry.kind).toBe('api');
        expect(readingMethods).toContain(entry.kind === 'api' && entry.method);
      }
      expect(takeWorld()).toEqual(before);
      const effects = genesys.journal.filter(({ tookEffect }) => tookEffect);
      expect(effects.map(({ operation }) => operation)).toEqual(effects.map(() => 'token'));
      expect(genesys.count('start')).toBe(0);
    },
    async finish(): Promise<void> {
      for (const server of servers) server.close();
      await bed.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Of one method's answer it says another address. */
async function passOn(apiUrl: string, request: IncomingMessage, response: ServerResponse, socketUrl: string) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { authorization = '', 'content-type': type = '' } = request.headers;
  const answer = await fetch(new URL((request.url ?? '').replace('/api/', ''), apiUrl), {
    method: 'POST',
    headers: { authorization, 'content-type': type },
    body: Buffer.concat(chunks),
  });
  const body = (await answer.json()) as object;
  const headers = {
    'content-type': 'application/json',
    'x-oauth-scopes': answer.headers.get('x-oauth-scopes') ?? '',
  };
  response.writeHead(answer.status, headers);
  response.end(
    JSON.stringify(
      'url' in body && request.url?.endsWith('apps.connections.open') ? { ...body, url: socketUrl } : body,
    ),
  );
}

export type DoctorBed = Awaited<ReturnType<typeof createDoctorBed>>;

export async function runDoctor(env: Env, args: readonly string[] = [], nodeArgs: readonly string[] = []) {
  const cwd = await mkdtemp(join(tmpdir(), 'doctor-run-'));
  const child = spawn(process.execPath, [...nodeArgs, builtDoctor, ...args], {
    cwd,
    env: { PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const left = await readdir(cwd);
  await rm(cwd, { recursive: true });
  return { code, left, ...written };
}

/** Every file in a folder with its bytes and times; `missing` where there is no such folder. */
export async function takeStock(folder: string): Promise<unknown> {
  const names = await readdir(folder).catch(() => null);
  if (names === null) return 'missing';
  return Promise.all(
    names.sort().map(async (name) => {
      const file = join(folder, name);
      const { mode, mtimeMs, size } = await stat(file);
      return { name, mode, mtimeMs, size, bytes: (await readFile(file)).toString('base64') };
    }),
  );
}
