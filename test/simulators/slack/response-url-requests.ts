/** Requests to a `response_url`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, answerWith, readBody } from './answering.js';
import { parseJson } from './api-call.js';
import type { Core } from './core.js';
import { isObject } from './json.js';
import { Refusal } from './refusal.js';
import type { ResponseUrls } from './response-urls.js';
import type { JsonObject, ResponseUrlEntry } from './types.js';

/** Slack answers 404 for an address that is no good any more, and 400 for a body that is none. */
const gone = ['used_url', 'expired_url', 'invalid_url'];

export function createResponseUrlRequests(core: Core, urls: ResponseUrls) {
  function use(path: string, body: JsonObject | null): Answer {
    try {
      if (body === null) throw new Refusal('invalid_payload');
      urls.use(path, body);
      return { status: 200, body: { ok: true } };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return refused(error);
    }
  }

  function refused({ code, details }: Refusal): Answer {
    if (code.startsWith('invalid_blocks')) {
      core.journal.violate(`response_url was refused with ${code}: ${JSON.stringify(details)}`);
    }
    return { status: gone.includes(code) ? 404 : 400, body: { ok: false, error: code } };
  }

  return async function handle(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
  ): Promise<void> {
    const parsed = parseJson(await readBody(request));
    const body = isObject(parsed) ? parsed : null;
    const { deliveryId = 'unknown', channelId = '', userId = '' } = urls.find(path) ?? {};
    const fault = core.faults.take('response_url');
    const note = core.journal.add<ResponseUrlEntry>({
      kind: 'response_url',
      at: core.clock.now(),
      deliveryId,
      channelId,
      userId,
      body: body ?? {},
      status: null,
      answer: null,
      fault: fault?.kind ?? null,
    });
    await answerWith(
      core,
      response,
      fault,
      () => use(path, body),
      (answer) => {
        note({ status: answer.status, answer: answer.body });
      },
    );
  };
}
