/** How people ask for something, by a command or a click; and what each of them asked for. */
import type { InteractionResult } from '../simulators/slack/types.js';
import { buttonsOf, type DrawnButton } from '../support/slack-blocks.js';
import type { Random } from './random.js';
import type { World } from './world.js';

/** Something that one person asked of the bot, once, however often it was delivered. */
export interface Ask {
  readonly at: number;
  /** Names what it is about by its id. */
  readonly what: string;
  readonly verb: 'start' | 'stop' | 'pause' | 'resume' | 'extend' | 'other';
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

export class Asking {
  readonly asks: Ask[] = [];
  readonly #world: World;
  readonly #random: Random;
  readonly #hurrying = new Set<Promise<void>>();

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
  }

  /** Resolves when every ask has been acked or given up. */
  async settled(): Promise<void> {
    await Promise.all(this.#hurrying);
  }

  command(text: string, verb: Ask['verb'], userId: string, channelId: string): void {
    const wish = { what: `/record ${text}`, verb, userId, channelId };
    this.#ask(wish, this.#world.slack.command({ userId, channelId, text }));
  }

  click(actionId: string, people: number): void {
    const button = this.#random.pick(this.#buttons(actionId));
    for (let index = 0; index < people; index += 1) {
      const userId = this.person();
      if (button) this.#press(button, userId);
    }
  }

  /** One of the last. */
  deliverAgain(): void {
    const ask = this.#random.pick(this.asks.slice(-8));
    if (ask) this.#hurry(this.#world.slack.redeliver(ask.deliveryId).then(() => undefined));
  }

  person(): string {
    return this.#random.pick(this.#world.permitted) ?? '';
  }

  place(): string {
    const { channels, alerts, outside } = this.#world;
    return this.#random.pick([...channels, ...channels, ...channels, alerts, outside]) ?? alerts;
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
}

const verbOf = (actionId: string): Ask['verb'] => {
  const verb = /^record_(start|stop|pause|resume|extend)/.exec(actionId)?.[1];
  return (verb as Ask['verb'] | undefined) ?? 'other';
};
