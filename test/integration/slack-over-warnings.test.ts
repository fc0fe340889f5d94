/** Warnings whose time is over lose their buttons, clicked or not, whichever process is there to see to it. */
import { afterEach, expect, it } from 'vitest';
import type { SimulatedMessage, SlackFault } from '../simulators/slack/types.js';
import { createFastClock } from '../support/core-harness.js';
import { createSlackBed, type SlackBed, type SlackBedOptions, until } from '../support/slack-bed.js';
import { buttonsOf, wordsOf } from '../support/slack-blocks.js';
import { boardBed, stopped } from '../support/slack-board-bed.js';
import { sampleAudit } from '../support/store-samples.js';

let bed: SlackBed;
afterEach(async () => {
  expect(bed.slack.violations).toEqual([]);
  await bed.close();
});

/** A recording whose thread has been warned of its end; nobody sweeps yet. */
async function openWarned(options: SlackBedOptions = {}) {
  bed = await createSlackBed({ start: false, clock: createFastClock(), ...options });
  const opened = boardBed(bed);
  const { store, board, clock, slack, ops, begin, drawn } = opened;
  const deadlineAt = clock.now() + 3_600_000;
  const { jobId, conversationId, cardId } = await begin(undefined, undefined, { deadlineAt });
  board.redraw(conversationId);
  await drawn();
  await store.warnOfDeadlines(deadlineAt - 1, 60_000);
  board.redraw(conversationId);
  await drawn();
  const shown = (): SimulatedMessage => {
    const warning = slack.messages(ops.id).find((message) => wordsOf(message).includes(':alarm_clock:'));
    if (!warning) throw new Error('no warning');
    return warning;
  };
  expect(buttonsOf(shown().blocks)).toHaveLength(2);
  slack.resetJournal();
  const extend = () => {
    const actor = { kind: 'person', userId: 'USAM' } as const;
    const audit = sampleAudit({ action: 'extend', outcome: 'done', jobId, actor });
    return store.changeJob(jobId, ['recording'], { deadlineAt: deadlineAt + 600_000 }, 193_000, audit);
  };
  return {
    ...opened,
    jobId,
    conversationId,
    cardId,
    shown,
    extend,
    updatesOf: ({ ts }: SimulatedMessage) =>
      slack.journal.filter(
        (entry) => entry.kind === 'api' && entry.method === 'chat.update' && entry.args['ts'] === ts,
      ).length,
    closed: () => until(async () => expect(await store.listOverWarnings()).toEqual([])),
  };
}

it('a warning of a recording that was stopped loses its buttons', async () => {
  const { board, change, jobId, shown, closed, updatesOf } = await openWarned();
  await change(jobId, stopped);
  board.start();
  await closed();
  expect(buttonsOf(shown().blocks)).toEqual([]);
  expect(wordsOf(shown())).toContain('It was to end <!date^');
  expect(updatesOf(shown())).toBe(1);
});

it('a warning of a recording that was given more time says by whom, and until when', async () => {
  const { board, extend, shown, closed } = await openWarned();
  await extend();
  board.start();
  await closed();
  expect(buttonsOf(shown().blocks)).toEqual([]);
  expect(wordsOf(shown())).toContain('Extended by <@USAM> to <!date^');
});

it('a warning keeps its buttons as long as its recording runs to that end, and while that is being stopped', async () => {
  const { board, other, change, jobId, conversationId, drawn, shown, updatesOf } = await withOther();
  board.start();
  other.start();
  await change(jobId, { state: 'stopping' });
  board.redraw(conversationId);
  await drawn();
  await Promise.all([board.stop(), other.stop()]);
  expect(buttonsOf(shown().blocks)).toHaveLength(2);
  expect(updatesOf(shown())).toBe(0);
});

async function withOther(options: SlackBedOptions = {}) {
  const opened = await openWarned(options);
  return { ...opened, other: bed.createBoard() };
}

it('one of two processes redraws it', async () => {
  const { board, other, change, jobId, shown, closed, updatesOf, slack } = await withOther();
  slack.inject({ method: 'chat.update', fault: { kind: 'slow', ms: 100 }, times: 2 });
  await change(jobId, stopped);
  board.start();
  other.start();
  await closed();
  await Promise.all([board.stop(), other.stop()]);
  expect(updatesOf(shown())).toBe(1);
});

