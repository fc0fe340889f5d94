/** A request to the Web API, read and checked before a method sees it. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Core } from './core.js';
import { isObject } from './json.js';
import { Refusal } from './refusal.js';
import type { JsonObject } from './types.js';

/** Arguments that are JSON in themselves, and how Slack calls them when they are not. */
const jsonArguments: Readonly<Record<string, string>> = {
  blocks: 'invalid_blocks_format',
  attachments: 'invalid_attachments_format',
  metadata: 'invalid_metadata_format',
  view: 'invalid_arguments',
};

export interface Parsed {
  readonly args: JsonObject;
  readonly token: string | undefined;
  /** Why the body could not be read. */
  readonly error: string | null;
}

/** Reads the body (form or JSON) and the query; takes the token out of them. */
export function parseCall(headers: IncomingHttpHeaders, query: URLSearchParams, body: string): Parsed {
  const [, bearer] = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const fields = readFields(headers['content-type'] ?? '', body);
  if (fields === null) return { args: {}, token: bearer, error: 'invalid_json' };
  const { token, ...args } = { ...Object.fromEntries(query), ...fields };
  const found = bearer ?? (typeof token === 'string' ? token : undefined);
  for (const [name, error] of Object.entries(jsonArguments)) {
    if (typeof args[name] !== 'string') continue;
    const parsed = parseJson(args[name]);
    if (parsed === undefined) return { args, token: found, error };
    args[name] = parsed;
  }
  return { args, token: found, error: null };
}

/** JSON, or undefined for what is not. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readFields(contentType: string, body: string): Record<string, unknown> | null {
  if (!contentType.includes('json')) return Object.fromEntries(new URLSearchParams(body));
  const parsed = body === '' ? {} : parseJson(body);
  return isObject(parsed) ? { ...parsed } : null;
}

/** A method of the Web API. Returns what is answered beside `ok: true`, or throws {@link Refusal}. */
export interface Method {
  readonly token: 'bot' | 'app';
  /** One of these is enough; none needed when empty. */
  readonly scopes: readonly string[];
  run(core: Core, args: JsonObject): JsonObject;
}

/** A required text argument. */
export function required(args: JsonObject, name: string, error = 'invalid_arguments'): string {
  const value = args[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new Refusal(error, {
    response_metadata: { messages: [`[ERROR] missing required field: ${name}`] },
  });
}
