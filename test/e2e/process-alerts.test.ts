/** Call alerts by polling, from the built process: once per call, and true to what happens to it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BotBed, createBotBed, jobOf, labelsOf, type Mode, textOf, until } from '../support/bot-bed.js';

/** Polls of Genesys's calls that were answered. */
const polls = (bed: BotBed) =>
  bed.genesys.journal.filter((each) => each.operation === 'calls' && each.status);

/** So many whole polls have begun and ended after now. */
async function pollsFromNow(bed: BotBed, count: number): Promise<void> {
  // The one in hand may have read the calls before what is waited for.
  const before = polls(bed).length + 1;
  await until(() => expect(polls(bed).length).toBeGreaterThanOrEqual(before + count));
}

describe.each<Mode>(['socket', 'http'])('call alerts in %s mode', (mode) => {
  let bed: BotBed;

  beforeEach(async () => {
    bed = await createBotBed({ mode, env: { CALL_ALERTS: 'poll' } });
    await bed.start();
  }, 60_000);
  afterEach(() => bed?.finish());

  it('offers Start recording, becomes the card of that recording, and offers Start again after it', async () => {
    const call = bed.genesys.startCall({
      caller: 'tel:+13175550118',
      queue: 'Claims',
      agent: 'Grace Nakamura',
    });
    const alert = await bed.card(
      bed.alerts.id,
      'Call in progress',
      call.id,
      'Claims',
      'Grace Nakamura',
      '•••118',
    );
    expect(labelsOf(alert)).toEqual(['Start recording']);

    await bed.press(alert, 'Start recording');
    const recording = await bed.card(bed.alerts.id, ':red_circle:', `<@${bed.ada.id}>`);
    expect(textOf(recording)).toContain(jobOf(bed.genesys, call.id).id);
    expect(labelsOf(recording)).toEqual(['Stop']);

    await bed.press(recording, 'Stop');
    const stopped = await bed.card(bed.alerts.id, 'Recording stopped', 'Stopped after');
    expect(labelsOf(stopped)).toEqual(['Start recording']);
    expect(await bed.replies(stopped)).toHaveLength(1);
    expect(stopped.ts).toBe(alert.ts);
    expect(bed.genesys.count('start')).toBe(1);
    expect(bed.genesys.count('stop')).toBe(1);
  });

  it('refuses the click of somebody who may not', async () => {
    bed.genesys.startCall();
    const alert = await bed.card(bed.alerts.id, 'Call in progress');
    await bed.press(alert, 'Start recording', bed.kim.id);
    await bed.whisper(bed.alerts.id, ['not permitted', `Permitted: <@${bed.ada.id}>`], bed.kim.id);
    expect(bed.genesys.count('start')).toBe(0);
  });
});

describe('call alerts', () => {
  let bed: BotBed;

  beforeEach(async () => {
    bed = await createBotBed({ env: { CALL_ALERTS: 'poll' } });
    await bed.start();
  }, 60_000);
  afterEach(() => bed?.finish());

  it('come within one poll of the call', async () => {
    await until(() => expect(polls(bed)).not.toEqual([]));
    const before = polls(bed).length;
    const call = bed.genesys.startCall();
    await bed.card(bed.alerts.id, call.id);
    // The one in hand when the call began, the one that saw it, and one more while the card was posted.
    expect(polls(bed).length - before).toBeLessThanOrEqual(3);
  });

  it('come once per call, however often it is seen, also after a crash and after an orderly restart', async () => {
    const calls = [bed.genesys.startCall(), bed.genesys.startCall(), bed.genesys.startCall()];
    const ids = calls.map(({ id }) => expect.stringContaining(id));
    const shown = () => bed.cards(bed.alerts.id).map(textOf);
    await until(() => expect(shown()).toEqual(expect.arrayContaining(ids)));

    await bed.remembered();
    await bed.kill();
    await bed.start();
    await pollsFromNow(bed, 2);
    expect((await bed.bot.stop()).code).toBe(0);
    const late = bed.genesys.startCall();
    await bed.start();
    await until(() => expect(shown().at(-1)).toContain(late.id));
    await pollsFromNow(bed, 1);
    expect(shown()).toHaveLength(4);
  });

  it('follow a recording that was started and stopped elsewhere, and the end of the call', async () => {
    const call = bed.genesys.startCall();
    await bed.card(bed.alerts.id, 'Call in progress', call.id);

    const job = bed.genesys.startRecordingElsewhere(call.id);
    const recording = await bed.card(bed.alerts.id, ':red_circle:', job.id, 'Started outside this bot');
    expect(labelsOf(recording)).toEqual(['Stop']);

    bed.genesys.stopRecordingElsewhere(call.id);
    const stopped = await bed.card(bed.alerts.id, 'Recording ended', 'stopped outside this bot');
    expect(labelsOf(stopped)).toEqual(['Start recording']);

    bed.genesys.endCall(call.id);
    const ended = await bed.card(bed.alerts.id, 'Call ended');
    expect(labelsOf(ended)).toEqual([]);
    expect(ended.ts).toBe(recording.ts);
    expect(bed.genesys.count('start') + bed.genesys.count('stop')).toBe(0);
  });

  it('say that the recording ended with its call', async () => {
    const call = bed.genesys.startCall();
    await bed.press(await bed.card(bed.alerts.id, 'Call in progress'), 'Start recording');
    await bed.card(bed.alerts.id, ':red_circle:');
    bed.genesys.endCall(call.id);
    const ended = await bed.card(bed.alerts.id, 'Recording ended', 'Call ended');
    expect(labelsOf(ended)).toEqual([]);
    expect(bed.genesys.count('stop')).toBe(0);
  });

  it('stop what somebody else has Genesys record, when somebody presses Stop', async () => {
    const call = bed.genesys.startCall();
    const job = bed.genesys.startRecordingElsewhere(call.id);
    const card = await bed.card(bed.alerts.id, ':red_circle:', job.id);
    await bed.press(card, 'Stop');
    await bed.card(bed.alerts.id, 'Recording stopped', 'at least', `<@${bed.ada.id}>`);
    expect(jobOf(bed.genesys, call.id).state).toBe('stopped');
  });
});
