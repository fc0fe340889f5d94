/** Whether Slack takes the bot token, as its last answer to any request with it has said. */
import type { Clock, Logger } from '../core/ports.js';
import { readFailure } from './slack-failure.js';

interface TokenWatchDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

/** Whatever is asked for, with that token it is refused. https://docs.slack.dev/reference/methods/auth.test */
const refusals = new Set([
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
]);
/** A bot that has nothing to send would never learn that its token is good again: it asks, this often at most, in milliseconds. */
const askEveryMs = 5_000;

export class TokenWatch {
  readonly #deps: TokenWatchDeps;
  #refusal: string | null = null;
  #askAgainAt = 0;

  constructor(deps: TokenWatchDeps) {
    this.#deps = deps;
  }

  /** Gives what the request gives, and throws what it throws. */
  async follow<T>(request: Promise<T>): Promise<T> {
    try {
      const answer = await request;
      this.#note(null);
      return answer;
    } catch (error) {
      const failure = readFailure(error);
      // No answer, or one of a Slack that is ill, says nothing about the token.
      if (failure !== null && 'code' in failure) this.#note(refusals.has(failure.code) ? failure.code : null);
      throw error;
    }
  }

  /** Why no request can succeed, a sentence; empty when they can. `ask` makes any request, which is followed. */
  notReady(ask: () => Promise<unknown>): string[] {
    if (this.#refusal === null) return [];
    const now = this.#deps.clock.now();
    if (now >= this.#askAgainAt) {
      this.#askAgainAt = now + askEveryMs;
      ask().catch(() => undefined);
    }
    return [
      `Slack: the bot token is refused (${this.#refusal}). Install the app again and set SLACK_BOT_TOKEN to its Bot User OAuth Token (xoxb-…), under OAuth & Permissions`,
    ];
  }

  #note(refusal: string | null): void {
    const { logger } = this.#deps;
    if (refusal !== null && this.#refusal === null) {
      logger.error({ code: refusal }, 'Slack refuses the bot token: an administrator installs the app again');
    }
    if (refusal === null && this.#refusal !== null) logger.info({}, 'Slack takes the bot token again');
    this.#refusal = refusal;
  }
}
