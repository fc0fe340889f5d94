/** Call alerts from the built process, on both contracts: once per call, and true to what happens to it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isRecorded, recordElsewhere, stopElsewhere } from '../simulators/recordings.js';
import { type BotBed, createBotBed, jobIdOn, labelsOf, textOf, until } from '../support/bot-bed.js';
import {
  ordersTo,
  outlivesTransfer,
  rowTitle,
  type StoryRow,
  seesForeignRecordings,
  storyTable,
} from '../support/story-table.js';

/** Looks at Genesys's calls that were answered. */
const looks = (bed: BotBed) =>
  bed.genesys.journal.filter((each) => each.operation === 'calls' && each.status);

describe.each(storyTable)(rowTitle, (row) => {
  const { api, alerts, mode } = row;
  let bed: BotBed;

  beforeAll(async () => {
    // A second look must confirm that a recording is over.
    const env = { CALL_ALERTS: alerts, RECONCILE_SECONDS: '3' };
    bed = await createBotBed({ mode, genesys: { api }, env });
    await bed.start();
  }, 60_000);
  afterAll(() => bed?.close());

  beforeEach(() => bed.genesys.resetJournal());
  afterEach(() => bed.expectCleanHands());

  const alertOf = (id: string, ...words: readonly string[]) => bed.cardOf(bed.alerts.id, id, ...words);

  /** A call whose recording was started from its alert. */
  async function begin(agent = 'Amara Okafor') {
    const call = bed.genesys.startCall({ agent });
    await bed.press(await alertOf(call.id, 'Call in progress', agent), 'Start recording');
    return { call, recording: await alertOf(call.id, ':red_circle:') };
  }

  it('offer Start recording, become the card of that recording, and offer Start again after it', async () => {
    const caller = 'tel:+13175550118';
    const call = bed.genesys.startCall({ caller, queue: 'Claims', agent: 'Grace Nakamura' });
    const alert = await alertOf(call.id, 'Call in progress', 'Claims', 'Grace Nakamura', '•••118');
    expect(labelsOf(alert)).toEqual(['Start recording']);

    await bed.press(alert, 'Start recording');
    const recording = await alertOf(call.id, ':red_circle:', `<@${bed.ada.id}>`);
    expect(isRecorded(bed.genesys, call.id)).toBe(true);
    expect(labelsOf(recording)).toEqual(['Stop']);

    await bed.press(recording, 'Stop');
    const stopped = await alertOf(call.id, 'Recording stopped', 'Stopped after', jobIdOn(recording));
    expect(labelsOf(stopped)).toEqual(['Start recording']);
    expect(await bed.replies(stopped)).toHaveLength(1);
    expect(stopped.ts).toBe(alert.ts);
    expect(ordersTo(bed.genesys)).toEqual(['start', 'stop']);
  });

  it('refuse the click of somebody who may not', async () => {
    const { id } = bed.genesys.startCall();
    await bed.press(await alertOf(id, 'Call in progress'), 'Start recording', bed.kim.id);
    await bed.whisper(bed.alerts.id, ['not permitted', `Permitted: <@${bed.ada.id}>`], bed.kim.id);
    expect(ordersTo(bed.genesys)).toEqual([]);
  });

  it('say that the recording ended with its call', async () => {
    const { call } = await begin();
    bed.genesys.endCall(call.id);
    const ended = await alertOf(call.id, 'Recording ended', 'Call ended');
    expect(labelsOf(ended)).toEqual([]);
    expect(ordersTo(bed.genesys)).toEqual(['start']);
  });

  it('take charge of what somebody else has Genesys record', async () => {
    const call = bed.genesys.startCall();
    const alert = await alertOf(call.id, 'Call in progress');
    recordElsewhere(bed.genesys, call.id);
    // Where the bot cannot notice by itself, it does when it is asked to start.
    if (!seesForeignRecordings(row)) await bed.press(alert, 'Start recording');
    const how = seesForeignRecordings(row) ? 'Started outside this bot' : 'it was already running';
    const recording = await alertOf(call.id, ':red_circle:', how);
    expect(labelsOf(recording)).toEqual(['Stop']);
    await bed.press(recording, 'Stop');
    await alertOf(call.id, 'Recording stopped', 'at least', `<@${bed.ada.id}>`);
    expect(isRecorded(bed.genesys, call.id)).toBe(false);
    expect(bed.genesys.countEffects('start')).toBe(0);
  });

  it('follow a recording that is stopped elsewhere, and the end of the call', async () => {
    const { call, recording } = await begin();
    stopElsewhere(bed.genesys, call.id);
    const stopped = await alertOf(call.id, 'Recording ended', 'stopped outside this bot');
    expect(labelsOf(stopped)).toEqual(['Start recording']);

    bed.genesys.endCall(call.id);
    const ended = await alertOf(call.id, 'Call ended');
    expect(labelsOf(ended)).toEqual([]);
    expect(ended.ts).toBe(recording.ts);
    expect(bed.genesys.count('stop')).toBe(0);
  });

  it('follow the call to another agent, and tell what became of its recording', async () => {
    const { call } = await begin('Grace Nakamura');
    bed.genesys.transferCall(call.id, 'Ben Whitaker');
    const outcome = outlivesTransfer(row) ? ':red_circle:' : 'Recording ended';
    const card = await alertOf(call.id, outcome, 'Ben Whitaker', 'Call in progress');
    expect(labelsOf(card)).toEqual([outlivesTransfer(row) ? 'Stop' : 'Start recording']);
    expect(isRecorded(bed.genesys, call.id)).toBe(outlivesTransfer(row));
    if (outlivesTransfer(row)) return;
    expect(textOf(card)).toContain('it went with the agent’s part in the call');
    expect(textOf(card)).toContain(`/record start ${call.id}`);
    expect(textOf(card)).not.toContain('the call is over');
  });

  it('come once per call, however often it is seen, also after a crash and after an orderly restart', async () => {
    const { length: others } = bed.cards(bed.alerts.id);
    const calls = [bed.genesys.startCall(), bed.genesys.startCall(), bed.genesys.startCall()];
    for (const { id } of calls) await alertOf(id);
    const restarted = async () => {
      bed.genesys.resetJournal();
      await bed.start();
      // With notifications one at the start, and one because something may have been missed.
      await until(() => expect(looks(bed).length).toBeGreaterThanOrEqual(2));
    };

    await bed.remembered();
    await bed.kill();
    await restarted();
    expect((await bed.bot.stop()).code).toBe(0);
    const late = bed.genesys.startCall();
    await restarted();
    await alertOf(late.id);
    for (const { id } of calls) await alertOf(id);
    expect(bed.cards(bed.alerts.id)).toHaveLength(others + 4);
  });
});

