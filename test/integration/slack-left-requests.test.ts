/** Everybody who was told “received” gets an answer, whatever becomes of the process, of Slack, or of the database. */
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { PersonRequest } from '../../src/core/model.js';
import type { Store } from '../../src/core/ports.js';
import { createFastClock } from '../support/core-harness.js';
import {
  createSlackBed,
  realClock,
  type SlackBed,
  type SlackBedOptions,
  until,
} from '../support/slack-bed.js';
import { buttonsOf, wordsOf } from '../support/slack-blocks.js';
import { sampleRequest } from '../support/store-samples.js';

let bed: SlackBed;
async function open(options: SlackBedOptions = {}) {
  bed = await createSlackBed(options);
  return bed;
}
afterEach(async () => {
  expect(bed.slack.violations).toEqual([]);
  await bed.close();
});

/** As a process leaves it that dies right after the ack. */
async function leave(request: Partial<PersonRequest>, ageMs = 4_000): Promise<PersonRequest> {
  const now = Date.now();
  const where = { userId: bed.ada.id, channelId: bed.ops.id, key: randomUUID(), askedAt: now - ageMs };
  const left = sampleRequest({ ...where, ...request });
  await bed.store.claimDelivery(left.key, now, 'the dead', { request: left, heldUntil: now - 1 });
  return left;
}

/** Nothing is owed to anybody any more, and nobody is at work on it. */
const settled = () =>
  until(async () => {
    const far = Date.now() + 3_600_000;
    expect(await bed.store.takeLeftRequests(far, 0, 'the test', 10)).toEqual([]);
  });

const closed = (key: string) =>
  until(async () => expect(await bed.store.holdRequests([{ key, claimant: 'the dead' }], 0)).toEqual([]));

const saysSo = (level: string, message: string) =>
  until(() => expect(bed.logger.lines).toContainEqual(expect.objectContaining({ level, message })));

