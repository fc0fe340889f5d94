import { randomBytes, randomUUID } from 'node:crypto';
import type { SimulatorClock } from './types.js';

const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789';

/** An id as Slack makes them: a letter that tells the kind, then ten others. */
export const newId = (kind: string): string =>
  kind + [...randomBytes(10)].map((byte) => letters[byte % letters.length]).join('');

export const newSecret = (bytes = 18): string =>
  randomBytes(bytes).toString('base64url').replaceAll(/[-_]/g, 'x');

/** Message ids: seconds and microseconds, each greater than the one before. */
export function createTimestamps(clock: SimulatorClock): () => string {
  let last = 0;
  return () => {
    last = Math.max(last + 1, clock.now() * 1000);
    return `${Math.floor(last / 1e6)}.${String(last % 1e6).padStart(6, '0')}`;
  };
}

/** Envelopes and deliveries are named by UUIDs. */
export const newDeliveryId = (): string => randomUUID();
