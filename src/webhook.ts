/** What reaches the core through `POST /alerts/calls`, and from when on. */
import type { CallAlerts } from './core/call-alerts.js';
import type { CallWatch } from './core/call-watch.js';
import { RecordError } from './core/errors.js';
import type { Clock, Store } from './core/ports.js';
import type { CallAlertOptions } from './http/call-alerts.js';

interface WebhookDeps {
  readonly clock: Clock;
  readonly alerts: CallAlerts | null;
  readonly state: {
    readonly store: Store;
    readonly watch: CallWatch;
    readonly stopping: AbortController;
    readonly booksOpen: boolean;
  };
}

/**
 * Before the schema is there, and while the rest is being stopped, nothing can be taken note of. Slack need not be there: what
 * stands in the books is drawn when it is, and a sender that is turned away may not come again.
 */
export function webhook(secret: string, { clock, alerts, state }: WebhookDeps): CallAlertOptions {
  const { store, watch, stopping } = state;
  const inBooks = () => {
    if (alerts && state.booksOpen && !stopping.signal.aborted) return { alerts, store };
    throw new RecordError('UNAVAILABLE', 'The bot is starting or stopping.');
  };
  return {
    secret,
    clock,
    accept: async (report) => inBooks().alerts.acceptPart(report),
    somebodyLeft: () => watch.somebodyLeft(),
    isClaimed: async (key) => inBooks().store.isClaimed(key),
    claimDelivery: (...claim) => store.claimDelivery(...claim),
  };
}
