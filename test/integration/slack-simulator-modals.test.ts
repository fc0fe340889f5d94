import { webApi } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAckingApp } from '../simulators/slack/acking-app.js';
import { createManualClock, type ManualClock } from '../simulators/slack/manual-clock.js';
import { quietLogger } from '../simulators/slack/quiet-logger.js';
import { createSlackSimulator } from '../simulators/slack/simulator.js';
import type { SlackSimulator } from '../simulators/slack/types.js';

let slack: SlackSimulator;
let clock: ManualClock;
let app: Awaited<ReturnType<typeof startAckingApp>>;
let client: webApi.WebClient;

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const reason = (fields: object = {}) => ({
  type: 'input' as const,
  block_id: 'reason',
  label: plain('Reason'),
  element: { type: 'plain_text_input' as const, action_id: 'text' },
  ...fields,
});
const button = { type: 'button' as const, action_id: 'more', text: plain('More') };
const modal = (title: string, fields: object = {}) => ({
  type: 'modal' as const,
  callback_id: 'picker',
  title: plain(title),
  submit: plain('Start'),
  blocks: [reason(), { type: 'actions' as const, block_id: 'b', elements: [button] }],
  ...fields,
});

const trigger = async () => (await slack.command({ userId: 'U1', channelId: 'C1', text: '' })).triggerId;
const titles = () => slack.views('U1').map(({ view: { title } }) => title);

async function refusal(call: Promise<unknown>): Promise<unknown> {
  const thrown: unknown = await call.catch((error: unknown) => error);
  return thrown instanceof webApi.WebAPIPlatformError ? thrown.data.error : thrown;
}

beforeEach(async () => {
  clock = createManualClock(Date.now());
  slack = await createSlackSimulator({ clock });
  slack.addUser({ id: 'U1', name: 'ada' });
  slack.addChannel({ id: 'C1', name: 'supervisors', members: ['U1'] });
  app = await startAckingApp(slack);
  client = new webApi.WebClient(slack.botToken, {
    slackApiUrl: slack.apiUrl,
    logger: quietLogger,
  });
});

afterEach(async () => {
  await slack.close();
  await app.close();
});

describe('trigger ids', () => {
  it('opens a modal once', async () => {
    const trigger_id = await trigger();
    await client.views.open({ trigger_id, view: modal('One') });
    expect(titles()).toEqual([plain('One')]);
    expect(await refusal(client.views.open({ trigger_id, view: modal('Two') }))).toBe('exchanged_trigger_id');
  });

  it('opens a modal within three seconds', async () => {
    const [early, late] = [await trigger(), await trigger()];
    clock.advance(3_000);
    await client.views.open({ trigger_id: early, view: modal('In time') });
    clock.advance(1);
    expect(await refusal(client.views.open({ trigger_id: late, view: modal('Late') }))).toBe(
      'expired_trigger_id',
    );
    expect(await refusal(client.views.open({ trigger_id: 'x', view: modal('X') }))).toBe(
      'invalid_trigger_id',
    );
    expect(titles()).toEqual([plain('In time')]);
  });

  it('is not used up by a view that Slack refuses', async () => {
    const trigger_id = await trigger();
    const tooLong = modal('A title of twenty-five !!');
    expect(await refusal(client.views.open({ trigger_id, view: tooLong }))).toBe('invalid_arguments');
    expect(slack.violations).toHaveLength(1);
    await client.views.open({ trigger_id, view: modal('One') });
  });
});

