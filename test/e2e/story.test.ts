/** The demo as its users run it: a process, its output, its exit code, and nothing left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { raiseStage } from '../simulators/stage.js';
import { playStory } from '../simulators/story.js';

const demo = fileURLToPath(new URL('../simulators/demo.ts', import.meta.url));
const within = { timeout: 20_000, interval: 50 };

let folder: string;
let running: Set<ChildProcess>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-test-'));
  running = new Set();
});

afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** The demo, with a folder of its own for whatever it leaves in the temporary one. */
function run(...args: string[]) {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', demo, ...args], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  running.add(child);
  return { child, exit, output: () => output, errors: () => errors };
}

const lives = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const tsxCache = /^tsx-/;
const leftBehind = async () => (await readdir(folder)).filter((name) => !tsxCache.test(name));

const startAndStop = [
  /Bot +is ready, as process \d+/,
  /Genesys +\+442079460142 calls Billing/,
  /Ada +types \/record calls/,
  /#call-alerts/,
  /Ada +presses \[Start recording\]/,
  /\[Stop\]/,
  /Ada +presses \[Stop\]/,
  /in its thread/,
];

const stories = [
  { api: 'recording-jobs', inOrder: [...startAndStop, /Genesys +job [0-9a-f-]{36} is stopped/] },
  {
    api: 'conversations',
    inOrder: [
      ...startAndStop,
      /Genesys +the snippet has ended/,
      /Genesys +\+4930231250 calls Retention.*the policy records it/,
      /Ada +presses \[Pause\]/,
      /PAUSED – nothing is being recorded/,
      /Ada +presses \[Resume\]/,
      /\[Pause\]/,
    ],
  },
];

describe('the story', { timeout: 90_000 }, () => {
  it.each(stories)(
    'of $api holds, is told in order, and leaves nothing running',
    async ({ api, inOrder }) => {
      const story = run('--story', '--wait', '1', '--api', api);
      expect(await story.exit, story.output() + story.errors()).toBe(0);

      const told = story.output();
      expect(told.trimEnd()).toMatch(/The story holds\.$/);
      let from = 0;
      for (const line of inOrder) {
        const at = told.slice(from).search(line);
        expect(at, `${line} comes next in\n${told}`).toBeGreaterThanOrEqual(0);
        from += at;
      }
      expect(lives(Number(/as process (\d+)/.exec(told)?.[1]))).toBe(false);
      expect(await leftBehind()).toEqual([]);
    },
  );

  it('says what failed, and ends, when Genesys refuses', async () => {
    const stage = await raiseStage({ population: false });
    const lines: string[] = [];
    try {
      await stage.bot.ready();
      stage.genesys.inject({ on: 'start', fault: { kind: 'status', status: 403 }, times: 'until-cleared' });
      const holds = await playStory({
        stage,
        waitMs: 0,
        stepWithinMs: 4_000,
        write: (line) => lines.push(line),
      });
      expect(holds).toBe(false);
      expect(lines.at(-1)).toContain('The story does not hold. Not within 4 s: Genesys records the call.');
    } finally {
      await stage.close();
    }
  });
});

describe('the demo', { timeout: 90_000 }, () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'serves its page until %s, then ends with 0 and leaves nothing',
    async (signal) => {
      const { child, exit, output, errors } = run(...(signal === 'SIGTERM' ? ['--http'] : []));
      const url = await addressIn(output);
      expect(await (await fetch(url)).text()).toContain('<div id="root">');
      const bot = await botOf(url);
      expect(lives(bot)).toBe(true);

      child.kill(signal);
      expect(await exit, errors()).toBe(0);
      expect(lives(bot)).toBe(false);
      expect(await leftBehind()).toEqual([]);
      expect(output().trimEnd().split('\n')).toHaveLength(2);
    },
  );

  it.each([
    [['--api', 'bulk'], '--api takes recording-jobs or conversations.'],
    [['--alerts', 'pigeons'], '--alerts takes poll, notifications, webhook.'],
    [['--alerts', 'notifications'], '--alerts notifications takes --api conversations'],
  ])('refuses %j, and says what it takes', async (args, says) => {
    const { exit, errors } = run(...args);
    expect(await exit).toBe(1);
    expect(errors()).toContain(says);
    expect(await leftBehind()).toEqual([]);
  });

  it('says so, with the end of its log, and fails when the bot dies', async () => {
    const { exit, output, errors } = run();
    const bot = await botOf(await addressIn(output));
    process.kill(bot, 'SIGKILL');
    expect(await exit).toBe(1);
    expect(errors()).toMatch(/The bot has ended by itself \(signal SIGKILL\)\. Its last lines:\n.+/);
    expect(await leftBehind()).toEqual([]);
  });

  it('ends when it is interrupted before the bot is ready', async () => {
    const { child, exit, errors } = run('--story');
    await expect.poll(async () => (await leftBehind()).length, within).toBeGreaterThan(0);
    child.kill('SIGINT');
    await Promise.race([exit, sleep(20_000)]);
    expect(child.exitCode, errors()).toBe(1);
    expect(await leftBehind()).toEqual([]);
  });
});

async function addressIn(output: () => string): Promise<string> {
  await expect.poll(output, within).toMatch(/http:\S+/);
  return /http:\S+/.exec(output())?.[0] ?? '';
}

/** The bot's process id, as the page is told. */
async function botOf(url: string): Promise<number> {
  const response = await fetch(`${url}events`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = (await reader?.read())?.value ?? '';
  await reader?.cancel();
  return Number(/"detail":"Process (\d+)"/.exec(first)?.[1]);
}
