/** The simulator's HTTP server: which request goes where. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { send } from './answering.js';
import type { Core } from './core.js';
import { createResponseUrlRequests } from './response-url-requests.js';
import type { ResponseUrls } from './response-urls.js';
import type { SocketMode } from './socket-mode.js';
import { createWebApi } from './web-api.js';

export interface SlackServer {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

export async function startServer(
  core: Core,
  sockets: SocketMode,
  urls: ResponseUrls,
  port: number,
): Promise<SlackServer> {
  const server = createServer();
  let address = '127.0.0.1';
  const webApi = createWebApi(core, () => `ws://${address}/link/?ticket=${sockets.newTicket()}`);
  const responseUrls = createResponseUrlRequests(core, urls);

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${address}`);
    if (url.pathname.startsWith('/api/')) await webApi(request, response, url);
    else if (/^\/(commands|actions)\//.test(url.pathname) && request.method === 'POST') {
      await responseUrls(request, response, url.pathname);
    } else send(response, { status: 404, body: { ok: false, error: 'not_found' } });
  }

  server.on('request', (request, response) => {
    // A client that goes away in the middle is no news.
    route(request, response).catch(() => response.destroy());
  });
  server.on('upgrade', (request, connection, head) => {
    const url = new URL(request.url ?? '/', `http://${address}`);
    sockets.accept(request, connection, head, url.searchParams.get('ticket') ?? '');
  });
  const chosen = await listen(server, port);
  address = `127.0.0.1:${chosen}`;
  return { port: chosen, url: `http://${address}`, close: () => close(server) };
}

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
