/** Which request means which operation of a contract. */
import type { Contract, Endpoint, Route } from './contract.js';
import type { Received } from './http.js';
import { parseJson } from './json-body.js';

interface KnownPath {
  readonly pattern: RegExp;
  readonly methods: Map<string, Endpoint>;
}

export function createRouter(contract: Contract): (request: Received) => Route {
  const paths = new Map<string, KnownPath>();
  for (const path of contract.forbiddenPaths) {
    paths.set(path, { pattern: toPattern(path), methods: new Map() });
  }
  for (const endpoint of contract.endpoints) {
    const [method = '', path = ''] = endpoint.request.split(' ', 2);
    const known = paths.get(path) ?? { pattern: toPattern(path), methods: new Map() };
    known.methods.set(method, endpoint);
    paths.set(path, known);
  }
  return (request) => findRoute([...paths.values()], request);
}

function findRoute(paths: readonly KnownPath[], request: Received): Route {
  const { method, path } = request;
  if (path === '/oauth/token') {
    return { operation: method === 'POST' ? 'token' : 'other', endpoint: null, ids: [], allowed: ['POST'] };
  }
  for (const { pattern, methods } of paths) {
    const match = pattern.exec(path);
    if (!match) continue;
    const endpoint = methods.get(method) ?? null;
    const allowed = [...methods.keys()];
    return { operation: operationOf(endpoint, request), endpoint, ids: match.slice(1), allowed };
  }
  return { operation: 'other', endpoint: null, ids: [], allowed: null };
}

function operationOf(endpoint: Endpoint | null, request: Received): Route['operation'] {
  if (!endpoint) return 'other';
  const { operation } = endpoint;
  return typeof operation === 'function' ? operation(parseJson(request.text)) : operation;
}

const toPattern = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '([^/]+)')}$`);
