/** What becomes of a request that no fault keeps from its work: the checks that all endpoints share, then its own. */
import type { Token } from './auth.js';
import type { Contract, Route, World } from './contract.js';
import { type Refusal, type Reply, refuse, usual } from './errors.js';
import { answerOf, type Received } from './http.js';

/** What the journal wants to know of a request while it is carried out. */
export interface Witness {
  readonly usedToken: (token: Token) => void;
  readonly tookEffect: () => void;
}

/** Throws a `Refusal` where Genesys refuses. */
export function carryOut(
  contract: Contract,
  world: World,
  route: Route,
  request: Received,
  witness: Witness,
): Reply {
  const { auth, violate } = world;
  const { operation, endpoint, ids } = route;
  const { tookEffect } = witness;
  if (request.query.has('access_token')) violate('The access token was sent in a URL.');
  if (operation === 'token') {
    const { reply, token } = auth.mint(request, violate);
    witness.usedToken(token);
    tookEffect();
    return reply;
  }
  if (!endpoint) throw noSuchOperation(route, request, violate);
  const token = auth.require(request.headers.authorization);
  const reply = answerOf(() => {
    token.rate.take();
    endpoint.isThere?.(world.settings);
    if (endpoint.permission && !auth.may(token, endpoint.permission)) {
      throw refuse(contract.lacks(endpoint.permission));
    }
    return endpoint.work({ world, request, ids, token, tookEffect });
  });
  return { ...reply, headers: { ...token.rate.headers(), ...reply.headers } };
}

function noSuchOperation(
  route: Route,
  { method, path }: Received,
  violate: (sentence: string) => void,
): Refusal {
  violate(`${method} ${path} is no part of the contract.`);
  if (route.allowed === null) return usual(404);
  return refuse({
    status: 405,
    code: 'not.allowed',
    text: 'The method {method} is not allowed here.',
    params: { method },
    headers: { Allow: route.allowed.join(', ') },
  });
}
