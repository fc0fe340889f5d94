/** The calls, and how Genesys describes them. */
import { createHash, randomUUID } from 'node:crypto';
import type { NewCall, SimulatedCall } from './types.js';

export class Calls {
  readonly #calls = new Map<string, SimulatedCall>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  all(): readonly SimulatedCall[] {
    return [...this.#calls.values()];
  }

  active(): readonly SimulatedCall[] {
    return this.all().filter((call) => call.endedAt === null);
  }

  isUp(id: string): boolean {
    return this.#calls.get(id.toLowerCase())?.endedAt === null;
  }

  start(fields: NewCall = {}): SimulatedCall {
    const id = (fields.conversationId ?? randomUUID()).toLowerCase();
    if (this.#calls.has(id)) throw new Error(`There is a call ${id} already.`);
    const startedAt = fields.startedAt ?? this.#now();
    const agent = fields.agent === undefined ? 'Amara Okafor' : fields.agent;
    return this.#keep({
      id,
      caller: fields.caller ?? 'tel:+13175550142',
      queue: fields.queue ?? 'Billing',
      agent,
      missedBy: fields.missedBy ?? [],
      startedAt,
      answeredAt: agent === null ? null : startedAt,
      endedAt: null,
    });
  }

  answer(id: string, agent: string): SimulatedCall {
    return this.#keep({ ...this.#up(id), agent, answeredAt: this.#now() });
  }

  end(id: string): SimulatedCall {
    return this.#keep({ ...this.#up(id), endedAt: this.#now() });
  }

  clear(): void {
    this.#calls.clear();
  }

  #up(id: string): SimulatedCall {
    const call = this.#calls.get(id.toLowerCase());
    if (call?.endedAt !== null) throw new Error(`No call ${id} is up.`);
    return call;
  }

  #keep(call: SimulatedCall): SimulatedCall {
    this.#calls.set(call.id, call);
    return call;
  }
}

/** As in the listing of active calls: no start time at the top, and agents who missed the call among the rest. */
export function toConversation(call: SimulatedCall): object {
  const startTime = toTime(call.startedAt);
  const queue = { id: idFor('queue', call.queue), name: call.queue };
  const answered = call.answeredAt !== null && { connectedTime: toTime(call.answeredAt) };
  const leg = (purpose: string, fields: object) => ({ purpose, direction: 'inbound', startTime, ...fields });
  const agent = (name: string, fields: object) =>
    leg('agent', { name, user: { id: idFor('user', name), name }, queue, ...fields });
  const legs = [
    leg('customer', {
      state: 'connected',
      ani: call.caller,
      address: call.caller,
      dnis: 'tel:+13175550100',
      connectedTime: startTime,
    }),
    leg('acd', {
      name: call.queue,
      queue,
      state: answered ? 'disconnected' : 'connected',
      connectedTime: startTime,
      ...(answered && { endTime: answered.connectedTime }),
    }),
    ...call.missedBy.map((name) => agent(name, { state: 'disconnected', endTime: startTime })),
    ...(call.agent === null ? [] : [agent(call.agent, { state: 'connected', ...answered })]),
  ];
  return {
    id: call.id,
    participants: legs.map((fields, index) => ({ id: idFor(call.id, String(index)), ...fields })),
  };
}

export const toTime = (ms: number): string => new Date(ms).toISOString();

/** The same UUID for the same things, so that a queue or an agent keeps its id. */
function idFor(...things: readonly string[]): string {
  const hex = createHash('sha256').update(things.join('\n')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
