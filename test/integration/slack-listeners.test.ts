import { afterEach, describe, expect, it } from 'vitest';
import { RecordError } from '../../src/core/errors.js';
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

describe.each(['socket', 'http'] as const)('in %s mode', (mode) => {
  it('a start is acked, carried out, and answered by a card with exactly one request to Slack', async () => {
    const { slack, genesys, ops, record, card } = await open({ mode });
    const call = genesys.startCall();
    slack.resetJournal();
    const sent = await record(`start ${call.id} complaint`);
    expect(sent.acked).toBe(true);
    const posted = await card(ops.id, '*Recording*');
    const [job] = genesys.jobs;
    expect(wordsOf(posted)).toContain(`Job \`${job?.id}\``);
    expect(wordsOf(posted)).toContain('Reason: complaint');
    await until(async () => expect(await bed.store.listStaleCards()).toEqual([]));
    expect(slack.count('any')).toBe(1);
    expect(slack.count('chat.postMessage')).toBe(1);
    expect(genesys.count('start')).toBe(1);
  });

  it('a click on Stop redraws the card and reports in its thread', async () => {
    const { slack, genesys, ops, ada, record, card, press, whisper } = await open({ mode });
    await record(`start ${genesys.startCall().id}`);
    const posted = await card(ops.id, '*Recording*');
    await until(async () => expect(await bed.store.findCard(ops.id, posted.ts)).not.toBeNull());
    slack.resetJournal();
    await press(ops.id, posted.ts, 'Stop');
    const redrawn = await card(ops.id, '*Recording stopped*');
    expect(redrawn.ts).toBe(posted.ts);
    expect(buttonsOf(redrawn.blocks)).toEqual([]);
    await whisper(ops.id, ada.id, 'Stopped `');
    await until(() => expect(slack.messages(ops.id).at(-1)).toMatchObject({ threadTs: posted.ts }));
    expect(slack.count('chat.update')).toBe(1);
    expect(slack.count('chat.postMessage')).toBe(1);
    expect(genesys.jobs).toMatchObject([{ state: 'stopped' }]);
  });

  it('the same command delivered twice is carried out once', async () => {
    const { slack, genesys, ops, record, card } = await open({ mode, simulator: { deliverTwice: true } });
    await record(`start ${genesys.startCall().id}`);
    await card(ops.id, '*Recording*');
    const deliveries = () =>
      slack.journal.filter((entry) => entry.kind === 'delivery' && entry.ackMs !== null);
    await until(() => expect(deliveries()).toHaveLength(2));
    await bed.app.stop();
    expect(genesys.count('start')).toBe(1);
    expect(slack.journal.filter(({ kind }) => kind === 'response_url')).toEqual([]);
  });

  it('a command delivered again much later is carried out once', async () => {
    const { slack, genesys, ops, ada, record, card } = await open({ mode });
    const { deliveryId } = await record(`start ${genesys.startCall().id}`);
    await card(ops.id, '*Recording*');
    expect((await slack.redeliver(deliveryId)).acked).toBe(true);
    await bed.app.stop();
    expect(genesys.count('start')).toBe(1);
    expect(slack.ephemerals(ada.id, ops.id)).toEqual([]);
  });

  it('what is typed wrong is answered, and Genesys is not asked', async () => {
    const { genesys, ops, ada, record, whisper } = await open({ mode });
    await record('strat 1');
    await whisper(ops.id, ada.id, 'Did you mean /record start?');
    expect(genesys.count('any')).toBe(0);
  });
});

describe('two clicks on the same button', () => {
  it('start one recording, and tell the loser who was first', async () => {
    const { slack, genesys, store, board, ops, ada, sam, press } = await open();
    const call = genesys.startCall();
    genesys.inject({ on: 'start', fault: { kind: 'slow', ms: 200 } });
    await store.seeCalls(
      [
        {
          conversationId: call.id,
          caller: null,
          queue: null,
          agent: null,
          startedAt: null,
          policyRecording: null,
        },
      ],
      1,
      {
        channelId: ops.id,
        newId: () => 'alert',
      },
    );
    board.redraw(call.id);
    const alert = await bed.card(ops.id, 'Start recording');
    await until(async () => expect(await store.findCard(ops.id, alert.ts)).not.toBeNull());
    await Promise.all([
      press(ops.id, alert.ts, 'Start recording', ada.id),
      press(ops.id, alert.ts, 'Start recording', sam.id),
    ]);
    await bed.card(ops.id, '*Recording*');
    await bed.app.stop();
    expect(genesys.count('start')).toBe(1);
    const told = [...slack.ephemerals(ada.id, ops.id), ...slack.ephemerals(sam.id, ops.id)];
    expect(told.map(wordsOf)).toEqual([expect.stringMatching(/has a job already: .* asked for it/)]);
  });
});

