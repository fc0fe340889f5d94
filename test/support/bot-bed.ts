/** The built bot as a process of its own between both simulators, the people who use it, and what they see. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { Store } from '../../src/core/ports.js';
import { openStore } from '../../src/storage/open-store.js';
import { openPostgres } from '../../src/storage/postgres.js';
import { openSqlite } from '../../src/storage/sqlite.js';
import { type BotExit, type BotProcess, spawnBot, startBot } from '../simulators/bot-process.js';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import type { GenesysSimulator, GenesysSimulatorOptions, SimulatedJob } from '../simulators/genesys/types.js';
import { createSlackSimulator } from '../simulators/slack/simulator.js';
import type {
  EphemeralMessage,
  InteractionResult,
  SimulatedMessage,
  SlackSimulator,
  SlackSimulatorOptions,
} from '../simulators/slack/types.js';
import { createLeapingClock, createLogBook } from './genesys-bed.js';
import { buttonsOf } from './slack-blocks.js';

export type Mode = 'socket' | 'http';

export interface BotBedOptions {
  readonly mode?: Mode;
  /** What differs from the bed's own settings: only Ada may, nothing is polled. */
  readonly env?: Readonly<Record<string, string>>;
  readonly slack?: SlackSimulatorOptions;
  readonly genesys?: GenesysSimulatorOptions;
}

/** Longer than the minute before its end in which a pause is warned of. */
const longAgoMs = 9 * 60_000;

/** Waits for a condition as long as it takes, within reason. */
export const until = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });

