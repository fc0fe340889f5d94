/**
 * Cards that nobody waits for: alerts, and what only the call has changed. A big contact centre has thousands of them, far
 * more than Slack takes. So a few are in hand at a time and the rest is in the store alone, and whenever a place is free
 * the card is chosen that is worth most at that moment.
 */
import type { Card, CardView } from '../core/model.js';
import type { Clock, Logger, Store } from '../core/ports.js';

export interface BacklogDeps {
  readonly store: Pick<Store, 'listUnposted' | 'listOutdated'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** After it aborts nothing is begun any more. */
  readonly signal: AbortSignal;
}

/** The board that it works for. */
export interface BacklogBoard {
  /** False for what is in hand already, or is to wait. */
  isLeft(view: CardView): boolean;
  /** How many are to wait for a long while: they may be the first in each list. */
  setAside(): number;
  /** Never rejects. */
  write(card: Card): Promise<void>;
  /** Told of all work, so that a process does not end in the middle of it. */
  track(work: Promise<void>): void;
}

/** New messages and updates have limits of their own at Slack, and neither waits for the other. */
const lists = ['listUnposted', 'listOutdated'] as const;
type ListName = (typeof lists)[number];

/** Of each kind, as many as Slack answers at the same time: more would only wait for their turn. */
const places = 4;
/** Those that are in hand may be among them. */
const readAtOnce = 20;

class Lane {
  inHand = 0;
  reading = false;
  /** Something has changed since the list was read. */
  again = false;
}

export class Backlog {
  readonly #deps: BacklogDeps;
  readonly #board: BacklogBoard;
  readonly #lanes = { listUnposted: new Lane(), listOutdated: new Lane() };
  #failing = false;

  constructor(deps: BacklogDeps, board: BacklogBoard) {
    this.#deps = deps;
    this.#board = board;
  }

  /** There may be something to be drawn. */
  wake(): void {
    for (const list of lists) this.#board.track(this.#fill(list));
  }

  /** Never rejects: what could not be read now is read when it is woken again. */
  async #fill(list: ListName): Promise<void> {
    const lane = this.#lanes[list];
    lane.again = true;
    if (lane.reading) return;
    lane.reading = true;
    try {
      while (lane.again && lane.inHand < places && !this.#deps.signal.aborted) {
        lane.again = false;
        for (const { card } of await this.#next(list)) this.#begin(lane, card);
      }
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#deps.logger.warn({ err: error }, 'cards that wait could not be looked up');
      this.#failing = true;
    } finally {
      lane.reading = false;
    }
  }

  async #next(list: ListName): Promise<readonly CardView[]> {
    const { store, clock } = this.#deps;
    const views = await store[list](clock.now(), readAtOnce + this.#board.setAside());
    const left = views.filter((view) => this.#board.isLeft(view));
    return left.slice(0, places - this.#lanes[list].inHand);
  }

  #begin(lane: Lane, card: Card): void {
    lane.inHand += 1;
    const written = this.#board.write(card).then(() => {
      lane.inHand -= 1;
      this.wake();
    });
    this.#board.track(written);
  }
}
