import { App, SocketModeReceiver, webApi } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createManualClock } from '../simulators/slack/manual-clock.js';
import { quietLogger } from '../simulators/slack/quiet-logger.js';
import { createSlackSimulator } from '../simulators/slack/simulator.js';
import type { DeliveryEntry, SlackSimulator, SlackSimulatorOptions } from '../simulators/slack/types.js';

let slack: SlackSimulator;
let apps: App[];

async function openWorkspace(options: SlackSimulatorOptions = {}): Promise<void> {
  slack = await createSlackSimulator(options);
  slack.addUser({ id: 'U1', name: 'ada', realName: 'Ada Okafor' });
  slack.addChannel({ id: 'C1', name: 'supervisors', members: ['U1'] });
}

/** The real thing: a Bolt app on Socket Mode. */
async function startApp(prepare: (app: App) => void): Promise<App> {
  const receiver = new SocketModeReceiver({
    appToken: slack.appToken,
    logger: quietLogger,
    installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
  });
  const app = new App({
    token: slack.botToken,
    receiver,
    logger: quietLogger,
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  apps.push(app);
  prepare(app);
  await app.start();
  return app;
}

const deliveries = () => slack.journal.filter((one): one is DeliveryEntry => one.kind === 'delivery');
const record = (text = '') => slack.command({ userId: 'U1', channelId: 'C1', text });
const button = (fields: object = {}) => ({
  type: 'button',
  text: { type: 'plain_text', text: 'Stop' },
  ...fields,
});

beforeEach(async () => {
  apps = [];
  await openWorkspace();
});

afterEach(async () => {
  for (const app of apps) await app.stop();
  await slack.close();
});

describe('commands', () => {
  it('brings a command to a real Bolt app, with all that Slack sends', async () => {
    const seen: unknown[] = [];
    await startApp((app) => {
      app.command('/record', async ({ ack, payload }) => {
        seen.push(payload);
        await ack();
      });
    });
    const result = await record('start x');
    expect(result).toMatchObject({ acked: true, error: null });
    expect(result.ackMs).toBeLessThan(3_000);
    expect(seen).toEqual([
      {
        token: expect.any(String),
        team_id: slack.team.id,
        team_domain: slack.team.domain,
        channel_id: 'C1',
        channel_name: 'supervisors',
        user_id: 'U1',
        user_name: 'ada',
        command: '/record',
        text: 'start x',
        api_app_id: slack.appId,
        is_enterprise_install: 'false',
        response_url: expect.stringContaining(`${slack.url}/commands/`),
        trigger_id: result.triggerId,
      },
    ]);
    expect(slack.violations).toEqual([]);
  });

  it('shows the text of an ack to the one who asked', async () => {
    await startApp((app) => {
      app.command('/record', async ({ ack }) => ack('Use /record help.'));
    });
    await record();
    expect(slack.ephemerals('U1', 'C1')).toMatchObject([{ text: 'Use /record help.', from: 'bot' }]);
  });

  it('escapes people, channels and links as the manifest says', async () => {
    slack.addUserGroup({ id: 'S1', handle: 'leads', members: ['U1'] });
    const seen: string[] = [];
    await startApp((app) => {
      app.command('/record', async ({ ack, payload }) => {
        seen.push(payload.text);
        await ack();
      });
    });
    await record('@ada #supervisors @leads @channel https://a.example/?b=1&c=2 <b> @nobody');
    expect(seen).toEqual([
      '<@U1|ada> <#C1|supervisors> <!subteam^S1|@leads> <!channel> <https://a.example/?b=1&amp;c=2> &lt;b&gt; @nobody',
    ]);
  });

  it('knows no command that the manifest does not', async () => {
    const input = { userId: 'U1', channelId: 'C1', text: '', command: '/recrod' };
    await expect(slack.command(input)).rejects.toThrow('/recrod is not a valid command.');
    slack.setScopes(['chat:write']);
    await expect(record()).rejects.toThrow('/record is not a valid command.');
  });

  it('does not let strangers into private channels', async () => {
    slack.addChannel({ id: 'G1', name: 'board', private: true });
    const input = { userId: 'U1', channelId: 'G1', text: '' };
    await expect(slack.command(input)).rejects.toThrow('U1 is not in the private channel #board.');
  });

  it('says that dispatching failed when no socket is open', async () => {
    expect(await record()).toMatchObject({ acked: false, ackMs: null, error: 'dispatch_failed' });
    expect(slack.ephemerals('U1', 'C1')).toMatchObject([
      { text: '/record failed with the error "dispatch_failed"', from: 'slackbot' },
    ]);
    expect(slack.violations).toEqual([]);
  });
});

describe('the three seconds', () => {
  it('shows and notes a command that is acked too late', async () => {
    const clock = createManualClock();
    await slack.close();
    await openWorkspace({ clock });
    let ackNow = () => {};
    await startApp((app) => {
      app.command('/record', async ({ ack }) => {
        ackNow = () => void ack('late');
        clock.advance(3_000);
      });
    });
    expect(await record()).toMatchObject({ acked: false, error: 'operation_timeout' });
    expect(slack.ephemerals('U1', 'C1')).toMatchObject([
      { text: '/record failed with the error "operation_timeout"', from: 'slackbot' },
    ]);
    expect(slack.violations).toEqual(['/record was not acked in time.']);
    clock.advance(1_000);
    ackNow();
    await vi.waitFor(() =>
      expect(deliveries()).toMatchObject([{ ackMs: 4_000, error: 'operation_timeout' }]),
    );
    expect(slack.ephemerals('U1', 'C1')).toHaveLength(1);
  });

  it('does not blame the bot for a socket that Slack has cut', async () => {
    const clock = createManualClock();
    await slack.close();
    await openWorkspace({ clock });
    await startApp((app) => {
      app.command('/record', async () => {
        slack.cutSockets();
        await vi.waitFor(() => expect(slack.sockets).toEqual([]));
        clock.advance(3_000);
      });
    });
    expect(await record()).toMatchObject({ error: 'operation_timeout' });
    expect(slack.violations).toEqual([]);
  });
});

describe('clicks', () => {
  const card = [
    { type: 'section', block_id: 's', text: { type: 'mrkdwn', text: 'A call' } },
    { type: 'actions', block_id: 'b', elements: [button({ action_id: 'record_stop', value: 'job-1' })] },
  ];

  it('brings a click on a message to a real Bolt app, with all that Slack sends', async () => {
    const seen: unknown[] = [];
    const app = await startApp((prepared) => {
      prepared.action('record_stop', async ({ ack, body }) => {
        seen.push(body);
        await ack();
      });
    });
    const { ts = '' } = await app.client.chat.postMessage({ channel: 'C1', text: 'A call', blocks: card });
    const click = { userId: 'U1', channelId: 'C1', messageTs: ts, actionId: 'record_stop' };
    const result = await slack.click(click);
    expect(result).toMatchObject({ acked: true, error: null });
    expect(seen).toEqual([
      {
        type: 'block_actions',
        user: { id: 'U1', username: 'ada', name: 'ada', team_id: slack.team.id },
        api_app_id: slack.appId,
        token: expect.any(String),
        trigger_id: result.triggerId,
        team: { id: slack.team.id, domain: slack.team.domain },
        enterprise: null,
        is_enterprise_install: false,
        container: { type: 'message', message_ts: ts, channel_id: 'C1', is_ephemeral: false },
        channel: { id: 'C1', name: 'supervisors' },
        message: expect.objectContaining({ ts, text: 'A call', bot_id: slack.botId, blocks: card }),
        state: { values: {} },
        response_url: expect.stringContaining(`${slack.url}/actions/`),
        actions: [
          {
            type: 'button',
            action_id: 'record_stop',
            block_id: 'b',
            text: { type: 'plain_text', text: 'Stop' },
            value: 'job-1',
            action_ts: expect.stringMatching(/^\d+\.\d{6}$/),
          },
        ],
      },
    ]);
  });

  it('clicks only what that user is shown', async () => {
    slack.addUser({ id: 'U2', name: 'sam' });
    const app = await startApp((prepared) => {
      prepared.action(/.*/, async ({ ack }) => ack());
    });
    const { ts = '' } = await app.client.chat.postMessage({ channel: 'C1', text: 'A call', blocks: card });
    const click = { userId: 'U1', channelId: 'C1', messageTs: ts, actionId: 'record_stop' };
    await expect(slack.click({ ...click, actionId: 'record_start' })).rejects.toThrow('Nobody can click');
    await expect(slack.click({ ...click, value: 'job-2' })).rejects.toThrow('carries “job-1”');
    await expect(slack.click({ ...click, messageTs: '1.2' })).rejects.toThrow('sees no message');
    await app.client.chat.update({ channel: 'C1', ts, text: 'Done', blocks: [] });
    await expect(slack.click(click)).rejects.toThrow('nothing to click');
    await app.client.chat.postEphemeral({ channel: 'C1', user: 'U1', text: 'x', blocks: card });
    const [whispered] = slack.ephemerals('U1', 'C1');
    const inEphemeral = { ...click, messageTs: whispered?.ts ?? '' };
    expect(await slack.click(inEphemeral)).toMatchObject({ acked: true });
    expect(deliveries().at(-1)?.payload).toMatchObject({ container: { is_ephemeral: true } });
    expect(deliveries().at(-1)?.payload).not.toHaveProperty('message');
    await expect(slack.click({ ...inEphemeral, userId: 'U2' })).rejects.toThrow('sees no message');
  });

  it('chooses from a menu only what it offers', async () => {
    const seen: unknown[] = [];
    const app = await startApp((prepared) => {
      prepared.action('call', async ({ ack, payload, body }) => {
        seen.push(payload, 'state' in body && body.state);
        await ack();
      });
    });
    const option = { text: { type: 'plain_text', text: 'Ada’s call' }, value: 'c1' };
    const blocks = [
      {
        type: 'actions',
        block_id: 'b',
        elements: [{ type: 'static_select', action_id: 'call', options: [option] }],
      },
    ];
    const { ts = '' } = await app.client.chat.postMessage({ channel: 'C1', text: 'x', blocks });
    const click = { userId: 'U1', channelId: 'C1', messageTs: ts, actionId: 'call' };
    await expect(slack.click({ ...click, value: 'c2' })).rejects.toThrow('no choice “c2”');
    await slack.click({ ...click, value: 'c1' });
    expect(seen).toMatchObject([
      { type: 'static_select', selected_option: option },
      { values: { b: { call: { type: 'static_select', selected_option: option } } } },
    ]);
  });

  it('notes a click that nobody acks', async () => {
    const clock = createManualClock();
    await slack.close();
    await openWorkspace({ clock });
    const app = await startApp((prepared) => {
      prepared.use(async () => clock.advance(3_000));
    });
    const { ts = '' } = await app.client.chat.postMessage({ channel: 'C1', text: 'A call', blocks: card });
    const click = { userId: 'U1', channelId: 'C1', messageTs: ts, actionId: 'record_stop' };
    const clicking = slack.click(click);
    await vi.waitFor(() => expect(slack.snapshot().pending).toMatchObject([{ kind: 'click', blockId: 'b' }]));
    expect(await clicking).toMatchObject({ acked: false, error: 'operation_timeout' });
    expect(slack.snapshot().pending).toEqual([]);
    expect(slack.violations).toEqual(['a click on record_stop was not acked in time.']);
  });
});

describe('delivering again', () => {
  it('brings the same envelope and trigger once more', async () => {
    const triggers: string[] = [];
    await startApp((app) => {
      app.command('/record', async ({ ack, payload }) => {
        triggers.push(payload.trigger_id);
        await ack('hello');
      });
    });
    const { deliveryId, triggerId } = await record();
    expect(await slack.redeliver(deliveryId)).toMatchObject({ acked: true, deliveryId, triggerId });
    expect(triggers).toEqual([triggerId, triggerId]);
    expect(deliveries()).toMatchObject([
      { deliveryId, attempt: 0 },
      { deliveryId, attempt: 1 },
    ]);
    expect(slack.ephemerals('U1', 'C1')).toHaveLength(1);
  });

  it('can deliver everything twice', async () => {
    let count = 0;
    await startApp((app) => {
      app.command('/record', async ({ ack }) => {
        count += 1;
        await ack();
      });
    });
    slack.setDeliverTwice(true);
    await record();
    await vi.waitFor(() => expect(count).toBe(2));
  });

  it('tries an event again until it is acked', async () => {
    const clock = createManualClock();
    await slack.close();
    await openWorkspace({ clock });
    let heard = 0;
    await startApp((app) => {
      app.use(async ({ next }) => {
        heard += 1;
        await next();
      });
    });
    slack.setSocketsSilent(true);
    const sending = slack.sendEvent({ type: 'app_home_opened', user: 'U1' });
    await vi.waitFor(() => expect(deliveries()).toHaveLength(1));
    clock.advance(3_000);
    expect(await sending).toMatchObject({ acked: false });
    slack.setSocketsSilent(false);
    clock.advance(0);
    await vi.waitFor(() => expect(deliveries()).toMatchObject([{ ackMs: null }, { attempt: 1, ackMs: 0 }]));
    expect(heard).toBe(1);
    clock.advance(600_000);
    expect(deliveries()).toHaveLength(2);
  });
});

describe('sockets', () => {
  const ticket = async () => {
    const client = new webApi.WebClient(slack.appToken, { slackApiUrl: slack.apiUrl });
    const { url = '' } = await client.apps.connections.open();
    return url;
  };

  const firstMessage = (socket: WebSocket) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      socket.once('message', (data) => resolve(JSON.parse(String(data))));
      socket.once('error', reject);
    });

  it('greets, and takes a ticket only once', async () => {
    const url = await ticket();
    const socket = new WebSocket(url);
    expect(await firstMessage(socket)).toMatchObject({
      type: 'hello',
      num_connections: 1,
      connection_info: { app_id: slack.appId },
    });
    await expect(firstMessage(new WebSocket(url))).rejects.toThrow('401');
    await expect(firstMessage(new WebSocket(`${url}x`))).rejects.toThrow('401');
    expect(slack.sockets).toHaveLength(1);
  });

  it('lets sockets take turns', async () => {
    const prepare = (app: App) => app.command('/record', async ({ ack }) => ack());
    await startApp(prepare);
    await startApp(prepare);
    for (let n = 0; n < 4; n += 1) await record();
    const [first, second] = deliveries().map((one) => one.socketId);
    expect(first).not.toBe(second);
    expect(deliveries().map((one) => one.socketId)).toEqual([first, second, first, second]);
  });

  it('sends the eleventh socket away', async () => {
    const open = async () => firstMessage(new WebSocket(await ticket()));
    for (let n = 0; n < 10; n += 1) expect(await open()).toMatchObject({ type: 'hello' });
    expect(await open()).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' });
    expect(slack.sockets).toHaveLength(10);
    expect(slack.violations).toEqual(['The app opened more than 10 sockets.']);
  });

  it('asks for a refresh: a real Bolt app leaves, and commands in between fail', async () => {
    await startApp((app) => app.command('/record', async ({ ack }) => ack()));
    slack.disconnectSockets('refresh_requested');
    expect(await record()).toMatchObject({ error: 'dispatch_failed' });
    await vi.waitFor(() => expect(slack.sockets).toEqual([]));
    await vi.waitFor(() => expect(slack.sockets).toHaveLength(1), { timeout: 15_000, interval: 100 });
    expect(await record()).toMatchObject({ acked: true });
  });

  it('still delivers after a warning, and closes ten seconds later', async () => {
    const clock = createManualClock();
    await slack.close();
    await openWorkspace({ clock });
    const socket = new WebSocket(await ticket());
    expect(await firstMessage(socket)).toMatchObject({ type: 'hello' });
    slack.disconnectSockets('warning');
    expect(await firstMessage(socket)).toMatchObject({ type: 'disconnect', reason: 'warning' });
    const command = record();
    const { envelope_id } = await firstMessage(socket);
    socket.send(JSON.stringify({ envelope_id, payload: {} }));
    expect(await command).toMatchObject({ acked: true });
    clock.advance(10_000);
    await vi.waitFor(() => expect(slack.sockets).toEqual([]));
  });

  it('can hold back the hello', async () => {
    slack.setGap(true);
    const starting = startApp((app) => app.command('/record', async ({ ack }) => ack()));
    await vi.waitFor(() => expect(slack.count('apps.connections.open')).toBe(1));
    expect(await record()).toMatchObject({ error: 'dispatch_failed' });
    slack.setGap(false);
    await starting;
    expect(await record()).toMatchObject({ acked: true });
  });

  it('can go silent: a real Bolt app finds out by its pings', async () => {
    await startApp((app) => app.command('/record', async ({ ack }) => ack()));
    slack.setSocketsSilent(true);
    const closed = () => slack.journal.some((one) => one.kind === 'socket' && one.event === 'closed');
    await vi.waitFor(() => expect(closed()).toBe(true), { timeout: 20_000, interval: 100 });
  });

  it('notes acks that fit no envelope, or come twice', async () => {
    const socket = new WebSocket(await ticket());
    await firstMessage(socket);
    const command = record();
    const { envelope_id } = await firstMessage(socket);
    for (const id of [envelope_id, envelope_id, 'made-up']) socket.send(JSON.stringify({ envelope_id: id }));
    await command;
    await vi.waitFor(() =>
      expect(slack.violations).toEqual([
        `The bot acked envelope ${envelope_id} more often than it came.`,
        'The bot acked an envelope that socket-1 never brought.',
      ]),
    );
  });
});
