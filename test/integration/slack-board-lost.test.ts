/** Posts whose answer was lost, messages that were deleted, channels that are gone. */
import { afterEach, describe, expect, it } from 'vitest';
import { cardMark } from '../../src/slack/marks.js';
import type { SlackFault } from '../simulators/slack/types.js';
import { createFastClock } from '../support/core-harness.js';
import { createSlackBed, type SlackBed, type SlackBedOptions, until } from '../support/slack-bed.js';
import { wordsOf } from '../support/slack-blocks.js';
import { boardBed, stopped } from '../support/slack-board-bed.js';

let bed: SlackBed;
const fewest = ['commands', 'chat:write'];
const history = ['channels:history', 'groups:history'];
async function open(options: SlackBedOptions = {}) {
  bed = await createSlackBed({ start: false, simulator: { scopes: [...fewest, ...history] }, ...options });
  return boardBed(bed);
}
const openWithoutHistory = () => open({ simulator: { scopes: fewest } });
afterEach(async () => {
  expect(bed.slack.violations).toEqual([]);
  await bed.close();
});

const post = 'chat.postMessage';
const lost: readonly [string, SlackFault][] = [
  ['was lost', { kind: 'cut-after' }],
  ['was garbage', { kind: 'garbage' }],
];

describe.each(lost)('a post whose answer %s', (_, fault) => {
  it('appears once, and is kept up to date', async () => {
    const { board, begin, change, drawn, slack, posts } = await open();
    const { jobId, conversationId } = await begin();
    slack.inject({ method: post, fault });
    board.redraw(conversationId);
    await drawn();
    expect(slack.count(post)).toBe(1);
    await change(jobId, { state: 'stopping' });
    board.redraw(conversationId);
    await drawn();
    expect(posts()).toEqual([expect.stringContaining('Stopping…')]);
  });

  it('in a thread appears once', async () => {
    const { board, begin, change, drawn, slack, posts } = await open();
    const { jobId, conversationId } = await begin();
    board.redraw(conversationId);
    await drawn();
    slack.inject({ method: post, fault });
    await change(jobId, stopped);
    board.redraw(conversationId);
    await drawn();
    expect(posts()).toHaveLength(2);
    expect(slack.count(post)).toBe(2);
  });
});

describe('a post that was begun by a process that died', () => {
  const stray = async ({ clients, ops }: SlackBed, cardId: string) =>
    clients.interactive.chat.postMessage({
      channel: ops.id,
      text: 'stray',
      metadata: { ...cardMark(cardId), event_payload: { card_id: cardId } },
    });

  it('is taken for the card if it is there', async () => {
    const { board, begin, drawn, posts, store, clock } = await open();
    const { cardId } = await begin();
    await store.postBegun(cardId, clock.now());
    await stray(bed, cardId);
    await stray(bed, 'another card');
    board.start();
    await drawn();
    expect(posts()).toEqual([expect.stringContaining('*Recording*'), '']);
  });

  it('is found behind hundreds of messages', async () => {
    const { board, begin, drawn, posts, slack, store, clock, ops, ada } = await open();
    const { cardId } = await begin();
    await store.postBegun(cardId, clock.now());
    await stray(bed, cardId);
    for (let count = 0; count < 450; count += 1) {
      slack.post({ userId: ada.id, channelId: ops.id, text: 'talk' });
    }
    board.start();
    await drawn();
    expect(slack.count(post)).toBe(1);
    expect(posts()[0]).toContain('*Recording*');
  });

  it('is made if it is not there', async () => {
    const { board, begin, drawn, posts, slack, store, clock } = await open();
    const { cardId } = await begin();
    await store.postBegun(cardId, clock.now());
    board.start();
    await drawn();
    expect(posts()).toHaveLength(1);
    expect(slack.count('conversations.history')).toBe(1);
  });

  it.each<[string, SlackFault, number]>([
    ['fails', { kind: 'status', status: 500 }, 2],
    ['is refused for its pace', { kind: 'ratelimited', retryAfter: 1 }, 2],
  ])('is not made while the look for it %s', async (_, fault, looks) => {
    const { board, begin, drawn, posts, slack, store, clock } = await open();
    const { cardId } = await begin();
    await store.postBegun(cardId, clock.now());
    await stray(bed, cardId);
    slack.inject({ method: 'conversations.history', fault });
    board.start();
    await drawn();
    expect(posts()).toHaveLength(1);
    expect(slack.count('conversations.history')).toBe(looks);
  });

  it('shows that its start failed, if it is there', async () => {
    const { board, begin, change, drawn, posts, store, clock } = await open();
    const { cardId, jobId } = await begin();
    await store.postBegun(cardId, clock.now());
    await stray(bed, cardId);
    await change(jobId, { state: 'failed' });
    board.start();
    await drawn();
    expect(posts()).toEqual([expect.stringContaining('*Recording failed*')]);
  });

  it('is made also for a start that failed, if nobody can tell whether “Starting…” stands there', async () => {
    const { board, begin, change, drawn, posts, store, clock } = await openWithoutHistory();
    const { cardId, jobId } = await begin();
    await store.postBegun(cardId, clock.now());
    await change(jobId, { state: 'failed' });
    board.start();
    await drawn();
    expect(posts()).toEqual([expect.stringContaining('*Recording failed*')]);
  });

  it('is not made for a start that failed, if it is not there', async () => {
    const { board, begin, change, drawn, posts, store, clock } = await open();
    const { cardId, jobId } = await begin();
    await store.postBegun(cardId, clock.now());
    await change(jobId, { state: 'failed' });
    board.start();
    await drawn();
    expect(posts()).toEqual([]);
  });
});

