/**
 * Warnings in threads that have had their time: the recording has ended, or was given more time by another message. Their
 * buttons go, once, and only when nothing else waits. A warning that is done has no row any more.
 */
import type { OverWarning } from '../core/model.js';
import type { Store } from '../core/ports.js';
import type { SlackClients } from './clients.js';
import { type Delivery, type Outlet, priorities } from './outlet.js';
import { type RepeatDeps, repeatUntilDone } from './repeat.js';
import { renderOver } from './replies.js';

export interface OverWarningsDeps extends RepeatDeps {
  readonly store: Pick<Store, 'listOverWarnings' | 'forgetReply' | 'takeLease' | 'dropLease'>;
  readonly clients: SlackClients;
  readonly outlet: Outlet;
  /** Names this process among those that share the database. */
  readonly holder: string;
}

/** Longer than two requests may take, in milliseconds: the blocks, and plain text where they are refused. */
const leaseMs = 45_000;

export class OverWarnings {
  readonly #deps: OverWarningsDeps;
  /** Messages that wait for their turn. */
  readonly #inHand = new Set<string>();

  constructor(deps: OverWarningsDeps) {
    this.#deps = deps;
  }

  /** Never rejects. */
  async close(warning: OverWarning): Promise<void> {
    const { id } = warning;
    if (this.#inHand.has(id)) return;
    this.#inHand.add(id);
    await repeatUntilDone(this.#deps, 'a warning could not be taken back', async () => {
      const outcome = await this.#inTurn(warning);
      return outcome !== 'again';
    });
    this.#inHand.delete(id);
  }

  #inTurn({ id, ts, card, job }: OverWarning): Promise<Delivery> {
    const { store, outlet } = this.#deps;
    return outlet.inLane({ channelId: card.channelId, ts }, priorities.overWarning, () =>
      this.#alone(id, async () => {
        // Another process, or a click, may have been faster while this one waited.
        const due = await store.listOverWarnings(job.conversationId);
        const current = due.find((warning) => warning.id === id);
        return current ? this.#redraw(current) : 'done';
      }),
    );
  }

  /** Not by the claim to the card: whoever has that may be waiting for this very lane. */
  async #alone(id: string, work: () => Promise<Delivery>): Promise<Delivery> {
    const { store, clock, holder } = this.#deps;
    const lease = `warning/${id}`;
    const now = clock.now();
    if (!(await store.takeLease(lease, holder, now, now + leaseMs))) return 'done';
    try {
      return await work();
    } finally {
      await store.dropLease(lease, holder);
    }
  }

  async #redraw(warning: OverWarning): Promise<Delivery> {
    const { store, outlet, clients, logger } = this.#deps;
    const { id, ts, card } = warning;
    const place = { channelId: card.channelId, ts };
    try {
      await outlet.send(clients.background, place, renderOver(warning));
    } catch (error) {
      const failure = outlet.readLasting(place, error);
      if (failure === 'again') return failure;
      const level = failure.kind === 'invalid' || failure.kind === 'unknown' ? 'error' : 'info';
      logger[level]({ id, channelId: place.channelId, code: failure.code }, 'a warning keeps its buttons');
    }
    await outlet.remember(() => store.forgetReply(id));
    return 'done';
  }
}
