/** What people, callers and other clients of Genesys do during a run. */
import { type Ask, Asking } from './asking.js';
import { type Deed, Pausing } from './pausing.js';
import type { Random } from './random.js';
import { isRunning } from './recordings.js';
import type { World } from './world.js';

/** So many calls at once at most. */
const mostCalls = 14;
const unknownJob = '00000000-0000-4000-8000-000000000000';

export class People {
  /** What was done, by name. */
  readonly counts = new Map<string, number>();
  readonly #world: World;
  readonly #random: Random;
  readonly #asking: Asking;
  readonly #deeds: readonly Deed[];

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
    this.#asking = new Asking(world, random);
    const pausing = world.live && new Pausing(world, world.live, random, this.#asking);
    this.#deeds = [...this.#usualDeeds(), ...(pausing?.deeds ?? [])];
  }

  get asks(): readonly Ask[] {
    return this.#asking.asks;
  }

  /** One thing more; which one, the seed decides. */
  act(): void {
    const total = this.#deeds.reduce((sum, [weight]) => sum + weight, 0);
    let left = this.#random.next() * total;
    const [, name, work] = this.#deeds.find(([weight]) => {
      left -= weight;
      return left < 0;
    }) ?? [0, 'call comes', () => this.callComes()];
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    work();
  }

  /** Resolves when every ask has been acked or given up. */
  settled(): Promise<void> {
    return this.#asking.settled();
  }

  callComes(): void {
    if (this.#up().length >= mostCalls) this.#callGoes();
    else this.#world.genesys.startCall({ caller: this.#caller(), ...this.#policy() });
  }

  #usualDeeds(): readonly Deed[] {
    const { between } = this.#random;
    const asking = this.#asking;
    return [
      [14, 'call comes', () => this.callComes()],
      [5, 'call goes', () => this.#callGoes()],
      [14, 'start by command', () => this.#start(1, asking.place(), this.#words())],
      // In several channels: one recording.
      [6, 'start by several at once', () => this.#start(between(2, 4), null, this.#words())],
      [3, 'recording started elsewhere', () => this.#startElsewhere()],
      [2, 'recording stopped elsewhere', () => this.#stopElsewhere()],
      [5, 'stop by command', () => this.#stop(1)],
      [3, 'stop by several at once', () => this.#stop(between(2, 3))],
      [10, 'click on Start recording', () => asking.click('record_start', 1)],
      [5, 'click on Stop', () => asking.click('record_stop', 1)],
      [3, 'click on Stop by three at once', () => asking.click('record_stop', 3)],
      [4, 'click on +10 min by two at once', () => asking.click('record_extend', 2)],
      [6, 'question', () => this.#askQuestion()],
      [2, 'nonsense', () => this.#askNonsense()],
      [1, 'somebody who may not', () => this.#strangerAsks()],
      [8, 'delivered again', () => asking.deliverAgain()],
      [2, 'every delivery twice, or not', () => this.#world.slack.setDeliverTwice(this.#random.chance(0.5))],
    ];
  }

  #caller(): string {
    return `tel:+1317555${this.#random.between(1000, 9999)}`;
  }

  /** The organisation records a part of its calls, in the contract that knows of it. */
  #policy(): { readonly policyRecording?: boolean } {
    return this.#world.live ? { policyRecording: this.#random.chance(0.6) } : {};
  }

  #callGoes(): void {
    const call = this.#random.pick(this.#up());
    if (call) this.#world.genesys.endCall(call.id);
  }

  #startElsewhere(): void {
    const call = this.#random.pick(this.#up().filter(({ id }) => !this.#recordingOf(id)));
    if (call) this.#world.recordings.startElsewhere(call.id);
  }

  #stopElsewhere(): void {
    const recording = this.#random.pick(this.#running());
    if (recording) this.#world.recordings.stopElsewhere(recording.conversationId);
  }

  #askQuestion(): void {
    const text = this.#random.pick(['list', 'calls', 'status', 'help', '', `status ${unknownJob}`]) ?? '';
    this.#asking.command(text, 'other', this.#asking.person(), this.#asking.place());
  }

  #askNonsense(): void {
    const text = this.#random.pick(['strat', `stop ${unknownJob}`, `start ${unknownJob}`, 'start']) ?? '';
    this.#asking.command(text, 'other', this.#asking.person(), this.#asking.place());
  }

  #strangerAsks(): void {
    const call = this.#random.pick(this.#up());
    if (call) {
      this.#asking.command(`start ${call.id}`, 'other', this.#world.stranger, this.#asking.place());
    }
  }

  #start(people: number, channelId: string | null, words: string): void {
    const call = this.#random.pick(this.#up());
    for (let index = 0; index < people; index += 1) {
      const place = channelId ?? this.#asking.place();
      const userId = this.#asking.person();
      if (call) this.#asking.command(`start ${call.id}${words}`, 'start', userId, place);
    }
  }

  #stop(people: number): void {
    const recording = this.#random.pick(this.#running());
    const byCall = this.#random.chance(0.3);
    for (let index = 0; index < people; index += 1) {
      const userId = this.#asking.person();
      const place = this.#asking.place();
      if (!recording) continue;
      const id = byCall ? recording.conversationId : this.#world.recordings.nameOf(recording);
      this.#asking.command(`stop ${id} done`, 'stop', userId, place);
    }
  }

  /** Half of the recordings are short, a few long enough to be warned of, the rest have no time of their own. */
  #words(): string {
    const draw = this.#random.next();
    if (draw < 0.5) return ` for ${this.#random.between(3, 12)}s`;
    if (draw < 0.65) return ` for ${this.#random.between(62, 75)}s`;
    return draw < 0.8 ? ' for 10m complaint' : ' quality';
  }

  #up() {
    return this.#world.genesys.calls.filter(({ endedAt }) => endedAt === null);
  }

  #running() {
    return this.#world.recordings.all.filter(isRunning);
  }

  #recordingOf(conversationId: string) {
    return this.#running().find((recording) => recording.conversationId === conversationId);
  }
}
