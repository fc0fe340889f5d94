/** Answering an HTTP request, with or without a fault on the way. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Core } from './core.js';
import type { JsonObject, SlackFault } from './types.js';

export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The longest body that is read. */
const longestBody = 1_000_000;

export async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > longestBody) throw new Error('The body is too long.');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Does the work and answers, or fails as the fault wants. `done` is told what was (or would have been) answered. */
export async function answerWith(
  core: Core,
  response: ServerResponse,
  fault: SlackFault | null,
  work: () => Answer,
  done: (answer: Answer) => void,
): Promise<void> {
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'cut-before') {
    response.destroy();
    return;
  }
  if (fault?.kind === 'slow') await new Promise<void>((go) => core.clock.after(fault.ms, go));
  const instead = fault && answerInstead(fault);
  const answer = instead ?? work();
  done(answer);
  if (fault?.kind === 'cut-after') response.destroy();
  else if (fault?.kind === 'status') sendText(response, answer.status, 'Simulated failure');
  else if (fault?.kind === 'garbage') sendText(response, 200, '<!doctype html><p>Not JSON</p>');
  else send(response, answer);
}

/** The answer of a fault that has no effect. */
function answerInstead(fault: SlackFault): Answer | null {
  if (fault.kind === 'status') return { status: fault.status, body: {} };
  if (fault.kind === 'error') return { status: 200, body: { ok: false, error: fault.code } };
  return fault.kind === 'ratelimited' ? rateLimited(fault.retryAfter) : null;
}

export const rateLimited = (retryAfter: number): Answer => ({
  status: 429,
  body: { ok: false, error: 'ratelimited' },
  headers: { 'retry-after': String(retryAfter) },
});

export function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
  response.end(text);
}
