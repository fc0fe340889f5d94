/** The power goes, in the middle of it: nothing is lost, nothing is recorded twice, nobody is left without an answer. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GenesysSimulatorOptions } from '../simulators/genesys/types.js';
import { type BotBed, createBotBed, jobOf, labelsOf, textOf, until } from '../support/bot-bed.js';
import { describePostgres } from '../support/postgres.js';

let bed: BotBed;
let room: string;

async function raise(
  env: Readonly<Record<string, string>> = {},
  genesys: GenesysSimulatorOptions = {},
): Promise<void> {
  bed = await createBotBed({ env, genesys });
  room = bed.channel('ops').id;
  await bed.start();
}

const lower = () => bed?.finish();

/** A start that Genesys has got and not answered. */
async function startUnanswered(takesEffect: boolean) {
  const call = bed.genesys.startCall();
  bed.genesys.inject({ on: 'start', fault: { kind: 'hang', takesEffect } });
  await bed.record(`start ${call.id}`, room);
  await until(() => expect(bed.genesys.count('start')).toBe(1));
  return call;
}

describe('after kill -9', () => {
  beforeEach(() => raise(), 60_000);
  afterEach(lower);

  it('a start that took effect is adopted and shown, and Genesys is not asked to start again', async () => {
    const call = await startUnanswered(true);
    await bed.kill();
    expect(bed.cards(room).map(textOf).join()).not.toContain(':red_circle:');

    await bed.start();
    const card = await bed.card(room, ':red_circle:', call.id, jobOf(bed.genesys, call.id).id);
    expect(labelsOf(card)).toEqual(['Stop']);
    await bed.record(`start ${call.id}`, room);
    await bed.whisper(room, ['has a job already', jobOf(bed.genesys, call.id).id]);
    expect(bed.genesys.count('start')).toBe(1);

    await bed.press(card, 'Stop');
    await bed.card(room, 'Recording stopped');
    expect(bed.genesys.jobs).toHaveLength(1);
  });

  it('a start that never took effect is shown as failed, and can be asked for anew', async () => {
    const call = await startUnanswered(false);
    await bed.card(room, 'Starting…');
    await bed.remembered();
    await bed.kill();

    await bed.start();
    const card = await bed.card(room, 'Recording failed', 'never confirmed the start');
    expect(labelsOf(card)).toEqual([]);
    expect(bed.genesys.count('start')).toBe(1);

    await bed.record(`start ${call.id}`, room);
    await until(() => expect(bed.cards(room).map(textOf).join()).toContain(':red_circle:'));
    expect(bed.genesys.jobs).toHaveLength(1);
  });

  it('a running recording is still known, and its buttons and its job id work', async () => {
    const calls = [bed.genesys.startCall(), bed.genesys.startCall()];
    for (const { id } of calls) await bed.record(`start ${id}`, room);
    const shown = () => bed.cards(room);
    await until(() =>
      expect(shown().map(textOf)).toEqual([
        expect.stringContaining(':red_circle:'),
        expect.stringContaining(':red_circle:'),
      ]),
    );
    await bed.remembered();
    await bed.kill();
    await bed.start();

    await bed.record('list', room);
    await bed.whisper(room, ['2 recordings running', ...calls.map(({ id }) => id)]);
    const [first] = shown();
    if (first) await bed.press(first, 'Stop');
    const rest = calls
      .map(({ id }) => jobOf(bed.genesys, id))
      .find(({ id }) => first && !textOf(first).includes(id));
    await bed.record(`stop ${rest?.id}`, room);
    await until(() =>
      expect(shown().map(textOf)).toEqual([
        expect.stringContaining('Recording stopped'),
        expect.stringContaining('Recording stopped'),
      ]),
    );
    expect(bed.genesys.jobs.map(({ state }) => state)).toEqual(['stopped', 'stopped']);
    expect(bed.genesys.count('start')).toBe(2);
  });

  it('a stop that Genesys has not answered is carried out and shown', async () => {
    const call = bed.genesys.startCall();
    await bed.record(`start ${call.id}`, room);
    const card = await bed.card(room, ':red_circle:');
    await bed.remembered();
    bed.genesys.inject({ on: 'stop', fault: { kind: 'hang' } });
    await bed.press(card, 'Stop');
    await until(() => expect(bed.genesys.count('stop')).toBe(1));
    await bed.kill();

    await bed.start();
    await bed.card(room, 'Recording stopped', `<@${bed.ada.id}>`);
    expect(jobOf(bed.genesys, call.id).state).toBe('stopped');
    expect(bed.genesys.countEffects('stop')).toBe(1);
  });

  it('a question that was not answered yet is answered, for the asker’s eyes alone', async () => {
    const call = bed.genesys.startCall();
    bed.genesys.resetJournal();
    bed.genesys.inject({ on: 'calls', fault: { kind: 'hang' } });
    expect((await bed.record('calls', room)).acked).toBe(true);
    await until(() => expect(bed.genesys.count('calls')).toBe(1));
    await bed.kill();
    expect(bed.answers(room)).toEqual([]);

    await bed.start();
    await bed.whisper(room, ['1 active call', call.id]);
    expect(bed.answers(room)).toHaveLength(1);
    expect(bed.answers(room, bed.kim.id)).toEqual([]);
  });

  it('an answer that Slack had not taken yet is given, once, and never again', async () => {
    bed.slack.inject({ method: 'response_url', fault: { kind: 'hang' } });
    await bed.record('list', room);
    await until(() => expect(bed.slack.count('response_url')).toBe(1));
    await bed.kill();

    await bed.start();
    await bed.whisper(room, ['No recording is running']);
    await until(async () => expect(await bed.owed()).toBe(0));
    await bed.kill();
    await bed.start();
    await bed.record('help', room);
    await bed.whisper(room, ['Recording calls from Slack']);
    expect(bed.answers(room)).toHaveLength(2);
  });

  it('whoever asked for a stop hears of it, though it was carried out by the successor', async () => {
    const call = bed.genesys.startCall();
    await bed.record(`start ${call.id}`, room);
    const card = await bed.card(room, ':red_circle:');
    await bed.remembered();
    bed.genesys.inject({ on: 'stop', fault: { kind: 'hang' } });
    await bed.press(card, 'Stop');
    await until(() => expect(bed.genesys.count('stop')).toBe(1));
    await bed.kill();

    await bed.start();
    await bed.card(room, 'Recording stopped');
    await bed.whisper(room, [jobOf(bed.genesys, call.id).id]);
    expect(bed.answers(room)).toHaveLength(1);
    expect(bed.genesys.countEffects('stop')).toBe(1);
  });

  it('where the bot is not in the channel, the answer comes directly', async () => {
    const { id } = bed.channel('quality', false);
    bed.slack.inject({ method: 'response_url', fault: { kind: 'hang' } });
    await bed.record('list', id);
    await until(() => expect(bed.slack.count('response_url')).toBe(1));
    await bed.kill();

    await bed.start();
    const direct = `D${bed.ada.id.slice(1)}`;
    await until(() => expect(bed.slack.messages(direct).map(textOf)).toHaveLength(1));
    expect(bed.slack.messages(direct).map(textOf).join()).toContain(`what you asked in <#${id}>`);
  });

  it('a deadline that passed meanwhile is kept as soon as the bot is back', async () => {
    const call = bed.genesys.startCall();
    await bed.record(`start ${call.id} for 2s`, room);
    await bed.card(room, ':red_circle:');
    await bed.remembered();
    await bed.kill();

    await bed.start();
    await bed.card(room, 'Recording stopped', 'by this bot');
    expect(jobOf(bed.genesys, call.id).state).toBe('stopped');
  });
});

