/** What was asked of the simulator, and what came of it. Never holds a secret. */
import type { Token } from './auth.js';
import type { Route } from './contract.js';
import { mediaType } from './credentials.js';
import type { Received } from './http.js';
import type { Fault, JournalEntry, Operation, RequestCount } from './types.js';

/** An entry in the making. */
export type OpenEntry = { -readonly [Key in keyof JournalEntry]: JournalEntry[Key] };

const secrets = new Set(['client_secret', 'access_token']);

export class Journal {
  entries: OpenEntry[] = [];
  starts = new Map<string, RequestCount>();
  /** The conversation that each request to start is about; '' if it names none. */
  readonly #started = new WeakMap<OpenEntry, string>();
  readonly #counts = new Map<Operation | 'any', RequestCount>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  open(
    request: Received,
    { operation, ids }: Route,
    token: Token | undefined,
    fault: Fault | null,
  ): OpenEntry {
    const entry: OpenEntry = {
      method: request.method,
      path: request.path,
      query: withoutSecrets(request.query),
      operation,
      at: this.#now(),
      status: null,
      tokenId: token?.id ?? null,
      body: readBody(request),
      tookEffect: false,
      fault: fault?.kind ?? null,
    };
    this.entries.push(entry);
    if (operation === 'start') this.#started.set(entry, conversationOf(entry, ids));
    this.#count(entry, { asked: 1, done: 0 });
    return entry;
  }

  tookEffect(entry: OpenEntry): void {
    entry.tookEffect = true;
    this.#count(entry, { asked: 0, done: 1 });
  }

  countOf(operation: Operation | 'any'): RequestCount {
    return this.#counts.get(operation) ?? none;
  }

  clear(): void {
    this.entries = [];
    this.starts = new Map();
    this.#counts.clear();
  }

  #count(entry: OpenEntry, add: RequestCount): void {
    for (const key of [entry.operation, 'any'] as const) this.#counts.set(key, sum(this.countOf(key), add));
    const id = this.#started.get(entry);
    if (id) this.starts.set(id, sum(this.starts.get(id) ?? none, add));
  }
}

/** The path names the conversation in the one contract, the body in the other. */
function conversationOf({ body }: OpenEntry, [id]: readonly string[]): string {
  const named = id ?? (body as { conversationId?: unknown } | null)?.conversationId;
  return typeof named === 'string' ? named.toLowerCase() : '';
}

const none: RequestCount = { asked: 0, done: 0 };

const sum = (one: RequestCount, other: RequestCount): RequestCount => ({
  asked: one.asked + other.asked,
  done: one.done + other.done,
});

function readBody({ text, headers }: Received): unknown {
  if (text === '') return null;
  if (mediaType(headers) === 'application/x-www-form-urlencoded') {
    return withoutSecrets(new URLSearchParams(text));
  }
  try {
    return JSON.parse(text, (key, value: unknown) => (secrets.has(key) ? '[secret]' : value));
  } catch {
    return text.includes('client_secret') ? '[secret]' : text;
  }
}

function withoutSecrets(fields: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...fields].map(([key, value]) => [key, secrets.has(key) ? '[secret]' : value]));
}
