/** Pause and Resume from Slack, of what Genesys records by the organisation's policy. */
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { SimulatedMessage } from '../simulators/slack/types.js';
import { createSlackBed, type SlackBed, type SlackBedOptions, until } from '../support/slack-bed.js';
import { buttonsOf, wordsOf } from '../support/slack-blocks.js';
import { sampleCall } from '../support/store-samples.js';

const paused = '*PAUSED – nothing is being recorded*';

let bed: SlackBed;
afterEach(async () => {
  expect(bed.slack.violations).toEqual([]);
  expect(bed.genesys.violations).toEqual([]);
  await bed.close();
});

async function open(options: SlackBedOptions = {}) {
  bed = await createSlackBed({ api: 'conversations', ...options });
  const { genesys, store, board, ops } = bed;
  const call = genesys.startCall({ policyRecording: true });
  return {
    ...bed,
    call,
    atGenesys: () => genesys.calls.find(({ id }) => id === call.id),
    /** The call's alert, as the watch over calls would have it posted. */
    alert: async () => {
      const seen = sampleCall({ conversationId: call.id, policyRecording: 'active' });
      await store.seeCalls([seen], 1, { channelId: ops.id, newId: randomUUID });
      board.redraw(call.id);
      const posted = await bed.card(ops.id, 'by the organisation’s policy');
      await until(async () => expect(await store.findCard(ops.id, posted.ts)).not.toBeNull());
      return posted;
    },
  };
}

const labels = ({ blocks }: SimulatedMessage) => buttonsOf(blocks).map(({ label }) => label);

describe('a call alert of a call that a policy records', () => {
  it('pauses at a click, says so loudly, and resumes at the next', async () => {
    const { ops, ada, sam, atGenesys, alert, press, card, whisper } = await open();
    const posted = await alert();
    expect(labels(posted)).toEqual(['Pause']);
    await press(ops.id, posted.ts, 'Pause');
    await whisper(ops.id, ada.id, 'nothing is recorded until it is resumed');
    const pausedCard = await card(ops.id, paused);
    expect(wordsOf(pausedCard)).toContain(`Paused by <@${ada.id}>`);
    expect(labels(pausedCard)).toEqual(['Resume']);
    expect(atGenesys()?.securePaused).toBe(true);
    await press(ops.id, posted.ts, 'Resume', sam.id);
    await whisper(ops.id, sam.id, 'its pause is over');
    expect(labels(await card(ops.id, '*Recording*'))).toEqual(['Pause']);
    expect(atGenesys()?.securePaused).toBe(false);
  });

  it('says “Pausing…”, without buttons, while Genesys takes its time', async () => {
    const { genesys, ops, ada, alert, press, card } = await open();
    const posted = await alert();
    genesys.inject({ on: 'pause', fault: { kind: 'slow', ms: 1_500 } });
    await press(ops.id, posted.ts, 'Pause');
    expect(labels(await card(ops.id, `Pausing… <@${ada.id}> asked for it`))).toEqual([]);
    expect(labels(await card(ops.id, paused))).toEqual(['Resume']);
  });

  it('pauses once for two people at once, and tells the second', async () => {
    const { slack, genesys, ops, ada, sam, alert, press, card } = await open();
    const posted = await alert();
    genesys.inject({ on: 'pause', fault: { kind: 'slow', ms: 300 } });
    await Promise.all([ada, sam].map(({ id }) => press(ops.id, posted.ts, 'Pause', id)));
    await card(ops.id, paused);
    await bed.app.stop();
    const told = [ada, sam].flatMap(({ id }) => slack.ephemerals(id, ops.id).map(wordsOf)).sort();
    expect(told).toEqual([
      expect.stringMatching(/^Paused `.*nothing is recorded/),
      expect.stringMatching(/^`.*paused already/),
    ]);
    expect(genesys.countEffects('pause')).toBe(1);
  });
});