const rowsBy = (source: StoryRow['alerts']) => storyTable.filter(({ alerts }) => alerts === source);

describe.each(rowsBy('poll'))(rowTitle, ({ api, mode }) => {
  it('come within one poll of the call', async () => {
    const bed = await createBotBed({ mode, genesys: { api }, env: { CALL_ALERTS: 'poll' } });
    try {
      await bed.start();
      await until(() => expect(looks(bed)).not.toEqual([]));
      const before = looks(bed).length;
      const call = bed.genesys.startCall();
      await bed.card(bed.alerts.id, call.id);
      // The one in hand when the call began, the one that saw it, and one more while the card was posted.
      expect(looks(bed).length - before).toBeLessThanOrEqual(3);
    } finally {
      await bed.finish();
    }
  });
});

describe.each(rowsBy('notifications'))(rowTitle, ({ api, mode }) => {
  it('come and change from the events alone: one request at Slack for each, and none at Genesys', async () => {
    const bed = await createBotBed({ mode, genesys: { api }, env: { CALL_ALERTS: 'notifications' } });
    const expectOne = async (method: string, id: string, ...words: readonly string[]) => {
      await bed.card(bed.alerts.id, id, ...words);
      await bed.remembered();
      // The bot's loops go round once a second: what the event has set off in them has been asked by then.
      await sleep(1_500);
      expect(bed.slack.journal).toEqual([expect.objectContaining({ method })]);
      expect(bed.genesys.journal).toEqual([]);
      bed.slack.resetJournal();
    };
    try {
      await bed.start();
      await until(() => expect(looks(bed)).toHaveLength(2));
      bed.genesys.resetJournal();
      bed.slack.resetJournal();
      const { id } = bed.genesys.startCall({ queue: 'Claims', agent: null });
      await expectOne('chat.postMessage', id, 'Call in progress', 'Claims');
      bed.genesys.answerCall(id, 'Grace Nakamura');
      await expectOne('chat.update', id, 'Call in progress', 'Grace Nakamura');
      bed.genesys.transferCall(id, 'Ben Whitaker');
      await expectOne('chat.update', id, 'Call in progress', 'Ben Whitaker');
      bed.genesys.endCall(id);
      await expectOne('chat.update', id, 'Call ended');
    } finally {
      await bed.finish();
    }
  });
});
