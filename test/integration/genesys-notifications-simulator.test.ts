/** Call events from an organisation that keeps all of Genesys's rules at once, on one clock. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import type { GenesysSimulator } from '../simulators/genesys/types.js';
import { createManualClock, type ManualClock } from '../support/genesys-bed.js';
import { createNotificationBed, type NotificationBed, until } from '../support/notification-bed.js';

let clock: ManualClock;
let simulator: GenesysSimulator;
let bed: NotificationBed;

beforeEach(async () => {
  clock = createManualClock();
  simulator = await createGenesysSimulator({ api: 'conversations', now: clock.now, sleep: clock.sleep });
  bed = createNotificationBed(simulator, [], clock);
  bed.start();
  await bed.gaps(1);
});

afterEach(async () => {
  await bed.close();
  await simulator.close();
  expect(simulator.violations).toEqual([]);
});

const callsHeard = () => [...new Set(bed.heard.events.map(({ call }) => call.conversationId))];

/** A call that is begun now is heard of. */
async function expectEvents(): Promise<void> {
  const { id, queue } = simulator.startCall();
  await until(callsHeard).toContain(id);
  expect(bed.heard.events.at(-1)?.call).toMatchObject({ conversationId: id, queue });
  expect(bed.events.problem).toBeNull();
}

it('a call is told of from its beginning to its end', async () => {
  const { id, caller } = simulator.startCall({ agent: null });
  await until(callsHeard).toEqual([id]);
  expect(bed.heard.events[0]).toMatchObject({
    call: { conversationId: id, agent: null, caller: caller.replace('tel:', '') },
    over: false,
  });
  simulator.answerCall(id, 'Ada');
  await until(() => bed.heard.events.at(-1)?.call.agent).toBe('Ada');
  simulator.endCall(id);
  await until(() => bed.heard.events.at(-1)?.over).toBe(true);
});

it('an hour of nothing but heartbeats keeps the socket', async () => {
  for (let i = 0; i < 120; i += 1) {
    const { texts } = bed.heard;
    await clock.advance(15_000);
    if (i % 2 === 1) await until(() => bed.heard.texts).toBeGreaterThan(texts);
  }
  expect(bed.heard).toMatchObject({ gaps: 1, sockets: 1 });
});

it('sockets that freeze are noticed, and the gap told, within 40 s', async () => {
  const frozenAt = clock.now();
  simulator.notifications.silenceSockets();
  simulator.startCall();
  await clock.advance(31_000);
  await bed.gaps(2);
  expect(clock.now() - frozenAt).toBeLessThanOrEqual(40_000);
  expect(callsHeard()).toEqual([]);
  await expectEvents();
});

/** The clock stands unless a test sets it forward: no pause, and no watch that must run out first, comes between. */
async function expectGapAtOnce(disturb: () => void): Promise<void> {
  const disturbedAt = clock.now();
  disturb();
  await bed.gaps(2);
  expect(clock.now() - disturbedAt).toBe(0);
}

it.each(['close', 'cut'] as const)('after a %s the same channel is used again, at once', async (how) => {
  await expectGapAtOnce(() => simulator.notifications.closeSockets(how));
  await expectEvents();
  expect(simulator.notifications.channels).toMatchObject([{ connections: 2, connected: true }]);
});

it('a channel that another client has taken over is taken back at once', async () => {
  await expectGapAtOnce(() => simulator.notifications.takeOverChannel());
  await expectEvents();
});

it('before the socket is closed, another channel is there', async () => {
  simulator.notifications.sendSocketClosing();
  await bed.gaps(2);
  await until(() => simulator.notifications.channels.map(({ connected }) => connected)).toEqual([
    false,
    true,
  ]);
  await expectEvents();
});

it('a token that is revoked is replaced at once, and the channel with it', async () => {
  await expectGapAtOnce(() => simulator.revokeTokens());
  await expectEvents();
  expect(simulator.notifications.channels.at(-1)).toMatchObject({ connected: true });
});

it('subscriptions that are dropped are made again at once', async () => {
  await expectGapAtOnce(() => simulator.notifications.unsubscribe());
  await expectEvents();
});

it('a channel is replaced before its 24 hours are over', async () => {
  await clock.leap(23 * 3_600_000);
  await bed.gaps(2);
  await clock.leap(2 * 3_600_000);
  await expectEvents();
  expect(bed.heard).toMatchObject({ gaps: 2, sockets: 2 });
});

it('the permissions that it needs, and no other, are enough', async () => {
  await bed.events.stop();
  simulator.setPermissions(['routing:queue:view', 'analytics:queueObservation:view']);
  bed.start();
  await bed.gaps(2);
  await expectEvents();
});

it('after two failed attempts the gap is told within 40 s of the fault all the same', async () => {
  const cutAt = clock.now();
  simulator.inject({ on: 'subscribe', fault: { kind: 'status', status: 500 }, times: 2 });
  simulator.notifications.closeSockets('cut');
  while (bed.heard.gaps < 2 && clock.now() - cutAt < 40_000) await clock.advance(1_000);
  await bed.gaps(2);
  expect(clock.now() - cutAt).toBeLessThanOrEqual(40_000);
  await expectEvents();
});

it('a permission that is missing is named', async () => {
  simulator.setPermissions(['routing:queue:view']);
  simulator.notifications.closeSockets('cut');
  await until(() => bed.events.problem).toContain('lacks analytics:queueObservation:view');
});
