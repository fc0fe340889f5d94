/** Each delivery of a call alert takes effect once, however often it is sent. */
import { createHash } from 'node:crypto';
import type { Clock, Store } from '../core/ports.js';

/** How many deliveries this process remembers by itself, and for how long, in milliseconds: no longer than the store. */
const maxRemembered = 10_000;
const rememberMs = 60 * 60_000;

export interface DeliveryDeps {
  /** Whether another process, or an earlier one, has claimed it. */
  readonly isClaimed: Store['isClaimed'];
  readonly claimDelivery: Store['claimDelivery'];
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Runs `effect` unless the delivery is known; false when it was. The effect comes before the claim and must bear being
 * repeated: a claim whose effect then fails would turn the sender's next attempt away, and the call would be lost. So a
 * repetition that comes while the first is in hand has the effect again.
 */
export function createDeliveries({ isClaimed, claimDelivery, clock }: DeliveryDeps) {
  /** When each was delivered, oldest first. */
  const known = new Map<string, number>();

  const remember = (key: string) => {
    known.delete(key);
    known.set(key, clock.now());
    const [oldest] = known.keys();
    if (known.size > maxRemembered && oldest !== undefined) known.delete(oldest);
  };

  return async (deliveryId: string, effect: () => Promise<void>): Promise<boolean> => {
    const key = `alert/${createHash('sha256').update(deliveryId).digest('hex')}`;
    if (clock.now() - (known.get(key) ?? Number.NEGATIVE_INFINITY) < rememberMs) return false;
    const isKnown = await isClaimed(key);
    if (!isKnown) await effect();
    const isFirst = !isKnown && (await claimDelivery(key, clock.now()));
    remember(key);
    return isFirst;
  };
}
