/** Slack's limits hold for the app in the workspace: several processes on one database divide them. */
import { randomUUID } from 'node:crypto';
import fetch from 'node-fetch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/core/ports.js';
import { CardBoard } from '../../src/slack/board.js';
import { createSlackClients } from '../../src/slack/clients.js';
import { PaceShare, type Sharing } from '../../src/slack/pace-share.js';
import { openStore } from '../../src/storage/open-store.js';
import { createSlackSimulator } from '../simulators/slack/simulator.js';
import { createFastClock } from '../support/core-harness.js';
import { createManualClock } from '../support/genesys-bed.js';
import { describePostgres } from '../support/postgres.js';
import { createLogRecorder, until } from '../support/slack-bed.js';
import { sampleCall } from '../support/store-samples.js';

describePostgres('processes on one database', ({ url, schema, reset }) => {
  let clock: ReturnType<typeof createManualClock>;
  let logger: ReturnType<typeof createLogRecorder>;
  let stores: Store[];
  let shares: PaceShare[];
  beforeEach(async () => {
    await reset();
    clock = createManualClock();
    logger = createLogRecorder();
    shares = [];
    stores = [0, 1].map(() => openStore({ databaseUrl: url, schema, dataDir: '' }, { clock, logger }));
    await stores[0]?.migrate();
  });
  afterEach(async () => {
    await Promise.all(shares.map((share) => share.leave()));
    await Promise.all(stores.map((store) => store.close()));
  });

  const storeOf = (index: number) => stores[index % stores.length] as Store;
  /** Each process with a clock of its own, if one is given: a clock that stands still is as good as a death. */
  const join = async (index: number, own = clock, store = storeOf(index)) => {
    const share = new PaceShare({ store, clock: own, logger, holder: randomUUID() });
    await share.join();
    shares.push(share);
    return share;
  };
  /** Lets seconds pass one by one: `count` processes announce themselves, and each has done so before time goes on. */
  const pass = async (seconds: number, count = 2) => {
    for (let second = 0; second < seconds; second += 1) {
      await clock.advance(1_000);
      await until(() => expect(clock.sleepers).toHaveLength(count));
    }
  };
  const warnings = () => logger.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);

  it('one alone has all of it, bursts too', async () => {
    const share = await join(0);
    expect([share.processes, share.since]).toEqual([1, Number.NEGATIVE_INFINITY]);
  });

  it('one that joins knows of the others before it sends anything, and they learn of it in three seconds', async () => {
    const first = await join(0);
    const second = await join(1);
    expect([second.processes, second.since]).toEqual([2, clock.now()]);
    await pass(3);
    expect(first.processes).toBe(2);
    expect(first.since).toBe(Number.NEGATIVE_INFINITY);
  });

  it('stay for as long as they live', async () => {
    const [first, second] = [await join(0), await join(1)];
    await pass(40);
    expect([first.processes, second.processes]).toEqual([2, 2]);
  });

  it('one that leaves is not counted any more', async () => {
    const [first, second] = [await join(0), await join(1)];
    await second.leave();
    expect(await storeOf(0).countLeases('pace/', clock.now())).toBe(1);
    await pass(3, 1);
    expect(first.processes).toBe(1);
  });

  it('one that died is counted until its lease has ended', async () => {
    const first = await join(0);
    await join(1, createManualClock(clock.now()));
    await pass(9, 1);
    expect(first.processes).toBe(2);
    await pass(3, 1);
    expect(first.processes).toBe(1);
  });

  it('one that alone has something to send learns in a few seconds that it need not share the pace', async () => {
    const [first, second] = [await join(0), await join(1)];
    first.sendsUntil(clock.now() + 60_000);
    await pass(3);
    expect([first.senders, second.senders]).toEqual([2, 2]);
    await pass(2);
    expect([first.senders, second.senders]).toEqual([1, 2]);
    expect([first.processes, second.processes]).toEqual([2, 2]);
  });

  it('one that begins to send keeps to the smallest part until the others know, who learn of it in two seconds', async () => {
    const shares = [await join(0), await join(1), await join(0)];
    const senders = () => shares.map((share) => share.senders);
    shares[0]?.sendsUntil(clock.now() + 60_000);
    await pass(6, 3);
    expect(senders()).toEqual([1, 3, 3]);
    shares[1]?.sendsUntil(clock.now() + 60_000);
    await pass(2, 3);
    expect(senders()).toEqual([2, 3, 3]);
    await pass(1, 3);
    expect(senders()).toEqual([2, 2, 3]);
  });

  it('one that has sent everything leaves the pace to the other, also if it dies', async () => {
    const [first, second] = [await join(0), await join(1)];
    const dying = createManualClock(clock.now());
    const third = await join(1, dying);
    first.sendsUntil(clock.now() + 60_000);
    second.sendsUntil(clock.now() + 6_500);
    third.sendsUntil(clock.now() + 60_000);
    await dying.advance(1_000);
    await until(() => expect(dying.sleepers).toHaveLength(1));
    await pass(6);
    expect([first.senders, second.senders]).toEqual([3, 3]);
    await pass(2);
    expect(first.senders).toBe(2);
    await pass(4);
    expect([first.senders, first.processes]).toEqual([1, 2]);
  });

  it('one that leaves is not counted among those that send', async () => {
    const [first, second] = [await join(0), await join(1)];
    for (const share of [first, second]) share.sendsUntil(clock.now() + 60_000);
    await pass(6);
    expect(first.senders).toBe(2);
    await second.leave();
    expect(await storeOf(0).countLeases('pace-used/', clock.now())).toBe(1);
    await pass(1, 1);
    expect([first.senders, first.processes]).toEqual([1, 1]);
  });

  it('keep to what they knew while the database is away, and say so once', async () => {
    let away = false;
    const store: Store = {
      ...storeOf(0),
      countLeases: (...args) => (away ? Promise.reject(new Error('gone')) : storeOf(0).countLeases(...args)),
    };
    const first = await join(0, clock, store);
    const second = await join(1);
    await pass(3);
    away = true;
    await pass(9);
    expect(first.processes).toBe(2);
    expect(warnings()).toEqual(['the other processes could not be counted; trying again']);
    away = false;
    await second.leave();
    await pass(3, 1);
    expect(first.processes).toBe(1);
  });

  it('joining is refused while the database does not answer', async () => {
    const store = { ...storeOf(0), takeLease: () => Promise.reject(new Error('gone')) };
    const share = new PaceShare({ store, clock, logger, holder: 'x' });
    await expect(share.join()).rejects.toThrow('gone');
    await share.leave();
  });

  describe('with a hundred cards to be redrawn', () => {
    let slack: Awaited<ReturnType<typeof createSlackSimulator>>;
    const boards: CardBoard[] = [];
    const fast = createFastClock(20);
    beforeEach(async () => {
      slack = await createSlackSimulator({
        clock: {
          now: fast.now,
          after: (ms, run) => {
            const timer = setTimeout(run, ms / 20);
            return () => clearTimeout(timer);
          },
        },
      });
    });
    afterEach(async () => {
      await Promise.all(boards.splice(0).map((board) => board.stop()));
      await slack.close();
    });

    const createBoard = (index: number, sharing: Sharing) => {
      const common = { store: storeOf(index), clock: fast, logger, random: Math.random, newId: randomUUID };
      const { botToken, apiUrl } = slack;
      const clients = createSlackClients({ botToken, apiUrl, fetch, clock: fast, logger });
      const board = new CardBoard({ ...common, clients, sharing, isOpenChannel: () => false });
      boards.push(board);
      return board;
    };

    it('two boards stay within Slack’s limit together', async () => {
      const [first, second] = [await join(0), await join(1)];
      await pass(3);
      expect([first.processes, second.processes]).toEqual([2, 2]);
      const pair = [createBoard(0, first), createBoard(1, second)];
      const calls = Array.from({ length: 100 }, () => sampleCall({ conversationId: randomUUID() }));
      const redraw = () =>
        calls.forEach(({ conversationId }, index) => {
          pair[index % 2]?.redraw(conversationId);
        });
      const drawn = () => until(async () => expect(await storeOf(0).listStaleCards()).toEqual([]));
      // Each in a channel of its own: posts have a limit for each channel.
      for (const call of calls) {
        const { id: channelId } = slack.addChannel({ name: call.conversationId.slice(0, 8) });
        await storeOf(0).seeCalls([call], 1_000, { channelId, newId: randomUUID });
      }
      redraw();
      await drawn();
      await storeOf(0).seeCalls(
        calls.map((call) => ({ ...call, agent: 'Ann' })),
        2_000,
      );
      redraw();
      await drawn();
      const updates = slack.journal.filter((entry) => entry.kind === 'api' && entry.method === 'chat.update');
      expect(updates.map((entry) => 'status' in entry && entry.status)).toEqual(calls.map(() => 200));
      expect(slack.violations).toEqual([]);
    });
  });
});
