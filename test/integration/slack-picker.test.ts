/** `/record` alone: the modal of active calls. */
import { afterEach, describe, expect, it } from 'vitest';
import { RecordError } from '../../src/core/errors.js';
import type { Block } from '../simulators/slack/types.js';
import { createSlackBed, type SlackBed, type SlackBedOptions, until } from '../support/slack-bed.js';
import { buttonsOf, wordsOf } from '../support/slack-blocks.js';

let bed: SlackBed;
afterEach(async () => {
  expect(bed.slack.violations).toEqual([]);
  await bed.close();
});

async function open(options: SlackBedOptions = {}) {
  bed = await createSlackBed(options);
  const { slack, ada } = bed;
  const views = (userId = ada.id) => slack.views(userId).map(({ view }) => view);
  const blocks = () => (views().at(-1)?.['blocks'] ?? []) as readonly Block[];
  return {
    ...bed,
    views,
    blocks,
    buttons: () => buttonsOf(blocks()).map(({ label }) => label),
    /** Resolves when the modal says that. */
    shows: (...words: string[]) =>
      until(() => {
        for (const each of words) expect(wordsOf({ blocks: blocks() })).toContain(each);
        return wordsOf({ blocks: blocks() });
      }),
    /** Presses the first button with that label. */
    pick: async (label: string) => {
      const button = buttonsOf(blocks()).find((each) => each.label === label);
      if (!button) throw new Error(`no button ${label} there`);
      return slack.clickInView({ userId: ada.id, actionId: button.actionId });
    },
  };
}

describe.each(['socket', 'http'] as const)('in %s mode', (mode) => {
  it('opens at once, and then shows each call with the button that makes sense', async () => {
    const { slack, genesys, ops, ada, record, shows, views, buttons } = await open({ mode });
    const [first, second] = [genesys.startCall(), genesys.startCall()];
    await record(`start ${second.id}`);
    await until(() => expect(genesys.jobs).toHaveLength(1));
    genesys.inject({ on: 'calls', fault: { kind: 'slow', ms: 500 } });
    expect((await record('')).acked).toBe(true);
    await shows('Looking for calls…');
    expect(genesys.count('calls')).toBe(1);
    await shows('*2 active calls*', first.id, second.id, 'No recording known', `<#${ops.id}>`);
    expect(buttons().sort()).toEqual(['Look again', 'Start recording', 'Stop']);
    expect(views()).toHaveLength(1);
    expect(slack.ephemerals(ada.id, ops.id)).toEqual([]);
  });

  it('starts and stops at a click; says so in the modal, and the card comes into the channel', async () => {
    const { genesys, ops, record, shows, pick, card, buttons } = await open({ mode });
    genesys.startCall();
    await record('');
    await shows('1 active call');
    expect((await pick('Start recording')).acked).toBe(true);
    await shows('Started `', '*Recording*');
    await card(ops.id, '*Recording*');
    expect(buttons()).toEqual(['Stop', 'Look again']);
    await pick('Stop');
    await shows('Stopped `', 'No recording known');
    await card(ops.id, '*Recording stopped*');
    expect(genesys.countEffects('start')).toBe(1);
    expect(genesys.countEffects('stop')).toBe(1);
  });
});