/** Raises the bed. The bot is not started yet: see `start` and `spawn`. */
export async function createBotBed(options: BotBedOptions = {}) {
  const slack = await createSlackSimulator(options.slack);
  const genesys = await createGenesysSimulator(options.genesys);
  const folder = await mkdtemp(join(tmpdir(), 'bot-bed-'));
  const logFile = join(folder, 'bot.log');
  const ada = slack.addUser({ name: 'ada' });
  const kim = slack.addUser({ name: 'kim' });
  const channel = (name: string, botIn = true) =>
    slack.addChannel({ name, members: [ada.id, kim.id], botIn });
  const alerts = channel('call-alerts');
  const env = {
    ...settingsFor(slack, genesys, options.mode ?? 'socket'),
    DATA_DIR: folder,
    CALL_ALERT_CHANNEL: alerts.id,
    RECORD_ALLOWED_USERS: ada.id,
    ...options.env,
  };
  let bot: BotProcess | undefined;
  const running = () => {
    if (!bot) throw new Error('The bot has not been started.');
    return bot;
  };
  const meet = async (coming: Promise<BotProcess>) => {
    bot = await coming;
    if (options.mode === 'http') slack.setRequestUrl(`${bot.url}/slack/events`);
    return bot;
  };
  const people = actions(slack, ada.id);
  /** The bot's own books. */
  const withStore = async (work: (store: Store) => Promise<unknown>): Promise<void> => {
    const { DATABASE_URL: databaseUrl } = options.env ?? {};
    const deps = { clock: createLeapingClock(), logger: createLogBook() };
    const store = openStore({ dataDir: folder, databaseUrl }, deps);
    try {
      await work(store);
    } finally {
      await store.close();
    }
  };
  /** What must hold at the end of every story, whatever happened in it. */
  const expectCleanHands = async () => {
    expect([...slack.violations, ...genesys.violations]).toEqual([]);
    // In the public API that path exports, archives and deletes recordings.
    const bulk = genesys.journal.filter(({ path }) => path.startsWith('/api/v2/recording/jobs'));
    if (genesys.api === 'conversations') expect(bulk).toEqual([]);
    const log = await readFile(logFile, 'utf8').catch(() => '');
    for (const secret of [slack.botToken, slack.appToken, slack.signingSecret, genesys.client.clientSecret]) {
      expect(log).not.toContain(secret);
    }
    // Genesys's tokens have 64 characters in the simulator. Beside them the tickets that Slack sends along.
    expect(log).not.toMatch(/(?<![\w-])[\w-]{64}(?![\w-])/);
    expect(log).not.toMatch(/\/(?:commands|actions)\/T\w+\/\d+\/\w+/);
    expect(people.triggerIds.filter((triggerId) => log.includes(triggerId))).toEqual([]);
  };
  const close = async () => {
    await bot?.stop();
    await Promise.all([slack.close(), genesys.close()]);
    await rm(folder, { recursive: true, force: true });
  };

  return {
    ...people,
    slack,
    genesys,
    ada,
    kim,
    alerts,
    channel,
    env,
    get bot() {
      return running();
    },
    /** Starts the bot, also anew after its end: with the same settings and the same data. */
    start: () => meet(startBot({ env, logFile })),
    /** Starts it without waiting until it is ready. */
    spawn: (differences: Readonly<Record<string, string>> = {}) =>
      meet(spawnBot({ env: { ...env, ...differences }, logFile })),
    /**
     * Resolves when the bot has written down which messages it has posted. Slack knows them a moment earlier, and has
     * no way to post a message once only: a crash in that moment posts it again.
     */
    remembered: () =>
      withStore((store) => until(async () => expect(await store.listStaleCards()).toEqual([]))),
    /** How many requests are in the database to which nobody has the answer yet. */
    async owed(): Promise<number> {
      const { DATABASE_URL: databaseUrl } = options.env ?? {};
      const db = databaseUrl
        ? openPostgres({ databaseUrl }, createLogBook())
        : openSqlite({ dataDir: folder });
      try {
        const owed = 'SELECT key FROM deliveries WHERE kind IS NOT NULL AND answered_at IS NULL';
        return (await db.query(owed)).length;
      } finally {
        await db.close();
      }
    },
    /** While the bot is not running: time passes, until every pause has lasted for long and is to end so soon. */
    pauseEndsIn: (ms: number) =>
      withStore(async (store) => {
        const now = Date.now();
        for (const { id } of await store.listUnfinishedJobs()) {
          const pause = { pausedAt: now - longAgoMs, pauseEndsAt: now + ms, retryAt: now + ms };
          await store.changeJob(id, ['paused'], pause, now);
        }
      }),
    /** Ends it as a crash or a power cut does. */
    async kill(): Promise<BotExit> {
      process.kill(running().pid, 'SIGKILL');
      await running().exited;
      return running().stop();
    },
    expectCleanHands,
    close,
    /** For a bed of one story: both, whatever the first comes to. */
    finish: () => expectCleanHands().finally(close),
  };
}

export type BotBed = Awaited<ReturnType<typeof createBotBed>>;

export function settingsFor(
  slack: SlackSimulator,
  genesys: GenesysSimulator,
  mode: Mode,
): Record<string, string> {
  return {
    SLACK_BOT_TOKEN: slack.botToken,
    ...(mode === 'http'
      ? { SLACK_SIGNING_SECRET: slack.signingSecret }
      : { SLACK_APP_TOKEN: slack.appToken }),
    SLACK_API_URL: slack.apiUrl,
    GENESYS_CLIENT_ID: genesys.client.clientId,
    GENESYS_CLIENT_SECRET: genesys.client.clientSecret,
    GENESYS_BASE_URL: genesys.url,
    GENESYS_RECORDING_API: genesys.api,
    CALL_ALERTS: 'off',
    CALL_ALERT_POLL_SECONDS: '1',
    HOST: '127.0.0.1',
    // More than anybody logs in earnest: what must not be in a log must not be in this one either.
    LOG_LEVEL: 'debug',
  };
}

type Shown = SimulatedMessage | EphemeralMessage;

/**
 * What somebody alone was told, but for the sentence about a start whose card was not there within a second
 * (docs/adr/0013): whether a machine is so slow is not what a story is about.
 */
