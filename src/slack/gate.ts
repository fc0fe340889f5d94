/** Stands before Bolt's listeners: acks first, counts what is in hand, lets nothing escape. */
import type { App, ReceiverEvent } from '@slack/bolt';
import type { Logger } from '../core/ports.js';

export class Gate {
  readonly #logger: Logger;
  readonly #waiting = new Set<() => void>();
  #inHand = 0;
  #lastTurn: Promise<void> = Promise.resolve();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * The app as its receivers see it. Everything is acked before anything is read or asked: Slack waits three seconds,
   * and Bolt itself never acks a command or an action that no listener knows.
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
    try {
      await this.#ack(event);
      await this.#turn();
      await app.processEvent({ ...event, ack: async () => {} });
    } catch (error) {
      this.#logger.error({ err: error }, 'a request from Slack could not be handled');
    } finally {
      this.#inHand -= 1;
      if (this.#inHand === 0) this.#release();
    }
  }

  /** Without the ack the user is shown a timeout; the work is done and answered all the same. */
  async #ack(event: ReceiverEvent): Promise<void> {
    try {
      await event.ack();
    } catch (error) {
      this.#logger.warn({ err: error }, 'Slack could not be told that its request has arrived');
    }
  }

  /**
   * One request is begun in each turn of the event loop: SQLite works while everything else waits, and in a rush the
   * acks of those who come later would wait behind the work of all who came before.
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
