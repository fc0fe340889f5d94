import { describe, expect, it } from 'vitest';
import { alone, type Sharing } from '../../src/slack/pace-share.js';
import { Pacer } from '../../src/slack/pacer.js';
import { createManualClock, settle } from '../support/genesys-bed.js';

/** So many processes, all of which send. */
const among = (processes: number) => ({ ...alone, processes, senders: processes });

const limit = { burst: 3, reserve: 0, everyMs: 1_000, concurrency: 1 };

function createBed(sharing: Sharing = alone, clock = createManualClock()) {
  const ending = new AbortController();
  const pacer = new Pacer(clock, ending.signal, sharing);
  const sent: string[] = [];
  const send = (name: string, { lane = 'C1', priority = 0, reserve = 0 } = {}) =>
    pacer.run(lane, { ...limit, reserve }, priority, async () => {
      sent.push(name);
      return name;
    });
  return { clock, ending, pacer, sent, send };
}

describe('the pacer', () => {
  it('lets a burst through at once, and then one after each interval', async () => {
    const { clock, sent, send } = createBed();
    for (const name of ['a', 'b', 'c', 'd', 'e']) void send(name);
    await settle();
    expect(sent).toEqual(['a', 'b', 'c']);
    await clock.advance(999);
    expect(sent).toEqual(['a', 'b', 'c']);
    await clock.advance(1);
    expect(sent).toEqual(['a', 'b', 'c', 'd']);
    await clock.advance(1_000);
    expect(sent).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('allows a new burst after a quiet while', async () => {
    const { clock, sent, send } = createBed();
    for (const name of ['a', 'b', 'c']) void send(name);
    await clock.advance(3_000);
    for (const name of ['d', 'e', 'f', 'g']) void send(name);
    await settle();
    expect(sent).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('sends the most urgent of those that wait first, also one that came last', async () => {
    const { clock, sent, send } = createBed();
    for (const name of ['a', 'b', 'c', 'alert', 'alert 2']) void send(name);
    await clock.advance(500);
    void send('card', { priority: 2 });
    await clock.advance(2_500);
    expect(sent).toEqual(['a', 'b', 'c', 'card', 'alert', 'alert 2']);
  });

  it('keeps a part of the burst for what is urgent, however long the lane has been busy', async () => {
    const { clock, sent, send } = createBed();
    for (const name of ['a', 'b', 'c', 'd']) void send(name, { reserve: 1 });
    await clock.advance(1_000);
    expect(sent).toEqual(['a', 'b', 'c']);
    await clock.advance(500);
    void send('card', { reserve: 1, priority: 2 });
    await settle();
    expect(sent).toEqual(['a', 'b', 'c', 'card']);
    await clock.advance(1_499);
    expect(sent).toEqual(['a', 'b', 'c', 'card']);
    await clock.advance(1);
    expect(sent).toEqual(['a', 'b', 'c', 'card', 'd']);
  });

  it('sends urgent tasks no faster than Slack allows', async () => {
    const { clock, sent, send } = createBed();
    for (const name of ['a', 'b', 'c', 'd']) void send(name, { reserve: 1, priority: 2 });
    await clock.advance(999);
    expect(sent).toEqual(['a', 'b', 'c']);
    await clock.advance(1);
    expect(sent).toEqual(['a', 'b', 'c', 'd']);
  });

  it('pauses one lane for as long as it is asked to, and no other', async () => {
    const { clock, pacer, sent, send } = createBed();
    pacer.pause('C1', limit, 30_000);
    void send('held', { lane: 'C1' });
    void send('free', { lane: 'C2' });
    await clock.advance(29_999);
    expect(sent).toEqual(['free']);
    await clock.advance(1);
    expect(sent).toEqual(['free', 'held']);
  });

  it('stands still no longer than its limit, or Slack, wants it to when the clock is set back', async () => {
    const manual = createManualClock();
    let behindMs = 0;
    const clock = { ...manual, now: () => manual.now() - behindMs };
    const { pacer, sent, send } = createBed(alone, clock);
    for (const name of ['a', 'b', 'c', 'd', 'e']) void send(name);
    pacer.pause('C2', limit, 30_000);
    void send('held', { lane: 'C2' });
    await settle();
    behindMs = 3_600_000;
    await manual.advance(3_000);
    expect(sent).toEqual(['a', 'b', 'c', 'd', 'e']);
    await manual.advance(57_000);
    expect(sent).toEqual(['a', 'b', 'c', 'd', 'e', 'held']);
  });

  it('gives back what the task gives or throws', async () => {
    const { pacer, send } = createBed();
    await expect(send('a')).resolves.toBe('a');
    await expect(pacer.run('C1', limit, 0, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(send('b')).resolves.toBe('b');
  });

  it('holds nothing back once the process ends', async () => {
    const { ending, pacer, send } = createBed();
    pacer.pause('C1', limit, 30_000);
    const held = send('held');
    ending.abort();
    await expect(held).resolves.toBe('held');
  });
});

describe('several processes', () => {
  /** All of them on one clock, and when each request of any of them was sent. */
  function createFleet(sharing: Sharing, count = sharing.processes) {
    const clock = createManualClock(0);
    const beds = Array.from({ length: count }, () => createBed(sharing, clock));
    const sentAt: number[] = [];
    const send = (index: number) =>
      void beds[index % count]?.pacer.run('C1', limit, 0, async () => void sentAt.push(clock.now()));
    return { clock, sentAt, send };
  }

  it('divide the burst and the pace, so that together they send no more than one would', async () => {
    const { clock, sentAt, send } = createFleet(among(3));
    for (let index = 0; index < 12; index += 1) send(index);
    await clock.advance(9_000);
    expect(sentAt).toEqual([
      0,
      0,
      0,
      ...[3_000, 3_000, 3_000, 6_000, 6_000, 6_000],
      ...[9_000, 9_000, 9_000],
    ]);
  });

  it('that have nothing to send leave the pace to the one that has, and keep their part of the burst', async () => {
    const { clock, sentAt, send } = createFleet({ ...alone, processes: 3, senders: 1 }, 1);
    for (let index = 0; index < 4; index += 1) send(index);
    await clock.advance(3_000);
    expect(sentAt).toEqual([0, 1_000, 2_000, 3_000]);
  });

  it('say that they send for as long as they have not all of their burst back', async () => {
    const told: number[] = [];
    const sendsUntil = (at: number) => void told.push(at);
    const { clock, send } = createFleet({ ...among(2), since: 0, sendsUntil }, 1);
    send(0);
    await clock.advance(2_000);
    await clock.advance(60_000);
    send(0);
    await clock.advance(0);
    expect(told).toEqual([2_000, 4_000, 64_000]);
  });

  it('may each send at least one at once, however many they are', async () => {
    const { clock, sentAt, send } = createFleet(among(5));
    for (let index = 0; index < 10; index += 1) send(index);
    await clock.advance(4_999);
    expect(sentAt).toEqual([0, 0, 0, 0, 0]);
    await clock.advance(1);
    expect(sentAt).toHaveLength(10);
  });

  it('slow down when another one comes, and speed up when it has gone, without a burst for it', async () => {
    const sharing = among(1);
    const { clock, sentAt, send } = createFleet(sharing);
    for (let index = 0; index < 9; index += 1) send(0);
    await clock.advance(1_000);
    Object.assign(sharing, among(2));
    await clock.advance(5_500);
    Object.assign(sharing, among(1));
    await clock.advance(6_000);
    const [, ...gaps] = sentAt.map((at, index) => at - (sentAt[index - 1] ?? 0));
    // What the pacer waits for when the other one comes or goes, it waits for as it was.
    expect(gaps).toEqual([0, 0, 1_000, 1_000, 2_000, 2_000, 2_000, 1_000]);
  });

  it('keep no more of a burst than their part when another one comes, and get back the rest in time', async () => {
    const sharing = among(1);
    const { clock, sentAt, send } = createFleet(sharing);
    send(0);
    await clock.advance(60_000);
    Object.assign(sharing, among(3));
    for (let index = 0; index < 2; index += 1) send(0);
    await clock.advance(2_999);
    expect(sentAt).toEqual([0, 60_000]);
    await clock.advance(1);
    expect(sentAt).toEqual([0, 60_000, 63_000]);
    await clock.advance(3_000);
    Object.assign(sharing, among(1));
    for (let index = 0; index < 5; index += 1) send(0);
    await clock.advance(0);
    expect(sentAt.slice(3)).toEqual([66_000]);
  });

  it('keep no more of a burst than their part also when those that come have nothing to send', async () => {
    const sharing = among(1);
    const { clock, sentAt, send } = createFleet(sharing);
    send(0);
    await clock.advance(60_000);
    sharing.processes = 3;
    for (let index = 0; index < 2; index += 1) send(0);
    await clock.advance(1_000);
    expect(sentAt).toEqual([0, 60_000, 61_000]);
    await clock.advance(60_000);
    sharing.processes = 1;
    for (let index = 0; index < 2; index += 1) send(0);
    await clock.advance(1_000);
    expect(sentAt.slice(3)).toEqual([121_000, 122_000]);
  });

  it('begin without a burst when they join others, who may have just had it', async () => {
    const { clock, sentAt, send } = createFleet({ ...among(2), since: 0 }, 1);
    for (let index = 0; index < 3; index += 1) send(0);
    await clock.advance(1_999);
    expect(sentAt).toEqual([]);
    await clock.advance(4_001);
    expect(sentAt).toEqual([2_000, 4_000, 6_000]);
  });

  it('have their part of a burst a while after they have joined', async () => {
    const clock = createManualClock(60_000);
    const { sent, send } = createBed({ ...among(3), since: 57_000 }, clock);
    for (const name of ['a', 'b']) void send(name);
    await settle();
    expect(sent).toEqual(['a']);
  });
});
