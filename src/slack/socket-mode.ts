/**
 * Socket Mode over two sockets: when Slack asks one to reconnect, as it does every few hours, the other goes on. Up to
 * ten are allowed, and any of them may get a payload. https://docs.slack.dev/apis/events-api/using-socket-mode
 */
import type { App, Receiver } from '@slack/bolt';
import { readFailure } from './slack-failure.js';
import { SocketLine, type SocketLineDeps } from './socket-line.js';
import { toAppTokenError } from './token-errors.js';

const sockets = 2;

export class SocketModeTransport implements Receiver {
  readonly #deps: Omit<SocketLineDeps, 'app'>;
  readonly #guard: (app: App) => App;
  #lines: readonly SocketLine[] = [];

  constructor(deps: Omit<SocketLineDeps, 'app'>, guard: (app: App) => App) {
    this.#deps = deps;
    this.#guard = guard;
  }

  init(app: App): void {
    const guarded = this.#guard(app);
    this.#lines = Array.from({ length: sockets }, () => new SocketLine({ ...this.#deps, app: guarded }));
  }

  /**
   * Resolves when each socket is open, or has failed for a reason that passes. Throws `SLACK_REFUSED` when Slack
   * refuses the token.
   */
  async start(): Promise<void> {
    const outcomes = await Promise.all(this.#lines.map((line) => line.start()));
    const refusal = outcomes.find((error) => error !== null && isRefusal(error));
    if (refusal === undefined) return;
    await this.stop();
    throw toAppTokenError(refusal);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#lines.map((line) => line.stop()));
  }

  /** Why no command can be served; empty when at least one socket is open. */
  notReady(): string[] {
    if (this.#lines.some(({ live }) => live)) return [];
    const problem = this.#lines.map((line) => line.problem).find((error) => error !== null);
    const detail = problem instanceof Error ? `: ${problem.message}` : '';
    return [`Slack: no Socket Mode connection is open${detail}`];
  }
}

/** False for what passes by itself. */
function isRefusal(error: unknown): boolean {
  const failure = readFailure(error);
  return failure !== null && failure.kind !== 'passing';
}
