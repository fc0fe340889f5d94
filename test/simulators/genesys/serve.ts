/** The way of one request: read, journalled, hit by a fault or carried out, answered. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { carryOut } from './carry-out.js';
import type { Contract, Route, World } from './contract.js';
import { Refusal, type Reply } from './errors.js';
import { type Faults, takesEffect, toReply } from './faults.js';
import { answerOf, deliver, type Received, receive } from './http.js';
import type { Journal, OpenEntry } from './journal.js';
import type { Fault } from './types.js';

export interface ServeDeps extends World {
  readonly contract: Contract;
  readonly routeOf: (request: Received) => Route;
  readonly faults: Faults;
  readonly journal: Journal;
  /** Resolves after `ms`, rejects when the simulator closes. */
  readonly sleep: (ms: number) => Promise<unknown>;
}

export async function serve(
  deps: ServeDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const received = await receive(request).catch((error: unknown) => {
    if (error instanceof Refusal) deliver(response, error.reply, null);
    return null;
  });
  if (!received) return;
  const route = deps.routeOf(received);
  const fault = deps.faults.take(route.operation);
  if (fault) deps.life.changed({ kind: 'faults' });
  const token = deps.auth.find(received.headers.authorization);
  const entry = deps.journal.open(received, route, token, fault);
  if (fault?.kind === 'slow') await deps.sleep(fault.ms);
  const reply = replyTo(deps, route, received, entry, fault);
  entry.status = deliver(response, reply, fault);
  deps.life.changed({ kind: 'request', entry });
}

function replyTo(
  deps: ServeDeps,
  route: Route,
  received: Received,
  entry: OpenEntry,
  fault: Fault | null,
): Reply {
  const honest = () =>
    answerOf(() =>
      carryOut(deps.contract, deps, route, received, {
        usedToken: (token) => {
          entry.tokenId = token.id;
        },
        tookEffect: () => deps.journal.tookEffect(entry),
      }),
    );
  if (!fault) return honest();
  const reply = takesEffect(fault) ? honest() : nothing;
  return fault.kind === 'status' ? toReply(fault, route, deps.contract) : reply;
}

/** Stands for the answer that a cut or hanging request never gets. */
const nothing: Reply = { status: 0, body: null };
