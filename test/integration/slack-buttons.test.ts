/** Buttons of messages that are no card of the board: second messages of a card, and warnings in a thread. */
import { afterEach, describe, expect, it } from 'vitest';
import { createSlackBed, type SlackBed, type SlackBedOptions, until } from '../support/slack-bed.js';
import { buttonsOf, wordsOf } from '../support/slack-blocks.js';

let bed: SlackBed;
async function open(options: SlackBedOptions = {}) {
  bed = await createSlackBed(options);
  return bed;
}
afterEach(async () => {
  expect(bed.slack.violations).toEqual([]);
  await bed.close();
});

describe('a card that stands there twice, because the answer to the first post was lost', () => {
  const openTwin = async (options: SlackBedOptions = {}) => {
    const opened = await open(options);
    const { slack, genesys, ops, record, store } = opened;
    slack.inject({ method: 'chat.postMessage', fault: { kind: 'cut-after' } });
    await record(`start ${genesys.startCall().id}`);
    const twin = await until(async () => {
      const [first, second] = slack.messages(ops.id);
      if (!first || !second) throw new Error('not twice yet');
      expect(await store.findCard(ops.id, second.ts)).not.toBeNull();
      return first;
    });
    return { ...opened, twin };
  };

  it('is one again at the first click on the second message, which works', async () => {
    const { ops, ada, genesys, slack, press, card, whisper, twin } = await openTwin();
    await press(ops.id, twin.ts, 'Stop');
    const left = await card(ops.id, '*Recording stopped*');
    expect(left.ts).not.toBe(twin.ts);
    await whisper(ops.id, ada.id, 'Stopped `');
    expect(genesys.count('stop')).toBe(1);
    expect(slack.count('chat.delete')).toBe(1);
  });

  it('is one again though two people click on it', async () => {
    const { ops, ada, sam, genesys, press, card, whisper, twin } = await openTwin();
    await Promise.all([ada, sam].map(({ id }) => press(ops.id, twin.ts, 'Stop', id)));
    await card(ops.id, '*Recording stopped*');
    for (const { id } of [ada, sam]) await whisper(ops.id, id, '`');
    expect(genesys.countEffects('stop')).toBe(1);
  });

  it('shows the outcome in both places if Slack does not delete one', async () => {
    const { ops, slack, press, twin } = await openTwin();
    slack.inject({ method: 'chat.delete', fault: { kind: 'error', code: 'cant_delete_message' } });
    await press(ops.id, twin.ts, 'Stop');
    await until(() => {
      const cards = slack.messages(ops.id).filter(({ threadTs }) => threadTs === null);
      const shown = expect.stringContaining('*Recording stopped*');
      expect(cards.map(wordsOf)).toEqual([shown, shown]);
      expect(cards.map(wordsOf).join()).not.toContain('Invite me');
    });
  });

  it('is one again though another process is busy with the card for a moment', async () => {
    const { ops, clock, store, press, card, twin } = await openTwin();
    const [, other] = bed.slack.messages(ops.id);
    const known = await store.findCard(ops.id, other?.ts ?? '');
    await store.claimCard(known?.id ?? '', 'another', clock.now(), clock.now() + 700);
    await press(ops.id, twin.ts, 'Stop');
    // What it changed is left to a sweep.
    bed.board.start();
    await card(ops.id, '*Recording stopped*');
  });

  it('answers the click though the second message cannot be removed for as long as somebody has the card', async () => {
    let busy = Promise.resolve();
    const { ops, slack, press, card, twin } = await openTwin({
      store: (store) => ({ ...store, claimCard: (...claim) => busy.then(() => store.claimCard(...claim)) }),
    });
    let go = () => {};
    busy = new Promise((resolve) => {
      go = resolve;
    });
    await press(ops.id, twin.ts, 'Stop');
    await until(() => {
      const [shown] = slack.messages(ops.id);
      expect(shown && wordsOf(shown)).toContain('*Recording stopped*');
      expect(shown?.ts).toBe(twin.ts);
    });
    go();
    const left = await card(ops.id, '*Recording stopped*');
    expect(left.ts).not.toBe(twin.ts);
  });

  it('never comes about where the bot may look into the channel', async () => {
    const scopes = ['commands', 'chat:write', 'channels:history'];
    const { slack, genesys, ops, record, card, press } = await open({ simulator: { scopes } });
    slack.inject({ method: 'chat.postMessage', fault: { kind: 'cut-after' } });
    await record(`start ${genesys.startCall().id}`);
    const posted = await card(ops.id, '*Recording*');
    await until(async () => expect(await bed.store.listStaleCards()).toEqual([]));
    await press(ops.id, posted.ts, 'Stop');
    await card(ops.id, '*Recording stopped*');
  });
});

