/** Serves the demo's page: its files, what it may ask for, and a stream of what it shows. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { GenesysSimulator } from './genesys/types.js';
import { createPageActions, type PageAction } from './page-actions.js';
import { bundlePage } from './page-assets.js';
import type { StageView } from './page-model.js';
import { toGenesysView, toSlackView } from './page-views.js';
import type { SlackSimulator } from './slack/types.js';

export interface PageServerOptions {
  readonly slack: SlackSimulator;
  readonly genesys: GenesysSimulator;
  readonly stage: () => StageView;
  /** 0, the default, takes any free port. */
  readonly port?: number;
}

export interface PageServer {
  /** `http://127.0.0.1:port/` */
  readonly url: string;
  /** Sends the stage anew: the bot has started, or ended. */
  stageChanged(): void;
  close(): Promise<void>;
}

/** Changes come in bursts; one picture of each burst is enough. */
const settleMs = 40;
/** A click that carries more than this is not one of ours. */
const maxBodyBytes = 100_000;

type Topic = 'slack' | 'genesys' | 'stage';

export async function servePage(options: PageServerOptions): Promise<PageServer> {
  const files = await bundlePage();
  const stream = createStream(options);
  const actions = createPageActions(options.slack, options.genesys);
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://page').pathname;
    const file = files.get(path);
    if (!isFromHere(request)) reply(response, 403, { error: 'Open the page by its own address.' });
    else if (request.method === 'POST') void act(actions.get(path), request, response);
    else if (path === '/events') stream.add(response);
    else if (file)
      response.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-store' }).end(file.body);
    else reply(response, 404, { error: 'There is no such page.' });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    stageChanged: () => stream.touch('stage'),
    async close() {
      stream.close();
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

/** Other sites that are open in the same browser have no business here. */
function isFromHere(request: IncomingMessage): boolean {
  const host = request.headers.host ?? '';
  const { origin } = request.headers;
  return (
    /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host) && (origin === undefined || origin === `http://${host}`)
  );
}

async function act(action: PageAction | undefined, request: IncomingMessage, response: ServerResponse) {
  if (!action) return reply(response, 404, { error: 'There is no such action.' });
  try {
    let body = '';
    for await (const chunk of request) {
      body += chunk;
      if (body.length > maxBodyBytes) throw new Error('That is too long.');
    }
    reply(response, 200, { result: (await action(JSON.parse(body))) ?? null });
  } catch (error) {
    reply(response, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function createStream({ slack, genesys, stage }: PageServerOptions) {
  const readers = new Set<ServerResponse>();
  const views: Record<Topic, () => unknown> = {
    slack: () => toSlackView(slack),
    genesys: () => toGenesysView(genesys),
    stage,
  };
  const waiting = new Map<Topic, NodeJS.Timeout>();
  const frame = (topic: Topic) => `event: ${topic}\ndata: ${JSON.stringify(views[topic]())}\n\n`;
  const send = (topic: Topic) => {
    waiting.delete(topic);
    if (readers.size === 0) return;
    const data = frame(topic);
    for (const reader of readers) reader.write(data);
  };
  const touch = (topic: Topic) => {
    if (!waiting.has(topic)) waiting.set(topic, setTimeout(send, settleMs, topic));
  };
  const stops = [slack.onChange(() => touch('slack')), genesys.onChange(() => touch('genesys'))];
  return {
    touch,
    add(response: ServerResponse) {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(frame('stage') + frame('slack') + frame('genesys'));
      readers.add(response);
      response.once('close', () => readers.delete(response));
    },
    close() {
      for (const stop of stops) stop();
      for (const timer of waiting.values()) clearTimeout(timer);
      for (const reader of readers) reader.destroy();
    },
  };
}
