import { describe, expect, it } from 'vitest';
import { type Parts, stopInOrder } from '../../src/shutdown.js';
import { createManualClock } from '../support/genesys-bed.js';
import { createLogRecorder } from '../support/slack-bed.js';

/** As `main` gives the process to end. */
const stopWithinMs = 25_000;

function createParts(ends: (part: string) => Promise<void>) {
  const asked: string[] = [];
  const ask = (part: string) => {
    asked.push(part);
    return ends(part);
  };
  const stopping = (part: string) => ({ stop: () => ask(part) });
  const clock = createManualClock();
  const logger = createLogRecorder();
  const parts: Parts = {
    ...{ slack: stopping('slack'), http: stopping('http'), upkeep: stopping('upkeep') },
    ...{ watch: stopping('watch'), board: stopping('board') },
    pace: { leave: () => ask('pace') },
    genesys: { close: () => void asked.push('genesys') },
    store: { close: () => ask('store') },
    ...{ clock, logger },
  };
  return { parts, asked, clock, logger };
}

const order = ['slack', 'http', 'upkeep', 'watch', 'board', 'pace', 'genesys', 'store'];

describe('the end of the process', () => {
  it('takes the parts in order, and waits for nothing else', async () => {
    const { parts, asked, clock, logger } = createParts(() => Promise.resolve());
    await stopInOrder(parts);
    expect(asked).toEqual(order);
    expect(clock.sleepers).toEqual([]);
    expect(logger.lines).toEqual([]);
  });

  it('gives each part its turn before the process is ended, though all of them hang', async () => {
    const { parts, asked, clock, logger } = createParts(() => new Promise(() => undefined));
    const stopped = stopInOrder(parts).then(() => clock.now());
    const since = clock.now();
    await clock.advance(60_000);
    expect((await stopped) - since).toBeLessThan(stopWithinMs);
    expect(asked).toEqual(order);
    expect(logger.lines.map(({ message }) => message)).toEqual(
      Array.from({ length: order.length - 1 }, () => 'did not stop in time, and is left behind'),
    );
  });

  it('goes on after a part that fails, which is logged', async () => {
    const { parts, asked, logger } = createParts((part) =>
      part === 'board' ? Promise.reject(new Error('no')) : Promise.resolve(),
    );
    await stopInOrder(parts);
    expect(asked).toEqual(order);
    expect(logger.lines).toMatchObject([{ level: 'error', message: 'did not stop cleanly' }]);
  });
});
