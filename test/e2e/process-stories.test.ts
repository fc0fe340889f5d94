/** What people do with the bot every day, against the built process, on both contracts and in both of Slack's modes. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isRecorded, recordElsewhere } from '../simulators/recordings.js';
import { type BotBed, createBotBed, jobIdOn, jobOf, labelsOf, textOf, until } from '../support/bot-bed.js';
import { costs, ordersTo, rowTitle, storyTable } from '../support/story-table.js';

const conversation = '6a2b9c1e-0f4d-4b7a-9c3e-5d8f7a1b2c3d';

const badInputs: readonly (readonly [what: string, text: string, says: string])[] = [
  ['no id', 'start', 'needs a conversation id'],
  ['two ids', `start ${conversation} ${randomUUID()}`, 'holds 2 different ids'],
  ['what is not a UUID', 'start 12345', 'holds no conversation id'],
  ['10,000 characters', `start ${'x'.repeat(10_000)}`, 'characters long'],
  ['control characters', `start ${conversation}\u0007\u0000`, 'control characters'],
  ['a mention of everybody', 'start <!channel>', 'holds no conversation id'],
  ['emoji', 'stop 🎙️🔴', 'holds no job id'],
  ['another script', 'запись', 'There is no /record'],
];

/** Nothing is asked of Genesys in these stories but what people ask for. */
const quiet = { CALL_ALERTS: 'off', RECONCILE_SECONDS: '3600' };

