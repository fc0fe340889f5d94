/** The board when there is far more to be drawn than Slack takes. */
import { afterEach, describe, expect, it } from 'vitest';
import {
  createSlackBed,
  realClock,
  type SlackBed,
  type SlackBedOptions,
  until,
} from '../support/slack-bed.js';
import { boardBed, stopped } from '../support/slack-board-bed.js';
import { sampleCall } from '../support/store-samples.js';

let bed: SlackBed;

afterEach(async () => {
  expect(bed.slack.violations).toEqual([]);
  await bed.close();
});

async function open(options: SlackBedOptions = {}) {
  bed = await createSlackBed({ start: false, ...options });
  return boardBed(bed);
}

/** Time stands still until it is thawed: no lane gets another turn after its first ones. */
function createFrozenClock() {
  const thawing = new AbortController();
  const since = Date.now();
  const frozen = async (signal: AbortSignal) => {
    await realClock.sleep(3_600_000, AbortSignal.any([signal, thawing.signal]));
  };
  return {
    clock: {
      now: () => (thawing.signal.aborted ? Date.now() : since),
      sleep: (ms: number, signal = thawing.signal) =>
        thawing.signal.aborted ? realClock.sleep(ms, signal) : frozen(signal),
    },
    thaw: () => thawing.abort(),
  };
}

describe('in a storm of alerts', () => {
  it('those of the newest calls come first, and a few at a time are in hand', async () => {
    const inHand = new Set<string>();
    let most = 0;
    const { board, announce, posts } = await open({
      store: (real) => ({
        ...real,
        claimCard: (cardId, ...rest) => {
          most = Math.max(most, inHand.add(cardId).size);
          return real.claimCard(cardId, ...rest);
        },
        releaseCard: (cardId, ...rest) => {
          inHand.delete(cardId);
          return real.releaseCard(cardId, ...rest);
        },
      }),
    });
    const seen = await announce(300);
    board.start();
    await until(() => expect(posts().length).toBeGreaterThanOrEqual(3));
    // Calls that are seen at once get their alerts in the order of their ids.
    const newest = seen.toSorted().slice(-4);
    for (const words of posts().slice(0, 3)) expect(newest.some((id) => words.includes(id))).toBe(true);
    expect(most).toBeLessThanOrEqual(4);
  });

  it('a recording that has just been stopped shows it at once, however many calls have changed', async () => {
    const { clock, thaw } = createFrozenClock();
    const { board, announce, begin, change, drawn, posts, slack, store } = await open({ clock });
    // Each in a channel of its own: posts have a limit for each channel.
    const calls: string[] = [];
    for (let index = 0; index < 40; index += 1) {
      calls.push(...(await announce(1, slack.addChannel({ name: `alerts-${index}` }).id)));
    }
    const { jobId, conversationId } = await begin();
    for (const id of [...calls, conversationId]) board.redraw(id);
    await drawn();
    await store.seeCalls(
      calls.map((id) => sampleCall({ conversationId: id, agent: 'Ann' })),
      2_000,
    );
    for (const id of calls) board.redraw(id);
    await until(() => expect(slack.count('chat.update')).toBe(15));
    await change(jobId, stopped, Date.now());
    board.redraw(conversationId);
    await until(() => expect(posts()[0]).toContain('Recording stopped'));
    expect(slack.count('chat.update')).toBe(16);
    thaw();
  });

  it('a call that is about to be recorded is not looked at again and again until it is', async () => {
    const { clock } = createFrozenClock();
    let looks = 0;
    const { board, announce, begin, drawn, posts } = await open({
      clock,
      store: (real) => ({
        ...real,
        listOutdated: (...args) => {
          looks += 1;
          return real.listOutdated(...args);
        },
      }),
    });
    const [id = ''] = await announce(1);
    board.redraw(id);
    await drawn();
    await begin(undefined, id, { state: 'starting', createdAt: clock.now() });
    looks = 0;
    board.start();
    await until(() => expect(looks).toBeGreaterThan(0));
    const [next = ''] = await announce(1);
    board.redraw(next);
    await until(() => expect(posts()).toHaveLength(2));
    expect(looks).toBeLessThan(10);
  });

  it('those of calls that are over cost nobody a turn', async () => {
    const { clock } = createFrozenClock();
    const { board, announce, drawn, posts, store } = await open({ clock });
    const [living = ''] = await announce(1);
    const over = await announce(40);
    // Another process was about to write them: they were not forgotten with their calls.
    for (const { card } of await store.listStaleCards()) await store.claimCard(card.id, 'the dead', 0, 1);
    await store.endCalls(over, 2_000);
    board.start();
    await drawn();
    expect(posts()).toEqual([expect.stringContaining(living)]);
  });
});
