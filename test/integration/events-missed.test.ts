/**
 * What happens to calls while Genesys's events do not arrive stands on the cards within 40 s of the fault: the whole bot,
 * from the socket to the message in Slack, on one clock.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { GenesysSimulator } from '../simulators/genesys/types.js';
import { createServiceBed, type ServiceBed } from '../support/service-bed.js';

const withinMs = 40_000;

let bed: ServiceBed;

beforeEach(async () => {
  bed = await createServiceBed({ CALL_ALERTS: 'notifications' });
});
afterEach(async () => {
  await bed.close();
  expect([...bed.slack.violations, ...bed.genesys.violations]).toEqual([]);
});

const listening = () => expect(bed.genesys.notifications.openSockets).toBe(1);

/** Each call has one card, which says that. */
function shows(cards: readonly (readonly [id: string, ...words: string[]])[]): void {
  const shown = bed.cards();
  expect(shown).toHaveLength(cards.length);
  for (const [id, ...words] of cards) {
    const found = shown.filter((card) => card.includes(id));
    expect(found).toHaveLength(1);
    for (const word of words) expect(found[0]).toContain(word);
  }
}

type Fault = (genesys: GenesysSimulator) => void;

/** Genesys cannot be reached for that many requests, and its sockets are gone. */
const outage =
  (requests: number): Fault =>
  (genesys) => {
    genesys.notifications.closeSockets('cut');
    genesys.inject({ on: 'any', fault: { kind: 'cut-before' }, times: requests });
  };

const faults: readonly (readonly [string, Fault])[] = [
  ['goes silent, without a close', ({ notifications }) => notifications.silenceSockets()],
  ['is closed', ({ notifications }) => notifications.closeSockets('close')],
  ['is cut', ({ notifications }) => notifications.closeSockets('cut')],
  ['is cut, and Genesys with it for a while', outage(6)],
  ['loses its token, which is revoked', (genesys) => genesys.revokeTokens()],
  ['loses its channel to another client', ({ notifications }) => notifications.takeOverChannel()],
  ['loses its subscriptions', ({ notifications }) => notifications.unsubscribe()],
];

it.each(faults)('when the socket %s', async (_, strike) => {
  const { genesys, clock, within } = bed;
  const transferred = genesys.startCall({ agent: 'Ann' });
  const ended = genesys.startCall({ agent: 'Cid' });
  await bed.start();
  await within(withinMs, () => {
    listening();
    shows([
      [transferred.id, 'Call in progress', 'Ann'],
      [ended.id, 'Call in progress', 'Cid'],
    ]);
  });
  // The looks of the start are over, so that none of them finds what happens from now on; and a heartbeat has just come,
  // so that silence lasts its longest.
  await bed.pass(32_000);

  const struckAt = clock.now();
  strike(genesys);
  // In the same breath, so that nobody listens yet who might be told.
  const begun = genesys.startCall({ agent: 'Dee' });
  genesys.transferCall(transferred.id, 'Ben');
  genesys.endCall(ended.id);
  await within(withinMs, () =>
    shows([
      [transferred.id, 'Call in progress', 'Ben'],
      [ended.id, 'Call ended'],
      [begun.id, 'Call in progress', 'Dee'],
    ]),
  );
  expect(clock.now() - struckAt).toBeLessThanOrEqual(withinMs);

  // It listens again: the next call costs no look.
  await within(withinMs, listening);
  const looks = genesys.count('calls');
  const next = genesys.startCall({ agent: 'Eve' });
  await within(5_000, () => expect(bed.cards().some((card) => card.includes(next.id))).toBe(true));
  expect(genesys.count('calls')).toBe(looks);
  expect(bed.cards()).toHaveLength(4);
});
