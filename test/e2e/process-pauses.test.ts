/** What an organisation records by its own policy, and pauses of that; where the contract has no pause, that none is offered. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BotBed, createBotBed, jobIdOn, labelsOf, textOf, until } from '../support/bot-bed.js';
import { canPause, ordersTo, rowTitle, storyTable, tellsChanges } from '../support/story-table.js';

const env = { RECONCILE_SECONDS: '3' };

describe.each(storyTable.filter((row) => !canPause(row)))(rowTitle, ({ api, mode }) => {
  it('offers no pause, and says why there is none when somebody types it', async () => {
    const bed = await createBotBed({ mode, genesys: { api }, env });
    try {
      await bed.start();
      const room = bed.channel('ops').id;
      const call = bed.genesys.startCall({ policyRecording: true });
      await bed.record(`start ${call.id}`, room);
      const card = await bed.card(room, ':red_circle:');
      expect(labelsOf(card)).toEqual(['Stop']);
      for (const order of ['pause', 'resume']) {
        await bed.record(`${order} ${jobIdOn(card)}`, room);
        await bed.whisper(room, [`cannot ${order} a recording here`, 'knows start and stop only']);
      }
      await bed.record('help', room);
      const help = await bed.whisper(room, ['/record stop']);
      expect(textOf(help)).not.toMatch(/pause|resume/);
      expect(ordersTo(bed.genesys)).toEqual(['start']);
    } finally {
      await bed.finish();
    }
  });
});

describe.each(storyTable.filter(canPause))(rowTitle, (row) => {
  let bed: BotBed;
  let room: string;
  let story = 0;

  beforeAll(async () => {
    const { api, alerts, mode } = row;
    bed = await createBotBed({
      mode,
      genesys: { api, policyRecording: true },
      env: { ...env, CALL_ALERTS: alerts },
    });
    await bed.start();
  }, 60_000);
  afterAll(() => bed?.close());

  beforeEach(() => {
    story += 1;
    room = bed.channel(`room-${story}`).id;
    bed.genesys.resetJournal();
  });
  afterEach(() => bed.expectCleanHands());

  const isPaused = (id: string) => bed.genesys.calls.some((call) => call.id === id && call.securePaused);
  const alertOf = (id: string, ...words: readonly string[]) => bed.cardOf(bed.alerts.id, id, ...words);

  /** A call that the policy records, in the bot's books, with a card in the room. */
  async function meet() {
    const call = bed.genesys.startCall();
    await bed.record(`start ${call.id}`, room);
    const card = await bed.card(room, ':red_circle:', 'Recorded by Genesys’s own policy');
    return { call, card, jobId: jobIdOn(card) };
  }

  it('says that the policy records a call, and offers a pause in place of a start', async () => {
    const call = bed.genesys.startCall();
    const alert = await alertOf(call.id, 'records this call by the organisation’s policy');
    expect(labelsOf(alert)).toEqual(['Pause']);
  });

  it('starts no second recording of such a call, and refuses to stop it, with the reason', async () => {
    const { card, jobId } = await meet();
    await bed.whisper(room, ['by the organisation’s policy', 'it can be paused', jobId]);
    expect(labelsOf(card)).toEqual(['Pause']);
    await bed.record(`stop ${jobId}`, room);
    const why = ['by the organisation’s own policy', 'Nobody can stop that', 'it ends with the call'];
    await bed.whisper(room, [...why, `/record pause ${jobId}`]);
    expect(ordersTo(bed.genesys)).toEqual([]);
  });

  it('pauses by button and resumes by button, and every card of the call says so', async () => {
    const call = bed.genesys.startCall();
    await bed.press(await alertOf(call.id, 'policy'), 'Pause');
    const by = `Paused by <@${bed.ada.id}>`;
    const paused = await alertOf(call.id, 'PAUSED – nothing is being recorded', by, 'The bot resumes it');
    expect(isPaused(call.id)).toBe(true);
    expect(labelsOf(paused)).toEqual(['Resume']);

    await bed.press(paused, 'Resume');
    const resumed = await alertOf(call.id, ':red_circle: *Recording*');
    expect(isPaused(call.id)).toBe(false);
    expect(labelsOf(resumed)).toEqual(['Pause']);
    expect(ordersTo(bed.genesys)).toEqual(['pause', 'resume']);
  });

  it('pauses and resumes by command, with either id, and tells who did what', async () => {
    const { call, jobId } = await meet();
    await bed.record(`pause ${call.id}`, room);
    await bed.card(room, 'PAUSED');
    await bed.whisper(room, [`Paused \`${jobId}\``]);
    await bed.record(`pause ${jobId}`, room);
    await bed.whisper(room, ['is paused already', `<@${bed.ada.id}>`]);
    await bed.record(`resume ${jobId}`, room);
    await bed.card(room, ':red_circle:');
    await bed.whisper(room, [`Resumed \`${jobId}\``]);
    expect(ordersTo(bed.genesys)).toEqual(['pause', 'resume']);

    await bed.record(`status ${jobId}`, room);
    await bed.whisper(room, ['asked to pause', 'paused the recording', 'resumed the recording']);
  });

  it('never pauses what somebody has begun, and says what to do instead', async () => {
    const call = bed.genesys.startCall({ policyRecording: false });
    await bed.record(`start ${call.id}`, room);
    const card = await bed.card(room, ':red_circle:', 'Ends by');
    expect(labelsOf(card)).toEqual(['Stop']);
    await bed.record(`pause ${call.id}`, room);
    await bed.whisper(room, [
      'never pauses a recording that somebody began',
      `/record stop ${jobIdOn(card)}`,
    ]);
    await bed.press(card, 'Stop');
    await bed.card(room, 'Recording stopped');
    expect(ordersTo(bed.genesys)).toEqual(['start', 'stop']);
  });

  it('shows the agent’s own pause as theirs, lets somebody resume it, and follows them when they do', async () => {
    const { call } = await meet();
    bed.genesys.pauseElsewhere(call.id);
    const paused = await bed.card(room, 'PAUSED', 'Paused outside this bot', 'does not resume it by itself');
    expect(labelsOf(paused)).toEqual(['Resume']);
    await bed.press(paused, 'Resume');
    await bed.card(room, ':red_circle:');
    expect(isPaused(call.id)).toBe(false);

    bed.genesys.pauseElsewhere(call.id);
    await bed.card(room, 'Paused outside this bot');
    bed.genesys.resumeElsewhere(call.id);
    await bed.card(room, ':red_circle:');
    expect(ordersTo(bed.genesys)).toEqual(['resume']);
  });

  it('keeps the policy’s recording, and its pause, when the call goes to another agent', async () => {
    const { call, card } = await meet();
    await bed.press(card, 'Pause');
    await bed.card(room, 'PAUSED');
    bed.genesys.transferCall(call.id, 'Ben Whitaker');
    const moved = await bed.card(room, 'PAUSED', 'Ben Whitaker');
    expect(labelsOf(moved)).toEqual(['Resume']);
    expect(isPaused(call.id)).toBe(true);
  });

  it('says that the recording ended with the call, however it stood', async () => {
    const { call, card } = await meet();
    await bed.press(card, 'Pause');
    await bed.card(room, 'PAUSED');
    bed.genesys.endCall(call.id);
    const ended = await bed.card(room, 'Recording ended', 'the call is over');
    expect(labelsOf(ended)).toEqual([]);
  });

  // Polling reads a call anew after a minute; that is too long for a test.
  if (tellsChanges(row)) {
    it('tells a call on hold from a pause, and offers nothing until it is taken up again', async () => {
      const call = bed.genesys.startCall();
      await alertOf(call.id, 'policy');
      bed.genesys.holdCall(call.id);
      const held = await alertOf(call.id, 'Not recorded just now', 'on hold');
      expect(labelsOf(held)).toEqual([]);
      expect(textOf(held)).not.toContain('PAUSED');
      bed.genesys.unholdCall(call.id);
      await until(async () => expect(labelsOf(await alertOf(call.id, 'policy'))).toEqual(['Pause']));

      bed.genesys.pauseElsewhere(call.id);
      const paused = await alertOf(call.id, 'PAUSED outside this bot');
      expect(labelsOf(paused)).toEqual(['Resume']);
    });
  }
});
