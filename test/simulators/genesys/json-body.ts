/** The JSON body of a request, checked as strictly as Genesys checks it, and a little more: no field that it does not know. */
import { mediaType } from './credentials.js';
import { badRequest, usual } from './errors.js';
import type { Received } from './http.js';

export type Json = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Undefined if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function readJson({ headers, text }: Received): unknown {
  if (mediaType(headers) !== 'application/json') throw usual(415);
  const body = parseJson(text);
  if (body === undefined) throw usual(400);
  return body;
}

export function readJsonObject(request: Received): Json {
  const body = readJson(request);
  if (!isJsonObject(body)) throw usual(400);
  return body;
}

/** An object that has no other fields than these. */
export function readFields(value: unknown, where: string, known: readonly string[]): Json {
  if (!isJsonObject(value)) throw badRequest(`${where} must be an object.`);
  const stranger = Object.keys(value).find((key) => !known.includes(key));
  if (stranger !== undefined) throw badRequest(`Unrecognized field "${stranger}" in ${where}.`);
  return value;
}
