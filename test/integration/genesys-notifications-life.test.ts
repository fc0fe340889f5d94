/** Channels and sockets come and go; whoever listens is told of every gap, and of no end. */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { customerLeg } from '../support/genesys-calls.js';
import { createNotificationBed, type NotificationBed, until } from '../support/notification-bed.js';
import {
  callFrame,
  createNotificationService,
  heartbeat,
  type NotificationService,
  systemFrame,
} from '../support/notification-service.js';

let service: NotificationService;
let bed: NotificationBed;

beforeEach(async () => {
  service = await createNotificationService();
  service.queues = [{ id: 'queue-billing', name: 'Billing' }];
  bed = createNotificationBed(service);
  bed.start();
  await bed.gaps(1);
});

afterEach(async () => {
  await bed.close();
  await service.close();
});

const hour = 3_600_000;
const event = (id: string) => callFrame('queue-billing', { id, participants: [customerLeg()] });

/** Says it, and waits until it has been heard. */
async function say(frame: object | string): Promise<void> {
  const { texts } = bed.heard;
  service.say(frame);
  await until(() => bed.heard.texts).toBe(texts + service.openSockets().length);
}

const channelsOpened = () => service.channels.length;
const subscriptionsOf = (index: number) => service.channels[index]?.subscriptions.length;
const heardCalls = () => bed.heard.events.map(({ call }) => call.conversationId);
/** How long the next attempt waits; the ticks of sockets are of one second. */
const waits = () => bed.clock.sleepers.filter((ms) => ms < 60_000);

describe('a socket on which nothing comes', () => {
  it('is asked for a sign of life after 25 s, and kept when it gives one', async () => {
    await bed.clock.advance(24_000);
    expect(service.pings).toBe(0);
    await bed.clock.advance(1_000);
    await until(() => bed.heard.texts).toBe(1);
    expect(service.pings).toBe(1);
    await bed.clock.advance(24_000);
    expect(bed.heard).toMatchObject({ gaps: 1, sockets: 1 });
  });

  it('is not asked while heartbeats come', async () => {
    for (let i = 0; i < 5; i += 1) {
      await bed.clock.advance(20_000);
      await say(heartbeat);
    }
    expect(service.pings).toBe(0);
    expect(bed.heard.sockets).toBe(1);
  });

  it('is given up when it gives none, and whoever listens is told of the gap within 40 s of the silence', async () => {
    const silentSince = bed.clock.now();
    service.silent = true;
    await bed.clock.advance(29_000);
    expect(bed.heard).toMatchObject({ gaps: 1, sockets: 1 });
    await bed.clock.advance(1_000);
    await bed.gaps(2);
    expect(bed.clock.now() - silentSince).toBeLessThanOrEqual(40_000);
    expect(service.openSockets()).toHaveLength(1);
    expect(channelsOpened()).toBe(1);
    await say(event('call-after'));
    expect(heardCalls()).toEqual(['call-after']);
  });
});