export const withoutLateCards = (answers: readonly EphemeralMessage[]): readonly EphemeralMessage[] =>
  answers.filter(({ text }) => !/^Started `[^`]+`: the call is being recorded\.$/.test(text));

/** What people do, and what they see. Ada does it, where nobody else is named. */
function actions(slack: SlackSimulator, adaId: string) {
  const triggerIds: string[] = [];
  const noted = async (result: Promise<InteractionResult>) => {
    triggerIds.push((await result).triggerId);
    return result;
  };
  const cards = (channelId: string) => slack.messages(channelId).filter(({ threadTs }) => threadTs === null);
  const answers = (channelId: string, userId = adaId) =>
    withoutLateCards(slack.ephemerals(userId, channelId));
  return {
    triggerIds,
    record: (text: string, channelId: string, userId = adaId) =>
      noted(slack.command({ userId, channelId, text })),
    /** Presses the button with that label (the first of them), as it stands there now. */
    press: (message: Shown, label: string, userId = adaId) => {
      const { channelId, ts: messageTs } = message;
      const shown = [...slack.messages(channelId), ...slack.ephemerals(userId, channelId)];
      const button = labelled(
        shown.find(({ ts }) => ts === messageTs),
        label,
      );
      if (!button) throw new Error(`There is no button ${label}.`);
      return noted(slack.click({ userId, channelId, messageTs, actionId: button.actionId }));
    },
    cards,
    /** The card of that call, however many others there are in the channel, once it says all of that. */
    cardOf: (channelId: string, conversationId: string, ...words: readonly string[]) =>
      until(() => {
        const found = cards(channelId).filter((message) => textOf(message).includes(conversationId));
        const [card] = found;
        if (!card) throw new Error('There is no card of that call yet.');
        expect(found).toHaveLength(1);
        for (const word of words) expect(textOf(card)).toContain(word);
        return card;
      }),
    /** The one message of the channel itself, once it is there and says all of that. */
    card: (channelId: string, ...words: readonly string[]): Promise<SimulatedMessage> =>
      until(() => {
        const [message, ...others] = cards(channelId);
        if (!message) throw new Error('There is no card yet.');
        expect(others).toEqual([]);
        for (const word of words) expect(textOf(message)).toContain(word);
        return message;
      }),
    /** The replies in a card's thread, once there are any. */
    replies: (card: SimulatedMessage): Promise<readonly SimulatedMessage[]> =>
      until(() => {
        const replies = slack.messages(card.channelId).filter(({ threadTs }) => threadTs === card.ts);
        expect(replies).not.toEqual([]);
        return replies;
      }),
    answers,
    /** The newest of these answers, once it says all of that. */
    whisper: (channelId: string, words: readonly string[], userId = adaId): Promise<EphemeralMessage> =>
      until(() => {
        const last = answers(channelId, userId).at(-1);
        if (!last) throw new Error('There is no answer yet.');
        for (const word of words) expect(textOf(last)).toContain(word);
        return last;
      }),
  };
}

/** All that stands in a message, buttons included. */
export const textOf = ({ text, blocks }: Pick<Shown, 'text' | 'blocks'>): string =>
  `${text} ${JSON.stringify(blocks)}`;

const labelled = (message: Pick<Shown, 'blocks'> | undefined, label: string) =>
  buttonsOf(message?.blocks).find((button) => button.label === label);

export const labelsOf = ({ blocks }: Pick<Shown, 'blocks'>): readonly string[] =>
  buttonsOf(blocks).map(({ label }) => label);

/** The job id that people read off a card. */
export function jobIdOn(card: Shown): string {
  const [, id] = /Job `([0-9a-f-]{36})`/.exec(textOf(card)) ?? [];
  if (id === undefined) throw new Error('The card shows no job id.');
  return id;
}

/** The newest job of a call at Genesys. */
export function jobOf(genesys: GenesysSimulator, conversationId: string): SimulatedJob {
  const job = genesys.jobs.filter((each) => each.conversationId === conversationId).at(-1);
  if (!job) throw new Error(`Genesys has no job of ${conversationId}.`);
  return job;
}
