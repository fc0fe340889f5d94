import type { Clock } from '../core/ports.js';
import type { Message } from './blocks.js';

/** Posts a message into the channel; false when Slack did not take it. */
export type LentRespond = (message: Message) => Promise<boolean>;

/** A `response_url` lives that long, in milliseconds. https://docs.slack.dev/interactivity/handling-user-interaction */
const lifetimeMs = 30 * 60_000;

/** Ways into channels that the bot is not in, by the card that may need one. Kept no longer than they work. */
export class LentResponses {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #entries = new Map<string, { readonly respond: LentRespond; readonly until: number }>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  add(cardId: string, respond: LentRespond): void {
    const now = this.#clock.now();
    for (const [id, { until }] of this.#entries) {
      if (until > now) break;
      this.#entries.delete(id);
    }
    this.#entries.set(cardId, { respond, until: now + lifetimeMs });
  }

  has(cardId: string): boolean {
    const entry = this.#entries.get(cardId);
    return entry !== undefined && entry.until > this.#clock.now();
  }

  /** Hands it out, once. */
  take(cardId: string): LentRespond | null {
    const entry = this.#entries.get(cardId);
    this.#entries.delete(cardId);
    return entry && entry.until > this.#clock.now() ? entry.respond : null;
  }
}
