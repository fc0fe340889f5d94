/** Handing payloads to the bot, and holding it to the time that it has for the ack. */
import { createHash } from 'node:crypto';
import type { Core } from './core.js';
import type { Parcel, Retry, Sent, Transport } from './transport.js';
import type {
  DeliveryEntry,
  InteractionError,
  InteractionResult,
  JsonObject,
  PendingInteraction,
} from './types.js';

export interface Delivery extends Parcel {
  readonly triggerId: string;
  /** What it is, for a sentence: `/record` or `a click on record_stop`. */
  readonly title: string;
  /** What the page shows while it waits; null for what nobody waits for. */
  readonly shown: Omit<PendingInteraction, 'deliveryId' | 'since'> | null;
  /** Told of the first ack and what it says. */
  acked(body: unknown): void;
  /** Told when the first attempt has failed. */
  failed(error: InteractionError): void;
}

/** https://docs.slack.dev/apis/events-api#retries: at once, after a minute, after five. */
const retryAfterMs = [0, 60_000, 300_000];

export class Deliveries {
  deliverTwice: boolean;
  readonly #core: Core;
  readonly #transport: () => Transport;
  readonly #known = new Map<string, Delivery & { answered: boolean; attempts: number }>();
  readonly #pending = new Map<string, PendingInteraction>();
  readonly #unsettled = new Set<() => void>();

  constructor(core: Core, transport: () => Transport, deliverTwice: boolean) {
    this.#core = core;
    this.#transport = transport;
    this.deliverTwice = deliverTwice;
  }

  get pending(): readonly PendingInteraction[] {
    return [...this.#pending.values()];
  }

  async deliver(delivery: Delivery): Promise<InteractionResult> {
    this.#known.set(delivery.deliveryId, { ...delivery, answered: false, attempts: 0 });
    const { shown, deliveryId } = delivery;
    if (shown) this.#pending.set(deliveryId, { ...shown, deliveryId, since: this.#core.clock.now() });
    const first = this.#attempt(deliveryId, null);
    if (this.deliverTwice) void this.#attempt(deliveryId, { attempt: 1, reason: 'timeout' });
    const result = await first;
    this.#pending.delete(deliveryId);
    if (result.error) delivery.failed(result.error);
    this.#core.changes.note();
    return result;
  }

  /** An event: tried again until it is acked. Resolves after the first attempt. */
  async deliverEvent(delivery: Delivery): Promise<InteractionResult> {
    const result = await this.deliver(delivery);
    if (result.error) this.#retry(delivery.deliveryId, 1, result.error);
    return result;
  }

  redeliver(deliveryId: string): Promise<InteractionResult> {
    const { attempts = 0 } = this.#known.get(deliveryId) ?? {};
    return this.#attempt(deliveryId, { attempt: attempts, reason: 'timeout' });
  }

  /** Settles whatever still waits. */
  clear(): void {
    for (const settle of [...this.#unsettled]) settle();
    this.#known.clear();
    this.#pending.clear();
  }

  #retry(deliveryId: string, attempt: number, error: InteractionError): void {
    const ms = retryAfterMs[attempt - 1];
    if (ms === undefined) return;
    const reason = error === 'operation_timeout' ? 'timeout' : 'http_error';
    this.#core.clock.after(ms, async () => {
      if (!this.#known.has(deliveryId)) return;
      const result = await this.#attempt(deliveryId, { attempt, reason });
      if (result.error) this.#retry(deliveryId, attempt + 1, result.error);
    });
  }

  #attempt(deliveryId: string, retry: Retry | null): Promise<InteractionResult> {
    const delivery = this.#known.get(deliveryId);
    if (!delivery) throw new Error(`There was no delivery ${deliveryId}.`);
    delivery.attempts += 1;
    const { ackWithinMs, clock, journal } = this.#core;
    const at = clock.now();
    const { triggerId } = delivery;
    return new Promise((resolve) => {
      let waiting = true;
      const settle = (ackMs: number | null, error: InteractionError | null) => {
        waiting = false;
        cancel();
        this.#unsettled.delete(giveUp);
        resolve({ acked: error === null, ackMs, error, triggerId, deliveryId });
      };
      const fail = (error: InteractionError) => {
        if (!waiting) return;
        note({ error });
        settle(null, error);
      };
      // Both outcomes come later than this function returns: from a socket, or from an HTTP answer.
      const sent = this.#transport().send(delivery, retry, {
        isWaiting: () => waiting,
        acked: (body) => {
          const ackMs = clock.now() - at;
          note({ ackMs, ackBody: body });
          if (!waiting) return;
          this.#answer(delivery, body);
          settle(ackMs, null);
        },
        failed: (refusal) => {
          if (waiting && refusal) journal.violate(`${delivery.title}: ${refusal}.`);
          fail('dispatch_failed');
        },
      });
      const note = journal.add<DeliveryEntry>(entryOf(delivery, at, sent, retry));
      const cancel = clock.after(ackWithinMs, () => {
        if (sent?.isReachable()) journal.violate(`${delivery.title} was not acked in time.`);
        fail('operation_timeout');
      });
      const giveUp = () => fail('dispatch_failed');
      this.#unsettled.add(giveUp);
      if (!sent) giveUp();
    });
  }

  #answer(delivery: { answered: boolean; acceptsAnswer: boolean } & Delivery, body: unknown): void {
    if (delivery.answered) return;
    delivery.answered = true;
    if (delivery.acceptsAnswer) delivery.acked(body);
  }
}

const entryOf = (delivery: Delivery, at: number, sent: Sent | null, retry: Retry | null): DeliveryEntry => ({
  kind: 'delivery',
  at,
  deliveryId: delivery.deliveryId,
  type: delivery.type,
  via: sent?.via ?? 'socket',
  socketId: sent?.socketId ?? null,
  attempt: retry?.attempt ?? 0,
  ackMs: null,
  ackBody: null,
  error: null,
  payload: withoutSecrets(delivery.payload),
  triggerHash: hashOf(delivery.payload['trigger_id']),
});

const hashOf = (secret: unknown): string | null =>
  typeof secret === 'string' ? createHash('sha256').update(secret).digest('hex') : null;

const withoutSecrets = ({ token: _, trigger_id: __, response_url: ___, ...rest }: JsonObject): JsonObject =>
  rest;
