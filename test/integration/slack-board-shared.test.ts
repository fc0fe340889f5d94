/** Several processes on one database, and what a dead one has left. */
import { afterEach, describe, expect, it } from 'vitest';
import { createFastClock } from '../support/core-harness.js';
import { createSlackBed, type SlackBed, type SlackBedOptions, until } from '../support/slack-bed.js';
import { boardBed } from '../support/slack-board-bed.js';

let bed: SlackBed;
async function open(options: SlackBedOptions = {}) {
  bed = await createSlackBed({ start: false, clock: createFastClock(), ...options });
  return { ...boardBed(bed), other: bed.createBoard() };
}
afterEach(async () => {
  expect(bed.slack.violations).toEqual([]);
  await bed.close();
});

describe('a card that two processes know of', () => {
  it('is written by one of them', async () => {
    const { board, other, begin, drawn, slack } = await open();
    const { conversationId } = await begin();
    slack.inject({ method: 'chat.postMessage', fault: { kind: 'slow', ms: 200 } });
    board.redraw(conversationId);
    other.redraw(conversationId);
    await drawn();
    await Promise.all([board.stop(), other.stop()]);
    expect(slack.count('any')).toBe(1);
  });

  it('is left to the other one for as long as it takes, though that be longer than a claim lasts', async () => {
    const { board, other, begin, drawn, slack } = await open();
    const { conversationId } = await begin();
    // 15 seconds by the boards' clock.
    slack.inject({ method: 'chat.postMessage', fault: { kind: 'slow', ms: 1_500 } });
    board.redraw(conversationId);
    await until(() => expect(slack.count('chat.postMessage')).toBe(1));
    other.start();
    await drawn();
    await other.stop();
    expect(slack.count('any')).toBe(1);
  });

  it('is drawn once more, by the one that has it, if the other one finds it taken', async () => {
    const { board, other, begin, change, drawn, slack, posts } = await open();
    const { jobId, conversationId } = await begin();
    slack.inject({ method: 'chat.postMessage', fault: { kind: 'slow', ms: 300 } });
    board.redraw(conversationId);
    await until(() => expect(slack.count('chat.postMessage')).toBe(1));
    await change(jobId, { state: 'stopping' });
    other.redraw(conversationId);
    await other.stop();
    await drawn();
    expect(posts()).toEqual([expect.stringContaining('Stopping…')]);
    expect(slack.count('any')).toBe(2);
  });

  it('is free again at once when it is drawn', async () => {
    const { board, begin, clock, store } = await open();
    const { cardId, conversationId } = await begin();
    board.redraw(conversationId);
    await board.stop();
    expect(await store.claimCard(cardId, 'another', clock.now(), clock.now() + 1)).not.toBeNull();
  });

  it('is left alone while a process that died may still hold it, and then drawn', async () => {
    const { board, begin, drawn, clock, store, slack } = await open();
    const { cardId } = await begin();
    const until = clock.now() + 10_000;
    await store.claimCard(cardId, 'the dead', clock.now(), until);
    board.start();
    await drawn();
    expect(clock.now()).toBeGreaterThanOrEqual(until);
    expect(slack.count('any')).toBe(1);
  });
});

describe('a sweep', () => {
  it('draws what changed while nobody was told', async () => {
    const { board, begin, drawn, posts } = await open();
    board.start();
    await begin();
    await begin();
    await drawn();
    expect(posts()).toHaveLength(2);
  });

  it('sends replies that nobody was told of', async () => {
    const { board, begin, change, drawn, posts } = await open();
    const { jobId } = await begin();
    board.start();
    await drawn();
    await change(jobId, { state: 'ended', finishedAt: 193_000 });
    await drawn();
    expect(posts()).toHaveLength(2);
  });

  it('leaves a job that has just begun to the process that has it in hand', async () => {
    const { board, begin, drawn, clock } = await open();
    const createdAt = clock.now();
    await begin(undefined, undefined, { state: 'starting', createdAt });
    board.start();
    await drawn();
    expect(clock.now() - createdAt).toBeGreaterThanOrEqual(2_000);
  });

  it('does not anticipate a redraw that was asked for later', async () => {
    const { board, begin, drawn, clock } = await open();
    const { conversationId } = await begin();
    const askedAt = clock.now();
    board.redraw(conversationId, 7_000);
    board.start();
    await drawn();
    expect(clock.now() - askedAt).toBeGreaterThanOrEqual(7_000);
  });

  it('goes on when the database was away for a while, and says so once', async () => {
    let left = 3;
    const { board, begin, drawn, logger } = await open({
      store: (store) => ({
        ...store,
        listStaleJobCards: () => {
          left -= 1;
          return left >= 0 ? Promise.reject(new Error('gone')) : store.listStaleJobCards();
        },
      }),
    });
    await begin();
    board.start();
    await until(() => expect(left).toBeLessThan(0));
    await drawn();
    expect(logger.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
      'stale cards could not be looked for; trying again',
    ]);
  });
});
