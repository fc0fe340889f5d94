/** Makes calls come and go as in a contact centre on a quiet afternoon, for the demo. */
import type { GenesysSimulator } from './types.js';

export interface PopulationOptions {
  readonly clock: {
    now(): number;
    /** Resolves after `ms`, or at once when the signal aborts. */
    sleep(ms: number, signal?: AbortSignal): Promise<void>;
  };
  /** At least 0, less than 1; as Math.random. */
  readonly random: () => number;
  /** New calls arrive at once below `fewest` calls, never above `most`. Defaults 3 and 7. */
  readonly fewest?: number;
  readonly most?: number;
  /** Names of queues whose calls are recorded by policy. Default: what the simulator does with any call. */
  readonly policyQueues?: readonly string[];
}

export interface Population {
  /** No more changes from then on; the calls that are up stay. */
  stop(): Promise<void>;
}

const tickMs = 1_000;
const ringingMs = [3_000, 12_000] as const;
/** Long enough to be recorded and stopped by hand. */
const talkingMs = [90_000, 420_000] as const;
const betweenArrivalsMs = [8_000, 25_000] as const;

/** Calls come through these. Genesys tells only of calls in queues that it has: name them to the simulator. */
export const populatedQueues = ['Billing', 'Claims', 'Support', 'Retention'] as const;

const agents = [
  'Amara Okafor',
  'Ben Whitaker',
  'Chloé Lefèvre',
  'Dmitri Sokolov',
  'Elif Yılmaz',
  'Femi Adeyemi',
  'Grace Nakamura',
  'Héctor Salgado',
  'Ingrid Vøllestad',
  'Jürgen Krause',
  'Kavya Raman',
  'Siobhán O’Brien',
] as const;

/**
 * Numbers kept free for fiction: 555-01xx in North America, and the ranges set aside for drama by Ofcom
 * (https://www.ofcom.org.uk/phones-and-broadband/phone-numbers/numbers-for-drama) and the Bundesnetzagentur.
 */
const numberRanges = [
  { prefix: 'tel:+1212555', from: 100, count: 100, width: 4 },
  { prefix: 'tel:+1317555', from: 100, count: 100, width: 4 },
  { prefix: 'tel:+44207946', from: 0, count: 1_000, width: 4 },
  { prefix: 'tel:+493023125', from: 0, count: 1_000, width: 3 },
] as const;

/** What is to become of a call. */
interface Plan {
  readonly id: string;
  readonly answerAt: number;
  readonly endAt: number;
}

export function startPopulation(simulator: GenesysSimulator, options: PopulationOptions): Population {
  const { clock, fewest = 3, most = 7 } = options;
  const chance = createChance(options.random);
  const stopping = new AbortController();
  let plans: readonly Plan[] = [];
  let nextArrivalAt = clock.now();

  function tick(): void {
    const now = clock.now();
    const up = new Map(
      simulator.calls.filter((call) => call.endedAt === null).map((call) => [call.id, call]),
    );
    plans = plans.filter(({ id }) => up.has(id)).filter((plan) => !endIfDue(simulator, plan, now));
    const busy = new Set([...up.values()].map((call) => call.agent));
    for (const { id, answerAt } of plans) {
      if (now < answerAt || up.get(id)?.agent !== null) continue;
      const agent = chance.agent(busy);
      simulator.answerCall(id, agent);
      busy.add(agent);
    }
    const isDue = plans.length < fewest || (plans.length < most && now >= nextArrivalAt);
    if (!isDue) return;
    nextArrivalAt = now + chance.between(betweenArrivalsMs);
    plans = [...plans, arrive(simulator, now, chance, options.policyQueues)];
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      tick();
      await clock.sleep(tickMs, stopping.signal);
    }
  }

  const running = run();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}

type Chance = ReturnType<typeof createChance>;

function createChance(random: () => number) {
  const between = ([from, to]: readonly [number, number]) => from + Math.floor(random() * (to - from));
  const one = <const Choices extends readonly [unknown, ...unknown[]]>(of: Choices): Choices[number] =>
    of[Math.floor(random() * of.length)];
  return {
    between,
    queue: () => one(populatedQueues),
    caller(): string {
      const { prefix, from, count, width } = one(numberRanges);
      return prefix + String(between([from, from + count])).padStart(width, '0');
    },
    /** One who is not on a call, as long as there is one. */
    agent(busy: ReadonlySet<string | null>): string {
      const [first, ...others] = agents.filter((name) => !busy.has(name));
      return one(first === undefined ? agents : [first, ...others]);
    },
    /** Now and then somebody lets it ring. */
    missedBy: () => (random() < 0.2 ? [one(agents)] : []),
  };
}

function arrive(
  simulator: GenesysSimulator,
  now: number,
  chance: Chance,
  policyQueues?: readonly string[],
): Plan {
  const queue = chance.queue();
  const { id } = simulator.startCall({
    caller: chance.caller(),
    queue,
    agent: null,
    missedBy: chance.missedBy(),
    ...(policyQueues && { policyRecording: policyQueues.includes(queue) }),
  });
  const answerAt = now + chance.between(ringingMs);
  return { id, answerAt, endAt: answerAt + chance.between(talkingMs) };
}

function endIfDue(simulator: GenesysSimulator, plan: Plan, now: number): boolean {
  if (now < plan.endAt) return false;
  simulator.endCall(plan.id);
  return true;
}