describe('a click in the picker', () => {
  it('that is delivered twice is carried out and answered once', async () => {
    const { slack, genesys, record, shows, pick } = await open({ simulator: { deliverTwice: true } });
    genesys.startCall();
    await record('');
    await shows('1 active call');
    await pick('Start recording');
    await shows('Started `');
    const deliveries = () =>
      slack.journal.filter((entry) => entry.kind === 'delivery' && entry.ackMs !== null);
    await until(() => expect(deliveries()).toHaveLength(4));
    await bed.app.stop();
    expect(genesys.count('start')).toBe(1);
    expect(slack.count('views.open')).toBe(1);
    expect(slack.count('views.update')).toBe(2);
  });

  it('looks again on demand', async () => {
    const { genesys, record, shows, pick } = await open();
    await record('');
    await shows('No call is active.');
    const call = genesys.startCall();
    await pick('Look again');
    expect(await shows('1 active call', call.id)).not.toContain('another version');
  });

  it('that looks again is answered in the channel when the modal cannot be drawn, without pressing Slack', async () => {
    const { slack, genesys, ops, ada, record, shows, pick, whisper } = await open();
    await record('');
    await shows('No call is active.');
    genesys.startCall();
    slack.inject({ method: 'views.update', fault: { kind: 'ratelimited', retryAfter: 30 } });
    await pick('Look again');
    await whisper(ops.id, ada.id, '1 active call');
    genesys.startCall();
    await pick('Look again');
    await whisper(ops.id, ada.id, '2 active calls');
    expect(slack.count('views.update')).toBe(2);
  });

  it('that looks again, after which the modal is closed, needs no answer', async () => {
    const { slack, genesys, ops, ada, record, shows, pick } = await open();
    await record('');
    await shows('No call is active.');
    genesys.inject({ on: 'calls', fault: { kind: 'slow', ms: 300 } });
    await pick('Look again');
    await slack.closeView(ada.id);
    await until(() => expect(slack.count('views.update')).toBe(2));
    await bed.app.stop();
    expect(slack.ephemerals(ada.id, ops.id)).toEqual([]);
  });

  it('of another version of the bot is answered with the calls', async () => {
    const { slack, ada, record, shows, views, clients } = await open();
    await record('');
    await shows('No call is active.');
    const [view] = views();
    const { external_id, private_metadata, callback_id } = view as Record<string, string>;
    const old = {
      type: 'button',
      action_id: 'record_v0',
      text: { type: 'plain_text', text: 'Go' },
      value: 'x',
    };
    const title = { type: 'plain_text', text: 'Old' };
    const blocks = [{ type: 'actions', elements: [old] }];
    const drawn = { type: 'modal', title, blocks, external_id, private_metadata, callback_id };
    await clients.interactive.views.update({ external_id, view: drawn } as never);
    await slack.clickInView({ userId: ada.id, actionId: 'record_v0' });
    await shows('no longer works', 'No call is active.');
  });

  it('on a call that is over is answered in the modal, with the calls that there are', async () => {
    const { genesys, record, shows, pick } = await open();
    const call = genesys.startCall();
    await record('');
    await shows('1 active call');
    genesys.endCall(call.id);
    const next = genesys.startCall();
    await pick('Start recording');
    const words = await shows(':warning:', '1 active call', next.id);
    expect(words).not.toContain('Something went wrong');
  });

  it('is answered in the modal when Genesys refuses, without a further request for calls', async () => {
    const { genesys, record, shows, pick, buttons } = await open();
    genesys.startCall();
    await record('');
    await shows('1 active call');
    genesys.resetJournal();
    genesys.inject({ on: 'start', fault: { kind: 'status', status: 403 } });
    await pick('Start recording');
    await shows(':warning: *', 'recording:job:control');
    expect(genesys.count('calls')).toBe(0);
    expect(buttons()).toEqual(['Look again']);
  });

  it('says what came of it also when the calls cannot be read then', async () => {
    const { genesys, record, shows, pick } = await open();
    genesys.startCall();
    await record('');
    await shows('1 active call');
    genesys.inject({ on: 'calls', fault: { kind: 'status', status: 403 } });
    await pick('Start recording');
    await shows('Started `', ':warning: *');
  });

  it('is carried out though the modal is closed meanwhile, and answered in the channel', async () => {
    const { slack, genesys, ops, ada, record, shows, pick, card, whisper } = await open();
    genesys.startCall();
    await record('');
    await shows('1 active call');
    await pick('Start recording');
    await card(ops.id, '*Recording*');
    await shows('Started `');
    genesys.inject({ on: 'stop', fault: { kind: 'slow', ms: 300 } });
    await pick('Stop');
    await slack.closeView(ada.id);
    await whisper(ops.id, ada.id, 'Stopped `');
    await card(ops.id, '*Recording stopped*');
  });

  it('after which the modal is closed is answered directly where the bot is not in the channel', async () => {
    const { slack, genesys, quality, ada, record, shows, pick } = await open();
    const call = genesys.startCall();
    await record(`start ${call.id}`);
    await until(() => expect(genesys.jobs).toHaveLength(1));
    await record('', quality.id);
    await shows('1 active call', '*Recording*');
    genesys.inject({ on: 'stop', fault: { kind: 'slow', ms: 300 } });
    await pick('Stop');
    await slack.closeView(ada.id);
    await until(() =>
      expect(JSON.stringify(slack.channels.flatMap(({ id }) => slack.messages(id)))).toContain('Stopped `'),
    );
  });

  it('of a bug is answered with a reference', async () => {
    const { record, shows, pick, logger, genesys } = await open({
      controller: (controller) => ({
        execute: (command, asker) =>
          command.name === 'start'
            ? Promise.reject(new TypeError('x is not a function'))
            : controller.execute(command, asker),
      }),
    });
    genesys.startCall();
    await record('');
    await shows('1 active call');
    await pick('Start recording');
    const reference = /Reference `(\w{8})`/.exec(await shows('Something went wrong inside the bot'))?.[1];
    expect(logger.lines).toContainEqual(
      expect.objectContaining({ level: 'error', fields: expect.objectContaining({ reference }) }),
    );
  });
});

