/** HTTP as such: a request read, an answer sent, and the ways an answer goes wrong on the wire. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { Refusal, type Reply, refuse } from './errors.js';
import type { Fault } from './types.js';

const maxBodyBytes = 1_000_000;

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Rejects with a `Refusal` if the body is too long, and with the socket's error if the client has gone. */
export async function receive(request: IncomingMessage): Promise<Received> {
  // Not by `new URL`, which throws on a path such as `//`.
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s, 2);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  if (bytes > maxBodyBytes) {
    throw refuse({
      status: 413,
      code: 'request.entity.too.large',
      text: 'The request is over the size limit. Maximum bytes: {bytes}',
      params: { bytes: String(maxBodyBytes) },
    });
  }
  return {
    method: request.method ?? '',
    path,
    query: new URLSearchParams(query),
    headers: request.headers,
    text: Buffer.concat(chunks).toString('utf8'),
  };
}

/** The answer of `work`, or the refusal that it throws. */
export function answerOf(work: () => Reply): Reply {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return error.reply;
    throw error;
  }
}

/** Sends the answer as the fault has it. Returns the status that went out; null if none did. */
export function deliver(response: ServerResponse, reply: Reply, fault: Fault | null): number | null {
  switch (fault?.kind) {
    case 'cut-before':
    case 'cut-after':
      response.socket?.destroy();
      return null;
    case 'hang':
      return null;
    case 'hang-body':
      return sendPart(response, reply);
    case 'garbage':
      return send(response, reply, '<html><body>Something went wrong</body></html>');
    default:
      return send(response, reply);
  }
}

function send(response: ServerResponse, reply: Reply, instead?: string): number {
  const text = writeHead(response, reply, instead);
  response.end(text);
  return reply.status;
}

function sendPart(response: ServerResponse, reply: Reply): number {
  const text = writeHead(response, reply);
  response.write(text.slice(0, Math.floor(text.length / 2)));
  return reply.status;
}

/** Returns the body to send: the reply's with the correlation id as its `contextId`, or `instead`. */
function writeHead(response: ServerResponse, { status, headers, body }: Reply, instead?: string): string {
  const correlationId = randomUUID();
  const isApiError = typeof body === 'object' && body !== null && 'contextId' in body;
  // Nothing at all where there is nothing to say.
  const text = instead ?? JSON.stringify(isApiError ? { ...body, contextId: correlationId } : body) ?? '';
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'ININ-Correlation-Id': correlationId,
    ...headers,
  });
  return text;
}
