/** The query of a listing: checked as strictly as Genesys does, then answered a page at a time. */
import { badRequest, invalidValue } from './errors.js';

/** Genesys's usual default. */
const defaultPageSize = 25;
const maxPageSize = 100;

export interface Page {
  readonly pageSize: number;
  readonly pageNumber: number;
}

export function readPage(query: URLSearchParams): Page {
  return {
    pageSize: readInteger(query, 'pageSize', defaultPageSize, maxPageSize),
    pageNumber: readInteger(query, 'pageNumber', 1, Number.MAX_SAFE_INTEGER),
  };
}

function readInteger(query: URLSearchParams, name: string, fallback: number, max: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max) throw invalidValue(text, name, `1 to ${max}`);
  return value;
}

/** Past the last page there are no entities, and no error. */
export function toPage<T>(all: readonly T[], { pageSize, pageNumber }: Page, toEntity: (one: T) => object) {
  const first = (pageNumber - 1) * pageSize;
  return {
    entities: all.slice(first, first + pageSize).map(toEntity),
    pageSize,
    pageNumber,
    total: all.length,
    pageCount: Math.ceil(all.length / pageSize),
  };
}

/** `from` and `to`, both required, in milliseconds. */
export function readWindow(query: URLSearchParams): { from: number; to: number } {
  const window = { from: readTime(query, 'from'), to: readTime(query, 'to') };
  if (window.from >= window.to) throw badRequest('from must be before to.');
  return window;
}

function readTime(query: URLSearchParams, name: string): number {
  const text = query.get(name);
  if (text === null) throw badRequest(`The query parameter ${name} is required.`);
  const time = Date.parse(text);
  // Printing it again must give what was sent: no other notation, and no 30 February, which rolls over.
  if (Number.isNaN(time) || new Date(time).toISOString() !== text.replace('Z', '.000Z')) {
    throw invalidValue(text, name, 'a time as YYYY-MM-DDThh:mm:ssZ');
  }
  return time;
}

/** `states=a,b` and `states=a&states=b`; all of them if there is none. */
export function readStates<T extends string>(query: URLSearchParams, known: readonly T[]): readonly T[] {
  const asked = query.getAll('states').flatMap((text) => text.split(','));
  return asked.length === 0 ? known : asked.map((text) => readOneOf(text, 'states', known));
}

export function readOneOf<T extends string>(text: string, name: string, known: readonly T[]): T {
  const found = known.find((one) => one === text);
  if (found === undefined) throw invalidValue(text, name, known.join(', '));
  return found;
}