describe.each(storyTable)(rowTitle, ({ api, mode }) => {
  let bed: BotBed;
  /** Each story has a channel of its own: Slack takes about one message a second in each. */
  let room: string;
  let story = 0;

  beforeAll(async () => {
    bed = await createBotBed({ mode, genesys: { api }, env: quiet });
    await bed.start();
  }, 60_000);
  afterAll(() => bed?.close());

  beforeEach(() => {
    story += 1;
    room = bed.channel(`room-${story}`).id;
    bed.genesys.resetJournal();
    bed.slack.resetJournal();
  });
  afterEach(() => bed.expectCleanHands());

  const asked = () => bed.genesys.journal.map(({ operation }) => operation);
  const orders = () => ordersTo(bed.genesys);

  async function begin(text = '') {
    const call = bed.genesys.startCall();
    const { acked } = await bed.record(`start ${call.id} ${text}`, room);
    expect(acked).toBe(true);
    const card = await bed.card(room, ':red_circle:');
    expect(isRecorded(bed.genesys, call.id)).toBe(true);
    const jobId = jobIdOn(card);
    // Where Genesys names the recording, people see that name.
    if (api === 'recording-jobs') expect(jobOf(bed.genesys, call.id).id).toBe(jobId);
    return { call, card, jobId };
  }

  it('starts by command: one card, with the job id, who asked, why, and Stop', async () => {
    const { call, card } = await begin('for 10m a complaint');
    for (const words of [call.id, `<@${bed.ada.id}>`, 'Reason: a complaint', 'Ends by']) {
      expect(textOf(card)).toContain(words);
    }
    expect(labelsOf(card)).toEqual(['Stop']);
    await bed.press(card, 'Stop');
    await bed.card(room, 'Recording stopped');
    expect(orders()).toEqual(['start', 'stop']);
  });

  it('stops by command: the result stands in the card, in its thread, and in an answer', async () => {
    const { call, card, jobId } = await begin();
    await bed.record(`stop ${jobId} resolved`, room);
    const drawn = await bed.card(room, 'Recording stopped', 'Stopped after', 'Reason for the stop: resolved');
    expect(drawn.ts).toBe(card.ts);
    expect(labelsOf(drawn)).toEqual([]);
    const [reply] = await bed.replies(card);
    expect(reply && textOf(reply)).toMatch(new RegExp(`${jobId}.*Stopped after.*<@${bed.ada.id}>`, 's'));
    await bed.whisper(room, [`Stopped \`${jobId}\``]);
    expect(isRecorded(bed.genesys, call.id)).toBe(false);
  });

  it('understands a conversation id where a job id is wanted, and a link that holds one', async () => {
    const { call } = await begin();
    await bed.record(`stop https://apps.example.test/#/interactions/${call.id.toUpperCase()}`, room);
    await bed.card(room, 'Recording stopped');
    expect(orders()).toEqual(['start', 'stop']);
  });

  it('says who was first when a call is recorded already, with a Stop button that works', async () => {
    const { call, jobId } = await begin();
    await bed.record(`start ${call.id}`, room);
    const answer = await bed.whisper(room, ['has a job already', jobId, `<@${bed.ada.id}>`]);
    await bed.press(answer, 'Stop');
    await bed.card(room, 'Recording stopped');
    expect(orders()).toEqual(['start', 'stop']);
  });

  it('adopts what somebody else has Genesys record', async () => {
    const call = bed.genesys.startCall();
    recordElsewhere(bed.genesys, call.id);
    await bed.record(`start ${call.id}`, room);
    const card = await bed.card(room, ':red_circle:', 'it was already running');
    await bed.whisper(room, ['was recording that call already', jobIdOn(card)]);
    await bed.press(card, 'Stop');
    await bed.card(room, 'Recording stopped');
    expect(bed.genesys.countEffects('start')).toBe(0);
  });

  it('says that a recording is already finished, which is no error', async () => {
    const { card, jobId } = await begin();
    await bed.press(card, 'Stop');
    await bed.card(room, 'Recording stopped');
    await bed.record(`stop ${jobId}`, room);
    await bed.whisper(room, ['already finished', `<@${bed.ada.id}>`]);
    expect(bed.genesys.count('stop')).toBe(1);
  });

  it('explains a start that cannot be', async () => {
    const nobody = randomUUID();
    await bed.record(`start ${nobody}`, room);
    const answer = await bed.whisper(room, ['no active call', 'Check the id']);
    expect(labelsOf(answer)).toEqual([]);
    expect(asked()).toEqual(costs[api].start.slice(0, 1));
  });

  it('lists the recordings that run, each with a Stop button that works', async () => {
    const { call, jobId } = await begin();
    await bed.record('list', room);
    const list = await bed.whisper(room, ['1 recording running', jobId, call.id]);
    await bed.press(list, 'Stop');
    await bed.card(room, 'Recording stopped');
    await bed.record('list', room);
    await bed.whisper(room, ['No recording is running']);
  });

  it('lists the active calls, each with a Start button that works', async () => {
    for (const { id, endedAt } of bed.genesys.calls) if (endedAt === null) bed.genesys.endCall(id);
    const call = bed.genesys.startCall({
      caller: 'tel:+442079460142',
      queue: 'Claims',
      agent: 'Ben Whitaker',
    });
    await bed.record('calls', room);
    const list = await bed.whisper(room, [
      '1 active call',
      call.id,
      'Claims',
      'Ben Whitaker',
      '+442079460142',
    ]);
    await bed.press(list, 'Start recording');
    const card = await bed.card(room, ':red_circle:', call.id);
    await bed.press(card, 'Stop');
    await bed.card(room, 'Recording stopped');
  });

  it('tells everything about one recording, and how the bot itself is', async () => {
    const { card, jobId } = await begin('a complaint');
    await bed.press(card, 'Stop');
    await bed.card(room, 'Recording stopped');
    await bed.record(`status ${jobId}`, room);
    const status = textOf(await bed.whisper(room, ['Who did what', jobId]));
    expect(status).toMatch(
      /asked for the recording.*started the recording.*asked to stop.*stopped the recording/s,
    );
    expect(status).toContain(': a complaint');
    await bed.record('status', room);
    await bed.whisper(room, ['The bot works', 'Call alerts are switched off']);
  });

  it('helps, also those who may do nothing else', async () => {
    await bed.record('help', room, bed.kim.id);
    const commands = ['start', 'stop', 'status', 'list', 'calls', 'help'].map((name) => `/record ${name}`);
    await bed.whisper(room, commands, bed.kim.id);
  });

  it('refuses those who may not, names those who can, and asks Genesys nothing', async () => {
    const call = bed.genesys.startCall();
    for (const text of [`start ${call.id}`, `stop ${call.id}`, 'calls', 'list', `status ${call.id}`]) {
      const before = bed.answers(room, bed.kim.id).length;
      await bed.record(text, room, bed.kim.id);
      await until(() => expect(bed.answers(room, bed.kim.id)).toHaveLength(before + 1));
      await bed.whisper(room, ['not permitted', `Permitted: <@${bed.ada.id}>`], bed.kim.id);
    }
    expect(bed.cards(room)).toEqual([]);
    expect(asked()).toEqual([]);
  });

  it('checks the permission at the click, not at the message', async () => {
    const { card } = await begin();
    await bed.press(card, 'Stop', bed.kim.id);
    await bed.whisper(room, ['not permitted', `<@${bed.ada.id}>`], bed.kim.id);
    expect(orders()).toEqual(['start']);
    await bed.press(card, 'Stop');
    await bed.card(room, 'Recording stopped');
  });

  it.each(badInputs)('answers %s with what is wrong, and asks Genesys nothing', async (_, text, says) => {
    const { acked } = await bed.record(text, room);
    expect(acked).toBe(true);
    await bed.whisper(room, [says]);
    expect(bed.cards(room)).toEqual([]);
    expect(asked()).toEqual([]);
  });

  it('answers in a channel that it is not in, with the hint to invite it', async () => {
    const outside = bed.channel(`outside-${story}`, false).id;
    const call = bed.genesys.startCall();
    await bed.record(`start ${call.id}`, outside);
    const hint = ['/invite', `<@${bed.slack.botUserId}>`];
    const card = await bed.card(outside, ':red_circle:', ...hint);
    expect(card.source).toBe('response_url');
    expect(isRecorded(bed.genesys, call.id)).toBe(true);
    await bed.press(card, 'Stop');
    await bed.card(outside, 'Recording stopped', ...hint);
    expect(orders()).toEqual(['start', 'stop']);
  });

  it('does once, and answers once, what Slack delivers twice', async () => {
    bed.slack.setDeliverTwice(true);
    try {
      const { card, jobId } = await begin();
      await bed.record(`stop ${jobId}`, room);
      await bed.card(room, 'Recording stopped');
      await bed.whisper(room, [`Stopped \`${jobId}\``]);
      await bed.replies(card);
      await bed.record('help', room);
      await bed.whisper(room, ['/record help']);
      const deliveries = bed.slack.journal.filter(({ kind }) => kind === 'delivery');
      expect(deliveries).toHaveLength(6);
      expect(bed.answers(room)).toHaveLength(2);
      expect(bed.slack.messages(room)).toHaveLength(2);
      expect(orders()).toEqual(['start', 'stop']);
    } finally {
      bed.slack.setDeliverTwice(false);
    }
  });

  it('stops once when two press Stop at once, and tells the second', async () => {
    const { card, jobId } = await begin();
    await Promise.all([bed.press(card, 'Stop'), bed.press(card, 'Stop')]);
    await bed.card(room, 'Recording stopped');
    const answers = () => bed.answers(room).map(textOf);
    await until(() =>
      expect(answers().sort()).toEqual([
        expect.stringContaining(`Stopped \`${jobId}\``),
        expect.stringMatching(new RegExp(`${jobId}.* is (being stopped already|already finished)`)),
      ]),
    );
    expect(orders()).toEqual(['start', 'stop']);
    expect(await bed.replies(card)).toHaveLength(1);
  });

  // Where the machine stalls for half a second, the bot rightly shows “Starting…” first: then it is tried again.
  it(`costs ${costs[api].start.join(', ')} at Genesys and one request at Slack to start, and ${costs[api].stop.join(', ')} to stop`, {
    retry: 3,
  }, async () => {
    const requests = () =>
      bed.slack.journal.flatMap((entry) => {
        if (entry.kind === 'api') return [entry.method];
        return entry.kind === 'response_url' ? ['response_url'] : [];
      });
    const { card } = await begin();
    // Answered after all that the start has set off in the bot.
    await bed.record('help', room);
    await bed.whisper(room, ['/record help']);
    expect(requests()).toEqual(['chat.postMessage', 'response_url']);
    expect(asked()).toEqual(costs[api].start);

    bed.slack.resetJournal();
    await bed.press(card, 'Stop');
    await bed.card(room, 'Recording stopped');
    await bed.replies(card);
    await bed.whisper(room, ['Stopped']);
    expect(requests().sort()).toEqual(['chat.postMessage', 'chat.update', 'response_url']);
    expect(asked()).toEqual([...costs[api].start, ...costs[api].stop]);
  });
});
