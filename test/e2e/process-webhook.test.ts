/** Call alerts that somebody else sends: a request becomes a card, once, whoever sends it and whatever Slack does meanwhile. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BotProcess } from '../simulators/bot-process.js';
import type { SimulatedCall } from '../simulators/genesys/types.js';
import { isRecorded } from '../simulators/recordings.js';
import {
  type BotBed,
  type BotBedOptions,
  createBotBed,
  labelsOf,
  textOf,
  until,
} from '../support/bot-bed.js';
import { envelope, signatureOf } from '../support/call-alert-bed.js';
import { describePostgres } from '../support/postgres.js';

const secret = 'a-secret-between-the-sender-and-the-bot';

type What = 'started' | 'left' | 'ended';

interface Sender {
  readonly name: string;
  /** How it says that nobody from outside is on the call any more; those that say `left` cannot know that. */
  readonly end: What;
  readonly bodyOf: (what: What, call: SimulatedCall) => object;
  readonly headersOf: (body: string, shown: string) => Record<string, string>;
}

const showSecret = (_: string, shown: string) => ({ 'x-record-secret': shown });

const program: Sender = {
  name: 'a program that signs',
  end: 'ended',
  bodyOf: (what, { id, caller }) => ({
    ...{ event: `call.${what}`, eventId: randomUUID(), conversationId: id, caller },
    occurredAt: new Date().toISOString(),
  }),
  headersOf: (body, signedWith) => {
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = signatureOf(timestamp, body, signedWith);
    return { 'x-record-timestamp': timestamp, 'x-record-signature': signature };
  },
};

const workflow: Sender = {
  name: 'a workflow’s data action',
  end: 'left',
  // As docs/call-alerts-webhook.md has it: texts only, and what the workflow does not know is empty.
  bodyOf: (what, { id, caller }) => ({
    ...{ event: `call.${what}`, eventId: `${id}/${what}/${randomUUID()}`, occurredAt: String(Date.now()) },
    ...{ conversationId: id, caller, queue: '', agent: '', startedAt: '' },
  }),
  headersOf: showSecret,
};

const eventBridge: Sender = {
  name: 'EventBridge',
  end: 'left',
  bodyOf: (what, { id, caller }) =>
    envelope(
      { conversationId: id, eventTime: Date.now(), ani: caller },
      what === 'started' ? 'customer.start' : 'external.end',
      randomUUID(),
    ),
  headersOf: showSecret,
};

const senders = [program, workflow, eventBridge];
const settings = { CALL_ALERTS: 'webhook', CALL_ALERT_WEBHOOK_SECRET: secret, RECONCILE_SECONDS: '3' };

async function post({ url }: BotProcess, sender: Sender, json: object, shown = secret) {
  const body = JSON.stringify(json);
  const headers = { 'content-type': 'application/json', ...sender.headersOf(body, shown) };
  const response = await fetch(`${url}/alerts/calls`, { method: 'POST', headers, body });
  return [response.status, await response.json()];
}

const accepted = [202, { accepted: true }];

describe.each(['recording-jobs', 'conversations'] as const)('with %s', (api) => {
  let bed: BotBed;

  beforeAll(async () => {
    bed = await createBotBed({ genesys: { api }, env: settings });
    await bed.start();
  }, 60_000);
  afterAll(() => bed?.finish());

  const looks = () => bed.genesys.journal.filter((each) => each.operation === 'calls' && each.status).length;

  it.each(senders.map((sender) => [sender.name, sender] as const))(
    '%s tells of a call, which is recorded from its card, and of its end',
    async (_, sender) => {
      const call = bed.genesys.startCall({ caller: 'tel:+13175550118' });
      const send = (what: What, shown?: string) => post(bed.bot, sender, sender.bodyOf(what, call), shown);
      const card = (...words: readonly string[]) => bed.cardOf(bed.alerts.id, call.id, ...words);

      expect(await send('started', 'the secret of somebody else')).toEqual([401, { error: 'unauthorized' }]);
      expect(await send('started')).toEqual(accepted);
      const alert = await card('Call in progress', '•••118');
      await bed.press(alert, 'Start recording');
      const recording = await card(':red_circle:');
      expect(isRecorded(bed.genesys, call.id)).toBe(true);

      // Somebody whom the agent has asked hangs up, and the customer is still there.
      expect(await send('left')).toEqual(accepted);
      const before = looks();
      await until(() => expect(looks()).toBeGreaterThan(before));
      expect(textOf(await card(':red_circle:'))).not.toContain('Call ended');

      await bed.press(recording, 'Stop');
      await card('Recording stopped');
      // Whoever says that the call is over is believed; where somebody has left, Genesys is asked.
      if (sender.end === 'left') bed.genesys.endCall(call.id);
      expect(await send(sender.end)).toEqual(accepted);
      const ended = await card('Call ended');
      expect([ended.ts, labelsOf(ended)]).toEqual([alert.ts, []]);
    },
  );
});