describe('what another process has left', () => {
  it('is answered where it was asked, for the asker’s eyes alone, once', async () => {
    const { slack, ops, ada, sam, whisper } = await open();
    const { key } = await leave({ words: 'list' });
    await whisper(ops.id, ada.id, 'No recording is running');
    await closed(key);
    await bed.app.stop();
    expect(slack.ephemerals(ada.id, ops.id)).toHaveLength(1);
    expect(slack.ephemerals(sam.id, ops.id)).toEqual([]);
    expect(slack.count('chat.postEphemeral')).toBe(1);
    await settled();
  });

  it('is answered directly where the bot is not in the channel', async () => {
    const { slack, ada, quality } = await open();
    const { key } = await leave({ words: 'help', channelId: quality.id });
    const direct = `D${ada.id.slice(1)}`;
    await until(() => expect(slack.messages(direct)).toHaveLength(1));
    const [told] = slack.messages(direct);
    expect(told && wordsOf(told)).toContain('Recording calls from Slack');
    expect(told && wordsOf(told)).toContain(`In answer to what you asked in <#${quality.id}>`);
    await closed(key);
  });

  it('is answered directly to somebody who has left the channel', async () => {
    const { slack, ada, ops } = await open();
    slack.remove(ops.id, ada.id);
    await leave({ words: 'help' });
    await until(() => expect(slack.messages(`D${ada.id.slice(1)}`)).toHaveLength(1));
  });

  it('is a start that its card answers', async () => {
    const { slack, genesys, ops, ada, card } = await open();
    const call = genesys.startCall();
    const { key } = await leave({ words: `start ${call.id} complaint` });
    const posted = await card(ops.id, '*Recording*');
    expect(wordsOf(posted)).toContain('Reason: complaint');
    await closed(key);
    expect(genesys.count('start')).toBe(1);
    expect(slack.ephemerals(ada.id, ops.id)).toEqual([]);
    expect(slack.count('chat.postEphemeral')).toBe(0);
  });

  it('is a start that is too old, which is said and not done', async () => {
    const { genesys, ops, ada, whisper } = await open();
    const call = genesys.startCall();
    await leave({ words: `start ${call.id}` }, 61_000);
    const told = await whisper(ops.id, ada.id, 'nothing was done');
    expect(wordsOf(told)).toContain(`/record start ${call.id}`);
    expect(genesys.count('start')).toBe(0);
  });

  it('is a command that means nothing, which is said', async () => {
    const { ops, ada, whisper } = await open();
    await leave({ words: 'strat' });
    await whisper(ops.id, ada.id, 'Did you mean /record start?');
  });

  it('is a click on Stop, which is carried out', async () => {
    const { genesys, ops, ada, record, card, whisper } = await open();
    await record(`start ${genesys.startCall().id}`);
    const posted = await card(ops.id, '*Recording*');
    const value = buttonsOf(posted.blocks)[0]?.value ?? '';
    await leave({ kind: 'card-button', words: 'record_stop', value }, 0);
    await whisper(ops.id, ada.id, 'Stopped `');
    await card(ops.id, '*Recording stopped*');
  });

  it('is a click in a list, whose card comes into the channel', async () => {
    const { genesys, ops, card } = await open();
    const value = genesys.startCall().id;
    await leave({ kind: 'list-button', words: 'record_start:3', value });
    await card(ops.id, '*Recording*');
  });

  it('is a click on “Look again” in a modal, which is answered with the calls', async () => {
    const { genesys, ops, ada, whisper } = await open();
    genesys.startCall();
    await leave({ kind: 'list-button', words: 'record_look_again', value: null });
    const list = await whisper(ops.id, ada.id, '1 active call');
    expect(wordsOf(list)).not.toContain('another version');
  });

  it('is a click on a button of another version, which is said', async () => {
    const { ops, ada, whisper } = await open();
    await leave({ kind: 'card-button', words: 'record_v0', value: 'x' });
    await whisper(ops.id, ada.id, 'no longer works');
  });

  it('is not tried again after it has outlived five processes, and that is said', async () => {
    const { genesys, ops, ada, whisper } = await open({ start: false });
    const { id } = genesys.startCall();
    await leave({ words: `start ${id}` });
    for (let death = 1; death <= 5; death += 1) await bed.store.takeLeftRequests(Date.now(), 0, 'dead', 1);
    await bed.app.start();
    await whisper(ops.id, ada.id, 'was interrupted each time');
    expect(genesys.count('start')).toBe(0);
  });

  it('is given up after half an hour, and the log says so', async () => {
    const { slack } = await open();
    const { key } = await leave({ words: 'list' }, 30 * 60_000);
    await saysSo('error', 'somebody could not be answered; they can look with /record list');
    await closed(key);
    await settled();
    expect(slack.count('chat.postEphemeral')).toBe(0);
  });

  it('brings a bug to light, with a reference, and is not tried again', async () => {
    const { ops, ada, whisper } = await open({
      controller: () => ({ execute: () => Promise.reject(new TypeError('x is not a function')) }),
    });
    const { key } = await leave({ words: 'list' });
    await whisper(ops.id, ada.id, 'Something went wrong inside the bot');
    await closed(key);
    await settled();
  });
});

