/** The Web API: one request from its token to its answer. https://docs.slack.dev/apis/web-api */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, answerWith, rateLimited, readBody } from './answering.js';
import { type Method, type Parsed, parseCall } from './api-call.js';
import { chatMethods } from './api-chat.js';
import { directoryMethods } from './api-directory.js';
import { viewMethods } from './api-views.js';
import type { Core } from './core.js';
import { newId } from './ids.js';
import { textAt } from './json.js';
import { Refusal } from './refusal.js';
import type { ApiEntry, JsonObject } from './types.js';

/** Codes that say the app itself sent something no correct app sends. */
const broken = [
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_metadata_format',
  'invalid_metadata_schema',
];

export function createWebApi(core: Core, openSocket: () => string) {
  const methods: Readonly<Record<string, Method>> = {
    ...chatMethods,
    ...viewMethods,
    ...directoryMethods,
    'apps.connections.open': { token: 'app', scopes: [], run: () => ({ url: openSocket() }) },
  };

  function run(name: string, call: Parsed): Answer {
    try {
      const answer = { ok: true, ...carryOut(name, call) };
      return { status: 200, body: answer, headers: headersFor(name) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { retryAfter } = error.details;
      if (error.code === 'ratelimited') return rateLimited(Number(retryAfter));
      noteMistake(name, error);
      const body = { ok: false, error: error.code, ...error.details };
      return { status: 200, body, headers: headersFor(name) };
    }
  }

  function carryOut(name: string, { args, token, error }: Parsed): JsonObject {
    const method = methods[name];
    if (!method) throw new Refusal('unknown_method', { req_method: name });
    core.access.check(core.access.kindOf(token), method);
    const retryAfter = core.limits.check(name, textAt(args, 'channel'));
    if (retryAfter !== null) throw new Refusal('ratelimited', { retryAfter });
    if (error) throw new Refusal(error);
    return method.run(core, args);
  }

  function noteMistake(name: string, { code, details }: Refusal): void {
    const isView = name.startsWith('views.') && code === 'invalid_arguments';
    if (!isView && !broken.includes(code)) return;
    const { errors = [] } = details;
    core.journal.violate(`${name} was refused with ${code}: ${JSON.stringify(errors)}`);
  }

  const headersFor = (name: string) => ({
    'x-slack-req-id': newId(''),
    'x-oauth-scopes': core.access.scopes.join(','),
    'x-accepted-oauth-scopes': methods[name]?.scopes.join(',') ?? '',
  });

  function noteImpatience(name: string, channelId: string | undefined): void {
    if (!core.limits.isImpatient(name, channelId)) return;
    const where = channelId ? ` for ${channelId}` : '';
    core.journal.violate(`${name} was called again${where} before Retry-After had passed.`);
  }

  return async function handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const name = decodeURIComponent(url.pathname.slice('/api/'.length));
    const call = parseCall(request.headers, url.searchParams, await readBody(request));
    const channelId = textAt(call.args, 'channel');
    noteImpatience(name, channelId);
    const fault = core.faults.take(name);
    const note = core.journal.add<ApiEntry>({
      kind: 'api',
      at: core.clock.now(),
      method: name,
      args: call.args,
      token: core.access.kindOf(call.token),
      status: null,
      answer: null,
      fault: fault?.kind ?? null,
    });
    await answerWith(
      core,
      response,
      fault,
      () => run(name, call),
      ({ status, body, headers }) => {
        const retryAfter = headers?.['retry-after'];
        if (retryAfter) core.limits.refused(name, channelId, Number(retryAfter));
        const { url: _ticket, ...answer } = body;
        note({ status, answer: name === 'apps.connections.open' ? answer : body });
      },
    );
  };
}
