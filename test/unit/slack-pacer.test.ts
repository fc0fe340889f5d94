import { describe, expect, it } from 'vitest';
import { Pacer } from '../../src/slack/pacer.js';
import { createManualClock, settle } from '../support/genesys-bed.js';

const limit = { burst: 3, everyMs: 1_000, concurrency: 1 };

function createBed() {
  const clock = createManualClock();
  const ending = new AbortController();
  const pacer = new Pacer(clock, ending.signal);
  const sent: string[] = [];
  const send = (name: string, { lane = 'C1', priority = 0 } = {}) =>
    pacer.run(lane, limit, priority, async () => {
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
