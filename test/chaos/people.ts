/** What people, callers and other clients of Genesys do during a run; and what each of them asked for. */
import type { InteractionResult } from '../simulators/slack/types.js';
import { buttonsOf, type DrawnButton } from '../support/slack-blocks.js';
import type { Random } from './random.js';
import { isRunning } from './recordings.js';
import type { World } from './world.js';

/** Something that one person asked of the bot, once, however often it was delivered. */
export interface Ask {
  readonly at: number;
  /** Names what it is about by its id. */
  readonly what: string;
  readonly verb: 'start' | 'stop' | 'extend' | 'other';
  readonly userId: string;
  readonly channelId: string;
  readonly deliveryId: string;
  readonly acked: boolean;
}

interface Wish {
  readonly what: string;
  readonly verb: Ask['verb'];
  readonly userId: string;
  readonly channelId: string;
}

interface ShownButton extends DrawnButton {
  readonly channelId: string;
  readonly messageTs: string;
}

/** So many calls at once at most. */
const mostCalls = 14;
const unknownJob = '00000000-0000-4000-8000-000000000000';

export class People {
  readonly asks: Ask[] = [];
  /** What was done, by name. */
  readonly counts = new Map<string, number>();
  readonly #world: World;
  readonly #random: Random;
  readonly #hurrying = new Set<Promise<void>>();

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
  }

  /** One thing more; which one, the seed decides. */
  act(): void {
    const total = deeds.reduce((sum, [weight]) => sum + weight, 0);
    let left = this.#random.next() * total;
    const [, name] = deeds.find(([weight]) => {
      left -= weight;
      return left < 0;
    }) ?? [0, 'call comes' as const];
    this.#count(name);
    this[methods[name]]();
  }

  /** Resolves when every ask has been acked or given up. */
  async settled(): Promise<void> {
    await Promise.all(this.#hurrying);
  }

  callComes(): void {
    if (this.#up().length >= mostCalls) this.callGoes();
    else this.#world.genesys.startCall({ caller: `tel:+1317555${this.#random.between(1000, 9999)}` });
  }

  callGoes(): void {
    const call = this.#random.pick(this.#up());
    if (call) this.#world.genesys.endCall(call.id);
  }

  startByCommand(): void {
    this.#start(1, this.#place(), this.#words());
  }

  /** Several people at once, in several channels: one recording. */
  startByCrowd(): void {
    this.#start(this.#random.between(2, 4), null, this.#words());
  }

  startElsewhere(): void {
    const call = this.#random.pick(this.#up().filter(({ id }) => !this.#recordingOf(id)));
    if (call) this.#world.recordings.startElsewhere(call.id);
  }

  stopElsewhere(): void {
    const job = this.#random.pick(this.#running());
    if (job) this.#world.recordings.stopElsewhere(job.conversationId);
  }

  stopByCommand(): void {
    this.#stop(1);
  }

  stopByCrowd(): void {
    this.#stop(this.#random.between(2, 3));
  }

  clickStart(): void {
    this.#click('record_start', 1);
  }

  clickStop(): void {
    this.#click('record_stop', 1);
  }

  clickStopTogether(): void {
    this.#click('record_stop', 3);
  }

  clickExtend(): void {
    this.#click('record_extend', 2);
  }

  askQuestion(): void {
    const text = this.#random.pick(['list', 'calls', 'status', 'help', '', `status ${unknownJob}`]) ?? '';
    this.#command(text, 'other', this.#person(), this.#place());
  }

  askNonsense(): void {
    const text = this.#random.pick(['strat', `stop ${unknownJob}`, `start ${unknownJob}`, 'start']) ?? '';
    this.#command(text, 'other', this.#person(), this.#place());
  }

  strangerAsks(): void {
    const call = this.#random.pick(this.#up());
    if (call) this.#command(`start ${call.id}`, 'other', this.#world.stranger, this.#place());
  }

  deliverAgain(): void {
    const ask = this.#random.pick(this.asks.slice(-8));
    if (ask) this.#hurry(this.#world.slack.redeliver(ask.deliveryId).then(() => undefined));
  }

  toggleTwice(): void {
    this.#world.slack.setDeliverTwice(this.#random.chance(0.5));
  }

  #start(people: number, channelId: string | null, words: string): void {
    const call = this.#random.pick(this.#up());
    for (let index = 0; index < people; index += 1) {
      const place = channelId ?? this.#place();
      const userId = this.#person();
      if (call) this.#command(`start ${call.id}${words}`, 'start', userId, place);
    }
  }

  #stop(people: number): void {
    const job = this.#random.pick(this.#running());
    const byCall = this.#random.chance(0.3);
    for (let index = 0; index < people; index += 1) {
      const userId = this.#person();
      const place = this.#place();
      if (job) this.#command(`stop ${byCall ? job.conversationId : job.id} done`, 'stop', userId, place);
    }
  }

  /** Half of the recordings are short, a few long enough to be warned of, the rest have no time of their own. */
  #words(): string {
    const draw = this.#random.next();
    if (draw < 0.5) return ` for ${this.#random.between(3, 12)}s`;
    if (draw < 0.65) return ` for ${this.#random.between(62, 75)}s`;
    return draw < 0.8 ? ' for 10m complaint' : ' quality';
  }

  #click(actionId: string, people: number): void {
    const button = this.#random.pick(this.#buttons(actionId));
    for (let index = 0; index < people; index += 1) {
      const userId = this.#person();
      if (button) this.#press(button, userId);
    }
  }

  /** On messages that everybody sees, the newest fifty of each channel. */
  #buttons(actionId: string): readonly ShownButton[] {
    const { slack, alerts, channels } = this.#world;
    return [alerts, ...channels].flatMap((channelId) =>
      slack
        .messages(channelId)
        .slice(-50)
        .flatMap(({ blocks, ts: messageTs }) =>
          buttonsOf(blocks)
            .filter((button) => button.actionId.startsWith(actionId))
            .map((button) => ({ ...button, channelId, messageTs })),
        ),
    );
  }

  #press({ channelId, messageTs, actionId, value }: ShownButton, userId: string): void {
    const verb = verbOf(actionId);
    const wish = { what: `a click on ${actionId} (${value})`, verb, userId, channelId };
    this.#ask(wish, this.#world.slack.click({ userId, channelId, messageTs, actionId, value }));
  }

  #command(text: string, verb: Ask['verb'], userId: string, channelId: string): void {
    const wish = { what: `/record ${text}`, verb, userId, channelId };
    this.#ask(wish, this.#world.slack.command({ userId, channelId, text }));
  }

  #ask(wish: Wish, going: Promise<InteractionResult>): void {
    const at = Date.now();
    const noted = going.then(({ deliveryId, acked }) => {
      this.asks.push({ ...wish, at, deliveryId, acked });
    });
    // What cannot be clicked any more, nobody clicks.
    this.#hurry(noted.catch(() => undefined));
  }

  #hurry(work: Promise<void>): void {
    const done = work.catch(() => undefined).finally(() => this.#hurrying.delete(done));
    this.#hurrying.add(done);
  }

  #count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  #up() {
    return this.#world.genesys.calls.filter(({ endedAt }) => endedAt === null);
  }

  #running() {
    return this.#world.recordings.all.filter(isRunning);
  }

  #recordingOf(conversationId: string) {
    return this.#running().find((job) => job.conversationId === conversationId);
  }

  #person(): string {
    return this.#random.pick(this.#world.permitted) ?? '';
  }

  #place(): string {
    const { channels, alerts, outside } = this.#world;
    return this.#random.pick([...channels, ...channels, ...channels, alerts, outside]) ?? alerts;
  }
}

