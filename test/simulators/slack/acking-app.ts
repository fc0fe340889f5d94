/** The smallest app there can be: it acks everything over signed HTTP and remembers what came. For the simulator’s own tests. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from './answering.js';
import { isObject } from './json.js';
import type { JsonObject, SlackSimulator } from './types.js';

export interface AckingApp {
  /** What came last, parsed. */
  lastPayload(): JsonObject;
  lastResponseUrl(): string;
  /** What the next payloads are acked with; nothing by default. */
  ackWith(body: JsonObject): void;
  close(): Promise<void>;
}

export async function startAckingApp(slack: SlackSimulator): Promise<AckingApp> {
  let last: JsonObject = {};
  let ack: JsonObject | null = null;
  const server = createServer(async (request, response) => {
    const { payload, ...fields } = Object.fromEntries(new URLSearchParams(await readBody(request)));
    const parsed: unknown = payload === undefined ? fields : JSON.parse(payload);
    last = isObject(parsed) ? parsed : {};
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(ack === null ? '' : JSON.stringify(ack));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  slack.setRequestUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    lastPayload: () => last,
    lastResponseUrl: () => {
      const { response_url } = last;
      return String(response_url);
    },
    ackWith(body) {
      ack = body;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
