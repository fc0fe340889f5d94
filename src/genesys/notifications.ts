import type { CallEvents, CallListener } from '../core/ports.js';
import { NotificationSession, type SessionDeps } from './notification-session.js';

/**
 * Call events by Genesys's notification service, over WebSockets.
 * https://developer.genesys.cloud/notificationsalerts/notifications/notifications-service
 */
export const createNotifications = (deps: SessionDeps): CallEvents => new Notifications(deps);

class Notifications implements CallEvents {
  readonly #deps: SessionDeps;
  #session: NotificationSession | null = null;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
  }

  start(listener: CallListener): void {
    this.#session ??= new NotificationSession(this.#deps, listener);
  }

  async stop(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.stop();
  }

  get problem(): string | null {
    return this.#session ? this.#session.problem : 'The bot does not listen for call events now.';
  }
}
