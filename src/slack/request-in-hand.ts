/** One request that has just come in: claimed once, and answered in its own way (a `response_url`) as long as that works. */
import type { PersonRequest } from '../core/model.js';
import type { Logger } from '../core/ports.js';
import type { Message } from './blocks.js';
import type { RequestsInHand } from './requests-in-hand.js';
import type { Respond } from './respond.js';

export interface RequestInHandDeps {
  readonly logger: Logger;
  readonly requests: Pick<RequestsInHand, 'claim' | 'isOurs' | 'close' | 'forget'>;
  /** When it is this request's turn to be written down. */
  readonly turn: () => Promise<void>;
  /** Tells in another way what Slack did not take, for as long as that takes. */
  readonly tell: (request: PersonRequest, message: Message) => void;
}

export class RequestInHand {
  readonly request: PersonRequest;
  /** Settles when the request is written down: true for the first of several deliveries. May reject, see `claim`. */
  readonly claimed: Promise<boolean>;
  readonly respond: Respond;
  readonly #deps: RequestInHandDeps;
  #untold: Message | null = null;
  #lost = false;

  constructor(request: PersonRequest, respond: Respond, deps: RequestInHandDeps) {
    this.request = request;
    this.#deps = deps;
    this.claimed = deps.turn().then(() => deps.requests.claim(request));
    this.claimed.catch(() => {});
    this.respond = async (message, options = {}) => {
      if (options.inChannel || options.replaceOriginal) return respond(message, options);
      if (!(await this.#isStillOurs())) return true;
      const taken = await respond(message, options);
      if (!taken) this.#untold = message;
      return taken;
    };
  }

  /** To be called when all is done and said. The card in the channel is the answer where nothing was said. */
  async finish(): Promise<void> {
    const { requests, tell } = this.#deps;
    // A claim that failed may have been written all the same, and the person was told.
    const first = await this.claimed.catch(() => true);
    if (!first) return;
    if (this.#lost) requests.forget(this.request.key);
    else if (this.#untold) tell(this.request, this.#untold);
    else await requests.close(this.request.key);
  }

  /** To be called when it broke off: nobody here is at work on it any more, so whoever takes it over answers. */
  async abandon(): Promise<void> {
    const first = await this.claimed.catch(() => false);
    if (first) this.#deps.requests.forget(this.request.key);
  }

  async #isStillOurs(): Promise<boolean> {
    if (await this.#deps.requests.isOurs(this.request.key)) return true;
    this.#lost = true;
    const { kind, userId, channelId } = this.request;
    this.#deps.logger.warn(
      { kind, userId, channelId },
      'another process answers a request that took too long here',
    );
    return false;
  }
}