describe('a start whose card is late', () => {
  const slow = { kind: 'ratelimited', retryAfter: 3_600 } as const;

  it('is told to its asker as well, and the card comes when it can', async () => {
    const { slack, genesys, store, ops, ada, record, whisper } = await open();
    slack.inject({ method: 'chat.postMessage', fault: slow });
    await record(`start ${genesys.startCall().id}`);
    const told = await whisper(ops.id, ada.id, 'is being recorded');
    expect(wordsOf(told)).toContain(`Started \`${genesys.jobs[0]?.id}\`: the call is being recorded.`);
    expect(await store.listStaleCards()).toHaveLength(1);
  });

  it('is told to whoever clicked on the call, too', async () => {
    const { slack, genesys, store, board, ops, sam, press, whisper } = await open();
    const call = genesys.startCall();
    const seen = { conversationId: call.id, caller: null, queue: null, agent: null, startedAt: null };
    await store.seeCalls([{ ...seen, policyRecording: null }], 1, {
      channelId: ops.id,
      newId: () => 'alert',
    });
    board.redraw(call.id);
    const alert = await bed.card(ops.id, 'Start recording');
    await until(async () => expect(await store.findCard(ops.id, alert.ts)).not.toBeNull());
    slack.inject({ method: 'chat.update', fault: slow });
    await press(ops.id, alert.ts, 'Start recording', sam.id);
    await whisper(ops.id, sam.id, 'is being recorded');
    expect(slack.ephemerals(sam.id, ops.id)).toHaveLength(1);
  });

  it('is told to its asker where the database cannot say whether it is drawn', async () => {
    let broken = false;
    const { genesys, ops, ada, record, whisper } = await open({
      store: (real) => ({
        ...real,
        changeJob: async (...args) => {
          const changed = await real.changeJob(...args);
          broken = true;
          return changed;
        },
        listStaleCards: (...args) =>
          broken ? Promise.reject(new RecordError('UNAVAILABLE', 'gone')) : real.listStaleCards(...args),
      }),
    });
    await record(`start ${genesys.startCall().id}`);
    await whisper(ops.id, ada.id, 'is being recorded');
  });

  it('says no more than its card where another one of that call is late elsewhere', async () => {
    const { slack, genesys, store, board, ops, ada, record, card } = await open();
    const call = genesys.startCall();
    const { id: alerts } = slack.addChannel({ name: 'alerts' });
    const seen = { conversationId: call.id, caller: null, queue: null, agent: null, startedAt: null };
    await store.seeCalls([{ ...seen, policyRecording: null }], 1, {
      channelId: alerts,
      newId: () => 'alert',
    });
    board.redraw(call.id);
    await until(async () => expect(await store.listStaleCards()).toEqual([]));
    slack.inject({ method: 'chat.update', fault: slow });
    await record(`start ${call.id}`);
    await card(ops.id, '*Recording*');
    await bed.app.stop();
    expect(slack.ephemerals(ada.id, ops.id)).toEqual([]);
  });
});

