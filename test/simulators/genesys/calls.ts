/** The calls, and how the contract `recording-jobs` describes them. */
import { randomUUID } from 'node:crypto';
import { addLeg, answerCall } from './call-changes.js';
import { queueIdOf, userIdOf } from './ids.js';
import type { NewCall, SimulatedCall, SimulatedLeg } from './types.js';

export class Calls {
  readonly #calls = new Map<string, SimulatedCall>();
  readonly #now: () => number;
  readonly #policyRecording: boolean;

  constructor(now: () => number, policyRecording: boolean) {
    this.#now = now;
    this.#policyRecording = policyRecording;
  }

  all(): readonly SimulatedCall[] {
    return [...this.#calls.values()];
  }

  active(): readonly SimulatedCall[] {
    return this.all().filter((call) => call.endedAt === null);
  }

  find(id: string): SimulatedCall | undefined {
    return this.#calls.get(id.toLowerCase());
  }

  isUp(id: string): boolean {
    return this.find(id)?.endedAt === null;
  }

  start(fields: NewCall = {}): SimulatedCall {
    const id = (fields.conversationId ?? randomUUID()).toLowerCase();
    if (this.#calls.has(id)) throw new Error(`There is a call ${id} already.`);
    const startedAt = fields.startedAt ?? this.#now();
    const queue = fields.queue === undefined ? 'Billing' : fields.queue;
    const agent = fields.agent === undefined ? 'Amara Okafor' : fields.agent;
    const empty: SimulatedCall = {
      id,
      caller: fields.caller ?? 'tel:+13175550142',
      queue,
      agent: null,
      startedAt,
      answeredAt: null,
      endedAt: null,
      legs: [],
      policyRecording: fields.policyRecording ?? this.#policyRecording,
      securePaused: false,
    };
    const customer = {
      purpose: 'customer',
      name: null,
      queue: null,
      startedAt,
      connectedAt: startedAt,
    } as const;
    const purpose = queue === null ? 'ivr' : 'acd';
    const waiting = { purpose, name: queue, queue, startedAt, connectedAt: startedAt } as const;
    const missed = (fields.missedBy ?? []).map(
      (name) => ({ purpose: 'agent', name, queue, startedAt, endedAt: startedAt }) as const,
    );
    const call = [customer, waiting, ...missed].reduce<SimulatedCall>(addLeg, empty);
    return this.keep(agent === null ? call : answerCall(call, agent, startedAt));
  }

  /** Throws unless the call is up. */
  change(id: string, to: (call: SimulatedCall, now: number) => SimulatedCall): SimulatedCall {
    const call = this.find(id);
    if (call?.endedAt !== null) throw new Error(`No call ${id} is up.`);
    return this.keep(to(call, this.#now()));
  }

  keep(call: SimulatedCall): SimulatedCall {
    this.#calls.set(call.id, call);
    return call;
  }

  clear(): void {
    this.#calls.clear();
  }
}

export const calledNumber = 'tel:+13175550100';

/** As in the listing of active calls: no start time at the top, and agents who missed the call among the rest. */
export const toConversation = (call: SimulatedCall): object => ({
  id: call.id,
  participants: call.legs.map((leg) => toParticipant(call, leg)),
});

function toParticipant(call: SimulatedCall, leg: SimulatedLeg): object {
  const { id, purpose, name, queue } = leg;
  return {
    id,
    purpose,
    direction: 'inbound',
    state: leg.endedAt === null ? (leg.connectedAt === null ? 'alerting' : 'connected') : 'disconnected',
    startTime: toTime(leg.startedAt),
    ...(leg.connectedAt !== null && { connectedTime: toTime(leg.connectedAt) }),
    ...(leg.endedAt !== null && { endTime: toTime(leg.endedAt) }),
    ...(purpose === 'customer' && { ani: call.caller, address: call.caller, dnis: calledNumber }),
    ...(name !== null && { name }),
    ...(purpose === 'agent' && name !== null && { user: { id: userIdOf(name), name } }),
    ...(queue !== null && { queue: { id: queueIdOf(queue), name: queue } }),
  };
}

export const toTime = (ms: number): string => new Date(ms).toISOString();
