/** The two requests that draw a modal. After a 429 Slack is left alone for as long as it asks, method by method. */
import type { types } from '@slack/bolt';
import type { Clock, Logger } from '../core/ports.js';
import type { SlackClients } from './clients.js';
import { readFailure } from './slack-failure.js';

interface ModalsDeps {
  readonly clients: Pick<SlackClients, 'interactive'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

/** `closed`: nobody looks at it any more. `failed`: somebody may look at one that does not change. */
export type Drawn = 'drawn' | 'closed' | 'failed';

type Method = 'views.open' | 'views.update';

export class Modals {
  readonly #deps: ModalsDeps;
  readonly #rests = new Map<Method, { readonly since: number; readonly ms: number }>();

  constructor(deps: ModalsDeps) {
    this.#deps = deps;
  }

  open(triggerId: string, view: types.ModalView): Promise<Drawn> {
    const { views } = this.#deps.clients.interactive;
    return this.#try('views.open', () => views.open({ trigger_id: triggerId, view }));
  }

  update(externalId: string, view: types.ModalView): Promise<Drawn> {
    const { views } = this.#deps.clients.interactive;
    return this.#try('views.update', () => views.update({ external_id: externalId, view }));
  }

  async #try(method: Method, request: () => Promise<unknown>): Promise<Drawn> {
    if (this.#isResting(method)) return 'failed';
    try {
      await request();
      return 'drawn';
    } catch (error) {
      return this.#read(method, error);
    }
  }

  /** A clock that was set back makes it last no longer. */
  #isResting(method: Method): boolean {
    const rest = this.#rests.get(method);
    if (!rest) return false;
    const ageMs = this.#deps.clock.now() - rest.since;
    return ageMs >= 0 && ageMs < rest.ms;
  }

  /** Slack's own word for it goes into the log. Not the error: what was sent may stand in it. Throws what is a bug. */
  #read(method: Method, error: unknown): Drawn {
    const { clock, logger } = this.#deps;
    const failure = readFailure(error);
    if (failure === null) throw error;
    const reason = 'code' in failure ? failure.code : 'no answer';
    if (reason === 'not_found') return 'closed';
    if (failure.kind === 'passing' && failure.afterMs !== null) {
      this.#rests.set(method, { since: clock.now(), ms: failure.afterMs });
    }
    logger.warn({ method, reason }, 'the picker could not be drawn');
    return 'failed';
  }
}