describe('a socket that closes', () => {
  it('is replaced at once on the channel that is there, with its topics made sure of', async () => {
    service.openSockets()[0]?.close(1001);
    await bed.gaps(2);
    expect(channelsOpened()).toBe(1);
    expect(subscriptionsOf(0)).toBe(2);
    expect(service.openSockets()).toHaveLength(1);
    expect(bed.events.problem).toBeNull();
  });

  it('without a word is replaced as well', async () => {
    service.openSockets()[0]?.terminate();
    await bed.gaps(2);
    expect(channelsOpened()).toBe(1);
  });

  it('for a message of absurd size is replaced as well', async () => {
    service.say('x'.repeat(4_000_001));
    await bed.gaps(2);
    expect(bed.heard.texts).toBe(0);
  });

  it('again and again is replaced ever more slowly, and its channel with it the third time', async () => {
    const pauses: number[] = [];
    for (let gaps = 2; gaps <= 8; gaps += 1) {
      service.openSockets()[0]?.close(1000);
      await until(() => service.openSockets().length).toBe(0);
      if (gaps > 2) {
        await until(() => bed.events.problem).toContain('was lost: closed with 1000');
        await until(() => waits().length).toBe(1);
        const [pause = 0] = waits();
        pauses.push(pause);
        await bed.clock.advance(pause);
      }
      await bed.gaps(gaps);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
    expect(channelsOpened()).toBe(3);
  });

  it('after a minute of peace is replaced at once again, and its channel kept', async () => {
    for (let gaps = 2; gaps <= 6; gaps += 1) {
      service.openSockets()[0]?.close(1000);
      await bed.gaps(gaps);
      await bed.clock.leap(60_000);
    }
    expect(channelsOpened()).toBe(1);
  });

  it('because another client has taken its channel over, three times, leaves the channel to that client', async () => {
    for (const [gaps, pause] of [
      [2, 0],
      [3, 1_000],
      [4, 2_000],
    ] as const) {
      // Who opens a second socket on a channel disconnects the first.
      const taker = new WebSocket(`${service.url.replace('http', 'ws')}/channels/channel-1`);
      await once(taker, 'open');
      if (pause > 0) await until(() => bed.events.problem).toContain('was lost');
      await bed.clock.advance(pause);
      await bed.gaps(gaps);
      taker.terminate();
    }
    expect(channelsOpened()).toBe(2);
    expect(service.channels[1]?.sockets).toHaveLength(1);
  });
});

describe('a channel that is gone', () => {
  it('is replaced when Genesys knows it no more', async () => {
    const [channel] = service.channels;
    if (channel) channel.gone = true;
    service.openSockets()[0]?.close(1000);
    await bed.clock.advance(1_000);
    await bed.gaps(2);
    expect(channelsOpened()).toBe(2);
    expect(subscriptionsOf(1)).toBe(1);
  });

  it('is replaced when its socket is refused', async () => {
    service.upgradeStatus = 404;
    service.openSockets()[0]?.close(1000);
    await until(() => bed.events.problem).toContain('refused with status 404');
    service.upgradeStatus = null;
    await bed.clock.advance(1_000);
    await bed.gaps(2);
    expect(channelsOpened()).toBe(2);
  });

  it('is not replaced when Genesys is only overloaded, unless that lasts', async () => {
    service.upgradeStatus = 503;
    service.openSockets()[0]?.close(1000);
    await until(() => bed.events.problem).toContain('refused with status 503');
    await until(waits).toEqual([1_000]);
    await bed.clock.advance(1_000);
    await until(waits).toEqual([2_000]);
    expect(channelsOpened()).toBe(1);
    service.upgradeStatus = null;
    await bed.clock.advance(2_000);
    await bed.gaps(2);
    expect(channelsOpened()).toBe(2);
  });

  it('is replaced when a new token may not use it', async () => {
    service.subscriptionRefusal = {
      status: 403,
      body: { code: 'not.authorized', status: 403, message: 'no' },
    };
    service.openSockets()[0]?.close(1000);
    await until(() => bed.events.problem).toContain('lacks');
    service.subscriptionRefusal = null;
    await bed.clock.advance(1_000);
    await bed.gaps(2);
    expect(channelsOpened()).toBe(2);
  });
});

describe('a channel that is about to end', () => {
  it('is replaced by one that is open and subscribed before its socket closes', async () => {
    service.upgradeStatus = 503;
    await say(systemFrame('socket_closing'));
    await until(() => subscriptionsOf(1)).toBe(1);
    await say(event('call-meanwhile'));
    expect(heardCalls()).toEqual(['call-meanwhile']);
    expect(bed.events.problem).toBeNull();
    service.upgradeStatus = null;
    await bed.clock.advance(1_000);
    await bed.gaps(2);
    await until(() => service.channels.map(({ sockets }) => sockets[0]?.readyState)).toEqual([3, 1]);
    await say(event('call-after'));
    expect(heardCalls()).toEqual(['call-meanwhile', 'call-after']);
  });

  it('is replaced after 23 hours, of the 24 that Genesys gives it', async () => {
    await bed.clock.leap(23 * hour - 1);
    await bed.clock.leap(0);
    expect(channelsOpened()).toBe(1);
    await bed.clock.leap(1);
    await bed.gaps(2);
    expect(channelsOpened()).toBe(2);
    await until(() => service.channels.map(({ sockets }) => sockets[0]?.readyState)).toEqual([3, 1]);
    await bed.clock.leap(23 * hour);
    await bed.gaps(3);
    expect(channelsOpened()).toBe(3);
  });

  it('costs ever longer pauses when each new one is about to end, too', async () => {
    for (const [gaps, pause] of [
      [2, 0],
      [3, 1_000],
      [4, 2_000],
    ] as const) {
      service.say(systemFrame('socket_closing'));
      if (pause > 0) await until(waits).toContain(pause);
      await bed.clock.advance(pause);
      await bed.gaps(gaps);
      await until(() => service.openSockets().length).toBe(1);
    }
  });
});

describe('what Genesys takes away', () => {
  it('the token: a new channel is opened with a new one', async () => {
    await say(systemFrame('token_revoked.channel-1'));
    await bed.gaps(2);
    expect(service.channels.map(({ token }) => token)).toEqual(['token-1', 'token-2']);
  });

  it('the topics: they are subscribed to again, on the socket that is there', async () => {
    await say(systemFrame('no_longer_subscribed.channel-1'));
    await bed.gaps(2);
    expect(subscriptionsOf(0)).toBe(2);
    expect(bed.heard.sockets).toBe(1);
  });
});

it('topics that are lost while they are asked for are asked for again', async () => {
  let answer = () => {};
  service.holdSubscription = new Promise<void>((resolve) => {
    answer = resolve;
  });
  service.queues.push({ id: 'queue-new', name: 'New' });
  await bed.clock.leap(hour / 6);
  await until(() => subscriptionsOf(0)).toBe(2);
  await say(systemFrame('no_longer_subscribed.channel-1'));
  answer();
  await until(() => subscriptionsOf(0)).toBe(3);
  await bed.gaps(2);
  expect(bed.events.problem).toBeNull();
  expect(bed.heard.sockets).toBe(1);
});

describe('an outage', () => {
  it('is logged once, and the next one again', async () => {
    const failures = () => bed.log.lines.filter(({ message }) => message.includes('trying again')).length;
    for (const outage of [1, 2]) {
      service.upgradeStatus = 503;
      service.openSockets()[0]?.close(1000);
      await until(() => bed.events.problem).toContain('status 503');
      await bed.clock.advance(1_000);
      await until(waits).toEqual([2_000]);
      expect(failures()).toBe(outage);
      service.upgradeStatus = null;
      await bed.clock.advance(2_000);
      await bed.gaps(1 + outage);
      await bed.clock.leap(60_000);
    }
  });

  it('of the whole API is named, waited out, and costs no channel', async () => {
    service.refusal = { status: 500, body: { code: 'internal.server.error', status: 500, message: 'oh' } };
    service.openSockets()[0]?.terminate();
    for (const pause of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      await until(() => bed.events.problem).toContain('Genesys failed (status 500)');
      await until(waits).toEqual([pause]);
      await bed.clock.advance(pause);
    }
    service.refusal = null;
    await bed.clock.advance(30_000);
    await bed.gaps(2);
    expect(channelsOpened()).toBe(1);
    expect(bed.events.problem).toBeNull();
  });
});

describe('the address of a channel', () => {
  it('is never logged', async () => {
    service.openSockets()[0]?.close(1000);
    await bed.gaps(2);
    service.upgradeStatus = 404;
    service.openSockets()[0]?.terminate();
    await until(() => bed.events.problem).not.toBeNull();
    const logged = JSON.stringify(bed.log.lines, (_key, value) =>
      value instanceof Error ? { ...value, message: value.message, stack: value.stack } : value,
    );
    expect(logged).not.toContain('channel-1');
    expect(logged).not.toContain('ws://');
  });

  it('is not connected to where it is none of a WebSocket', async () => {
    service.connectUri = 'http://127.0.0.1/channels/x';
    await say(systemFrame('socket_closing'));
    const failed = () => bed.log.lines.filter(({ message }) => message.includes('trying again'));
    await until(() => failed().length).toBe(1);
    expect(failed()[0]?.fields).toMatchObject({ err: { code: 'UNEXPECTED_RESPONSE' } });
    expect(bed.heard.sockets).toBe(1);
  });
});
