import { afterEach, describe, expect, it } from 'vitest';
import { RecordError } from '../../src/core/errors.js';
import type { Store } from '../../src/core/ports.js';
import type { SlackFault } from '../simulators/slack/types.js';
import { createFastClock } from '../support/core-harness.js';
import {
  createSlackBed,
  realClock,
  type SlackBed,
  type SlackBedOptions,
  until,
} from '../support/slack-bed.js';
import { wordsOf } from '../support/slack-blocks.js';
import { boardBed, stopped } from '../support/slack-board-bed.js';

let bed: SlackBed;
afterEach(async () => {
  expect(bed.slack.violations).toEqual([]);
  await bed.close();
});

async function open(options: SlackBedOptions = {}) {
  bed = await createSlackBed({ start: false, ...options });
  return boardBed(bed);
}

describe('a card', () => {
  it('is posted once, however often it is asked for', async () => {
    const { board, begin, drawn, slack } = await open();
    const { conversationId } = await begin();
    for (let asked = 0; asked < 50; asked += 1) board.redraw(conversationId, asked % 3);
    await drawn();
    expect(slack.count('any')).toBe(1);
  });

  it('asked for soon and now, is drawn now, and not once more later', async () => {
    const { board, begin, drawn, slack } = await open();
    const { conversationId } = await begin();
    board.redraw(conversationId, 60_000);
    board.redraw(conversationId);
    await drawn();
    expect(slack.count('any')).toBe(1);
  });

  it('asked for later only, is drawn then', async () => {
    const { board, begin, drawn, clock, slack } = await open({ clock: createFastClock() });
    const { conversationId } = await begin();
    const askedAt = clock.now();
    board.redraw(conversationId, 500);
    await drawn();
    const [post] = slack.journal;
    expect(post && clock.now() - askedAt).toBeGreaterThanOrEqual(500);
  });

  it('asked for soon and much later, is drawn soon', async () => {
    const { board, begin, drawn } = await open({ clock: createFastClock() });
    const { conversationId } = await begin();
    board.redraw(conversationId, 500);
    board.redraw(conversationId, 3_600_000);
    await drawn();
  });

  it('shows the newest rows, and its outcome in the thread', async () => {
    const { board, begin, change, drawn, slack, ops } = await open();
    const { jobId, conversationId } = await begin();
    board.redraw(conversationId);
    await drawn();
    await change(jobId, { ...stopped, stopReason: 'resolved' });
    board.redraw(conversationId);
    await drawn();
    const [card, reply] = slack.messages(ops.id);
    expect(card?.versions).toHaveLength(2);
    expect(card && wordsOf(card)).toContain('*Recording stopped*');
    expect(reply?.threadTs).toBe(card?.ts);
    expect(reply && wordsOf(reply)).toContain('Stopped after 3 min 12 s by <@USAM>');
    expect(slack.messages(ops.id)).toHaveLength(2);
  });

  it('that changes while it is being sent is drawn once more', async () => {
    const { board, begin, change, drawn, slack, posts } = await open();
    const { jobId, conversationId } = await begin();
    slack.inject({ method: 'chat.postMessage', fault: { kind: 'slow', ms: 300 } });
    board.redraw(conversationId);
    await until(() => expect(slack.count('chat.postMessage')).toBe(1));
    await change(jobId, { state: 'stopping' });
    board.redraw(conversationId);
    await drawn();
    expect(posts()).toEqual([expect.stringContaining('Stopping…')]);
    expect(slack.count('any')).toBe(2);
  });

  it('of a recording for which Genesys has just been asked waits for the answer, whatever else happens', async () => {
    const since = Date.now();
    const clock = { ...realClock, now: () => since };
    const { board, begin, change, drawn, posts, slack } = await open({ clock });
    const { jobId, conversationId } = await begin(undefined, undefined, {
      state: 'starting',
      createdAt: since,
    });
    board.redraw(conversationId);
    const other = await begin();
    board.redraw(other.conversationId);
    await until(() => expect(posts()).toEqual([expect.stringContaining(other.conversationId)]));
    await change(jobId, { state: 'recording' }, since);
    board.redraw(conversationId);
    await drawn();
    expect(slack.count('any')).toBe(2);
  });

  it('being sent when Genesys is asked for a recording waits for the answer, too', async () => {
    const since = Date.now();
    const clock = { ...realClock, now: () => since };
    const { board, announce, begin, change, drawn, posts, slack } = await open({ clock });
    slack.inject({ method: 'chat.postMessage', fault: { kind: 'slow', ms: 300 } });
    const [id = ''] = await announce(1);
    board.redraw(id);
    await until(() => expect(slack.count('chat.postMessage')).toBe(1));
    const { jobId } = await begin(undefined, id, { state: 'starting', createdAt: since });
    const other = await begin();
    await until(() => expect(posts()).toHaveLength(1));
    board.redraw(other.conversationId);
    await until(() => expect(posts()).toHaveLength(2));
    expect(slack.count('any')).toBe(2);
    await change(jobId, { state: 'recording' }, since);
    board.redraw(id);
    await drawn();
    expect(slack.count('any')).toBe(4);
  });

  it('of a recording for which Genesys takes its time says so after half a second', async () => {
    const clock = createFastClock();
    const { board, begin, drawn, posts, slack } = await open({ clock });
    const createdAt = clock.now();
    const { conversationId } = await begin(undefined, undefined, { state: 'starting', createdAt });
    board.redraw(conversationId);
    await drawn();
    expect(posts()).toEqual([expect.stringContaining('Starting…')]);
    const [post] = slack.journal;
    expect(post && clock.now() - createdAt).toBeGreaterThanOrEqual(500);
  });

  it('of a recording that must wait for Genesys says why at once', async () => {
    const since = Date.now();
    const { board, begin, change, drawn, posts } = await open({ clock: { ...realClock, now: () => since } });
    const { jobId, conversationId } = await begin(undefined, undefined, {
      state: 'starting',
      createdAt: since,
    });
    const failure = {
      code: 'RATE_LIMITED',
      message: 'Genesys is busy.',
      cure: null,
      reference: null,
    } as const;
    await change(jobId, { failure }, since);
    board.redraw(conversationId);
    await drawn();
    expect(posts()).toEqual([expect.stringContaining('Genesys is busy.')]);
  });

  it('is known to be drawn as soon as it is, by whoever waits for it', async () => {
    const { board, begin, ops } = await open();
    const { conversationId } = await begin();
    const waiting = [1, 2].map(() => board.shows(conversationId, ops.id, 3_600_000));
    board.redraw(conversationId);
    expect(await Promise.all(waiting)).toEqual([true, true]);
  });

  it('is known not to be drawn in time, unless another process has drawn it', async () => {
    const { board, createBoard, begin, drawn, ops } = await open();
    const { conversationId } = await begin();
    expect(await board.shows(conversationId, ops.id, 10)).toBe(false);
    const shown = board.shows(conversationId, ops.id, 2_000);
    createBoard().redraw(conversationId);
    await drawn();
    expect(await shown).toBe(true);
  });

  it('left stale by an earlier process is drawn at the start', async () => {
    const { board, begin, drawn, posts } = await open();
    await begin();
    await begin();
    board.start();
    await drawn();
    expect(posts()).toHaveLength(2);
  });

  it('is drawn before the process ends', async () => {
    const { board, begin, slack } = await open();
    const { conversationId } = await begin();
    slack.inject({ method: 'chat.postMessage', fault: { kind: 'slow', ms: 300 } });
    board.redraw(conversationId);
    await board.stop();
    expect(await bed.store.listStaleCards()).toEqual([]);
  });

  it('keeps no process that has nothing left to draw', async () => {
    const { board, begin, drawn } = await open({
      clock: { now: Date.now, sleep: (_ms, signal) => realClock.sleep(3_600_000, signal) },
    });
    const { conversationId } = await begin();
    board.redraw(conversationId);
    await drawn();
    await board.stop();
  });

  it('that cannot be drawn before the process ends stays stale for the next', async () => {
    const { board, begin, slack } = await open({ clock: createFastClock() });
    const { conversationId } = await begin();
    slack.inject({
      method: 'chat.postMessage',
      fault: { kind: 'status', status: 503 },
      times: 'until-cleared',
    });
    board.redraw(conversationId);
    await until(() => expect(slack.count('any')).toBeGreaterThan(0));
    await board.stop();
    expect(await bed.store.listStaleCards()).toHaveLength(1);
  });

  it('masks the caller, except where everybody is permitted', async () => {
    const { board, announce, drawn, posts, ops, quality, slack } = await open({
      access: { users: [], userGroups: [], channels: ['COPEN'], anybody: false },
    });
    slack.addChannel({ id: 'COPEN', name: 'open' });
    slack.invite(quality.id);
    await announce(1, ops.id);
    await announce(1, 'COPEN');
    board.start();
    await drawn();
    expect(posts(ops.id)).toEqual([expect.stringContaining('Caller •••123')]);
    expect(posts('COPEN')).toEqual([expect.stringContaining('Caller +4930123')]);
  });
});

