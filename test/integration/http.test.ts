import { once } from 'node:events';
import { Agent, type RequestListener, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/http/metrics.js';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../../src/http/server.js';
import { createLogger } from '../../src/logger.js';

const servers: HttpServer[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

function create(options: Partial<HttpServerOptions> = {}) {
  const lines: string[] = [];
  const logger = createLogger('debug', { write: (line) => lines.push(line) });
  const metrics = createMetrics({ unfinished: async () => 3 });
  const server = createHttpServer({
    port: 0,
    host: '127.0.0.1',
    ready: () => [],
    metrics,
    logger,
    ...options,
  });
  servers.push(server);
  return { server, lines, metrics };
}

async function started(options: Partial<HttpServerOptions> = {}) {
  const parts = create(options);
  const { port } = await parts.server.start();
  const url = `http://127.0.0.1:${port}`;
  const get = (path: string, init?: RequestInit) => fetch(`${url}${path}`, init);
  return { ...parts, port, url, get };
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

/** Everything the server says on a raw connection until it ends it. */
async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  await new Promise((resolve) => (socket.closed ? resolve(true) : socket.once('close', resolve)));
  return text;
}

describe('the HTTP server', () => {
  it('says that the process works', async () => {
    const { get } = await started();
    const response = await get('/healthz?x=1');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ healthy: true });
  });

  it('says whether commands can be served, and if not why', async () => {
    let reasons: string[] = [];
    const { get } = await started({ ready: () => reasons });
    const first = await get('/readyz');
    expect([first.status, await first.json()]).toEqual([200, { ready: true, reasons: [] }]);

    reasons = ['Slack: no socket is open', 'the database does not answer'];
    const second = await get('/readyz');
    expect([second.status, await second.json()]).toEqual([503, { ready: false, reasons }]);
  });

  it('is not ready when readiness cannot be found out, and tells only the log why', async () => {
    const failing = await started({ ready: () => Promise.reject(new Error('inner detail')) });
    const response = await failing.get('/readyz');
    expect([response.status, await response.json()]).toEqual([
      503,
      { ready: false, reasons: ['readiness could not be found out'] },
    ]);
    expect(failing.lines.join()).toContain('inner detail');

    const hanging = await started({ ready: () => new Promise(() => {}), readyMs: 10 });
    const late = await hanging.get('/readyz');
    expect(late.status).toBe(503);
    expect(await late.json()).toEqual({
      ready: false,
      reasons: ['readiness could not be found out within 10 ms'],
    });
  });

  it('shows the metrics, each with its labels', async () => {
    const { get, metrics } = await started();
    metrics.recordCommand('start', 'ok');
    metrics.recordCommand('start', 'ok');
    metrics.genesysRequest('start', 'ok', 0.2);
    metrics.genesysRequest('start', 'UNAVAILABLE', 10);
    metrics.slackRequest('chat.update', 'ok');
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=/);
    const text = await response.text();
    for (const line of [
      'record_commands_total{command="start",outcome="ok"} 2',
      'genesys_requests_total{operation="start",outcome="ok"} 1',
      'genesys_requests_total{operation="start",outcome="UNAVAILABLE"} 1',
      'genesys_request_seconds_bucket{le="0.25",operation="start"} 1',
      'genesys_request_seconds_sum{operation="start"} 10.2',
      'slack_requests_total{method="chat.update",outcome="ok"} 1',
      'recordings_unfinished 3',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).not.toContain('process_cpu');
  });

  it('keeps the metrics of two services apart, and adds those of the process when asked', async () => {
    const first = createMetrics({ withProcess: true });
    const second = createMetrics({ withProcess: true });
    first.recordCommand('stop', 'NOT_FOUND');
    expect((await first.render()).body).toMatch(
      /outcome="NOT_FOUND"[\s\S]*process_cpu|process_cpu[\s\S]*outcome="NOT_FOUND"/,
    );
    expect((await second.render()).body).not.toContain('NOT_FOUND');
  });

  it.each(['/', '/healthz/', '/slack/events', '/alerts/calls', '/metrics/../healthz%00', '//healthz'])(
    'knows no %s',
    async (path) => {
      const { port } = await started();
      const socket = await dial(port);
      socket.end(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
      const answer = await readAll(socket);
      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
      expect(answer).toMatch(/\r\n\r\n\{"error":"not found"\}$/);
    },
  );

  it('says which methods it takes', async () => {
    const { get } = await started({ slackEvents: (_, response) => response.end() });
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      const response = await get(path, { method: 'POST', body: 'x' });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      expect(await response.json()).toEqual({ error: 'method not allowed' });
      const head = await get(path, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
    }
    const events = await get('/slack/events');
    expect([events.status, events.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('the HTTP server, for Slack', () => {
  it('hands over the request untouched, its raw body to be read by the listener', async () => {
    const slackEvents: RequestListener = async (incoming, response) => {
      let body = '';
      for await (const chunk of incoming) body += chunk;
      response.end(`${incoming.method} ${incoming.url} ${incoming.headers['x-slack-signature']} ${body}`);
    };
    const { get } = await started({ slackEvents });
    const headers = { 'x-slack-signature': 'v0=abc' };
    const response = await get('/slack/events?a=1', { method: 'POST', body: 'command=%2Frecord', headers });
    expect(await response.text()).toBe('POST /slack/events?a=1 v0=abc command=%2Frecord');
  });

  it.each([
    () => {
      throw new Error('thrown at once');
    },
    async () => {
      throw new Error('thrown later');
    },
  ])('answers 500 without detail when the listener fails, and goes on', async (slackEvents) => {
    const { get, lines } = await started({ slackEvents: slackEvents as RequestListener });
    const response = await get('/slack/events', { method: 'POST' });
    expect([response.status, await response.json()]).toEqual([500, { error: 'internal error' }]);
    expect(lines.join()).toContain('thrown');
    expect((await get('/healthz')).status).toBe(200);
  });

  it('cuts an answer off that fails half-way, rather than pretend that it is whole', async () => {
    const slackEvents = async (_: unknown, response: Parameters<RequestListener>[1]) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half');
      throw new Error('thrown half-way');
    };
    const { get } = await started({ slackEvents: slackEvents as RequestListener });
    await expect(
      get('/slack/events', { method: 'POST' }).then((response) => response.text()),
    ).rejects.toThrow();
    expect((await get('/healthz')).status).toBe(200);
  });
});

describe('the HTTP server, against slow clients', () => {
  const limits = { headersMs: 600_000, requestMs: 600_000, keepAliveMs: 600_000, checkMs: 10 };

  it.each([
    ['says nothing', ''],
    ['does not finish its headers', 'GET /healthz HTTP/1.1\r\nhost: x\r\n'],
  ])('ends a connection that %s', async (_, text) => {
    const { port } = await started({ limits: { ...limits, headersMs: 50 } });
    const socket = await dial(port);
    socket.write(text);
    expect(await readAll(socket)).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });

  it('ends a connection whose body never comes', async () => {
    const slackEvents: RequestListener = (incoming) => void incoming.resume();
    const { port } = await started({ limits: { ...limits, headersMs: 50, requestMs: 100 }, slackEvents });
    const socket = await dial(port);
    socket.write('POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nab');
    await readAll(socket);
    expect(socket.destroyed).toBe(true);
  });

  it('survives what is not HTTP', async () => {
    const { port, get } = await started();
    const socket = await dial(port);
    socket.write('\x16\x03\x01 hello\r\n\r\n');
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 400 /);
    expect((await get('/healthz')).status).toBe(200);
  });
});

describe('the HTTP server, starting', () => {
  it('names PORT when another process has it', async () => {
    const { port } = await started();
    const { server } = create({ port });
    await expect(server.start()).rejects.toMatchObject({
      name: 'RecordError',
      code: 'CONFIG_INVALID',
      message: `PORT ${port} is in use by another process.`,
      cure: expect.stringContaining('PORT'),
    });
    // What did not start can still be stopped.
    await server.stop();
  });

  it('names HOST when the address is not one of this machine', async () => {
    const { server } = create({ host: '192.0.2.1' });
    await expect(server.start()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('HOST 192.0.2.1'),
    });
  });
});

describe('the HTTP server, stopping', () => {
  const unlimited = { stopMs: 600_000, keepAliveMs: 600_000, headersMs: 600_000, requestMs: 600_000 };

  /** A listener that answers when it is told to. */
  function held() {
    let arrived = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    let answer = () => {};
    const slackEvents: RequestListener = (_, response) => {
      answer = () => response.end('answered');
      arrived();
    };
    return { slackEvents, arrival, answer: () => answer() };
  }

  it('does not wait for connections that carry nothing', async () => {
    const { server, port, get } = await started({ limits: unlimited });
    await (await get('/healthz')).text();
    const silent = await dial(port);
    const partial = await dial(port);
    partial.write('GET /healthz HTTP/1.1\r\n');
    await server.stop();
    await Promise.all([readAll(silent), readAll(partial)]);
    await expect(get('/healthz')).rejects.toThrow();
  });

  it('answers what is in flight, takes nothing new, and then ends the kept-alive connection', async () => {
    const { slackEvents, arrival, answer } = held();
    const { server, port, get } = await started({ limits: unlimited, slackEvents });
    const agent = new Agent({ keepAlive: true });
    const inFlight = request({ port, host: '127.0.0.1', path: '/slack/events', method: 'POST', agent });
    inFlight.end();
    await arrival;

    let isStopped = false;
    const stop = server.stop().then(() => {
      isStopped = true;
    });
    await expect(get('/healthz')).rejects.toThrow();
    expect(isStopped).toBe(false);

    answer();
    const [response] = await once(inFlight, 'response');
    response.resume();
    await once(response, 'end');
    expect(response.complete).toBe(true);
    await stop;
    agent.destroy();
  });

  it('cuts off what is not answered in time', async () => {
    const { slackEvents, arrival } = held();
    const { server, get } = await started({ limits: { ...unlimited, stopMs: 20 }, slackEvents });
    const inFlight = get('/slack/events', { method: 'POST' });
    const refused = expect(inFlight).rejects.toThrow();
    await arrival;
    await server.stop();
    await refused;
  });

  it('may be asked twice, and before the start', async () => {
    const { server } = await started();
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    await create().server.stop();
  });
});
