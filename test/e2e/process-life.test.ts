/** The process itself: refused settings, readiness, deadlines, signals, and what it leaves behind. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BotBed, createBotBed, jobOf, labelsOf, type Mode, textOf, until } from '../support/bot-bed.js';

const { PATH = '' } = process.env;
const builtBot = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Runs the bot to its end in an empty folder, where no `.env` of the developer's is read. */
async function runToTheEnd(env: Readonly<Record<string, string>>, nodeArgs: readonly string[] = []) {
  const folder = await mkdtemp(join(tmpdir(), 'bot-settings-'));
  const child = spawn(process.execPath, [...nodeArgs, builtBot], {
    cwd: folder,
    env: { PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 10_000,
    killSignal: 'SIGKILL',
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  await rm(folder, { recursive: true });
  return { code, ...written };
}

/** Has a process name at its end the packages that it has loaded. */
const tellPackages = `data:text/javascript,${encodeURIComponent(`
  import Module from 'node:module';
  process.on('exit', () => process.stdout.write(Object.keys(Module._cache).join('\\n')));
`)}`;

describe('a start with wrong settings', () => {
  it('names every problem at once, shows no secret, and ends with 1', async () => {
    const { code, stdout, stderr } = await runToTheEnd({
      SLACK_BOT_TOKEN: 'xapp-swapped-hush-1',
      SLACK_APP_TOKEN: 'xoxb-swapped-hush-2',
      SLACK_API_URL: 'http://slack.example.test/',
      GENESYS_CLIENT_SECRET: 'hush 3',
      GENESYS_BASE_URL: 'https://apps.mypurecloud.com',
      GENESYS_RECORDING_API: 'bulk',
      CALL_ALERT_CHANNEL: '#call-alerts',
      RECORD_ALLOWED_USERS: 'ada',
      RECORD_MAX_MINUTES: '0',
      DATABASE_URL: 'mysql://bot:hush-4@db.example.test/bot',
      PORT: '70000',
      LOG_LEVEL: 'loud',
    });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    const problems = stderr.split('\n').flatMap((line) => /^[A-Z][A-Z_]+/.exec(line)?.[0] ?? []);
    expect(problems.sort()).toEqual([
      'CALL_ALERT_CHANNEL',
      'DATABASE_URL',
      'GENESYS_BASE_URL',
      'GENESYS_CLIENT_ID',
      'GENESYS_CLIENT_SECRET',
      'GENESYS_RECORDING_API',
      'LOG_LEVEL',
      'PORT',
      'RECORD_ALLOWED_USERS',
      'RECORD_MAX_MINUTES',
      'SLACK_API_URL',
      'SLACK_APP_TOKEN',
      'SLACK_BOT_TOKEN',
    ]);
    expect(stderr).not.toContain('hush');
  });

  it('is refused before the packages are loaded that take their time', async () => {
    const { code, stdout } = await runToTheEnd({}, ['--import', tellPackages]);
    expect(code).toBe(1);
    const packages = new Set(stdout.match(/(?<=node_modules\/)(@[^/]+\/)?[^/]+/g));
    expect([...packages]).toContain('dotenv');
    for (const slow of ['@slack/bolt', 'libsql', 'pg', 'prom-client', 'ws'])
      expect([...packages]).not.toContain(slow);
  });

  it.each([
    ['a certificate that is not there', '?sslrootcert=/hush.pem', /names a file that cannot be read/],
    [
      'a parameter that makes no sense',
      '?uselibpqcompat=true&sslmode=verify-ca',
      /is not one that the database driver can use/,
    ],
  ])('names DATABASE_URL, shows nothing of it, and ends with 1 for %s', async (_, parameters, words) => {
    const { code, stdout, stderr } = await runToTheEnd({
      SLACK_BOT_TOKEN: 'xoxb-1',
      SLACK_APP_TOKEN: 'xapp-1',
      GENESYS_CLIENT_ID: 'id',
      GENESYS_CLIENT_SECRET: 'secret',
      CALL_ALERTS: 'off',
      RECORD_ALLOWED_CHANNELS: '*',
      PORT: '0',
      DATABASE_URL: `postgres://bot:hush@127.0.0.1:1/bot${parameters}`,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
    expect(stderr.split('\n')[0]).toMatch(/^DATABASE_URL /);
    // One sentence and its cure, and no stack.
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
    expect(stdout + stderr).not.toContain('hush');
  });

  it('names what is required when nothing is set', async () => {
    const { code, stderr } = await runToTheEnd({});
    expect(code).toBe(1);
    for (const name of [
      'SLACK_BOT_TOKEN',
      'SLACK_APP_TOKEN',
      'SLACK_SIGNING_SECRET',
      'GENESYS_CLIENT_ID',
      'GENESYS_CLIENT_SECRET',
      'CALL_ALERT_CHANNEL',
      'RECORD_ALLOWED_USERS',
    ]) {
      expect(stderr).toContain(name);
    }
  });
});

describe('the process', () => {
  let bed: BotBed;

  afterEach(() => bed?.finish());

  const readiness = async () => {
    const answer = await fetch(`${bed.bot.url}/readyz`).catch(() => null);
    return { status: answer?.status, text: await answer?.text() };
  };

  describe.each<Mode>(['socket', 'http'])('in %s mode', (mode) => {
    beforeEach(async () => {
      bed = await createBotBed({ mode });
      await bed.start();
    }, 60_000);

    it('ends with 0 on SIGTERM and leaves nothing: no socket, no port, no process', async () => {
      expect(await readiness()).toEqual({ status: 200, text: expect.stringContaining('"ready":true') });
      expect(bed.slack.sockets).toHaveLength(mode === 'socket' ? 2 : 0);
      const { pid, url } = bed.bot;
      process.kill(pid, 'SIGTERM');
      expect(await bed.bot.exited).toEqual({ code: 0, signal: null });
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
      await until(() => expect(bed.slack.sockets).toEqual([]));
      await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    });

    it('is not ready while Slack refuses the bot token, and is again by itself', async () => {
      const room = bed.channel('ops').id;
      bed.slack.refuseToken('bot', 'token_revoked');
      await bed.record(`start ${bed.genesys.startCall().id}`, room);
      await until(async () =>
        expect(await readiness()).toEqual({
          status: 503,
          text: expect.stringContaining('the bot token is refused (token_revoked)'),
        }),
      );
      bed.slack.refuseToken('bot', null);
      await until(async () => expect(await readiness()).toMatchObject({ status: 200 }));
    });

    it('finishes what is in hand before it ends', async () => {
      const room = bed.channel('ops').id;
      const call = bed.genesys.startCall();
      bed.genesys.inject({ on: 'start', fault: { kind: 'slow', ms: 1_500 } });
      await bed.record(`start ${call.id}`, room);
      await until(() => expect(bed.genesys.count('start')).toBe(1));
      process.kill(bed.bot.pid, 'SIGTERM');
      expect((await bed.bot.exited).code).toBe(0);
      const [card] = bed.cards(room);
      expect(card && textOf(card)).toContain(jobOf(bed.genesys, call.id).id);
    });
  });

  describe('at work', () => {
    beforeEach(async () => {
      bed = await createBotBed();
    });

    it('ends with 0 though Genesys does not answer, and the card shows what it was about to do', async () => {
      await bed.start();
      const room = bed.channel('ops').id;
      bed.genesys.inject({ on: 'stop', fault: { kind: 'hang' }, times: 'until-cleared' });
      await bed.record(`start ${bed.genesys.startCall().id} for 1s`, room);
      await until(() => expect(bed.genesys.count('stop')).toBe(1));
      process.kill(bed.bot.pid, 'SIGTERM');
      expect(await bed.bot.exited).toEqual({ code: 0, signal: null });
      await bed.card(room, 'Stopping');
    });

    it('is not ready, and says why, while Genesys gives no token; and is when it does', async () => {
      const healed = bed.genesys.inject({
        on: 'token',
        fault: { kind: 'status', status: 500 },
        times: 'until-cleared',
      });
      await bed.spawn();
      await until(async () =>
        expect(await readiness()).toEqual({
          status: 503,
          text: expect.stringMatching(/"ready":false,"reasons":\["Genesys: [^"]+"\]/),
        }),
      );
      expect((await fetch(`${bed.bot.url}/healthz`)).status).toBe(200);
      healed();
      await bed.bot.ready();
    });

    it('does not start with a bot token that Slack refuses, and names the setting', async () => {
      const bot = await bed.spawn({ SLACK_BOT_TOKEN: 'xoxb-not-the-one' });
      expect(await bot.exited).toEqual({ code: 1, signal: null });
      const log = bot.log().join('\n');
      expect(log).toContain('SLACK_BOT_TOKEN');
      expect(log).not.toContain('not-the-one');
    });

    it('stops a recording when its time is up, and the card and its thread say so', async () => {
      await bed.start();
      const room = bed.channel('ops').id;
      const call = bed.genesys.startCall();
      const askedAt = Date.now();
      await bed.record(`start ${call.id} for 2s`, room);
      const card = await bed.card(room, 'Recording stopped', 'by this bot', 'its time was up');
      expect(labelsOf(card)).toEqual([]);
      const [reply] = await bed.replies(card);
      expect(reply && textOf(reply)).toContain('its time was up');
      const job = jobOf(bed.genesys, call.id);
      expect(job.state).toBe('stopped');
      expect((job.endedAt ?? 0) - askedAt).toBeGreaterThanOrEqual(2_000);
    });
  });
});