describe('when Slack fails, a card', () => {
  const passing: readonly [string, SlackFault][] = [
    ['a 500', { kind: 'status', status: 500 }],
    ['a lost connection', { kind: 'cut-before' }],
    ['an internal error', { kind: 'error', code: 'internal_error' }],
    ['a rate limit', { kind: 'ratelimited', retryAfter: 1 }],
    ['a refused token', { kind: 'error', code: 'token_revoked' }],
  ];
  it.each(passing)('is posted after %s', async (_, fault) => {
    const { board, begin, drawn, slack, posts } = await open();
    const { conversationId } = await begin();
    slack.inject({ method: 'chat.postMessage', fault });
    board.redraw(conversationId);
    await drawn();
    expect(posts()).toHaveLength(1);
    expect(slack.count('chat.postMessage')).toBe(2);
  });

  it.each(passing)('is updated after %s', async (_, fault) => {
    const { board, begin, change, drawn, slack, posts } = await open();
    const { jobId, conversationId } = await begin();
    board.redraw(conversationId);
    await drawn();
    slack.inject({ method: 'chat.update', fault });
    await change(jobId, stopped);
    board.redraw(conversationId);
    await drawn();
    expect(posts()).toEqual([expect.stringContaining('stopped'), expect.stringContaining('stopped')]);
  });

  it.each(passing)('gets its reply after %s, once', async (_, fault) => {
    const { board, begin, change, drawn, slack, posts } = await open();
    const { jobId, conversationId } = await begin();
    board.redraw(conversationId);
    await drawn();
    slack.inject({ method: 'chat.postMessage', fault });
    await change(jobId, stopped);
    board.redraw(conversationId);
    await drawn();
    expect(posts()).toHaveLength(2);
  });

  it('waits as long as it is told to, and then shows what is newest', async () => {
    const { board, begin, change, drawn, slack, posts } = await open();
    const { jobId, conversationId } = await begin();
    slack.inject({ method: 'chat.postMessage', fault: { kind: 'ratelimited', retryAfter: 1 } });
    board.redraw(conversationId);
    await until(() => expect(slack.count('chat.postMessage')).toBe(1));
    await change(jobId, { state: 'stopping' });
    board.redraw(conversationId);
    await drawn();
    expect(posts()).toEqual([expect.stringContaining('Stopping…')]);
    const [refused, taken, ...others] = slack.journal.map(({ at }) => at);
    expect(others).toEqual([]);
    expect((taken ?? 0) - (refused ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  it('is shown as plain text if its blocks are not taken', async () => {
    const { board, begin, drawn, slack, ops, logger } = await open();
    const { conversationId } = await begin();
    slack.inject({ method: 'chat.postMessage', fault: { kind: 'error', code: 'invalid_blocks' } });
    board.redraw(conversationId);
    await drawn();
    expect(slack.messages(ops.id)).toMatchObject([
      { text: expect.stringContaining('Recording: job'), blocks: [] },
    ]);
    expect(logger.lines.map(({ level }) => level)).toContain('error');
  });

  it('that is not taken at all is given up, and that is logged as an error', async () => {
    const { board, begin, drawn, slack, logger } = await open();
    const { conversationId } = await begin();
    slack.inject({
      method: 'chat.postMessage',
      fault: { kind: 'error', code: 'invalid_arguments' },
      times: 2,
    });
    board.redraw(conversationId);
    await drawn();
    expect(slack.count('any')).toBe(2);
    expect(logger.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'Slack does not take a card' }),
    );
  });
});

describe('what Slack refuses with a word that the bot does not know', () => {
  const unheardOf = { method: 'chat.update', fault: { kind: 'error', code: 'unheard_of' } } as const;
  const openDrawn = async (options: SlackBedOptions = {}) => {
    const opened = await open(options);
    const begun = await opened.begin();
    opened.board.redraw(begun.conversationId);
    await opened.drawn();
    return { ...opened, ...begun };
  };
  const refusals = () =>
    bed.logger.lines.filter(({ message }) => message.startsWith('Slack does not take a'));

  it('is kept, and drawn when it changes, and the log says so once', async () => {
    const { board, jobId, conversationId, change, drawn, slack, posts } = await openDrawn();
    const clear = slack.inject({ ...unheardOf, times: 'until-cleared' });
    await change(jobId, { state: 'stopping' });
    board.redraw(conversationId);
    await until(() => expect(refusals()).toMatchObject([{ level: 'error' }]));
    await change(jobId, { state: 'recording' });
    board.redraw(conversationId);
    await until(() => expect(slack.count('chat.update')).toBe(4));
    expect(refusals()).toHaveLength(1);
    clear();
    await change(jobId, { state: 'stopping' });
    board.redraw(conversationId);
    await drawn();
    expect(posts()).toEqual([expect.stringContaining('Stopping…')]);
  });

  it('is left alone for a while, and then tried again', async () => {
    const clock = createFastClock();
    const { board, jobId, conversationId, change, drawn, slack, posts } = await openDrawn({ clock });
    slack.inject({ ...unheardOf, times: 2 });
    await change(jobId, { state: 'stopping' });
    board.redraw(conversationId);
    await until(() => expect(refusals()).toHaveLength(1));
    const since = clock.now();
    board.start();
    // Three sweeps.
    await until(() => expect(clock.now() - since).toBeGreaterThan(10_000));
    expect(slack.count('chat.update')).toBe(2);
    clock.jump(30_000);
    await drawn();
    expect(posts()).toEqual([expect.stringContaining('Stopping…')]);
  });

  it('does not keep its thread from telling the outcome', async () => {
    const { board, jobId, conversationId, change, slack, posts } = await openDrawn();
    slack.inject({ ...unheardOf, times: 'until-cleared' });
    await change(jobId, stopped);
    board.redraw(conversationId);
    await until(() =>
      expect(posts()).toEqual([expect.stringContaining('*Recording*'), expect.stringContaining('stopped')]),
    );
    expect(slack.count('chat.update')).toBe(2);
  });

  it('holds up no other, however many of them there are', async () => {
    const { board, announce, store, slack } = await open();
    await announce(20);
    // As if they stood there already.
    for (const { card, conversation } of await store.listStaleCards()) {
      await store.cardDrawn(card.id, `1.${card.id}`, conversation.version);
    }
    const open20 = await store.listOpenConversations();
    const [last = ''] = await announce(1);
    board.redraw(last);
    await until(async () => expect(await store.listStaleCards()).toEqual([]));
    slack.inject({ ...unheardOf, times: 40 });
    await store.endCalls(
      open20.map(({ id }) => id),
      2_000,
    );
    for (const { id } of open20) board.redraw(id);
    await until(() => expect(refusals()).toHaveLength(20));
    await store.endCalls([last], 3_000);
    board.redraw(last);
    await until(async () => expect(await store.listStaleCards(last)).toEqual([]));
  });
});

describe('a reply that Slack does not take', () => {
  it.each(['invalid_arguments', 'restricted_action', 'unheard_of'])(
    'is left out alone (%s): its card stays, and is kept up to date',
    async (code) => {
      const { board, begin, change, drawn, slack, ops, store, logger } = await open();
      const { jobId, conversationId } = await begin();
      board.redraw(conversationId);
      await drawn();
      slack.inject({ method: 'chat.postMessage', fault: { kind: 'error', code }, times: 2 });
      await change(jobId, stopped);
      board.redraw(conversationId);
      await drawn();
      const [card, ...others] = slack.messages(ops.id);
      expect(others).toEqual([]);
      expect(card && wordsOf(card)).toContain('*Recording stopped*');
      expect(await store.findCard(ops.id, card?.ts ?? '')).not.toBeNull();
      expect(logger.lines).toContainEqual(
        expect.objectContaining({ message: 'Slack does not take a reply; its card stays' }),
      );
    },
  );
});

describe('a card that waits because Slack was away', () => {
  /** Pauses of more than a second have no end, unless they are called off; those of five are the end of the process. */
  const isLong = (ms: number) => ms > 1_000 && ms < 5_000;
  const clock = {
    ...realClock,
    sleep: (ms: number, signal?: AbortSignal) => realClock.sleep(isLong(ms) ? 3_600_000 : ms / 50, signal),
  };
  const failing = (attempts: number, last = () => Promise.resolve()) => {
    let left = attempts;
    const store = (real: Store): Store => ({
      ...real,
      claimCard: async (...args) => {
        left -= 1;
        const still = left;
        if (still === 0) await last();
        if (still >= 0) throw new Error('away');
        return real.claimCard(...args);
      },
    });
    return { store, failed: () => left <= 0 };
  };
  const said = (times: number) =>
    until(() =>
      expect(
        bed.logger.lines.filter(({ message }) => message === 'a card could not be drawn; trying again'),
      ).toHaveLength(times),
    );

  it('is drawn as soon as something new happens', async () => {
    const { board, begin, change, drawn, posts } = await open({ clock, store: failing(2).store });
    const { jobId, conversationId } = await begin();
    board.redraw(conversationId);
    await said(2);
    await change(jobId, { state: 'stopping' });
    board.redraw(conversationId);
    await drawn();
    expect(posts()).toEqual([expect.stringContaining('Stopping…')]);
  });

  it('is drawn soon after an attempt during which something new happened', async () => {
    let go = () => {};
    const gone = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { store, failed } = failing(2, () => gone);
    const { board, begin, change, drawn, posts } = await open({ clock, store });
    const { jobId, conversationId } = await begin();
    board.redraw(conversationId);
    await until(() => expect(failed()).toBe(true));
    await change(jobId, { state: 'stopping' });
    board.redraw(conversationId);
    const other = await begin();
    board.redraw(other.conversationId);
    // Then the board has also looked at the first.
    await until(() => expect(posts()).toEqual([expect.stringContaining(other.conversationId)]));
    go();
    await drawn();
    expect(posts()).toEqual([expect.anything(), expect.stringContaining('Stopping…')]);
  });
});

it('the card of a start that failed is posted all the same when its asker’s process has died', async () => {
  const { board, begin, change, drawn, posts } = await open();
  const { jobId, conversationId } = await begin();
  await change(jobId, { state: 'failed', retries: 1 });
  board.redraw(conversationId);
  await drawn();
  expect(posts()).toEqual([expect.stringContaining('*Recording failed*')]);
});

describe('nobody is shown', () => {
  it('a card of a start that failed before it was posted', async () => {
    const { board, begin, change, drawn, slack } = await open();
    const { jobId, conversationId } = await begin();
    await change(jobId, { state: 'failed' });
    board.redraw(conversationId);
    await drawn();
    expect(slack.count('any')).toBe(0);
  });

  it('an alert of a call that ended before it was posted', async () => {
    const { board, announce, drawn, store, slack } = await open();
    const seen = await announce(3);
    await store.endCalls(seen, 2_000);
    board.start();
    await drawn();
    expect(slack.count('any')).toBe(0);
  });
});

it('what people asked for overtakes a storm of alerts', async () => {
  const { board, announce, begin, drawn, posts, slack } = await open();
  for (const id of await announce(8)) board.redraw(id);
  await until(() => expect(slack.count('chat.postMessage')).toBeGreaterThanOrEqual(4));
  const { conversationId } = await begin();
  board.redraw(conversationId);
  await drawn();
  const order = posts().map((words) => (words.includes('*Recording*') ? 'card' : 'alert'));
  expect(order).toHaveLength(9);
  expect(order.indexOf('card')).toBeLessThan(6);
});

it('a channel that must wait holds up no other', async () => {
  const { board, begin, announce, slack, quality, posts } = await open({ clock: createFastClock() });
  slack.invite(quality.id);
  slack.inject({ method: 'chat.postMessage', fault: { kind: 'ratelimited', retryAfter: 600 } });
  const [alerted = ''] = await announce(1, quality.id);
  board.redraw(alerted);
  await until(() => expect(slack.count('chat.postMessage')).toBe(1));
  const { conversationId } = await begin(undefined, alerted);
  board.redraw(conversationId);
  await until(() => expect(posts()).toHaveLength(1));
  expect(posts(quality.id)).toEqual([]);
});

describe('when the database fails', () => {
  const failing = (method: 'cardDrawn' | 'replySent' | 'listStaleCards', times: number) => (store: Store) => {
    let left = times;
    const broken: Store = {
      ...store,
      [method]: (...args: never[]) => {
        left -= 1;
        if (left >= 0)
          return Promise.reject(new RecordError('UNAVAILABLE', 'The database cannot be reached.'));
        return (store[method] as (...args: never[]) => Promise<unknown>)(...args);
      },
    };
    return broken;
  };

  it.each(['cardDrawn', 'replySent'] as const)(
    'nothing is sent twice because %s did not work',
    async (method) => {
      const { board, begin, change, drawn, posts } = await open({
        clock: createFastClock(),
        store: failing(method, 2),
      });
      const { jobId, conversationId } = await begin();
      board.redraw(conversationId);
      await drawn();
      await change(jobId, stopped);
      board.redraw(conversationId);
      await drawn();
      expect(posts()).toHaveLength(2);
    },
  );

  it('cards are drawn once it is back', async () => {
    const { board, begin, posts } = await open({
      clock: createFastClock(),
      store: failing('listStaleCards', 3),
    });
    const { conversationId } = await begin();
    board.redraw(conversationId);
    await until(() => expect(posts()).toHaveLength(1));
  });
});
