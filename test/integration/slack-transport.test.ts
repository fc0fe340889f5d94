import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import fetch from 'node-fetch';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Answer } from '../../src/core/answer.js';
import type { Clock } from '../../src/core/ports.js';
import type { Fetch } from '../../src/slack/clients.js';
import type { SlackSimulator } from '../simulators/slack/types.js';
import { createFastClock } from '../support/core-harness.js';
import {
  createSlackBed,
  realClock,
  type SlackBed,
  type SlackBedOptions,
  until,
} from '../support/slack-bed.js';

let bed: SlackBed;
async function open(options: SlackBedOptions = {}) {
  bed = await createSlackBed(options);
  return bed;
}
afterEach(() => bed.close());

describe('the start', () => {
  it('fails with a bad bot token, and names the setting', async () => {
    const { app } = await open({ start: false, tokens: { bot: 'xoxb-wrong' } });
    await expect(app.start()).rejects.toMatchObject({
      code: 'SLACK_REFUSED',
      cure: expect.stringContaining('SLACK_BOT_TOKEN'),
    });
    expect(app.notReady()).not.toEqual([]);
  });

  it('fails with a bad app token, names the setting, and leaves no socket', async () => {
    const { app, slack } = await open({ start: false, tokens: { app: 'xapp-wrong' } });
    await expect(app.start()).rejects.toMatchObject({
      code: 'SLACK_REFUSED',
      cure: expect.stringContaining('SLACK_APP_TOKEN'),
    });
    expect(slack.sockets).toEqual([]);
  });

  it('fails in HTTP mode with a bad bot token, too', async () => {
    const { app } = await open({ start: false, mode: 'http', tokens: { bot: 'xoxb-wrong' } });
    await expect(app.start()).rejects.toMatchObject({ code: 'SLACK_REFUSED' });
    expect(app.notReady()).toEqual(['Slack: requests are not accepted yet']);
  });

  it('says so when Slack cannot be reached', async () => {
    const { app, slack } = await open({ start: false });
    slack.inject({ method: 'auth.test', fault: { kind: 'cut-before' }, times: 'until-cleared' });
    await expect(app.start()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('survives a Slack that opens no sockets yet, and is ready once it does', async () => {
    const { app, slack } = await open({ start: false });
    slack.inject({ method: 'apps.connections.open', fault: { kind: 'status', status: 500 }, times: 4 });
    await app.start();
    expect(app.notReady()).toEqual([expect.stringContaining('no Socket Mode connection is open')]);
    await until(() => expect(slack.sockets).toHaveLength(2));
    await until(() => expect(app.notReady()).toEqual([]));
  });

  it('asks who the bot is exactly once', async () => {
    const { slack, record, ops, ada, whisper } = await open();
    await record('help');
    await whisper(ops.id, ada.id, 'Recording calls');
    expect(slack.count('auth.test')).toBe(1);
    expect(slack.count('apps.connections.open')).toBe(2);
  });
});

describe('two sockets', () => {
  it('serve commands while Slack refreshes one of them and has no new one to give', async () => {
    const { slack, ops, ada, record, whisper, app } = await open();
    const [first] = slack.sockets;
    slack.setGap(true);
    slack.disconnectSockets('refresh_requested', first?.id);
    await until(() => expect(slack.sockets).toHaveLength(1));
    for (let sent = 0; sent < 4; sent += 1) expect((await record('help')).acked).toBe(true);
    await whisper(ops.id, ada.id, 'Recording calls');
    expect(app.notReady()).toEqual([]);
    slack.setGap(false);
    await until(() => expect(slack.sockets).toHaveLength(2));
  });

  it.each(['warning', 'refresh_requested', 'link_disabled'] as const)(
    'come back after “%s”',
    async (reason) => {
      const { slack, record } = await open();
      const before = slack.sockets.map(({ id }) => id);
      slack.disconnectSockets(reason);
      await until(() => {
        expect(slack.sockets).toHaveLength(2);
        expect(slack.sockets.some(({ id }) => before.includes(id))).toBe(false);
      });
      expect((await record('help')).acked).toBe(true);
    },
  );

  it.each([
    ['500', { kind: 'status', status: 500 }],
    ['429', { kind: 'ratelimited', retryAfter: 1 }],
    ['a lost connection', { kind: 'cut-before' }],
    ['an answer that is no JSON', { kind: 'garbage' }],
  ] as const)('come back after %s on the reconnect', async (_, fault) => {
    const { slack, app, record } = await open();
    slack.inject({ method: 'apps.connections.open', fault, times: 4 });
    slack.cutSockets();
    await until(() => expect(app.notReady()).not.toEqual([]));
    await until(() => expect(slack.sockets).toHaveLength(2));
    await until(() => expect(app.notReady()).toEqual([]));
    expect((await record('help')).acked).toBe(true);
  });

  it('outlive a revoked app token: the bot says why it is not ready, and comes back', async () => {
    const { slack, app } = await open();
    slack.refuseToken('app', 'token_revoked');
    slack.cutSockets();
    await until(() => expect(app.notReady()).toEqual([expect.stringContaining('token_revoked')]));
    slack.refuseToken('app', null);
    await until(() => expect(app.notReady()).toEqual([]));
  });

  it('are replaced when nothing comes through them any more', async () => {
    const { slack } = await open();
    const before = slack.sockets.map(({ id }) => id);
    slack.setSocketsSilent(true);
    await until(() => {
      const opened = slack.journal.filter((entry) => entry.kind === 'socket' && entry.event === 'opened');
      expect(opened.length).toBeGreaterThan(before.length);
    });
    slack.setSocketsSilent(false);
    await until(() => {
      expect(slack.sockets).toHaveLength(2);
      expect(slack.sockets.some(({ id }) => before.includes(id))).toBe(false);
    });
  }, 60_000);
});

describe('a socket', () => {
  it('is replaced at once when it is closed, without waiting to be looked at', async () => {
    const neverLooking: Clock = {
      now: Date.now,
      sleep: (ms, signal) => realClock.sleep(ms === 1_000 ? 3_600_000 : ms, signal),
    };
    const { slack } = await open({ clock: neverLooking });
    slack.cutSockets();
    await until(() => expect(slack.count('apps.connections.open')).toBe(4));
    await until(() => expect(slack.sockets).toHaveLength(2));
  });

  it('is replaced within seconds when its other end has vanished and does not even close', async () => {
    const relay = await createRelay();
    const { slack } = await open({ fetch: relay.through(fetch) });
    relay.freeze();
    await until(() => expect(slack.count('apps.connections.open')).toBeGreaterThanOrEqual(4));
    relay.close();
  }, 60_000);
});

describe('the stop', () => {
  it('finishes what is in hand before the sockets close', async () => {
    const { slack, genesys, app, board, ops, record } = await open();
    genesys.inject({ on: 'start', fault: { kind: 'slow', ms: 400 } });
    await record(`start ${genesys.startCall().id}`);
    await app.stop();
    await board.stop();
    await until(() => expect(slack.sockets).toEqual([]));
    expect(JSON.stringify(slack.messages(ops.id))).toContain('*Recording*');
  });

  it('does not wait for ever', async () => {
    let release = () => {};
    const stuck = new Promise<Answer>((resolve) => {
      release = () => resolve({ kind: 'help', canPause: false });
    });
    const { app, logger, slack, record } = await open({
      clock: createFastClock(),
      controller: () => ({ execute: () => stuck }),
    });
    await record('list');
    await app.stop();
    await until(() => expect(slack.sockets).toEqual([]));
    expect(logger.lines.map(({ message }) => message)).toContain(
      'stopped while requests from Slack were still in hand',
    );
    release();
  });

  it('leaves no socket when it comes while sockets are being opened', async () => {
    const { slack, app } = await open();
    slack.inject({ method: 'apps.connections.open', fault: { kind: 'slow', ms: 300 }, times: 2 });
    slack.cutSockets();
    await until(() => expect(slack.count('apps.connections.open')).toBe(4));
    await app.stop();
    await until(() => {
      const opens = slack.journal.filter(({ kind }) => kind === 'api').slice(-2);
      expect(opens).toMatchObject([{ status: 200 }, { status: 200 }]);
    });
    // Whoever was given an address before this one has had the time to use it.
    const own = await openSocket(slack);
    expect(slack.sockets).toHaveLength(1);
    own.terminate();
  });

  it('may come before the start, and twice', async () => {
    const { app } = await open({ start: false });
    await app.stop();
    await app.stop();
    expect(app.notReady()).toHaveLength(1);
  });
});

describe('requests in HTTP mode', () => {
  const body = new URLSearchParams({
    command: '/record',
    text: 'help',
    user_id: 'U1',
    channel_id: 'C1',
    trigger_id: 't1',
    team_id: 'T1',
    response_url: 'http://127.0.0.1:9/none',
  }).toString();

  async function send({
    aheadSeconds = 0,
    secret = bed.slack.signingSecret,
    path = '/slack/events',
    sent = body,
  } = {}) {
    const timestamp = String(Math.floor(Date.now() / 1000) + aheadSeconds);
    const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
    const response = await fetch(`${bed.requestUrl}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${signature}`,
      },
      body: sent,
    });
    return response.status;
  }

  it('are taken when they are signed, now', async () => {
    await open({ mode: 'http' });
    expect(await send()).toBe(200);
  });

  it.each([
    ['signed with another secret', { secret: 'other' }, 401],
    ['changed on the way', { sent: body.replace('help', 'list') }, 401],
    ['older than five minutes', { aheadSeconds: -301 }, 401],
    ['dated more than five minutes ahead', { aheadSeconds: 310 }, 401],
    ['sent to another path', { path: '/slack/other' }, 404],
  ])('are refused when they are %s', async (_, request, status) => {
    await open({ mode: 'http' });
    expect(await send(request)).toBe(status);
  });

  it('are carried out once, however often they are replayed', async () => {
    let executed = 0;
    const { app } = await open({
      mode: 'http',
      controller: () => ({
        execute: async () => {
          executed += 1;
          return { kind: 'help', canPause: false };
        },
      }),
    });
    expect(await send()).toBe(200);
    expect(await send()).toBe(200);
    await app.stop();
    expect(executed).toBe(1);
  });

  it('are not taken before the start', async () => {
    const { app } = await open({ mode: 'http', start: false });
    expect(await send()).toBe(503);
    await app.start();
    expect(await send()).toBe(200);
    expect(app.notReady()).toEqual([]);
  });
});

/** A socket of the test's own, that has heard Slack's hello. */
async function openSocket(slack: SlackSimulator): Promise<WebSocket> {
  const response = await fetch(`${slack.apiUrl}apps.connections.open`, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.appToken}` },
  });
  const { url } = (await response.json()) as { url: string };
  const socket = new WebSocket(url);
  await once(socket, 'message');
  return socket;
}

/** A network between the bot's sockets and Slack that can fall silent without closing anything. */
async function createRelay() {
  const pairs: (readonly [Socket, Socket])[] = [];
  let target = 0;
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    pairs.push([near, far]);
    for (const socket of [near, far]) socket.on('error', () => {});
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    through:
      (direct: Fetch): Fetch =>
      async (url, init) => {
        const response = await direct(url, init);
        if (!String(url).endsWith('apps.connections.open')) return response;
        const text = (await response.text()).replace(
          /(ws:\\?\/\\?\/127\.0\.0\.1:)(\d+)/,
          (_, start, slackPort) => {
            target = Number(slackPort);
            return `${start}${port}`;
          },
        );
        const { ok, status, statusText, headers } = response;
        return {
          ok,
          status,
          statusText,
          headers,
          url: response.url,
          text: async () => text,
          json: response.json,
          arrayBuffer: response.arrayBuffer,
        };
      },
    freeze: () => {
      for (const [near, far] of pairs) {
        near.unpipe(far);
        far.unpipe(near);
        near.pause();
        far.pause();
      }
    },
    close: () => {
      for (const socket of pairs.flat()) socket.destroy();
      server.close();
    },
  };
}