describe('no look is made', () => {
  it('where Slack said that nothing was posted', async () => {
    const { board, begin, drawn, slack } = await open();
    const { conversationId } = await begin();
    slack.inject({ method: post, fault: { kind: 'ratelimited', retryAfter: 1 } });
    board.redraw(conversationId);
    await drawn();
    expect(slack.count('conversations.history')).toBe(0);
  });

  it('for a while where the bot may not look, and the card is posted all the same', async () => {
    const { board, begin, drawn, slack } = await openWithoutHistory();
    for (let count = 0; count < 2; count += 1) {
      const { conversationId } = await begin();
      slack.inject({ method: post, fault: { kind: 'cut-before' } });
      board.redraw(conversationId);
      await drawn();
    }
    expect(slack.count('conversations.history')).toBe(1);
    expect(slack.count(post)).toBe(4);
  });
});

describe('a card that somebody deleted', () => {
  const openDrawn = async () => {
    const opened = await open();
    const { begin, board, drawn, slack, ops } = opened;
    const begun = await begin();
    const draw = async () => {
      board.redraw(begun.conversationId);
      await drawn();
    };
    await draw();
    const remove = () => {
      const [card] = slack.messages(ops.id);
      slack.deleteMessage(ops.id, card?.ts ?? '');
    };
    return { ...opened, ...begun, draw, remove };
  };

  it('is posted anew with the newest rows, and its reply under it', async () => {
    const { jobId, change, draw, remove, slack, ops } = await openDrawn();
    remove();
    await change(jobId, stopped);
    await draw();
    const [card, reply, ...others] = slack.messages(ops.id);
    expect(card && wordsOf(card)).toContain('*Recording stopped*');
    expect(reply?.threadTs).toBe(card?.ts);
    expect(others).toEqual([]);
  });

  it('is not posted a third time', async () => {
    const { jobId, change, draw, remove, slack, ops, logger } = await openDrawn();
    remove();
    await change(jobId, { state: 'stopping' });
    await draw();
    remove();
    await change(jobId, stopped);
    await draw();
    expect(slack.messages(ops.id)).toEqual([]);
    expect(logger.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'a card was deleted in Slack again' }),
    );
  });

  it('is posted anew also if all that is left to say is that it failed', async () => {
    const { jobId, change, draw, remove, posts } = await openDrawn();
    remove();
    await change(jobId, { state: 'failed' });
    await draw();
    expect(posts()).toEqual([expect.stringContaining('*Recording failed*')]);
  });
});

