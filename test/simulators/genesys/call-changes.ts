/** What can happen to a call: each function takes it as it was and returns it as it is then. */
import { idFor } from './ids.js';
import type { EdgeError, SimulatedCall, SimulatedLeg } from './types.js';

type NewLeg = Pick<SimulatedLeg, 'purpose' | 'name' | 'queue' | 'startedAt'> & Partial<SimulatedLeg>;
type LegChange = Partial<Omit<SimulatedLeg, 'id'>>;
type Which = (leg: SimulatedLeg) => boolean;

export const addLeg = (call: SimulatedCall, leg: NewLeg): SimulatedCall => ({
  ...call,
  legs: [
    ...call.legs,
    {
      id: idFor(call.id, String(call.legs.length)),
      connectedAt: null,
      endedAt: null,
      heldSince: null,
      snippet: false,
      adhoc: false,
      error: null,
      consults: null,
      ...leg,
    },
  ],
});

export const changeLegs = (call: SimulatedCall, which: Which, change: LegChange): SimulatedCall => ({
  ...call,
  legs: call.legs.map((leg) => (which(leg) ? { ...leg, ...change } : leg)),
});

const isUp: Which = (leg) => leg.endedAt === null;

export const isTalking: Which = (leg) =>
  leg.purpose === 'agent' && leg.connectedAt !== null && leg.endedAt === null;

/** The agent who has the call: the first of those who are on it. */
export const agentLegOf = (call: SimulatedCall): SimulatedLeg | undefined => call.legs.find(isTalking);

/** Their recordings end with them. */
const end = (call: SimulatedCall, which: Which, at: number): SimulatedCall =>
  changeLegs(call, (leg) => isUp(leg) && which(leg), {
    endedAt: at,
    heldSince: null,
    snippet: false,
    adhoc: false,
    consults: null,
  });

export const endCall = (call: SimulatedCall, at: number): SimulatedCall => ({
  ...end(call, () => true, at),
  endedAt: at,
});

export const ringAgent = (call: SimulatedCall, agent: string, at: number): SimulatedCall =>
  addLeg(call, { purpose: 'agent', name: agent, queue: call.queue, startedAt: at });

/** Whose phone rings answers it; nobody else's rings on, and the leg of the queue, or of the IVR, ends. */
export function answerCall(call: SimulatedCall, agent: string, at: number): SimulatedCall {
  const rings: Which = (leg) => leg.purpose === 'agent' && leg.connectedAt === null && leg.endedAt === null;
  const isTheirs: Which = (leg) => rings(leg) && leg.name === agent;
  const ringing = call.legs.some(isTheirs) ? call : ringAgent(call, agent, at);
  const connected = changeLegs(ringing, isTheirs, { connectedAt: at });
  const rest = end(connected, (leg) => rings(leg) || leg.purpose === 'acd' || leg.purpose === 'ivr', at);
  return { ...rest, agent, answeredAt: call.answeredAt ?? at };
}

export const holdCall = (call: SimulatedCall, at: number): SimulatedCall => {
  const agent = agentLegOf(call);
  if (!agent) throw new Error(`No agent is on the call ${call.id}.`);
  return changeLegs(call, (leg) => leg.id === agent.id, { heldSince: agent.heldSince ?? at });
};

export const unholdCall = (call: SimulatedCall): SimulatedCall =>
  changeLegs(call, isTalking, { heldSince: null });

export function consultAgent(call: SimulatedCall, agent: string, at: number): SimulatedCall {
  const asked = addLeg(holdCall(call, at), {
    purpose: 'agent',
    name: agent,
    queue: call.queue,
    startedAt: at,
    connectedAt: at,
  });
  const asking = agentLegOf(asked)?.id;
  return changeLegs(asked, (leg) => leg.id === asking, { consults: asked.legs.at(-1)?.id ?? null });
}

/** Through another queue, if there is one to go through. Whoever was consulted has the call at once. */
export function transferCall(
  call: SimulatedCall,
  agent: string,
  at: number,
  queue = call.queue,
): SimulatedCall {
  if (!agentLegOf(call)) throw new Error(`No agent is on the call ${call.id}.`);
  const left = end(call, (leg) => isTalking(leg) && leg.name !== agent, at);
  if (agentLegOf(left)) return { ...unholdCall(left), agent };
  if (queue === null || queue === call.queue) return answerCall({ ...left, queue }, agent, at);
  const waiting = { purpose: 'acd', name: queue, queue, startedAt: at, connectedAt: at } as const;
  return answerCall(addLeg({ ...left, queue }, waiting), agent, at);
}

/** The error shows on the leg that was meant; on the agent's, if the whole call was. */
export function failOnEdge(
  call: SimulatedCall,
  error: EdgeError,
  legId = agentLegOf(call)?.id,
): SimulatedCall {
  return changeLegs(call, (leg) => leg.id === legId, { error });
}

/** Begins or ends a recording of one leg; what failed before is forgotten. */
export const recordLeg = (
  call: SimulatedCall,
  legId: string,
  type: 'snippet' | 'adhoc',
  runs: boolean,
): SimulatedCall => changeLegs(call, (leg) => leg.id === legId, { [type]: runs, error: null });

export const setSecurePause = (call: SimulatedCall, securePaused: boolean): SimulatedCall => ({
  ...changeLegs(call, isTalking, { error: null }),
  securePaused,
});

/** The names of every queue it is in or came through. */
export const queuesOf = (call: SimulatedCall): readonly string[] => [
  ...new Set(call.legs.flatMap((leg) => leg.queue ?? [])),
];