describe('after kill -9, with call alerts', () => {
  beforeEach(() => raise({ CALL_ALERTS: 'poll' }), 60_000);
  afterEach(lower);

  it('a start that takes effect only later is found and shown, and Genesys is not asked to start again', async () => {
    const call = bed.genesys.startCall();
    const alert = await bed.card(bed.alerts.id, call.id);
    await bed.remembered();
    bed.genesys.inject({ on: 'start', fault: { kind: 'slow', ms: 4_000 } });
    await bed.press(alert, 'Start recording');
    await until(() => expect(bed.genesys.count('start')).toBe(1));
    await bed.kill();

    await bed.start();
    const card = await bed.card(bed.alerts.id, ':red_circle:', call.id);
    expect(textOf(card)).toContain(jobOf(bed.genesys, call.id).id);
    expect(labelsOf(card)).toEqual(['Stop']);
    expect(card.ts).toBe(alert.ts);
    expect(bed.genesys.count('start')).toBe(1);
    expect(bed.genesys.jobs).toHaveLength(1);
  });
});

describe('after kill -9, in a pause', () => {
  beforeEach(() => raise({}, { api: 'conversations', policyRecording: true }), 60_000);
  afterEach(lower);

  const isPaused = () => bed.genesys.calls.some(({ securePaused }) => securePaused);

  async function pause() {
    const call = bed.genesys.startCall();
    await bed.record(`pause ${call.id}`, room);
    await bed.card(room, 'PAUSED', call.id);
    await bed.remembered();
    await bed.kill();
  }

  it('a pause that Genesys has not answered is carried out and shown', async () => {
    const call = bed.genesys.startCall();
    await bed.record(`start ${call.id}`, room);
    const card = await bed.card(room, ':red_circle:');
    await bed.remembered();
    bed.genesys.inject({ on: 'pause', fault: { kind: 'hang' } });
    await bed.press(card, 'Pause');
    await until(() => expect(bed.genesys.count('pause')).toBe(1));
    await bed.kill();
    expect(isPaused()).toBe(false);

    await bed.start();
    const paused = await bed.card(room, 'PAUSED', `Paused by <@${bed.ada.id}>`);
    expect(labelsOf(paused)).toEqual(['Resume']);
    expect(isPaused()).toBe(true);
  });

  it('the pause ends by itself all the same, after a reminder', async () => {
    await pause();
    await bed.pauseEndsIn(55_000);
    await bed.start();
    const [reminder] = await bed.replies(await bed.card(room, 'PAUSED'));
    expect(reminder && textOf(reminder)).toContain('the bot resumes it in a minute');
    expect(reminder && labelsOf(reminder)).toEqual(['Resume']);
    expect(isPaused()).toBe(true);

    await bed.kill();
    await bed.pauseEndsIn(0);
    await bed.start();
    await bed.card(room, ':red_circle:');
    expect(isPaused()).toBe(false);
    await bed.record('list', room);
    await bed.whisper(room, ['1 recording running']);
    expect(bed.genesys.countEffects('resume')).toBe(1);
  });
});

describePostgres('on Postgres', ({ url, schema, run }) => {
  beforeEach(() => {
    const database = new URL(url);
    database.searchParams.set('options', `-c search_path=${schema}`);
    // The driver takes %20 for a space here, not the + of a form.
    return raise({ DATABASE_URL: database.href.replaceAll('+', '%20') });
  }, 60_000);
  afterEach(lower);

  it('starts, knows the recording after kill -9, stops it, and tells who did what', async () => {
    const call = bed.genesys.startCall();
    await bed.record(`start ${call.id} a complaint`, room);
    await bed.card(room, ':red_circle:', 'a complaint');
    await bed.remembered();
    await bed.kill();
    await bed.start();

    await bed.press(await bed.card(room, ':red_circle:'), 'Stop');
    const card = await bed.card(room, 'Recording stopped');
    expect(await bed.replies(card)).toHaveLength(1);
    await bed.record(`status ${call.id}`, room);
    await bed.whisper(room, ['Who did what', 'asked for the recording', 'stopped the recording']);
    expect(bed.genesys.count('start')).toBe(1);
    expect(bed.genesys.count('stop')).toBe(1);
    expect(await run('SELECT state FROM jobs')).toEqual([{ state: 'stopped' }]);
  });
});