it('the next process redraws it when the first has died before it could', async () => {
  const { board, other, change, jobId, shown, closed, slack } = await withOther();
  const healed = slack.inject({
    method: 'chat.update',
    fault: { kind: 'status', status: 503 },
    times: 'until-cleared',
  });
  await change(jobId, stopped);
  board.start();
  await until(() => expect(slack.count('chat.update')).toBeGreaterThan(1));
  await board.stop();
  expect(buttonsOf(shown().blocks)).toHaveLength(2);
  healed();
  other.start();
  await closed();
  expect(buttonsOf(shown().blocks)).toEqual([]);
});

it.each<[string, SlackFault]>([
  ['a 500', { kind: 'status', status: 500 }],
  ['a rate limit', { kind: 'ratelimited', retryAfter: 1 }],
  ['a lost answer', { kind: 'cut-after' }],
])('it is redrawn after %s', async (_, fault) => {
  const { board, extend, drawn, conversationId, shown, closed, slack } = await openWarned();
  await extend();
  board.redraw(conversationId);
  await drawn();
  slack.inject({ method: 'chat.update', fault });
  board.start();
  await closed();
  expect(buttonsOf(shown().blocks)).toEqual([]);
});

it('one that a click has answered while it waited is not redrawn over that', async () => {
  const { board, extend, drawn, conversationId, shown, updatesOf, slack, store } = await openWarned();
  await extend();
  board.redraw(conversationId);
  await drawn();
  slack.inject({ method: 'chat.update', fault: { kind: 'ratelimited', retryAfter: 2 } });
  board.start();
  await until(() => expect(updatesOf(shown())).toBe(1));
  const [warning] = await store.listOverWarnings();
  await store.forgetReply(warning?.id ?? '');
  await board.stop();
  expect(updatesOf(shown())).toBe(1);
});

it('one that somebody deleted is let be, and its card stays', async () => {
  const { board, change, jobId, shown, closed, drawn, slack, ops, logger } = await openWarned();
  slack.deleteMessage(ops.id, shown().ts);
  await change(jobId, stopped);
  board.start();
  await closed();
  await drawn();
  expect(logger.lines).toContainEqual(
    expect.objectContaining({ level: 'info', message: 'a warning keeps its buttons' }),
  );
  const said = slack.messages(ops.id).map(wordsOf);
  expect(said).toEqual([
    expect.stringContaining('Recording stopped'),
    expect.stringContaining('Recording stopped'),
  ]);
});

it('one that was not sent before its recording ended is never sent, and nothing is left of it', async () => {
  bed = await createSlackBed({ start: false, clock: createFastClock() });
  const { store, board, clock, begin, change, drawn, posts } = boardBed(bed);
  const deadlineAt = clock.now() + 3_600_000;
  const { jobId, conversationId } = await begin(undefined, undefined, { deadlineAt });
  board.redraw(conversationId);
  await drawn();
  await store.warnOfDeadlines(deadlineAt - 1, 60_000);
  await change(jobId, stopped);
  board.redraw(conversationId);
  await drawn();
  expect(posts().join()).not.toContain('ends in a minute');
  expect(await store.listOverWarnings()).toEqual([]);
});

it('one whose post was never confirmed is looked for, and then loses its buttons too', async () => {
  bed = await createSlackBed({
    start: false,
    clock: createFastClock(),
    simulator: {
      scopes: ['commands', 'chat:write', 'usergroups:read', 'channels:history', 'groups:history'],
    },
  });
  const { store, board, clock, begin, change, drawn, slack, ops, createBoard } = boardBed(bed);
  const deadlineAt = clock.now() + 3_600_000;
  const { jobId, conversationId } = await begin(undefined, undefined, { deadlineAt });
  board.redraw(conversationId);
  await drawn();
  await store.warnOfDeadlines(deadlineAt - 1, 60_000);
  slack.inject({ method: 'chat.postMessage', fault: { kind: 'cut-after' } });
  slack.inject({ method: 'conversations.replies', fault: { kind: 'status', status: 503 }, times: 50 });
  board.redraw(conversationId);
  await until(() => expect(slack.messages(ops.id)).toHaveLength(2));
  await board.stop();
  slack.clearFaults();
  await change(jobId, stopped);
  createBoard().start();
  await drawn();
  await until(async () => expect(await store.listOverWarnings()).toEqual([]));
  const warning = slack.messages(ops.id).filter((message) => wordsOf(message).includes(':alarm_clock:'));
  expect(warning.map(({ blocks }) => buttonsOf(blocks))).toEqual([[]]);
});