it('in a channel that the bot is not in, it works, and the person is told why no card comes', async () => {
  const { slack, genesys, quality, record, shows, pick } = await open();
  genesys.startCall();
  await record('', quality.id);
  await shows('1 active call', 'provided that the bot was invited there');
  await pick('Start recording');
  await shows('Started `', '*Recording*');
  await until(() => {
    const all = slack.channels.flatMap(({ id }) => slack.messages(id));
    expect(JSON.stringify(all)).toContain(`I cannot write into <#${quality.id}>`);
  });
  expect(slack.messages(quality.id)).toEqual([]);
});

describe('permission', () => {
  const access = { users: ['UBOSS'], userGroups: [], channels: [], anybody: false };

  it('is asked before any call is shown', async () => {
    const { genesys, record, shows, buttons } = await open({ access });
    const call = genesys.startCall();
    await record('');
    const words = await shows('You are not permitted', 'Permitted: <@UBOSS>');
    expect(words).not.toContain(call.id);
    expect(buttons()).toEqual(['Look again']);
    expect(genesys.count('any')).toBe(0);
  });

  it('is asked again on each click, and the calls go', async () => {
    let permitted = true;
    const { genesys, record, shows, pick, buttons } = await open({
      controller: (controller) => ({
        execute: (command, asker) => {
          if (permitted) return controller.execute(command, asker);
          throw new RecordError('NOT_PERMITTED', 'You are not permitted to control recordings here.');
        },
      }),
    });
    genesys.startCall();
    await record('');
    await shows('1 active call');
    permitted = false;
    await pick('Start recording');
    await shows('You are not permitted');
    expect(buttons()).toEqual(['Look again']);
    expect(genesys.count('start')).toBe(0);
  });
});

describe('where no modal opens', () => {
  it.each(['expired_trigger_id', 'invalid_arguments'])(
    'the calls come as a list (%s), with buttons that work',
    async (code) => {
      const { slack, genesys, ops, ada, record, press, whisper, card } = await open();
      genesys.startCall();
      slack.inject({ method: 'views.open', fault: { kind: 'error', code } });
      await record('');
      const list = await whisper(ops.id, ada.id, '1 active call');
      await press(ops.id, list.ts, 'Start recording');
      await card(ops.id, '*Recording*');
      expect(slack.views(ada.id)).toEqual([]);
    },
  );

  it('an error comes as a message, too', async () => {
    const { slack, genesys, ops, ada, record, whisper } = await open();
    slack.inject({ method: 'views.open', fault: { kind: 'error', code: 'expired_trigger_id' } });
    genesys.inject({ on: 'calls', fault: { kind: 'status', status: 403 } });
    await record('');
    await whisper(ops.id, ada.id, ':warning:');
  });

  it('but the answer was lost, it is filled all the same', async () => {
    const { slack, genesys, ops, ada, record, shows } = await open();
    genesys.startCall();
    slack.inject({ method: 'views.open', fault: { kind: 'cut-after' } });
    await record('');
    await shows('1 active call');
    expect(slack.ephemerals(ada.id, ops.id)).toEqual([]);
  });

  it('or is closed before it is filled, the calls come as a list', async () => {
    const { slack, genesys, ops, ada, record, shows, whisper } = await open();
    genesys.startCall();
    genesys.inject({ on: 'calls', fault: { kind: 'slow', ms: 400 } });
    await record('');
    await shows('Looking for calls…');
    await slack.closeView(ada.id);
    await whisper(ops.id, ada.id, '1 active call');
  });
});

it('a hundred calls fill a modal, and the rest is named', async () => {
  const { genesys, record, shows, buttons, blocks } = await open();
  const calls = genesys.addCalls(120);
  await record('');
  const words = await shows('*120 active calls*', 'and 30 more: ');
  for (const { id } of calls) expect(words).toContain(id);
  expect(buttons()).toHaveLength(91);
  expect(blocks().length).toBeLessThanOrEqual(100);
});

it('the modal carries no secret', async () => {
  const { slack, record, shows, views, ops, logger } = await open();
  const { triggerId } = await record('');
  await shows('No call is active.');
  expect(views()[0]).toMatchObject({ private_metadata: ops.id });
  expect(JSON.stringify(views())).not.toContain(triggerId);
  expect(JSON.stringify(views())).not.toContain(slack.url);
  expect(JSON.stringify(logger.lines)).not.toContain(triggerId);
});
