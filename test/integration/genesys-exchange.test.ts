/** What only a real socket shows: connections kept, bodies cut, streams too long. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import fetch from 'node-fetch';
import { afterEach, describe, expect, it } from 'vitest';
import { createGenesys, type Genesys } from '../../src/genesys/genesys.js';
import { createLeapingClock, createLogBook, errorOf } from '../support/genesys-bed.js';

let server: Server;
let genesys: Genesys;
const sockets = new Set<unknown>();

/** A server that issues tokens and leaves the rest to the test. */
async function serve(api: RequestListener, timeoutMs = 5_000): Promise<void> {
  server = createServer((request, response) => {
    sockets.add(request.socket);
    if (request.url !== '/oauth/token') return api(request, response);
    response.end(JSON.stringify({ access_token: 't', expires_in: 3_600 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  genesys = createGenesys(
    {
      baseUrl: `http://127.0.0.1:${port}`,
      clientId: 'c',
      clientSecret: 's',
      recordingApi: 'recording-jobs',
      timeoutMs,
    },
    { fetch, clock: createLeapingClock(), random: Math.random, logger: createLogBook() },
  );
}

afterEach(async () => {
  genesys.close();
  sockets.clear();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('connections to Genesys', () => {
  it('are kept from one request to the next', async () => {
    await serve((_request, response) => response.end('{"entities":[]}'));
    for (let i = 0; i < 5; i += 1) await genesys.calls.listCalls();
    expect(sockets.size).toBe(1);
  });

  it('are all given back when the adapter is closed', async () => {
    await serve((_request, response) => response.end('{"entities":[]}'));
    await genesys.calls.listCalls();
    genesys.close();
    await expect
      .poll(() => new Promise((resolve) => server.getConnections((_e, count) => resolve(count))))
      .toBe(0);
  });

  it('do not hang on a body that stops halfway', async () => {
    await serve((_request, response) => void response.writeHead(201).write('{"id":'), 100);
    expect(await errorOf(genesys.recordings.start('c'))).toMatchObject({
      code: 'UNAVAILABLE',
      maybeDone: true,
    });
  });

  it('lose a body that is cut off, which may be done', async () => {
    await serve((_request, response) => {
      response.writeHead(201, { 'content-length': '100' }).write('{"id":"j"', () => response.destroy());
    });
    expect(await errorOf(genesys.recordings.start('c'))).toMatchObject({
      code: 'UNAVAILABLE',
      maybeDone: true,
    });
  });

  it('keep the meaning of a refusal whose body is cut off', async () => {
    await serve((_request, response) => {
      response.writeHead(409, { 'content-length': '100' }).write('{"code"', () => response.destroy());
    });
    expect(await errorOf(genesys.recordings.start('c'))).toMatchObject({
      code: 'STATE_CONFLICT',
      maybeDone: false,
    });
  });

  it.each([
    ['plain', (bytes: Buffer) => bytes, {}],
    ['compressed', gzipSync, { 'content-encoding': 'gzip' }],
  ])('do not swallow a body of any length (%s)', async (_what, encode, headers) => {
    const body = encode(Buffer.from('{"entities":[]}'.padEnd(11_000_000)));
    await serve((_request, response) => response.writeHead(200, headers).end(body));
    expect(await errorOf(genesys.calls.listCalls())).toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
  });

  it('do not trust a body that is badly encoded', async () => {
    await serve((_request, response) =>
      response.writeHead(201, { 'content-encoding': 'gzip' }).end('not gzip'),
    );
    expect(await errorOf(genesys.recordings.start('c'))).toMatchObject({
      code: 'UNEXPECTED_RESPONSE',
      maybeDone: true,
    });
  });

  it('never carry the token to where a redirect points', async () => {
    const seen: (string | undefined)[] = [];
    await serve((request, response) => {
      seen.push(request.url);
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect(await errorOf(genesys.calls.listCalls())).toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
    expect(seen).toHaveLength(1);
  });

  it('end at once when the caller gives up while the body is on its way', async () => {
    const giveUp = new AbortController();
    await serve((_request, response) => {
      response.writeHead(201).write('{', () => giveUp.abort());
    });
    const error = await errorOf(genesys.recordings.start('c', { signal: giveUp.signal }));
    expect(error).toMatchObject({ code: 'UNAVAILABLE', maybeDone: true });
  });
});
