/** A contact centre as large as they come: so many calls at a time, and so many things that happen to them each second. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../chaos/random.js';
import type { GenesysSimulator, SimulatedCall } from '../simulators/genesys/types.js';

export interface CentreOptions {
  /** Calls that are up; as many come as end. */
  readonly calls: number;
  readonly queues: number;
  readonly eventsPerSecond: number;
}

/** Of a hundred events, so many are of each kind. What cannot happen at the moment makes room for another draw. */
const mix = {
  hold: 30,
  pause: 13,
  transfer: 12,
  answer: 15,
  // The same number of calls comes and goes.
  comeOrGo: 30,
} as const;
type Kind = keyof typeof mix;
const kinds = (Object.keys(mix) as Kind[]).flatMap((kind) => Array<Kind>(mix[kind]).fill(kind));

const agents = 6_000;
/** Between looks at what is due, in milliseconds. */
const stepMs = 10;

export const queueNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `Queue ${String(index + 1).padStart(3, '0')}`);

export class ContactCentre {
  readonly #genesys: GenesysSimulator;
  readonly #random: Random;
  readonly #options: CentreOptions;
  readonly #queues: readonly string[];
  /** Every call there ever was, as it is now. */
  readonly #calls = new Map<string, SimulatedCall>();
  readonly #up: string[] = [];
  /** Where in the list of those that are up. */
  readonly #places = new Map<string, number>();
  /** Calls that supervisors are busy with: nothing else happens to these. */
  readonly #busy = new Set<string>();
  /** Calls of which the bot was told, not only shown a listing. */
  readonly #told = new Set<string>();
  readonly #counts = new Map<Kind | 'came' | 'gone', number>();

  constructor(genesys: GenesysSimulator, random: Random, options: CentreOptions) {
    this.#genesys = genesys;
    this.#random = random;
    this.#options = options;
    this.#queues = queueNames(options.queues);
    genesys.onChange((change) => {
      if ('call' in change) this.#note(change.call);
    });
  }

  get calls(): ReadonlyMap<string, SimulatedCall> {
    return this.#calls;
  }

  get up(): number {
    return this.#up.length;
  }

  wasTold(id: string): boolean {
    return this.#told.has(id);
  }

  /** Things that have happened, by kind. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  get happened(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Until so many are up, answered, of which nobody is told as long as no socket is open. */
  fill(upTo: number): void {
    while (this.up < upTo) this.#arrive(this.#agent());
    this.#told.clear();
  }

  /** Throws nothing; resolves when the signal aborts. Late events are made up for, so that the number is kept. */
  async run(signal: AbortSignal): Promise<void> {
    const begunAt = performance.now();
    for (let made = 0; !signal.aborted; ) {
      const due = ((performance.now() - begunAt) / 1_000) * this.#options.eventsPerSecond;
      for (; made < due; made += 1) this.#happen();
      await sleep(stepMs);
    }
  }

  /** A call that an agent talks on, for a supervisor alone until it is given back. */
  take(byPolicy: boolean): SimulatedCall {
    const call = this.#find(
      (each) =>
        each.agent !== null && !isHeld(each) && !each.securePaused && each.policyRecording === byPolicy,
    );
    if (!call) throw new Error('There is no call to be taken.');
    this.#busy.add(call.id);
    return call;
  }

  giveBack(id: string): void {
    this.#busy.delete(id);
  }

  #happen(): void {
    for (;;) {
      const kind = this.#random.pick(kinds) ?? 'comeOrGo';
      if (!this.#try(kind)) continue;
      if (kind !== 'comeOrGo') this.#count(kind);
      return;
    }
  }

  /** False when there is no call to which it could happen. */
  #try(kind: Kind): boolean {
    switch (kind) {
      case 'comeOrGo':
        return this.up < this.#options.calls ? this.#come() : this.#go();
      case 'answer':
        return this.#with(
          ({ agent }) => agent === null,
          ({ id }) => this.#genesys.answerCall(id, this.#agent()),
        );
      case 'hold':
        return this.#with(isAnswered, (call) =>
          isHeld(call) ? this.#genesys.unholdCall(call.id) : this.#genesys.holdCall(call.id),
        );
      case 'transfer':
        return this.#with(isAnswered, ({ id }) => {
          const queue = this.#random.chance(0.5) ? this.#random.pick(this.#queues) : undefined;
          this.#genesys.transferCall(id, this.#agent(), queue);
        });
      case 'pause':
        return this.#with(
          (call) => isAnswered(call) && call.policyRecording,
          ({ id, securePaused }) =>
            securePaused ? this.#genesys.resumeElsewhere(id) : this.#genesys.pauseElsewhere(id),
        );
    }
  }

  #come(): boolean {
    this.#arrive(null);
    this.#count('came');
    return true;
  }

  #go(): boolean {
    const gone = this.#with(
      () => true,
      ({ id }) => this.#genesys.endCall(id),
    );
    if (gone) this.#count('gone');
    return gone;
  }

  #with(which: (call: SimulatedCall) => boolean, act: (call: SimulatedCall) => void): boolean {
    const call = this.#find(which);
    if (call) act(call);
    return call !== undefined;
  }

  /** A few draws: what is rare is passed over this time. */
  #find(which: (call: SimulatedCall) => boolean): SimulatedCall | undefined {
    for (let draw = 0; draw < 50; draw += 1) {
      const id = this.#random.pick(this.#up);
      const call = id === undefined || this.#busy.has(id) ? undefined : this.#calls.get(id);
      if (call && which(call)) return call;
    }
    return undefined;
  }

  #arrive(agent: string | null): void {
    this.#genesys.startCall({
      caller: `tel:+1317555${String(this.#random.between(0, 9_999)).padStart(4, '0')}`,
      queue: this.#random.pick(this.#queues) ?? 'Queue 001',
      agent,
      policyRecording: this.#random.chance(0.5),
    });
  }

  #agent(): string {
    return `Agent ${this.#random.between(1, agents)}`;
  }

  #note(call: SimulatedCall): void {
    this.#calls.set(call.id, call);
    this.#told.add(call.id);
    const place = this.#places.get(call.id);
    if (call.endedAt === null && place === undefined) {
      this.#places.set(call.id, this.#up.push(call.id) - 1);
    } else if (call.endedAt !== null && place !== undefined) {
      const last = this.#up.pop();
      this.#places.delete(call.id);
      if (last === undefined || last === call.id) return;
      this.#up[place] = last;
      this.#places.set(last, place);
    }
  }

  #count(kind: Kind | 'came' | 'gone'): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }
}

const isAnswered = ({ agent }: SimulatedCall): boolean => agent !== null;

export const isHeld = ({ legs }: SimulatedCall): boolean =>
  legs.some(({ endedAt, heldSince }) => endedAt === null && heldSince !== null);