describe('an answer that Slack does not take', () => {
  const refusal = { method: 'response_url', fault: { kind: 'status', status: 500 }, times: 2 } as const;

  it('twice through the response_url is told by another way, once', async () => {
    const { slack, ops, ada, record, whisper } = await open();
    slack.inject(refusal);
    await record('help');
    await whisper(ops.id, ada.id, 'Recording calls from Slack');
    await bed.app.stop();
    expect(slack.ephemerals(ada.id, ops.id)).toHaveLength(1);
    await settled();
  });

  it('by that way either, is told again until it is taken', async () => {
    const { slack, ops, ada, record, whisper } = await open();
    slack.inject(refusal);
    slack.inject({ method: 'chat.postEphemeral', fault: { kind: 'ratelimited', retryAfter: 1 } });
    slack.inject({ method: 'chat.postEphemeral', fault: { kind: 'cut-before' } });
    slack.inject({ method: 'chat.postEphemeral', fault: { kind: 'error', code: 'internal_error' } });
    await record('help');
    await whisper(ops.id, ada.id, 'Recording calls from Slack');
    expect(slack.count('chat.postEphemeral')).toBe(4);
    expect(slack.ephemerals(ada.id, ops.id)).toHaveLength(1);
  });

  it('for its pace is not repeated there, and is told by another way', async () => {
    const { slack, ops, ada, record, whisper } = await open();
    slack.inject({ method: 'response_url', fault: { kind: 'ratelimited', retryAfter: 30 } });
    await record('help');
    await whisper(ops.id, ada.id, 'Recording calls from Slack');
    expect(slack.count('response_url')).toBe(1);
    expect(slack.count('chat.postEphemeral')).toBe(1);
  });

  it('anywhere is given up, and the log says so', async () => {
    const { slack, quality, record } = await open();
    slack.inject(refusal);
    slack.inject({ method: 'chat.postMessage', fault: { kind: 'error', code: 'cannot_dm_bot' }, times: 2 });
    await record('help', quality.id);
    await saysSo('error', 'somebody could not be answered; they can look with /record list');
    await settled();
  });

  it('is told by the next process if this one ends first', async () => {
    const { slack, ops, ada, record } = await open();
    slack.inject(refusal);
    const stop = slack.inject({
      method: 'chat.postEphemeral',
      fault: { kind: 'error', code: 'internal_error' },
      times: 'until-cleared',
    });
    await record('help');
    await until(() => expect(slack.count('chat.postEphemeral')).toBeGreaterThan(0));
    await bed.app.stop();
    stop();
    const [left] = await bed.store.takeLeftRequests(Date.now(), 0, 'the next', 1);
    expect(left).toMatchObject({ words: 'help', userId: ada.id, channelId: ops.id, takeovers: 1 });
    expect(slack.ephemerals(ada.id, ops.id)).toEqual([]);
  });
});

describe('the ack', () => {
  /** A store whose claims wait until they are let go. */
  function slowly() {
    let go = () => {};
    const gone = new Promise<void>((resolve) => {
      go = resolve;
    });
    const store = (real: Store): Store => ({
      ...real,
      claimDelivery: (...claim) => gone.then(() => real.claimDelivery(...claim)),
    });
    return { store, go };
  }
  const ackMsOf = () => {
    const [delivery] = bed.slack.journal.filter((entry) => entry.kind === 'delivery');
    return delivery?.kind === 'delivery' ? delivery.ackMs : null;
  };

  it.each(['socket', 'http'] as const)('comes when the request is written down (%s)', async (mode) => {
    const { store, go } = slowly();
    const clock = {
      ...realClock,
      sleep: (ms: number, signal?: AbortSignal) => realClock.sleep(ms * 20, signal),
    };
    const { ops, ada, record, whisper } = await open({ mode, store, clock });
    const asked = record('help');
    await until(() => expect(bed.slack.journal.some(({ kind }) => kind === 'delivery')).toBe(true));
    await realClock.sleep(300);
    expect(ackMsOf()).toBeNull();
    go();
    expect((await asked).acked).toBe(true);
    await whisper(ops.id, ada.id, 'Recording calls from Slack');
  });

  it('does not wait for a slow database for longer than a second, and the answer comes all the same', async () => {
    const { store, go } = slowly();
    const { ops, ada, record, whisper } = await open({ store });
    expect((await record('help')).acked).toBe(true);
    expect(ackMsOf()).toBeGreaterThanOrEqual(900);
    expect(bed.slack.ephemerals(ada.id, ops.id)).toEqual([]);
    go();
    await whisper(ops.id, ada.id, 'Recording calls from Slack');
  });
});

