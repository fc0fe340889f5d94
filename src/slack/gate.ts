/** Stands before Bolt's listeners: writes down, acks, counts what is in hand, lets nothing escape. */
import type { App, ReceiverEvent } from '@slack/bolt';
import type { Clock, Logger } from '../core/ports.js';
import type { RequestInHand } from './request-in-hand.js';

export interface GateDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Writes down what is asked, in its turn; null where nobody is owed an answer. */
  readonly takeIn: (body: object, turn: () => Promise<void>) => RequestInHand | null;
}

/** Slack waits three seconds for the ack. A slow database must not show people a timeout, in milliseconds. */
const ackWithinMs = 1_000;

export class Gate {
  readonly #deps: GateDeps;
  readonly #waiting = new Set<() => void>();
  #inHand = 0;
  #lastTurn: Promise<void> = Promise.resolve();

  constructor(deps: GateDeps) {
    this.#deps = deps;
  }

  /**
   * The app as its receivers see it. A request is acked once it is written down, so that it outlives this process, and
   * everything before anything is done about it: Slack waits three seconds, and Bolt itself never acks a command or an
   * action that no listener knows.
   * https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
   */
  before(app: App): App {
    const guarded: Pick<App, 'processEvent'> = { processEvent: (event) => this.#process(app, event) };
    // Receivers call nothing else on it.
    return guarded as App;
  }

  /** Resolves when nothing is in hand. */
  async idle(): Promise<void> {
    if (this.#inHand > 0) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  async #process(app: App, event: ReceiverEvent): Promise<void> {
    this.#inHand += 1;
    let inHand: RequestInHand | null = null;
    try {
      inHand = this.#deps.takeIn(event.body, () => this.#turn());
      if (inHand) await this.#written(inHand);
      await this.#ack(event);
      await this.#turn();
      await app.processEvent({ ...event, ack: async () => {}, customProperties: { inHand } });
      await inHand?.finish();
    } catch (error) {
      this.#deps.logger.error({ err: error }, 'a request from Slack could not be handled');
      await inHand?.abandon();
    } finally {
      this.#inHand -= 1;
      if (this.#inHand === 0) this.#release();
    }
  }

  /** Resolves when it is, or cannot be, or takes too long. */
  async #written({ claimed }: RequestInHand): Promise<void> {
    const timer = new AbortController();
    const settled = claimed.then(
      () => {},
      () => {},
    );
    await Promise.race([settled, this.#deps.clock.sleep(ackWithinMs, timer.signal)]);
    timer.abort();
  }

  /** Without the ack the user is shown a timeout; the work is done and answered all the same. */
  async #ack(event: ReceiverEvent): Promise<void> {
    try {
      await event.ack();
    } catch (error) {
      this.#deps.logger.warn({ err: error }, 'Slack could not be told that its request has arrived');
    }
  }

  /**
   * One request is written down, or begun, in each turn of the event loop: SQLite works while everything else waits, and in
   * a rush the acks of those who come later would wait behind the work of all who came before.
   */
  #turn(): Promise<void> {
    this.#lastTurn = this.#lastTurn.then(() => new Promise((resolve) => setImmediate(resolve)));
    return this.#lastTurn;
  }

  #release(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
