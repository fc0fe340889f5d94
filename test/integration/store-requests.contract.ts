/** Requests are owed an answer, across the deaths of those who were at work on them. */
import { expect, it } from 'vitest';
import type { PersonRequest } from '../../src/core/model.js';
import type { Store } from '../../src/core/ports.js';
import { sampleRequest, storeOf } from '../support/store-samples.js';
import type { Bench } from './store.contract.js';

export function describeRequests(bench: Bench): void {
  /** Claimed at the time it was asked, and held for three seconds. */
  const owe = (request: PersonRequest = sampleRequest(), claimant = 'first', store: Store = bench.store) =>
    store.claimDelivery(request.key, request.askedAt, claimant, {
      request,
      heldUntil: request.askedAt + 3_000,
    });
  const take = (now: number, claimant = 'next', { limit = 10, store = bench.store } = {}) =>
    store.takeLeftRequests(now, now + 3_000, claimant, limit);
  const keysOf = (requests: readonly PersonRequest[]) => requests.map(({ key }) => key);

  it('gives what was asked, word for word, to one of many when the hold has ended', async () => {
    const button = sampleRequest({
      kind: 'card-button',
      words: 'record_stop:2',
      value: 'job-1',
      askedAt: 500,
    });
    await owe(button);
    expect(await take(3_499)).toEqual([]);
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        take(3_500, `next-${index}`, { store: storeOf(bench, index) }),
      ),
    );
    expect(taken.flat()).toEqual([{ ...button, takeovers: 1 }]);
    expect(await take(6_500)).toEqual([{ ...button, takeovers: 2 }]);
  });

  it('gives each of many to one of those who look at the same time', async () => {
    const keys = Array.from({ length: 12 }, (_, index) => `request-${index}`);
    for (const key of keys) await owe(sampleRequest({ key }));
    const takers = Array.from({ length: 6 }, (_, index) =>
      take(4_000, `next-${index}`, { limit: 3, store: storeOf(bench, index) }),
    );
    const taken = keysOf((await Promise.all(takers)).flat());
    expect(new Set(taken).size).toBe(taken.length);
    const rest = keysOf(await take(4_000, 'last', { limit: 20 }));
    expect([...taken, ...rest].sort()).toEqual([...keys].sort());
  });

  it('gives those that were left first, first', async () => {
    for (const askedAt of [1_002, 1_000, 1_001]) await owe(sampleRequest({ key: `at-${askedAt}`, askedAt }));
    expect(keysOf(await take(9_000, 'one', { limit: 2 }))).toEqual(['at-1000', 'at-1001']);
    expect(keysOf(await take(9_000, 'two', { limit: 2 }))).toEqual(['at-1002']);
  });

  it('leaves a request to whoever holds it, and says who does not any more', async () => {
    await owe();
    const hold = (claimant: string, until: number) =>
      bench.store.holdRequests([{ key: 'request-1', claimant }], until);
    expect(await hold('first', 8_000)).toEqual(['request-1']);
    expect(await take(7_999)).toEqual([]);
    expect(await hold('stranger', 20_000)).toEqual([]);
    expect(keysOf(await take(8_000))).toEqual(['request-1']);
    expect(await hold('first', 20_000)).toEqual([]);
    expect(await hold('next', 12_000)).toEqual(['request-1']);
    expect(await take(11_999)).toEqual([]);
  });

  it('holds many at once, and none', async () => {
    const claims = Array.from({ length: 600 }, (_, index) => ({ key: `r${index}`, claimant: `c${index}` }));
    for (const { key, claimant } of claims.slice(0, 3)) await owe(sampleRequest({ key }), claimant);
    expect([...(await bench.store.holdRequests(claims, 9_000))].sort()).toEqual(['r0', 'r1', 'r2']);
    expect(await bench.store.holdRequests([], 9_000)).toEqual([]);
  });

  it('owes nothing any more once it is closed, by whomever', async () => {
    await owe();
    await owe(sampleRequest({ key: 'request-2' }));
    await bench.store.closeRequests(['request-1', 'unknown'], 2_000);
    await bench.store.closeRequests(['request-1'], 5_000);
    await bench.store.closeRequests([], 5_000);
    expect(keysOf(await take(9_000))).toEqual(['request-2']);
    expect(await bench.store.holdRequests([{ key: 'request-1', claimant: 'first' }], 9_000)).toEqual([]);
    const { deliveries } = await bench.everything();
    expect(deliveries.map(({ answered_at }) => answered_at)).toEqual([2_000, null]);
  });

  it('knows a repeated delivery as such, also after others have taken it over', async () => {
    expect(await owe()).toBe(true);
    expect(await owe(sampleRequest({ askedAt: 1_200 }))).toBe(true);
    expect(await owe(sampleRequest(), 'another', storeOf(bench, 1))).toBe(false);
    const [taken] = await take(9_000);
    expect(taken).toMatchObject({ askedAt: 1_000 });
    expect(await owe()).toBe(false);
  });

  it('owes nobody an answer to a delivery without a request', async () => {
    await bench.store.claimDelivery('event-1', 1_000, 'first');
    expect(await take(9_000)).toEqual([]);
  });

  it('forgets what is answered, and never what is owed', async () => {
    await owe();
    await owe(sampleRequest({ key: 'request-2' }));
    await bench.store.closeRequests(['request-2'], 2_000);
    await bench.store.pruneDeliveries(5_000_000);
    expect((await bench.everything()).deliveries.map(({ key }) => key)).toEqual(['request-1']);
  });

  it('voids the holds of an earlier process', async () => {
    await owe();
    await bench.store.forgetClaims(1_500);
    expect(keysOf(await take(1_500))).toEqual(['request-1']);
  });
}