it('a click on a card whose post was not answered, before it is posted anew, makes that one the card', async () => {
  const { slack, genesys, store, ops, record, press, card } = await open();
  const down = { kind: 'status', status: 503 } as const;
  slack.inject({ method: 'chat.postMessage', fault: { kind: 'cut-after' } });
  slack.inject({ method: 'chat.postMessage', fault: down, times: 'until-cleared' });
  await record(`start ${genesys.startCall().id}`);
  const stray = await card(ops.id, '*Recording*');
  await press(ops.id, stray.ts, 'Stop');
  await until(async () => expect(await store.findCard(ops.id, stray.ts)).not.toBeNull());
  slack.clearFaults();
  const left = await card(ops.id, '*Recording stopped*');
  expect(left.ts).toBe(stray.ts);
});

describe('the warning before the end of a recording', () => {
  const openWarned = async (options: SlackBedOptions = {}) => {
    const opened = await open(options);
    const { slack, genesys, store, board, clock, ops, record, card } = opened;
    const call = genesys.startCall();
    await record(`start ${call.id} for 2m`);
    await card(ops.id, '*Recording*');
    await until(async () => expect(await store.warnOfDeadlines(clock.now(), 119_999)).toEqual([call.id]));
    board.redraw(call.id);
    const warning = await until(() => {
      const reply = slack.messages(ops.id).find(({ threadTs }) => threadTs !== null);
      if (!reply) throw new Error('no warning yet');
      return reply;
    });
    const job = await store.findJobOf(call.id);
    if (!job) throw new Error('no job');
    slack.resetJournal();
    const shown = () => slack.message(ops.id, warning.ts);
    return { ...opened, job, warning, shown };
  };
  const tenMinutes = 10 * 60_000;

  it('says so in the thread, with buttons for more time and for the end', async () => {
    const { warning } = await openWarned();
    expect(wordsOf(warning)).toContain('This recording ends in a minute: <!date^');
    expect(buttonsOf(warning.blocks).map(({ label }) => label)).toEqual(['+10 min', 'Stop']);
  });

  it('gives ten minutes more at a click, and says who did', async () => {
    const { ops, sam, slack, store, job, warning, shown, press, card } = await openWarned();
    await press(ops.id, warning.ts, '+10 min', sam.id);
    await until(() =>
      expect(wordsOf({ blocks: shown()?.blocks ?? [] })).toContain(`Extended by <@${sam.id}> to`),
    );
    expect(buttonsOf(shown()?.blocks)).toEqual([]);
    // The board need not say the same once more.
    await until(async () => expect(await store.listOverWarnings()).toEqual([]));
    const deadlineAt = (job.deadlineAt ?? 0) + tenMinutes;
    expect(await store.findJob(job.id)).toMatchObject({ deadlineAt });
    await card(ops.id, `Ends by <!date^${Math.floor(deadlineAt / 1000)}^`);
    expect(slack.ephemerals(sam.id, ops.id)).toEqual([]);
  });

  it('gives them once to two people at once, and tells the second', async () => {
    const { ops, ada, sam, slack, store, job, warning, press } = await openWarned();
    await Promise.all([ada, sam].map(({ id }) => press(ops.id, warning.ts, '+10 min', id)));
    await until(() => {
      const told = [ada, sam].flatMap(({ id }) => slack.ephemerals(id, ops.id).map(wordsOf));
      expect(told).toEqual([expect.stringContaining('has been extended already')]);
    });
    expect(await store.findJob(job.id)).toMatchObject({ deadlineAt: (job.deadlineAt ?? 0) + tenMinutes });
  });

  it('delivered twice, counts once and is answered once', async () => {
    const { ops, ada, slack, store, job, warning, shown, press } = await openWarned({
      simulator: { deliverTwice: true },
    });
    await press(ops.id, warning.ts, '+10 min');
    await until(() => expect(shown()?.versions).toHaveLength(2));
    const deliveries = () =>
      slack.journal.filter((entry) => entry.kind === 'delivery' && entry.ackMs !== null);
    await until(() => expect(deliveries()).toHaveLength(2));
    await bed.app.stop();
    expect(shown()?.versions).toHaveLength(2);
    expect(slack.ephemerals(ada.id, ops.id)).toEqual([]);
    expect(await store.findJob(job.id)).toMatchObject({ deadlineAt: (job.deadlineAt ?? 0) + tenMinutes });
  });

  it('stops at a click, loses its buttons, and does not become a card', async () => {
    const { ops, ada, warning, shown, press, card, whisper } = await openWarned();
    await press(ops.id, warning.ts, 'Stop');
    await whisper(ops.id, ada.id, 'Stopped `');
    await card(ops.id, '*Recording stopped*');
    await until(() => expect(wordsOf({ blocks: shown()?.blocks ?? [] })).toContain('was to end <!date^'));
    expect(shown()?.versions.map(wordsOf).join()).not.toContain('*Recording');
    expect(buttonsOf(shown()?.blocks)).toEqual([]);
  });
});