describe('in a channel that the bot is not in', () => {
  it('the card comes through the command itself, with the hint to invite the bot', async () => {
    const { slack, genesys, store, quality, record, card } = await open();
    await record(`start ${genesys.startCall().id}`, quality.id);
    const posted = await card(quality.id, '*Recording*');
    expect(posted.source).toBe('response_url');
    expect(wordsOf(posted)).toContain(`Invite me with \`/invite\` <@${slack.botUserId}>`);
    await until(async () => expect(await store.listStaleCards()).toEqual([]));
  });

  it('its Stop button works, and redraws it', async () => {
    const { genesys, quality, record, card, press } = await open();
    await record(`start ${genesys.startCall().id}`, quality.id);
    const posted = await card(quality.id, '*Recording*');
    await press(quality.id, posted.ts, 'Stop');
    const redrawn = await card(quality.id, '*Recording stopped*');
    expect(redrawn.ts).toBe(posted.ts);
    expect(genesys.jobs).toMatchObject([{ state: 'stopped' }]);
  });

  it.each([
    ['start', 'stop'],
    ['stop', 'start'],
  ] as const)('the card shows the outcome, also when Genesys is slow to %s', async (slow, quick) => {
    const { genesys, ops, quality, record, card } = await open();
    const call = genesys.startCall();
    genesys.inject({ on: slow, fault: { kind: 'slow', ms: 900 } });
    const place = {
      start: slow === 'start' ? quality.id : ops.id,
      stop: slow === 'stop' ? quality.id : ops.id,
    };
    await record(`start ${call.id}`, place.start);
    await until(async () => expect(await bed.store.findJobOf(call.id)).toMatchObject({ state: 'recording' }));
    if (slow === 'stop') await record(`stop ${call.id}`, place.stop);
    const posted = await card(quality.id, slow === 'start' ? '*Recording*' : '*Recording stopped*');
    expect(posted.versions).toHaveLength(1);
    expect(buttonsOf(posted.blocks).map(({ label }) => label)).toEqual(slow === 'start' ? ['Stop'] : []);
    expect(genesys.count(quick)).toBe(slow === 'start' ? 0 : 1);
  });

  it('a loser is told so, too', async () => {
    const { genesys, quality, sam, record, card, whisper } = await open();
    const call = genesys.startCall();
    await record(`start ${call.id}`, quality.id);
    await card(quality.id, '*Recording*');
    await record(`start ${call.id}`, quality.id, sam.id);
    await whisper(quality.id, sam.id, 'has a job already');
  });
});

describe('a button in a list', () => {
  it('starts the call, and the card comes into the channel', async () => {
    const { genesys, ops, ada, record, card, press, whisper } = await open();
    genesys.addCalls(3);
    await record('calls');
    const list = await whisper(ops.id, ada.id, '3 active calls');
    await press(ops.id, list.ts, 'Start recording');
    await card(ops.id, '*Recording*');
    expect(genesys.countEffects('start')).toBe(1);
  });

  it('stops a recording, and says so', async () => {
    const { genesys, ops, sam, record, press, whisper, card } = await open();
    await record(`start ${genesys.startCall().id}`);
    await card(ops.id, '*Recording*');
    await record('list', ops.id, sam.id);
    const list = await whisper(ops.id, sam.id, '1 recording running');
    await press(ops.id, list.ts, 'Stop', sam.id);
    await whisper(ops.id, sam.id, 'Stopped `');
    await card(ops.id, '*Recording stopped*');
  });
});