describe('a channel that is lost', () => {
  const lose = (how: string) => {
    const { slack, ops } = bed;
    if (how === 'archived') slack.archive(ops.id);
    else slack.remove(ops.id);
  };
  const asked = () => ({ startedBy: { kind: 'person', userId: bed.ada.id } }) as const;
  const told = () => {
    const direct = bed.slack.channels.find(
      ({ id, members }) => id.startsWith('D') && members.includes(bed.ada.id),
    );
    return direct ? bed.slack.messages(direct.id).map(wordsOf) : [];
  };

  it.each(['archived', 'left'])('because it was %s, is reported to the one who asked', async (how) => {
    const { board, begin, drawn, slack, ops, logger } = await open();
    const { conversationId } = await begin(ops.id, undefined, asked());
    lose(how);
    board.redraw(conversationId);
    await drawn();
    expect(told()).toEqual([expect.stringContaining(`I cannot write into <#${ops.id}>`)]);
    expect(told()[0]).toContain('*Recording*');
    expect(slack.count(post)).toBe(2);
    expect(logger.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: expect.stringContaining('cannot write into this channel'),
      }),
    );
  });

  it('with a card in it, is reported with the outcome, and that card is forgotten', async () => {
    const { board, begin, change, drawn, slack, ops } = await open();
    const { jobId, conversationId } = await begin(ops.id, undefined, asked());
    board.redraw(conversationId);
    await drawn();
    lose('archived');
    await change(jobId, { ...stopped, stoppedBy: { kind: 'bot' } });
    board.redraw(conversationId);
    await drawn();
    expect(told()).toEqual([expect.stringContaining('*Recording stopped*')]);
    const [card] = slack.messages(ops.id);
    expect(await bed.store.findCard(ops.id, card?.ts ?? '')).toBeNull();
  });

  it('is reported once it is known what became of the start, without asking Slack until then', async () => {
    const { board, begin, change, drawn, slack, ops, clock } = await open({ clock: createFastClock() });
    const { jobId } = await begin(ops.id, undefined, { ...asked(), state: 'starting' });
    lose('archived');
    const since = clock.now();
    board.start();
    // Three sweeps.
    await until(() => expect(clock.now() - since).toBeGreaterThan(10_000));
    expect(slack.count(post)).toBe(1);
    await change(jobId, { state: 'recording' });
    await drawn();
    expect(told()).toEqual([expect.stringContaining('*Recording*')]);
  });

  it('holds up no other, though the one who asked cannot be told either', async () => {
    const { board, begin, drawn, slack, ops, quality, posts, logger } = await open();
    slack.invite(quality.id);
    await begin(ops.id, undefined, { startedBy: { kind: 'person', userId: 'UGONE' } });
    await begin(quality.id);
    lose('archived');
    board.start();
    await drawn();
    expect(posts(quality.id)).toHaveLength(1);
    expect(logger.lines).toContainEqual(
      expect.objectContaining({ message: 'nor can it tell the one who asked' }),
    );
  });

  it.each<[string, SlackFault]>([
    ['a lost connection', { kind: 'cut-before' }],
    ['a rate limit', { kind: 'ratelimited', retryAfter: 1 }],
  ])('is reported also after %s', async (_, fault) => {
    const { board, begin, drawn, slack, ops } = await open();
    const { conversationId } = await begin(ops.id, undefined, asked());
    lose('archived');
    slack.inject({ method: post, fault: { kind: 'error', code: 'is_archived' } });
    slack.inject({ method: post, fault });
    board.redraw(conversationId);
    await drawn();
    expect(told()).toHaveLength(1);
  });

  it('is no news to anybody where nobody asked', async () => {
    const { board, announce, drawn, slack } = await open();
    await announce(1);
    lose('archived');
    board.start();
    await drawn();
    expect(slack.count(post)).toBe(1);
  });
});