const verbOf = (actionId: string): Ask['verb'] => {
  const verb = /^record_(start|stop|extend)/.exec(actionId)?.[1];
  return (verb as Ask['verb'] | undefined) ?? 'other';
};

const methods = {
  'call comes': 'callComes',
  'call goes': 'callGoes',
  'start by command': 'startByCommand',
  'start by several at once': 'startByCrowd',
  'recording started elsewhere': 'startElsewhere',
  'recording stopped elsewhere': 'stopElsewhere',
  'stop by command': 'stopByCommand',
  'stop by several at once': 'stopByCrowd',
  'click on Start recording': 'clickStart',
  'click on Stop': 'clickStop',
  'click on Stop by three at once': 'clickStopTogether',
  'click on +10 min by two at once': 'clickExtend',
  question: 'askQuestion',
  nonsense: 'askNonsense',
  'somebody who may not': 'strangerAsks',
  'delivered again': 'deliverAgain',
  'every delivery twice, or not': 'toggleTwice',
} as const satisfies Record<string, keyof People>;

/** How often, and what. */
const deeds: readonly (readonly [weight: number, name: keyof typeof methods])[] = [
  [14, 'call comes'],
  [5, 'call goes'],
  [14, 'start by command'],
  [6, 'start by several at once'],
  [3, 'recording started elsewhere'],
  [2, 'recording stopped elsewhere'],
  [5, 'stop by command'],
  [3, 'stop by several at once'],
  [10, 'click on Start recording'],
  [5, 'click on Stop'],
  [3, 'click on Stop by three at once'],
  [4, 'click on +10 min by two at once'],
  [6, 'question'],
  [2, 'nonsense'],
  [1, 'somebody who may not'],
  [8, 'delivered again'],
  [2, 'every delivery twice, or not'],
];