describe('whatever goes wrong is answered', () => {
  it('a button of another version', async () => {
    const { slack, ops, ada, whisper } = await open();
    const { createSlackClients } = await import('../../src/slack/clients.js');
    const { default: fetch } = await import('node-fetch');
    const { interactive } = createSlackClients({
      botToken: slack.botToken,
      apiUrl: slack.apiUrl,
      fetch,
      clock: bed.clock,
      logger: bed.logger,
    });
    const { ts } = await interactive.chat.postMessage({
      channel: ops.id,
      text: 'old',
      blocks: [
        {
          type: 'actions',
          elements: [
            { type: 'button', action_id: 'record_v0', text: { type: 'plain_text', text: 'Go' }, value: 'x' },
          ],
        },
      ],
    });
    const clicked = await slack.click({
      userId: ada.id,
      channelId: ops.id,
      messageTs: String(ts),
      actionId: 'record_v0',
    });
    expect(clicked.acked).toBe(true);
    await whisper(ops.id, ada.id, 'no longer works');
  });

  it('a bug, with a reference that stands in the log', async () => {
    const { logger, ops, ada, record, whisper } = await open({
      controller: () => ({ execute: () => Promise.reject(new TypeError('x is not a function')) }),
    });
    await record('list');
    const told = await whisper(ops.id, ada.id, 'Something went wrong inside the bot');
    const reference = /Reference `(\w{8})`/.exec(wordsOf(told))?.[1];
    expect(wordsOf(told)).not.toContain('not a function');
    const line = logger.lines.find(({ fields }) => fields.reference === reference);
    expect(line).toMatchObject({ level: 'error', fields: { userId: ada.id, channelId: ops.id } });
    expect(line?.fields.err).toBeInstanceOf(TypeError);
  });

  it('a refusal, logged as what it is', async () => {
    const refusal = new RecordError('GENESYS_REFUSED', 'Genesys refused it.', { reference: 'corr-1' });
    const { logger, ops, ada, record, whisper } = await open({
      controller: () => ({ execute: () => Promise.reject(refusal) }),
    });
    await record('list');
    await whisper(ops.id, ada.id, 'Reference `corr-1`');
    expect(logger.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', fields: expect.objectContaining({ reference: 'corr-1' }) }),
    );
  });

  it('a database that does not answer', async () => {
    const { ops, ada, record, whisper } = await open({
      store: (store) => ({
        ...store,
        claimDelivery: () =>
          Promise.reject(new RecordError('UNAVAILABLE', 'The database cannot be reached.')),
      }),
    });
    await record('list');
    await whisper(ops.id, ada.id, 'The database cannot be reached.');
  });

  it('a database that was away for a moment, as if nothing had happened', async () => {
    const unavailable = new RecordError('UNAVAILABLE', 'The connection to the database was lost.');
    let failures = 1;
    const { slack, ops, ada, record, whisper } = await open({
      store: (store) => ({
        ...store,
        claimDelivery: (...claim) =>
          failures-- > 0 ? Promise.reject(unavailable) : store.claimDelivery(...claim),
      }),
    });
    await record('help');
    await whisper(ops.id, ada.id, 'Recording calls from Slack');
    expect(slack.ephemerals(ada.id, ops.id)).toHaveLength(1);
  });

  it('a claim whose answer was lost, once', async () => {
    let failures = 1;
    const { slack, ops, ada, record, whisper } = await open({
      store: (store) => ({
        ...store,
        claimDelivery: async (...claim) => {
          const first = await store.claimDelivery(...claim);
          if (failures-- > 0)
            throw new RecordError('UNAVAILABLE', 'The connection to the database was lost.');
          return first;
        },
      }),
    });
    slack.setDeliverTwice(true);
    await record('help');
    await whisper(ops.id, ada.id, 'Recording calls from Slack');
    expect(slack.ephemerals(ada.id, ops.id)).toHaveLength(1);
  });

  it('somebody who is not permitted, who is told who is', async () => {
    const { genesys, ops, ada, sam, record, whisper } = await open({
      access: { users: ['UADA'], userGroups: [], channels: [], anybody: false },
    });
    await record(`start ${genesys.startCall().id}`, ops.id, sam.id);
    await whisper(ops.id, sam.id, 'Permitted: <@UADA>');
    expect(genesys.count('any')).toBe(0);
    expect(ada.id).not.toBe('UADA');
  });

  it('an answer that Slack does not take at first', async () => {
    const { slack, ops, ada, record, whisper } = await open();
    slack.inject({ method: 'response_url', fault: { kind: 'cut-before' } });
    await record('help');
    await whisper(ops.id, ada.id, 'Recording calls from Slack');
  });

  it('an answer whose blocks Slack does not take, as plain text', async () => {
    const { slack, ops, ada, record } = await open();
    slack.inject({ method: 'response_url', fault: { kind: 'error', code: 'invalid_blocks' } });
    await record('help');
    await until(() =>
      expect(slack.ephemerals(ada.id, ops.id)).toMatchObject([{ text: 'How to use /record', blocks: [] }]),
    );
    expect(bed.logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('an answer that its own way does not take, by another', async () => {
    const { slack, ops, ada, logger, record, whisper } = await open();
    slack.inject({ method: 'response_url', fault: { kind: 'status', status: 500 }, times: 2 });
    await record('help');
    await whisper(ops.id, ada.id, 'Recording calls from Slack');
    expect(logger.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'an answer did not reach Slack' }),
    );
    expect(JSON.stringify(logger.lines)).not.toContain(slack.url);
  });
});

it('what people type is read as they typed it', async () => {
  const { genesys, ops, ada, record, card } = await open();
  await record(`start ${genesys.startCall().id} asked by @${ada.name} & <co>`);
  const posted = await card(ops.id, '*Recording*');
  expect(wordsOf(posted)).toContain('Reason: asked by @ada &amp; &lt;co&gt;');
});
