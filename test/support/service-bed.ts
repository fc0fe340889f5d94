/** The whole bot between both simulators, all of them on one clock that is set by hand. Requests and sockets are real. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import nodeFetch from 'node-fetch';
import { readConfig } from '../../src/config.js';
import { createService, type ServiceDeps } from '../../src/service.js';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import { createSlackSimulator } from '../simulators/slack/simulator.js';
import type { SimulatorClock } from '../simulators/slack/types.js';
import { settingsFor } from './bot-bed.js';
import { createLogBook, createManualClock, type ManualClock } from './genesys-bed.js';

/** How finely time goes on: what is asked meanwhile is answered before the next step. In milliseconds. */
const stepMs = 500;
/** Looks in a row that find nothing under way, in real milliseconds each. */
const calmLooks = 3;
const lookMs = 2;

export async function createServiceBed(env: Readonly<Record<string, string>>) {
  const clock = createManualClock();
  const slack = await createSlackSimulator({ clock: forSimulator(clock) });
  const genesys = await createGenesysSimulator({
    api: 'conversations',
    now: clock.now,
    sleep: clock.sleep,
  });
  const folder = await mkdtemp(join(tmpdir(), 'service-'));
  const alerts = slack.addChannel({ name: 'call-alerts', botIn: true }).id;
  const { fetch, underWay } = countRequests();
  const config = readConfig({
    ...settingsFor(slack, genesys, 'http'),
    ...{ CALL_ALERT_CHANNEL: alerts, RECORD_ALLOWED_CHANNELS: '*', DATA_DIR: folder, PORT: '0', ...env },
  });
  const logger = createLogBook();
  const service = createService(config, { clock, logger, random: () => 1, fetch });

  /** Nothing is under way any more: what follows waits for the clock. */
  const quiet = async (): Promise<void> => {
    for (let calm = 0; calm < calmLooks; calm = underWay() === 0 ? calm + 1 : 0) await sleep(lookMs);
  };
  const step = async (): Promise<void> => {
    await clock.advance(stepMs);
    await quiet();
  };
  /** Lets time pass in steps until that is so. Throws what is not so when more than `ms` would have to pass. */
  const within = async (ms: number, check: () => void): Promise<void> => {
    const endAt = clock.now() + ms;
    for (;;) {
      try {
        return check();
      } catch (error) {
        if (clock.now() + stepMs > endAt) throw error;
      }
      await step();
    }
  };
  /** Time goes on until it has settled: some of it waits for the clock. */
  const whileTimePasses = async <T>(work: Promise<T>): Promise<T> => {
    let settled = false;
    const done = work.finally(() => {
      settled = true;
    });
    done.catch(() => undefined);
    while (!settled) await step();
    return done;
  };
  return {
    clock,
    slack,
    genesys,
    logger,
    within,
    /** Lets so much time pass, in milliseconds. */
    async pass(ms: number): Promise<void> {
      for (const endAt = clock.now() + ms; clock.now() < endAt; ) await step();
    },
    /** The messages of the alert channel itself, with all that stands in them. */
    cards: () =>
      slack
        .messages(alerts)
        .filter(({ threadTs }) => threadTs === null)
        .map(({ text, blocks }) => `${text} ${JSON.stringify(blocks)}`),
    start: () => whileTimePasses(service.start()),
    async close(): Promise<void> {
      await whileTimePasses(service.stop());
      await Promise.all([slack.close(), genesys.close()]);
      await rm(folder, { recursive: true });
    },
  };
}

export type ServiceBed = Awaited<ReturnType<typeof createServiceBed>>;

const forSimulator = (clock: ManualClock): SimulatorClock => ({
  now: clock.now,
  after(ms, run) {
    const cancel = new AbortController();
    void clock.sleep(ms, cancel.signal).then(() => {
      if (!cancel.signal.aborted) run();
    });
    return () => cancel.abort();
  },
});

function countRequests() {
  let count = 0;
  const fetch: NonNullable<ServiceDeps['fetch']> = async (url, init) => {
    count += 1;
    try {
      return await nodeFetch(url, init);
    } finally {
      count -= 1;
    }
  };
  return { fetch: Object.assign(fetch, nodeFetch), underWay: () => count };
}