describe('typed commands', () => {
  it('pause and resume a call by its id, and the card comes into the channel', async () => {
    const { ops, ada, call, record, card, whisper } = await open();
    await record(`pause ${call.id}`);
    await card(ops.id, paused);
    await record(`resume ${call.id}`);
    await whisper(ops.id, ada.id, 'Resumed `');
    await card(ops.id, '*Recording*');
  });

  it('pause also from a channel that the bot is not in, where the card stands still but its button works', async () => {
    const { slack, quality, ada, call, record, card, press, whisper } = await open();
    await record(`pause ${call.id}`, quality.id);
    await whisper(quality.id, ada.id, 'Paused `');
    const posted = await card(quality.id, paused);
    expect(posted.source).toBe('response_url');
    await press(quality.id, posted.ts, 'Resume');
    const redrawn = await card(quality.id, '*Recording*');
    expect(redrawn.ts).toBe(posted.ts);
    await bed.app.stop();
    expect(slack.ephemerals(ada.id, quality.id)).toHaveLength(1);
  });

  it('are answered with the way out where the contract knows no pause', async () => {
    const { ops, ada, call, record, whisper } = await open({ api: 'recording-jobs' });
    await record(`pause ${call.id}`);
    await whisper(ops.id, ada.id, 'knows start and stop only');
    await record('help');
    expect(wordsOf(await whisper(ops.id, ada.id, 'Recording calls from Slack'))).not.toContain(
      '/record pause',
    );
  });

  it('stop refuses what a policy records, and says why', async () => {
    const { genesys, ops, ada, call, record, whisper } = await open();
    await record(`pause ${call.id}`);
    await whisper(ops.id, ada.id, 'Paused `');
    await record(`stop ${call.id}`);
    await whisper(ops.id, ada.id, 'Nobody can stop that from outside');
    expect(genesys.countEffects('pause')).toBe(1);
  });
});

describe('the warning before a pause ends', () => {
  const openWarned = async () => {
    const opened = await open();
    const { slack, store, board, clock, ops, call, record, card } = opened;
    await record(`pause ${call.id}`);
    await card(ops.id, paused);
    await until(async () =>
      expect(await store.warnOfPauses(clock.now(), 10 * 60_000 - 1)).toEqual([call.id]),
    );
    board.redraw(call.id);
    const warning = await until(() => {
      const reply = slack.messages(ops.id).find(({ threadTs }) => threadTs !== null);
      if (!reply) throw new Error('no warning yet');
      return reply;
    });
    return { ...opened, warning, shown: () => slack.message(ops.id, warning.ts) };
  };

  it('stands in the thread with Resume alone, names who paused, and says in its place who resumed', async () => {
    const { slack, ops, ada, sam, atGenesys, warning, shown, press, card } = await openWarned();
    expect(wordsOf(warning)).toContain('the bot resumes it in a minute');
    expect(wordsOf(warning)).toContain(`Paused by <@${ada.id}>`);
    expect(labels(warning)).toEqual(['Resume']);
    await press(ops.id, warning.ts, 'Resume', sam.id);
    await until(() =>
      expect(wordsOf({ blocks: shown()?.blocks ?? [] })).toContain(`Resumed by <@${sam.id}>`),
    );
    expect(buttonsOf(shown()?.blocks)).toEqual([]);
    await card(ops.id, '*Recording*');
    expect(atGenesys()?.securePaused).toBe(false);
    await bed.app.stop();
    expect(slack.ephemerals(sam.id, ops.id)).toEqual([]);
  });

  it('says that the pause is over to who comes second, and why', async () => {
    const { ops, sam, call, record, warning, shown, press, card, whisper } = await openWarned();
    await record(`resume ${call.id}`);
    await card(ops.id, '*Recording*');
    await press(ops.id, warning.ts, 'Resume', sam.id);
    await until(() => expect(wordsOf({ blocks: shown()?.blocks ?? [] })).toContain('This pause is over'));
    await whisper(ops.id, sam.id, 'is not paused');
  });
});

it('the picker pauses and resumes at a click, and the card comes into the channel', async () => {
  const { slack, ops, ada, record, card } = await open();
  const blocks = () => slack.views(ada.id).at(-1)?.view['blocks'];
  const pick = async (label: string) => {
    const button = await until(() => {
      const found = buttonsOf(blocks()).find((each) => each.label === label);
      if (!found) throw new Error(`no button ${label} yet`);
      return found;
    });
    await slack.clickInView({ userId: ada.id, actionId: button.actionId });
  };
  await record('');
  await pick('Pause');
  await card(ops.id, paused);
  await pick('Resume');
  await card(ops.id, '*Recording*');
});