describe('views', () => {
  it('stacks three at most', async () => {
    await client.views.open({ trigger_id: await trigger(), view: modal('1') });
    await client.views.push({ trigger_id: await trigger(), view: modal('2') });
    await client.views.push({ trigger_id: await trigger(), view: modal('3') });
    const trigger_id = await trigger();
    expect(await refusal(client.views.push({ trigger_id, view: modal('4') }))).toBe('push_limit_reached');
    const [first, second] = slack.views('U1');
    expect(second).toMatchObject({ rootViewId: first?.id, previousViewId: first?.id });
    await slack.closeView('U1');
    expect(titles()).toEqual([plain('1'), plain('2')]);
  });

  it('changes one by its id, unless somebody else has meanwhile', async () => {
    const { view } = await client.views.open({ trigger_id: await trigger(), view: modal('Loading') });
    const view_id = view?.id ?? '';
    const hash = view?.hash ?? '';
    await client.views.update({ view_id, hash, view: modal('Loaded') });
    expect(titles()).toEqual([plain('Loaded')]);
    expect(await refusal(client.views.update({ view_id, hash, view: modal('Stale') }))).toBe('hash_conflict');
    expect(await refusal(client.views.update({ view_id: 'V1', view: modal('X') }))).toBe('not_found');
  });

  it('publishes a Home tab', async () => {
    await client.views.publish({ user_id: 'U1', view: { type: 'home', blocks: [{ type: 'divider' }] } });
    expect(slack.home('U1')).toMatchObject({ type: 'home', blocks: [{ type: 'divider' }] });
    expect(await refusal(client.views.publish({ user_id: 'U9', view: { type: 'home', blocks: [] } }))).toBe(
      'invalid_arguments',
    );
  });
});

describe('using a modal', () => {
  beforeEach(async () => {
    await client.views.open({
      trigger_id: await trigger(),
      view: modal('Picker', { private_metadata: 'C1' }),
    });
  });

  it('submits what was filled in, and closes', async () => {
    expect(await slack.submitView({ userId: 'U1', values: { reason: 'complaint' } })).toMatchObject({
      acked: true,
    });
    expect(app.lastPayload()).toMatchObject({
      type: 'view_submission',
      user: { id: 'U1' },
      view: {
        callback_id: 'picker',
        private_metadata: 'C1',
        state: { values: { reason: { text: { type: 'plain_text_input', value: 'complaint' } } } },
      },
    });
    expect(slack.views('U1')).toEqual([]);
  });

  it('submits nothing while a required field is empty', async () => {
    await expect(slack.submitView({ userId: 'U1' })).rejects.toThrow('reason must be filled in');
    await expect(slack.submitView({ userId: 'U1', values: { other: 'x' } })).rejects.toThrow(
      'nothing to fill in',
    );
  });

  it('stays open with the errors that the bot acks with', async () => {
    app.ackWith({ response_action: 'errors', errors: { reason: 'Too short' } });
    await slack.submitView({ userId: 'U1', values: { reason: 'x' } });
    expect(slack.views('U1')).toMatchObject([{ errors: { reason: 'Too short' } }]);
  });

  it.each([
    ['update', ['Next']],
    ['push', ['Picker', 'Next']],
    ['clear', []],
  ])('follows the response action %s', async (response_action, expected) => {
    app.ackWith({ response_action, view: modal('Next') });
    await slack.submitView({ userId: 'U1', values: { reason: 'x' } });
    expect(titles()).toEqual(expected.map(plain));
  });

  it('stays open when nobody acks in time', async () => {
    slack.setRequestUrl('http://127.0.0.1:1/');
    const submitted = await slack.submitView({ userId: 'U1', values: { reason: 'x' } });
    expect(submitted).toMatchObject({ acked: false, error: 'dispatch_failed' });
    expect(titles()).toEqual([plain('Picker')]);
  });

  it('brings a click in it, with the whole view', async () => {
    await slack.clickInView({ userId: 'U1', actionId: 'more' });
    expect(app.lastPayload()).toMatchObject({
      type: 'block_actions',
      container: { type: 'view', view_id: slack.views('U1')[0]?.id },
      view: { callback_id: 'picker' },
      actions: [{ type: 'button', action_id: 'more', block_id: 'b' }],
    });
    await expect(slack.clickInView({ userId: 'U1', actionId: 'less' })).rejects.toThrow('Nobody can click');
    await expect(slack.clickInView({ userId: 'U1', actionId: 'text', value: 'x' })).rejects.toThrow(
      'nothing before',
    );
    await expect(slack.clickInView({ userId: 'U2', actionId: 'more' })).rejects.toThrow('no such modal');
  });

  it('tells of closing only a bot that asked for it', async () => {
    expect(await slack.closeView('U1')).toBeNull();
    await client.views.open({ trigger_id: await trigger(), view: modal('Told', { notify_on_close: true }) });
    expect(await slack.closeView('U1')).toMatchObject({ acked: true });
    expect(app.lastPayload()).toMatchObject({ type: 'view_closed', view: { callback_id: 'picker' } });
  });
});