describe('whatever Slack does', () => {
  let bed: BotBed;
  afterEach(() => bed?.finish());

  const raise = async (options: BotBedOptions = {}) => {
    bed = await createBotBed({ ...options, env: settings });
  };
  const startedOf = (call: SimulatedCall) => program.bodyOf('started', call);
  const cardsOf = ({ id }: SimulatedCall) =>
    bed.cards(bed.alerts.id).filter((message) => textOf(message).includes(id)).length;
  const expectOneCardEach = async (calls: readonly SimulatedCall[]) => {
    for (const { id } of calls) await bed.cardOf(bed.alerts.id, id, 'Call in progress');
    await bed.remembered();
    expect(calls.map(cardsOf)).toEqual(calls.map(() => 1));
  };

  it('a call is taken before Slack has ever answered, also by a process that dies then, and has one card', async () => {
    await raise();
    const [first, second] = [bed.genesys.startCall(), bed.genesys.startCall()];
    const told = startedOf(first);
    bed.slack.inject({ method: 'any', fault: { kind: 'status', status: 503 }, times: 'until-cleared' });
    await bed.spawn();
    // Until it listens, and has its database.
    await until(async () => expect(await post(bed.bot, program, told)).toEqual(accepted));
    expect((await fetch(`${bed.bot.url}/readyz`)).status).toBe(503);
    await bed.kill();

    await bed.spawn();
    await until(async () => expect(await post(bed.bot, program, startedOf(second))).toEqual(accepted));
    expect(await post(bed.bot, program, told)).toEqual([202, { duplicate: true }]);
    expect((await fetch(`${bed.bot.url}/readyz`)).status).toBe(503);
    expect(bed.cards(bed.alerts.id)).toEqual([]);
    bed.slack.clearFaults();
    await expectOneCardEach([first, second]);
  });

  it('a call is answered for before Slack answers, and has one card though the process dies while Slack hangs', async () => {
    await raise();
    await bed.start();
    const calls = [bed.genesys.startCall(), bed.genesys.startCall(), bed.genesys.startCall()];
    bed.slack.inject({ method: 'chat.postMessage', fault: { kind: 'hang' }, times: 'until-cleared' });
    for (const call of calls) {
      expect(await post(bed.bot, program, startedOf(call))).toEqual(accepted);
      // Slack has got one by now, and the bot has not even given up waiting for it.
      await until(() => expect(bed.slack.count('chat.postMessage')).toBeGreaterThan(0));
    }
    expect(bed.bot.log().filter((line) => line.includes('a card could not be drawn'))).toEqual([]);
    await bed.kill();
    bed.slack.clearFaults();
    await bed.start();
    await expectOneCardEach(calls);
  });
});

describePostgres('two processes on one Postgres', ({ url, schema }) => {
  it('make one card of an event that both of them get, whoever sends it, and of its end', async () => {
    const database = new URL(url);
    database.searchParams.set('options', `-c search_path=${schema}`);
    // The driver takes %20 for a space here, not the + of a form.
    const env = { ...settings, DATABASE_URL: database.href.replaceAll('+', '%20') };
    const bed = await createBotBed({ env });
    const one = await bed.start();
    const other = await bed.start();
    try {
      const calls = senders.map((sender) => ({ sender, call: bed.genesys.startCall() }));
      for (const { sender, call } of calls) {
        const body = sender.bodyOf('started', call);
        const answers = await Promise.all([one, other, one, other].map((bot) => post(bot, sender, body)));
        expect(answers.map(([status]) => status)).toEqual([202, 202, 202, 202]);
      }
      for (const { call } of calls) await bed.cardOf(bed.alerts.id, call.id, 'Call in progress');
      await bed.remembered();
      expect(bed.cards(bed.alerts.id)).toHaveLength(calls.length);
      for (const { sender, call } of calls) {
        bed.genesys.endCall(call.id);
        // By the first: the other has joined it without a burst of its own for what nobody waits for.
        expect(await post(one, sender, sender.bodyOf(sender.end, call))).toEqual(accepted);
        await bed.cardOf(bed.alerts.id, call.id, 'Call ended');
      }
    } finally {
      await one.stop();
      await bed.finish();
    }
  }, 60_000);
});
