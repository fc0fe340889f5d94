/** What people and agents do besides in the contract `conversations`: pauses, holds, transfers. */
import type { SimulatedCall } from '../simulators/genesys/types.js';
import type { Asking } from './asking.js';
import type { LiveRecordings } from './live-recordings.js';
import type { Random } from './random.js';
import type { World } from './world.js';

/** How often, and what. */
export type Deed = readonly [weight: number, name: string, work: () => void];

const agents = ['Amara Okafor', 'Ben Whitaker', 'Chiara Lindqvist', 'Dmitri Sato'];

const isHeld = ({ legs }: SimulatedCall): boolean => legs.some(({ heldSince }) => heldSince !== null);
const isPaused = ({ securePaused }: SimulatedCall): boolean => securePaused;

export class Pausing {
  readonly deeds: readonly Deed[];
  readonly #world: World;
  readonly #live: LiveRecordings;
  readonly #random: Random;
  readonly #asking: Asking;

  constructor(world: World, live: LiveRecordings, random: Random, asking: Asking) {
    this.#world = world;
    this.#live = live;
    this.#random = random;
    this.#asking = asking;
    this.deeds = [...this.#deedsOfPeople(), ...this.#deedsOfAgents()];
  }

  #deedsOfPeople(): readonly Deed[] {
    const { between } = this.#random;
    const asking = this.#asking;
    return [
      [14, 'pause by command', () => this.#order('pause', 1)],
      [6, 'pause by several at once', () => this.#order('pause', between(2, 3))],
      [8, 'resume by command', () => this.#order('resume', 1)],
      [4, 'resume by several at once', () => this.#order('resume', between(2, 3))],
      [4, 'pause and resume at once', () => this.#orderBoth()],
      [14, 'click on Pause', () => asking.click('record_pause', 1)],
      [3, 'click on Pause by three at once', () => asking.click('record_pause', 3)],
      [8, 'click on Resume', () => asking.click('record_resume', 1)],
      [2, 'click on Resume by three at once', () => asking.click('record_resume', 3)],
    ];
  }

  #deedsOfAgents(): readonly Deed[] {
    const { genesys } = this.#world;
    const paused = (call: SimulatedCall) => isPaused(call);
    const recorded = (call: SimulatedCall) => call.policyRecording && !isPaused(call);
    return [
      [5, 'the agent pauses', () => this.#agent(recorded, ({ id }) => genesys.pauseElsewhere(id))],
      [3, 'the agent resumes', () => this.#agent(paused, ({ id }) => genesys.resumeElsewhere(id))],
      [
        4,
        'the agent holds',
        () =>
          this.#agent(
            (call) => !isHeld(call),
            ({ id }) => genesys.holdCall(id),
          ),
      ],
      [4, 'the agent takes up again', () => this.#agent(isHeld, ({ id }) => genesys.unholdCall(id))],
      [
        3,
        'transfer',
        () =>
          this.#agent(
            () => true,
            (call) => this.#transfer(call),
          ),
      ],
    ];
  }

  /** Mostly of what the policy records; now and then of what cannot be paused. */
  #order(order: 'pause' | 'resume', people: number): void {
    const call = this.#random.pick(this.#aboutPauses(order));
    for (let index = 0; index < people; index += 1) {
      const userId = this.#asking.person();
      const place = this.#asking.place();
      if (call) this.#asking.command(`${order} ${call.id}`, order, userId, place);
    }
  }

  /** Two people who want the opposite of the same call. */
  #orderBoth(): void {
    const call = this.#random.pick(this.#up().filter(({ policyRecording }) => policyRecording));
    for (const order of ['pause', 'resume'] as const) {
      const userId = this.#asking.person();
      const place = this.#asking.place();
      if (call) this.#asking.command(`${order} ${call.id}`, order, userId, place);
    }
  }

  #aboutPauses(order: 'pause' | 'resume'): readonly SimulatedCall[] {
    const fitting = this.#up().filter(
      (call) => call.policyRecording && isPaused(call) === (order === 'resume'),
    );
    const isAny = this.#random.chance(0.15);
    return isAny || fitting.length === 0 ? this.#up() : fitting;
  }

  #agent(which: (call: SimulatedCall) => boolean, work: (call: SimulatedCall) => void): void {
    const call = this.#random.pick(this.#up().filter(which));
    if (call) this.#live.elsewhere(() => work(call));
  }

  #transfer({ id, agent }: SimulatedCall): void {
    const other = this.#random.pick(agents.filter((name) => name !== agent)) ?? '';
    this.#world.genesys.transferCall(id, other);
  }

  #up(): readonly SimulatedCall[] {
    return this.#world.genesys.calls.filter(({ endedAt }) => endedAt === null);
  }
}