describe('a process that stalls', () => {
  it('says nothing when another one has taken the request over meanwhile', async () => {
    let go = () => {};
    const gone = new Promise<void>((resolve) => {
      go = resolve;
    });
    let noticed = false;
    const { slack, ops, ada, record } = await open({
      controller: (controller) => ({
        execute: (...args) => gone.then(() => controller.execute(...args)),
      }),
      store: (store) => ({
        ...store,
        holdRequests: async (...claims) => {
          const held = await store.holdRequests(...claims);
          noticed ||= held.length === 0;
          return held;
        },
      }),
    });
    await record('help');
    const later = Date.now() + 60_000;
    const [taken] = await bed.store.takeLeftRequests(later, later, 'another', 1);
    expect(taken).toMatchObject({ words: 'help' });
    await until(() => expect(noticed).toBe(true));
    go();
    await saysSo('warn', 'another process answers a request that took too long here');
    await bed.app.stop();
    expect(slack.ephemerals(ada.id, ops.id)).toEqual([]);
    expect(
      await bed.store.holdRequests([{ key: taken?.key ?? '', claimant: 'another' }], later),
    ).toHaveLength(1);
  });
});

describe('a process that ends', () => {
  it('says nothing any more about what it has left to others', async () => {
    let go = () => {};
    const gone = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { slack, ops, ada, record } = await open({
      // Nobody waits for what is in hand for ten seconds.
      clock: { ...realClock, sleep: (ms, signal) => realClock.sleep(ms / 50, signal) },
      controller: (controller) => ({ execute: (...args) => gone.then(() => controller.execute(...args)) }),
    });
    await record('help');
    await bed.app.stop();
    const [left] = await bed.store.takeLeftRequests(Date.now(), Date.now() + 60_000, 'the next', 1);
    expect(left).toMatchObject({ words: 'help', takeovers: 1 });
    go();
    await saysSo('warn', 'another process answers a request that took too long here');
    expect(slack.ephemerals(ada.id, ops.id)).toEqual([]);
    expect(slack.count('response_url')).toBe(0);
  });
});

it('what breaks off with nothing said is taken over, and answered', async () => {
  let broken = true;
  const clock = createFastClock();
  const { slack, ops, ada, record, whisper } = await open({
    clock,
    store: (store) => ({
      ...store,
      holdRequests: (...claims) =>
        broken ? Promise.reject(new TypeError('x is not a function')) : store.holdRequests(...claims),
    }),
    controller: (controller) => ({
      execute: async (...args) => {
        // Longer than it is held, so that neither the answer nor an apology can be sure to be the only one.
        if (broken) clock.jump(10_000);
        return controller.execute(...args);
      },
    }),
  });
  await record('help');
  await saysSo('error', 'a request from Slack could not be handled');
  broken = false;
  await whisper(ops.id, ada.id, 'Recording calls from Slack');
  await settled();
  expect(slack.ephemerals(ada.id, ops.id)).toHaveLength(1);
});

it('keeps no way to a person in the database, and nothing of it in the log', async () => {
  const { slack, record, logger } = await open();
  slack.inject({ method: 'response_url', fault: { kind: 'hang' } });
  const { triggerId } = await record('help secret');
  const later = Date.now() + 60_000;
  const [row] = await bed.store.takeLeftRequests(later, later, 'the test', 1);
  expect(Object.keys(row ?? {}).sort()).toEqual(
    ['askedAt', 'channelId', 'key', 'kind', 'takeovers', 'userId', 'value', 'words'].sort(),
  );
  for (const kept of [JSON.stringify(row), JSON.stringify(logger.lines)]) {
    expect(kept).not.toContain(triggerId);
    expect(kept).not.toContain(slack.url);
  }
});

describe('a database that fails when the answer is given', () => {
  it('has it written down later, and nobody is told twice', async () => {
    let failures = 2;
    const { slack, ops, ada, record, whisper } = await open({
      store: (store) => ({
        ...store,
        closeRequests: (...rows) => {
          failures -= 1;
          return failures < 0 ? store.closeRequests(...rows) : Promise.reject(new Error('away'));
        },
      }),
    });
    await record('help');
    await whisper(ops.id, ada.id, 'Recording calls from Slack');
    await until(() => expect(failures).toBeLessThan(0));
    await settled();
    expect(slack.ephemerals(ada.id, ops.id)).toHaveLength(1);
  });
});
