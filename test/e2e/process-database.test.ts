/** The built bot and its database: one process per folder, and a server that goes away and comes back. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BotProcess, spawnBot } from '../simulators/bot-process.js';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import { createSlackSimulator } from '../simulators/slack/simulator.js';
import { withoutLateCards } from '../support/bot-bed.js';
import { describePostgres } from '../support/postgres.js';
import { createTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

const until = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 40_000, interval: 50 });

/** Both simulators, a room with Ada in it, and whatever bots a test starts. */
async function createBed() {
  const slack = await createSlackSimulator();
  const genesys = await createGenesysSimulator();
  const folder = await mkdtemp(join(tmpdir(), 'bot-database-'));
  const ada = slack.addUser({ name: 'ada' }).id;
  const room = slack.addChannel({ name: 'ops', members: [ada], botIn: true }).id;
  const bots: BotProcess[] = [];
  const env = {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    GENESYS_CLIENT_ID: genesys.client.clientId,
    GENESYS_CLIENT_SECRET: genesys.client.clientSecret,
    GENESYS_BASE_URL: genesys.url,
    CALL_ALERTS: 'off',
    HOST: '127.0.0.1',
    RECORD_ALLOWED_USERS: ada,
    DATA_DIR: folder,
  };
  return {
    ...{ slack, genesys, folder },
    spawn: async (settings: Readonly<Record<string, string>> = {}) => {
      const bot = await spawnBot({ env: { ...env, ...settings } });
      bots.push(bot);
      return bot;
    },
    record: (text: string) => slack.command({ userId: ada, channelId: room, text }),
    cards: () => slack.messages(room).filter(({ threadTs }) => threadTs === null),
    whispers: () => withoutLateCards(slack.ephemerals(ada, room)).map((message) => JSON.stringify(message)),
    async close() {
      await Promise.all(bots.map((bot) => bot.stop()));
      await Promise.all([slack.close(), genesys.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Bed = Awaited<ReturnType<typeof createBed>>;

async function readiness({ url }: BotProcess) {
  const answer = await fetch(`${url}/readyz`);
  return { status: answer.status, body: (await answer.json()) as { reasons: string[] } };
}

/** A start that works from the command to the card. */
async function startsRecording(bed: Bed): Promise<void> {
  const call = bed.genesys.startCall();
  const cardsBefore = bed.cards().length;
  expect(await bed.record(`start ${call.id}`)).toMatchObject({ acked: true });
  await until(() => {
    const [job, ...others] = bed.genesys.jobs.filter((each) => each.conversationId === call.id);
    expect(others).toEqual([]);
    expect(bed.cards()).toHaveLength(cardsBefore + 1);
    expect(JSON.stringify(bed.cards().at(-1))).toContain(job?.id ?? 'no job yet');
  });
}

describe('a folder of SQLite', () => {
  let bed: Bed;

  beforeEach(async () => {
    bed = await createBed();
  });
  afterEach(() => bed.close());

  it('has one process: a second one ends with 1 and says why, and the first works on', async () => {
    const first = await bed.spawn();
    await first.ready();
    const second = await bed.spawn();
    expect(await second.exited).toEqual({ code: 1, signal: null });
    const said = second.log().join('\n');
    expect(said).toContain(`DATA_DIR: another process of the bot uses ${bed.folder}.`);
    expect(said).toContain('Run one process per folder, or set DATABASE_URL');
    await startsRecording(bed);
  });

  it('is free at once when its process was killed', async () => {
    const first = await bed.spawn();
    await first.ready();
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    const second = await bed.spawn();
    await second.ready();
    await startsRecording(bed);
  });
});

describePostgres('a Postgres that goes away', ({ url, schema, reset, run }) => {
  let bed: Bed;
  let proxy: TcpProxy;
  let databaseUrl: string;

  beforeEach(async () => {
    await reset();
    const behindProxy = new URL(url);
    proxy = await createTcpProxy({ host: behindProxy.hostname, port: Number(behindProxy.port || 5432) });
    behindProxy.host = `127.0.0.1:${proxy.port}`;
    behindProxy.searchParams.set('options', `-c search_path=${schema}`);
    databaseUrl = behindProxy.href;
    bed = await createBed();
  });
  afterEach(async () => {
    // A bot stops in order only with its database.
    proxy.restore();
    await bed.close();
    await proxy.close();
  });

  it.each(['cut', 'silence'] as const)(
    'is said by the readiness and to whoever asks (%s), starts nothing, and is served again when it is back',
    async (how) => {
      const bot = await bed.spawn({ DATABASE_URL: databaseUrl });
      await bot.ready();
      await startsRecording(bed);

      proxy[how]();
      await until(async () => {
        const { status, body } = await readiness(bot);
        expect(status).toBe(503);
        expect(body.reasons.join()).toMatch(how === 'cut' ? /^Database: The/ : /Database|readiness/);
      });
      const call = bed.genesys.startCall();
      expect(await bed.record(`start ${call.id}`)).toMatchObject({ acked: true });
      await until(() => {
        expect(bed.whispers()).toEqual([
          expect.stringMatching(/The (database cannot be reached|connection to the database was lost)\./),
        ]);
      });
      expect(bed.genesys.jobs.filter((job) => job.conversationId === call.id)).toEqual([]);
      expect((await fetch(`${bot.url}/healthz`)).status).toBe(200);

      proxy.restore();
      await until(async () => expect(await readiness(bot)).toMatchObject({ status: 200 }));
      await startsRecording(bed);
      expect(await run(`SELECT state FROM ${schema}.jobs`)).toEqual([
        { state: 'recording' },
        { state: 'recording' },
      ]);
    },
    120_000,
  );

  it('is waited for when the bot starts, which then serves', async () => {
    proxy.cut();
    const bot = await bed.spawn({ DATABASE_URL: databaseUrl });
    await until(async () => {
      const { status, body } = await readiness(bot);
      expect(status).toBe(503);
      expect(body.reasons.join()).toContain('Database: The database cannot be reached.');
    });
    await until(() => expect(bot.log().join()).toContain('the database cannot be reached yet; trying again'));
    proxy.restore();
    await bot.ready();
    await startsRecording(bed);
  }, 60_000);
});
