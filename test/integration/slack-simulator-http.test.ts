import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createManualClock, type ManualClock } from '../simulators/slack/manual-clock.js';
import { quietLogger } from '../simulators/slack/quiet-logger.js';
import { createSlackSimulator } from '../simulators/slack/simulator.js';
import type { DeliveryEntry, JsonObject, SlackSimulator } from '../simulators/slack/types.js';

let slack: SlackSimulator;
let clock: ManualClock;
let servers: Server[];

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`;
}

/** The real thing: a Bolt app that takes signed requests. */
async function startApp(prepare: (app: App) => void, signingSecret = slack.signingSecret): Promise<App> {
  const receiver = new HTTPReceiver({ signingSecret, logger: quietLogger });
  const app = new App({
    token: slack.botToken,
    receiver,
    logger: quietLogger,
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  prepare(app);
  slack.setRequestUrl(await serve(receiver.requestListener));
  return app;
}

const record = (text = '') => slack.command({ userId: 'U1', channelId: 'C1', text });
const deliveries = () => slack.journal.filter((one): one is DeliveryEntry => one.kind === 'delivery');

beforeEach(async () => {
  servers = [];
  // Bolt compares the signature's time with the real one.
  clock = createManualClock(Date.now());
  slack = await createSlackSimulator({ clock });
  slack.addUser({ id: 'U1', name: 'ada' });
  slack.addChannel({ id: 'C1', name: 'supervisors', members: ['U1'] });
});

afterEach(async () => {
  await slack.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

describe('signed requests', () => {
  it('brings a command to a real Bolt app and shows what it acks with', async () => {
    const seen: string[] = [];
    await startApp((app) => {
      app.command('/record', async ({ ack, payload }) => {
        seen.push(payload.text);
        await ack({ text: 'Heard.', response_type: 'in_channel' });
      });
    });
    expect(await record('a & b')).toMatchObject({ acked: true, ackMs: 0, error: null });
    expect(seen).toEqual(['a &amp; b']);
    expect(slack.messages('C1')).toMatchObject([{ text: 'Heard.', source: 'response_url' }]);
    expect(deliveries()).toMatchObject([{ via: 'http', socketId: null, type: 'slash_commands' }]);
  });

  it('shows an ack that is plain text', async () => {
    await startApp((app) => {
      app.command('/record', async ({ ack }) => ack('Plain.'));
    });
    await record();
    expect(slack.ephemerals('U1', 'C1')).toMatchObject([{ text: 'Plain.' }]);
  });

  it('brings a click to a real Bolt app', async () => {
    const seen: unknown[] = [];
    const app = await startApp((prepared) => {
      prepared.action('stop', async ({ ack, payload }) => {
        seen.push(payload);
        await ack();
      });
    });
    const button = {
      type: 'button',
      action_id: 'stop',
      text: { type: 'plain_text', text: 'Stop' },
      value: '1',
    };
    const blocks = [{ type: 'actions', elements: [button] }];
    const { ts = '' } = await app.client.chat.postMessage({ channel: 'C1', text: 'x', blocks });
    const click = { userId: 'U1', channelId: 'C1', messageTs: ts, actionId: 'stop' };
    expect(await slack.click(click)).toMatchObject({ acked: true });
    expect(seen).toMatchObject([{ type: 'button', action_id: 'stop', value: '1' }]);
  });

  it('is refused where the signing secret differs, and says so', async () => {
    await startApp((app) => app.command('/record', async ({ ack }) => ack()), 'another secret');
    expect(await record()).toMatchObject({ acked: false, error: 'dispatch_failed' });
    expect(slack.violations).toEqual(['/record: the request URL answered 401.']);
    expect(slack.ephemerals('U1', 'C1')).toMatchObject([{ from: 'slackbot' }]);
  });

  it('fails when nobody is there, and blames nobody', async () => {
    slack.setRequestUrl('http://127.0.0.1:1/slack/events');
    expect(await record()).toMatchObject({ acked: false, error: 'dispatch_failed' });
    expect(slack.violations).toEqual([]);
  });

  it('times out after three seconds', async () => {
    slack.setRequestUrl(await serve(() => clock.advance(3_000)));
    expect(await record()).toMatchObject({ acked: false, error: 'operation_timeout' });
    expect(slack.violations).toEqual(['/record was not acked in time.']);
  });

  it('goes back to sockets', async () => {
    await startApp((app) => app.command('/record', async ({ ack }) => ack()));
    slack.setRequestUrl(null);
    expect(await record()).toMatchObject({ error: 'dispatch_failed' });
  });
});

describe('delivering again', () => {
  const eventIdOf = ({ event_id }: JsonObject) => event_id;
  const retryHeaders = (request: IncomingMessage) => [
    request.headers['x-slack-retry-num'],
    request.headers['x-slack-retry-reason'],
  ];

  it('tries an event at once, after a minute and after five, and says which attempt it is', async () => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      seen.push(retryHeaders(request));
      response.writeHead(500).end();
    });
    slack.setRequestUrl(url);
    await slack.sendEvent({ type: 'app_home_opened', user: 'U1' });
    for (const [ms, count] of [
      [0, 2],
      [60_000, 3],
      [300_000, 4],
      [900_000, 4],
    ] as const) {
      clock.advance(ms);
      await vi.waitFor(() => expect(deliveries().filter((one) => one.error)).toHaveLength(count));
    }
    expect(seen).toEqual([
      [undefined, undefined],
      ['1', 'http_error'],
      ['2', 'http_error'],
      ['3', 'http_error'],
    ]);
    const ids = deliveries().map((one) => eventIdOf(one.payload));
    expect(new Set(ids).size).toBe(1);
  });

  it('delivers the same command once more', async () => {
    const triggers: string[] = [];
    await startApp((app) => {
      app.command('/record', async ({ ack, payload }) => {
        triggers.push(payload.trigger_id);
        await ack();
      });
    });
    const { deliveryId, triggerId } = await record();
    await slack.redeliver(deliveryId);
    expect(triggers).toEqual([triggerId, triggerId]);
  });
});
