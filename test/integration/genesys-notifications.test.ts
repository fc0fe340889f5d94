/** What is told of calls, and to what the bot listens. The life of channels and sockets: genesys-notifications-life. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agentLeg, customerLeg, queueLeg } from '../support/genesys-calls.js';
import { createNotificationBed, type NotificationBed, until } from '../support/notification-bed.js';
import {
  callFrame,
  createNotificationService,
  heartbeat,
  type NotificationService,
} from '../support/notification-service.js';

let service: NotificationService;
let bed: NotificationBed;

beforeEach(async () => {
  service = await createNotificationService();
  service.queues = [{ id: 'queue-billing', name: 'Billing' }];
});

afterEach(async () => {
  await bed.close();
  await service.close();
});

async function listen(queueIds: readonly string[] = []): Promise<void> {
  bed = createNotificationBed(service, queueIds);
  bed.start();
  await bed.gaps(1);
}

const call = (id = 'call-1') => ({ id, participants: [customerLeg(), queueLeg(), agentLeg()] });
const minute = 60_000;
const queues = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `queue-${index}`, name: `Queue ${index}` }));

describe('call events', () => {
  it('are told as they come, with the name of the queue that they only give the id of', async () => {
    await listen();
    service.say(callFrame('queue-billing', call()));
    await until(() => bed.heard.events).toMatchObject([
      { call: { conversationId: 'call-1', queue: 'Billing', caller: '+13175550101' }, over: false },
    ]);
    expect(service.queueReads).toBe(1);
    expect(bed.events.problem).toBeNull();
  });

  it('are not disturbed by what cannot be read, which is counted and logged once in a while', async () => {
    await listen();
    for (const text of ['{', '[]', '{"topicName":7}', '{"topicName":"v2.users.u.presence","eventBody":{}}']) {
      service.say(text);
    }
    service.say(callFrame('queue-billing', { participants: [] }));
    service.say(callFrame('queue-billing', call()));
    await until(() => bed.heard.events.length).toBe(1);
    const lines = () =>
      bed.log.lines.filter(({ message }) => message.includes('words that the bot does not'));
    expect(lines().map(({ fields }) => fields)).toEqual([{ count: 1 }]);
    await bed.clock.leap(11 * minute);
    service.say('{');
    await until(() => lines().map(({ fields }) => fields)).toEqual([{ count: 1 }, { count: 5 }]);
  });

  it('are told no more once it is stopped, and again when it is started again', async () => {
    await listen();
    await bed.events.stop();
    expect(bed.clock.sleepers).toEqual([]);
    await until(() => service.openSockets().length).toBe(0);
    expect(bed.events.problem).toContain('does not listen');
    bed.start();
    await bed.gaps(2);
    service.say(callFrame('queue-billing', call()));
    await until(() => bed.heard.events.length).toBe(1);
  });

  it('can be stopped while Genesys keeps it waiting', async () => {
    service.refusal = { status: 503, body: {} };
    bed = createNotificationBed(service, ['queue-1']);
    bed.start();
    await until(() => bed.clock.sleepers.length).toBeGreaterThan(0);
    await bed.events.stop();
    expect(bed.heard).toMatchObject({ gaps: 0, sockets: 0 });
    expect(bed.clock.sleepers).toEqual([]);
  });
});

describe('the queues', () => {
  it('are all that the client can see, over all pages', async () => {
    service.queues = queues(250);
    await listen();
    expect(service.channels.map(({ subscriptions }) => subscriptions)).toEqual([
      [service.queues.map(({ id }) => id)],
    ]);
  });

  it('are looked for again every ten minutes, and a new one is listened to on the socket that is there', async () => {
    await listen();
    service.queues.push({ id: 'queue-new', name: 'New' });
    await bed.clock.leap(9 * minute);
    expect(service.queueReads).toBe(1);
    await bed.clock.leap(minute);
    await bed.gaps(2);
    expect(service.channels[0]?.subscriptions).toEqual([['queue-billing'], ['queue-billing', 'queue-new']]);
    expect(bed.heard.sockets).toBe(1);
    service.say(heartbeat);
    service.say(
      callFrame('queue-new', { id: 'c', participants: [queueLeg({ queue: { id: 'queue-new' } })] }),
    );
    await until(() => bed.heard.events).toMatchObject([{ call: { queue: 'New' } }]);
  });

  it('that are listened to stay so while the list of them cannot be read', async () => {
    await listen();
    service.refusal = { status: 500, body: { code: 'internal.server.error', status: 500, message: 'oh' } };
    await bed.clock.leap(10 * minute);
    await until(() => bed.log.lines.some(({ message }) => message.includes('could not be read'))).toBe(true);
    expect(bed.events.problem).toBeNull();
    expect(service.openSockets()).toHaveLength(1);
  });

  it('that are listened to stay so when the list of them is cut short, which is said', async () => {
    service.queues = queues(2);
    await listen();
    service.queues = [{ id: 'queue-2', name: 'Queue 2' }];
    service.queuesCutShort = true;
    await bed.clock.leap(10 * minute);
    await bed.gaps(2);
    expect(service.channels[0]?.subscriptions.at(-1)).toEqual(['queue-0', 'queue-1', 'queue-2']);
    expect(bed.events.problem).toContain('could not be read to its end');
  });

  it('of more than a thousand are shared by several channels, with one gap for all of them', async () => {
    service.queues = queues(2_001);
    await listen();
    const sizes = service.channels.map(({ subscriptions: [queueIds = []] }) => queueIds.length);
    expect(sizes.toSorted((a, b) => b - a)).toEqual([1_000, 1_000, 1]);
    expect(service.openSockets()).toHaveLength(3);
    expect(bed.heard.gaps).toBe(1);
    expect(bed.events.problem).toBeNull();
  });

  it('beyond what twenty channels hold are said not to be listened to', async () => {
    await listen(queues(20_002).map(({ id }) => id));
    expect(service.channels).toHaveLength(20);
    await until(() => bed.events.problem).toContain('20,000 queues: 2 more are not listened to');
  });

  it('that the settings name are listened to although the list may not be read', async () => {
    bed = createNotificationBed(service, ['queue-1', 'queue-2']);
    service.refusal = { status: 403, body: { code: 'missing.any.permissions', status: 403 } };
    bed.start();
    await until(() => bed.log.lines.some(({ message }) => message.includes('could not be read'))).toBe(true);
    service.refusal = null;
    await bed.clock.advance(2_000);
    await bed.gaps(1);
    expect(service.channels.at(-1)?.subscriptions).toEqual([['queue-1', 'queue-2']]);
    expect(bed.events.problem).toBeNull();
  });

  it('that the settings name and Genesys does not list are named', async () => {
    await listen(['queue-billing', 'queue-of-nobody']);
    await until(() => bed.events.problem).toContain('lists no queue queue-of-nobody');
    expect(bed.events.problem).not.toContain('queue-billing');
  });

  it('of more than a thousand: a channel whose socket is lost is connected anew by itself, and the gap is told', async () => {
    service.queues = queues(2_001);
    await listen();
    const socketCounts = () => service.channels.map(({ sockets }) => sockets.length);
    service.upgradeStatus = 503;
    service.channels[1]?.sockets[0]?.terminate();
    await until(() => bed.events.problem).toContain('status 503');
    expect(bed.heard.gaps).toBe(1);
    service.upgradeStatus = null;
    await bed.clock.advance(1_000);
    await bed.gaps(2);
    expect(socketCounts()).toEqual([1, 2, 1]);
    expect(bed.events.problem).toBeNull();
    for (const { sockets, subscriptions } of service.channels) {
      const [queueId = ''] = subscriptions.at(-1) ?? [];
      sockets.at(-1)?.send(JSON.stringify(callFrame(queueId, call(`call of ${queueId}`))));
    }
    await until(() => bed.heard.events.length).toBe(3);
    const [all = [], again] = service.channels.map(({ subscriptions }) => subscriptions.length);
    expect([all, again]).toEqual([1, 2]);
  });

  it('that Genesys does not take are named', async () => {
    service.queues = queues(3);
    service.untold = ['queue-1'];
    await listen();
    expect(bed.events.problem).toBe('Genesys refuses to tell of the calls of 1 of the queues (Queue 1).');
    expect(bed.log.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        fields: { refused: [expect.objectContaining({ queueId: 'queue-1' })] },
      }),
    );
  });

  it('that Genesys refuses cost the others nothing, are named with the reason, and asked for again in ten minutes', async () => {
    service.queues = queues(6);
    const refusal = { state: 'Rejected', missingPermissions: ['routing:queue:view'] };
    for (const { id } of service.queues.slice(1)) service.rejected.set(id, refusal);
    await listen();
    expect(bed.events.problem).toBe(
      'Genesys refuses to tell of the calls of 5 of the queues (Queue 1, Queue 2, Queue 3 and others): ' +
        "the bot's OAuth client lacks routing:queue:view.",
    );
    service.say(callFrame('queue-0', call()));
    await until(() => bed.heard.events.length).toBe(1);
    service.rejected.clear();
    await bed.clock.leap(10 * minute);
    await bed.gaps(2);
    expect(bed.events.problem).toBeNull();
    expect(bed.heard.sockets).toBe(1);
  });

  it('that Genesys refuses for another reason are said with it', async () => {
    service.queues = queues(2);
    service.rejected.set('queue-1', { state: 'Rejected', rejectionReason: 'It is about to go.' });
    await listen();
    expect(bed.events.problem).toContain('(Queue 1): It is about to go.');
  });

  it('that Genesys took are not asked for again, as long as there are no new ones', async () => {
    await listen();
    await bed.clock.leap(10 * minute);
    await bed.clock.leap(10 * minute);
    await until(() => service.queueReads).toBe(3);
    expect(service.channels[0]?.subscriptions).toHaveLength(1);
    expect(bed.heard.gaps).toBe(1);
  });

  it('are none where the role covers none, which is said, until there is one', async () => {
    service.queues = [];
    bed = createNotificationBed(service);
    bed.start();
    await until(() => bed.events.problem).toContain('sees no queue');
    service.queues = queues(1);
    await bed.clock.advance(1_000);
    await bed.gaps(1);
    expect(bed.events.problem).toBeNull();
  });
});

describe('a permission that is missing', () => {
  const forbidden = (permission: string) => ({
    status: 403,
    body: {
      code: 'missing.permissions',
      status: 403,
      message: `Unable to perform the requested action. You are missing the following permission(s): ${permission}`,
    },
  });

  it('for the list of queues is named', async () => {
    service.refusal = forbidden('routing:queue:view');
    bed = createNotificationBed(service);
    bed.start();
    await until(() => bed.events.problem).toContain('lacks routing:queue:view');
  });

  it('for the events of every queue is named, and may be granted at any time', async () => {
    bed = createNotificationBed(service);
    const refusal = { state: 'Rejected', missingPermissions: ['conversation:communication:view'] };
    service.rejected.set('queue-billing', refusal);
    bed.start();
    await until(() => bed.events.problem).toContain('lacks conversation:communication:view');
    expect(bed.heard).toMatchObject({ gaps: 0, sockets: 0 });
    service.rejected.clear();
    await bed.clock.advance(1_000);
    await bed.gaps(1);
    expect(service.channels).toHaveLength(1);
  });

  it('for the events is named, costs no second channel, and may be granted at any time', async () => {
    bed = createNotificationBed(service);
    service.subscriptionRefusal = forbidden('conversation:communication:view');
    bed.start();
    await until(() => bed.events.problem).toContain('lacks conversation:communication:view');
    for (const ms of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]) await bed.clock.advance(ms);
    expect(service.channels).toHaveLength(1);
    service.subscriptionRefusal = null;
    await bed.clock.advance(30_000);
    await bed.gaps(1);
    expect(bed.events.problem).toBeNull();
    expect(service.channels).toHaveLength(1);
  });
});
