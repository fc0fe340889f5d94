/** The built bot as a process of its own, with nothing changed but its environment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.js';

const builtBot = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** How much of the log is kept for whoever asks why the bot failed. */
const keptLines = 400;

export interface BotOptions {
  /** The bot's settings. `PORT` and `DATA_DIR` are chosen if absent; nothing else is inherited but `PATH`. */
  readonly env: Readonly<Record<string, string>>;
  /** `dist/main.js` by default. */
  readonly entry?: string;
  /** Where its log goes as well. */
  readonly logFile?: string;
  /** How long it may take until `/readyz` answers 200. Default 20,000 ms. */
  readonly readyWithinMs?: number;
  /** How long it may take to end by itself after SIGTERM; then it is killed. Default 15,000 ms. */
  readonly stopWithinMs?: number;
}

export interface BotExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface BotProcess {
  readonly pid: number;
  /** Its HTTP port, as `http://127.0.0.1:port`. */
  readonly url: string;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<BotExit>;
  /** The newest lines of its log, oldest first. */
  log(): readonly string[];
  /** Resolves once `/readyz` answers 200; rejects, with the end of the log, if it ends first or takes too long. */
  ready(): Promise<void>;
  /** SIGTERM, then SIGKILL after the bound. Removes the data folder if it was chosen here. May be called twice. */
  stop(): Promise<BotExit>;
}

/**
 * Starts the bot and waits until it is ready to serve, and has looked at what it may do: a test that counts requests, or
 * makes one fail, means those that come after.
 */
export async function startBot(options: BotOptions): Promise<BotProcess> {
  const bot = await spawnBot(options);
  try {
    await bot.ready();
    await untilLooked(bot);
    return bot;
  } catch (error) {
    await bot.stop();
    throw error;
  }
}

/** Starts the bot without waiting: for tests of a start that must fail. */
export async function spawnBot(options: BotOptions): Promise<BotProcess> {
  const entry = options.entry ?? builtBot;
  if (!existsSync(entry)) throw new Error(`${entry} is not there yet: npm run build makes it.`);
  const port = Number(options.env['PORT'] ?? (await freePort()));
  // An empty folder to run in, so that no `.env` of the developer's slips in.
  const folder = await mkdtemp(join(tmpdir(), 'genesys-record-bot-'));
  const child = spawn(process.execPath, [entry], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', DATA_DIR: folder, ...options.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: Ctrl-C reaches the bot through stop(), in order, and not twice.
    detached: true,
  });
  await once(child, 'spawn');
  return watchBot(child, `http://127.0.0.1:${port}`, folder, options);
}

function watchBot(child: ChildProcess, url: string, folder: string, options: BotOptions): BotProcess {
  const lines = keepLog(child, options.logFile);
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const exited = new Promise<BotExit>((resolve) => {
    // `close` comes after the last line of the log has been read.
    child.once('close', (code, signal) => {
      process.removeListener('exit', killWithUs);
      resolve({ code, signal });
    });
  });
  let stopping: Promise<BotExit> | undefined;
  return {
    pid: child.pid ?? 0,
    url,
    exited,
    log: () => [...lines],
    ready: () => waitUntilReady(url, exited, lines, options.readyWithinMs ?? 20_000),
    stop() {
      stopping ??= endProcess(child, exited, options.stopWithinMs ?? 15_000).finally(() =>
        rm(folder, { recursive: true, force: true }),
      );
      return stopping;
    },
  };
}

function keepLog(child: ChildProcess, logFile: string | undefined): readonly string[] {
  const lines: string[] = [];
  const file = logFile === undefined ? undefined : createWriteStream(logFile, { flags: 'a' });
  child.once('close', () => file?.end());
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      file?.write(`${line}\n`);
    });
  }
  return lines;
}

async function waitUntilReady(
  url: string,
  exited: Promise<BotExit>,
  lines: readonly string[],
  withinMs: number,
): Promise<void> {
  const bound = AbortSignal.timeout(withinMs);
  let ended: BotExit | undefined;
  void exited.then((exit) => {
    ended = exit;
  });
  let last = 'no answer';
  while (!bound.aborted) {
    if (ended) throw new Error(`The bot ended before it was ready (${describeExit(ended)}).\n${tail(lines)}`);
    try {
      const answer = await fetch(`${url}/readyz`, { signal: bound });
      last = `${answer.status} ${await answer.text()}`;
      if (answer.ok) return;
    } catch {
      // Not listening yet.
    }
    await sleep(50);
  }
  throw new Error(`The bot was not ready within ${withinMs} ms: /readyz said ${last}.\n${tail(lines)}`);
}

/** How long the look may take. With Slack or Genesys silent it takes longer, and nobody waits for it. */
const lookWithinMs = 5_000;

/** It says so in its log, if that tells as much. */
async function untilLooked(bot: BotProcess): Promise<void> {
  const endAt = performance.now() + lookWithinMs;
  const hasLooked = () => bot.log().some((line) => line.includes('has looked at what it may do'));
  while (!hasLooked() && performance.now() < endAt) await sleep(20);
}

async function endProcess(child: ChildProcess, exited: Promise<BotExit>, withinMs: number): Promise<BotExit> {
  child.kill('SIGTERM');
  const bound = new AbortController();
  const exit = await Promise.race([
    exited,
    sleep(withinMs, undefined, { signal: bound.signal }).catch(() => undefined),
  ]);
  bound.abort();
  if (exit) return exit;
  child.kill('SIGKILL');
  return exited;
}

export const describeExit = ({ code, signal }: BotExit): string =>
  signal === null ? `exit code ${code}` : `signal ${signal}`;

const tail = (lines: readonly string[]): string =>
  lines.length === 0 ? 'It wrote nothing.' : `Its last lines:\n${lines.slice(-15).join('\n')}`;
