/** Two built bots on one Postgres: together they do what one would do, each thing once, and either goes on without the other. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BotProcess } from '../simulators/bot-process.js';
import { type BotBed, createBotBed, jobOf, labelsOf, type Mode, textOf, until } from '../support/bot-bed.js';
import { describePostgres } from '../support/postgres.js';

/** A lease's end, and what a busy machine adds to it: two looks for it, and the poll itself. */
const takenOverWithinMs = 15_000 + 3_000;
/** A hold's end, the look for it, and what a busy machine adds. */
const settledWithinMs = 15_000;

let bed: BotBed;
let room: string;
let one: BotProcess;
let other: BotProcess;

describePostgres('two processes on one Postgres', ({ url, schema, reset }) => {
  const raise = async (mode: Mode, env: Readonly<Record<string, string>> = {}) => {
    await reset();
    const database = new URL(url);
    database.searchParams.set('options', `-c search_path=${schema}`);
    // The driver takes %20 for a space here, not the + of a form.
    const databaseUrl = database.href.replaceAll('+', '%20');
    bed = await createBotBed({ mode, env: { DATABASE_URL: databaseUrl, ...env } });
    room = bed.channel('ops').id;
    one = await bed.start();
    other = await bed.start();
  };
  const lower = async () => {
    await Promise.all([one?.stop(), other?.stop()]);
    await bed?.finish();
  };

  describe('over HTTP', () => {
    beforeEach(() => raise('http', { CALL_ALERTS: 'poll' }), 60_000);
    afterEach(lower, 60_000);

    it('answer alike, whoever is asked', async () => {
      const calls = [bed.genesys.startCall(), bed.genesys.startCall()];
      for (const [index, bot] of [one, other].entries()) {
        ask(bot);
        await bed.record(`start ${calls[index]?.id}`, room);
        await until(() => expect(recording(room)).toHaveLength(index + 1));
      }
      for (const [index, bot] of [one, other].entries()) {
        ask(bot);
        await bed.record('list', room);
        await until(() => expect(bed.answers(room)).toHaveLength(index + 1));
        await bed.whisper(room, ['2 recordings running', ...calls.map(({ id }) => id)]);
      }
      expect(bed.genesys.countEffects('start')).toBe(2);
    });

    it('start in the one and stop in the other', async () => {
      const call = bed.genesys.startCall();
      ask(one);
      await bed.record(`start ${call.id} a complaint`, room);
      const card = await bed.card(room, ':red_circle:', 'a complaint', `<@${bed.ada.id}>`);
      ask(other);
      await bed.press(card, 'Stop');
      const stopped = await bed.card(room, 'Recording stopped');
      expect(stopped.ts).toBe(card.ts);
      expect(labelsOf(stopped)).toEqual([]);
      expect(await bed.replies(stopped)).toHaveLength(1);
      ask(one);
      await bed.record(`stop ${jobOf(bed.genesys, call.id).id}`, room);
      await bed.whisper(room, ['already finished']);
      expect([bed.genesys.count('start'), bed.genesys.count('stop')]).toEqual([1, 1]);
    });

    it('take a click for one although Slack delivers it to both', async () => {
      const call = bed.genesys.startCall();
      const alert = await bed.card(bed.alerts.id, call.id);
      ask(one);
      const { deliveryId } = await bed.press(alert, 'Start recording');
      ask(other);
      await bed.slack.redeliver(deliveryId);
      await bed.card(bed.alerts.id, ':red_circle:', call.id);
      await allDrawn();
      expect(bed.genesys.count('start')).toBe(1);
      expect(bed.answers(bed.alerts.id)).toEqual([]);
    });

    it('draw each change once, also while Slack takes longer than the other waits before it looks', async () => {
      const call = bed.genesys.startCall();
      ask(one);
      // Longer than a sweep's interval and what it leaves alone as being in hand.
      bed.slack.inject({ method: 'chat.postMessage', fault: { kind: 'slow', ms: 5_500 } });
      await bed.record(`start ${call.id}`, room);
      const card = await bed.card(room, ':red_circle:');
      await bed.remembered();
      bed.slack.inject({ method: 'chat.update', fault: { kind: 'slow', ms: 5_500 } });
      await bed.press(card, 'Stop');
      await bed.card(room, 'Recording stopped');
      await allDrawn();
      const drawn = writesOf(room);
      expect(drawn.at(-1)).toContain('Recording stopped');
      expect(new Set(drawn).size).toBe(drawn.length);
      // The post, the stop; and each “working” where Genesys took its time on a busy machine.
      expect(drawn.length).toBeLessThanOrEqual(4);
      expect(bed.slack.messages(room, { deleted: true })).toHaveLength(2);
    }, 60_000);

    it('keep each deadline once, also while Genesys takes longer than the other waits before it looks', async () => {
      const calls = bed.genesys.addCalls(6);
      bed.genesys.inject({ on: 'stop', fault: { kind: 'slow', ms: 4_500 }, times: 'until-cleared' });
      for (const [index, { id }] of calls.entries()) {
        ask(index % 2 === 0 ? one : other);
        await bed.record(`start ${id} for 3s`, bed.channel(`room-${index}`).id);
      }
      await until(() =>
        expect(bed.genesys.jobs.map(({ state }) => state)).toEqual(calls.map(() => 'stopped')),
      );
      await allDrawn();
      expect(bed.genesys.countEffects('start')).toBe(calls.length);
      expect(bed.genesys.count('stop')).toBe(calls.length);
    });

    it('announce each call once, and one of them reads Genesys', async () => {
      const calls = bed.genesys.addCalls(5);
      await until(() => expect(alerts()).toHaveLength(calls.length));
      const before = reads().length;
      await until(() => expect(reads().length).toBeGreaterThan(before + 2));
      await allDrawn();
      expect(alerts()).toHaveLength(calls.length);
      expect(new Set(reads().map(({ tokenId }) => tokenId)).size).toBe(1);
    });

    it('have another reader within 15 s of the death of the one, and no call is announced anew or not at all', async () => {
      const before = bed.genesys.startCall();
      await bed.card(bed.alerts.id, before.id);
      await bed.remembered();
      const { reader, survivor } = whoReads();
      await kill(reader);
      const last = reads().at(-1);
      const unseen = bed.genesys.startCall();
      ask(survivor);
      const next = await within(30_000, () => {
        const entry = reads().find(({ tokenId }) => tokenId !== last?.tokenId);
        if (!entry) throw new Error('nobody reads Genesys yet');
        return entry;
      });
      expect(next.at - (last?.at ?? 0)).toBeLessThanOrEqual(takenOverWithinMs);
      await until(() => expect(alerts().map(textOf).join()).toContain(unseen.id));
      await allDrawn();
      expect(alerts()).toHaveLength(2);
    }, 90_000);

    it('have another reader at once when the one is stopped in order', async () => {
      bed.genesys.startCall();
      await until(() => expect(alerts()).toHaveLength(1));
      const { reader } = whoReads();
      expect((await reader.stop()).code).toBe(0);
      const stoppedAt = Date.now();
      const token = reads().at(-1)?.tokenId;
      const next = await until(() => {
        const entry = reads().find(({ tokenId }) => tokenId !== token);
        if (!entry) throw new Error('nobody reads Genesys yet');
        return entry;
      });
      expect(next.at - stoppedAt).toBeLessThan(8_000);
    });

    it('settle within seconds a start in the middle of which the other was killed', async () => {
      const call = bed.genesys.startCall();
      ask(one);
      bed.genesys.inject({ on: 'start', fault: { kind: 'hang', takesEffect: true } });
      await bed.record(`start ${call.id}`, room);
      await until(() => expect(bed.genesys.countEffects('start')).toBe(1));
      await kill(one);
      const killedAt = Date.now();
      ask(other);
      const card = await bed.card(room, ':red_circle:', call.id, jobOf(bed.genesys, call.id).id);
      expect(Date.now() - killedAt).toBeLessThan(settledWithinMs);
      expect(labelsOf(card)).toEqual(['Stop']);
      await bed.press(card, 'Stop');
      await bed.card(room, 'Recording stopped');
      expect(bed.genesys.count('start')).toBe(1);
    });

    it('settle within seconds a stop in the middle of which the other was killed', async () => {
      const call = bed.genesys.startCall();
      ask(one);
      await bed.record(`start ${call.id}`, room);
      const card = await bed.card(room, ':red_circle:');
      await bed.remembered();
      bed.genesys.inject({ on: 'stop', fault: { kind: 'hang' } });
      await bed.press(card, 'Stop');
      await until(() => expect(bed.genesys.count('stop')).toBe(1));
      await kill(one);
      const killedAt = Date.now();
      await bed.card(room, 'Recording stopped', `<@${bed.ada.id}>`);
      expect(Date.now() - killedAt).toBeLessThan(settledWithinMs);
      expect(bed.genesys.countEffects('stop')).toBe(1);
    });
  });

  describe('when one is killed', () => {
    beforeEach(() => raise('http'), 60_000);
    afterEach(lower, 60_000);

    it('the other answers within seconds what it had in hand, each thing once', async () => {
      const call = bed.genesys.startCall();
      ask(one);
      bed.genesys.resetJournal();
      bed.genesys.inject({ on: 'calls', fault: { kind: 'hang' }, times: 3 });
      for (let asked = 0; asked < 3; asked += 1) await bed.record('calls', room);
      await until(() => expect(bed.genesys.count('calls')).toBe(3));
      await kill(one);
      const killedAt = Date.now();
      await until(() => expect(bed.answers(room)).toHaveLength(3));
      expect(Date.now() - killedAt).toBeLessThan(settledWithinMs);
      await bed.whisper(room, ['1 active call', call.id]);
      await until(async () => expect(await bed.owed()).toBe(0));
      await allDrawn();
      expect(bed.answers(room)).toHaveLength(3);
    });
  });

  describe('in Socket Mode', () => {
    beforeEach(() => raise('socket'), 60_000);
    afterEach(lower, 60_000);

    it('take turns at the commands, and answer each once although Slack delivers it twice', async () => {
      await until(() => expect(bed.slack.sockets).toHaveLength(4));
      bed.slack.setDeliverTwice(true);
      for (let asked = 1; asked <= 8; asked += 1) {
        expect(await bed.record('list', room)).toMatchObject({ acked: true });
        await until(() => expect(bed.answers(room)).toHaveLength(asked));
      }
      const taken = bed.slack.journal.filter((each) => each.kind === 'delivery');
      expect(new Set(taken.map(({ socketId }) => socketId)).size).toBe(4);
      expect(taken).toHaveLength(16);
      await allDrawn();
      expect(bed.answers(room)).toHaveLength(8);
    });
  });
});

/** From now on Slack sends everything to this one. */
const ask = (bot: BotProcess) => bed.slack.setRequestUrl(`${bot.url}/slack/events`);

const kill = async (bot: BotProcess) => {
  process.kill(bot.pid, 'SIGKILL');
  await bot.exited;
};

const within = <T>(timeout: number, check: () => T): Promise<T> =>
  vi.waitFor(check, { timeout, interval: 20 });

const alerts = () => bed.cards(bed.alerts.id);
const recording = (channelId: string) =>
  bed.cards(channelId).filter((card) => textOf(card).includes(':red_circle:'));

const reads = () => bed.genesys.journal.filter(({ operation }) => operation === 'calls');

/** Each has a token of its own, and the one that was started first has got the first. */
function whoReads() {
  const [first] = bed.genesys.journal.filter(
    ({ operation, tookEffect }) => operation === 'token' && tookEffect,
  );
  return reads().at(-1)?.tokenId === first?.tokenId
    ? { reader: one, survivor: other }
    : { reader: other, survivor: one };
}

/** Resolves when nothing is left to be drawn, and nothing is being drawn any more: both processes have ended. */
async function allDrawn(): Promise<void> {
  await bed.remembered();
  await Promise.all([one.stop(), other.stop()]);
}

/** What was written into the channel's one card, each time. */
const writesOf = (channelId: string): readonly string[] =>
  bed.slack.journal
    .filter((each) => each.kind === 'api')
    .filter(({ method }) => method === 'chat.postMessage' || method === 'chat.update')
    .filter(({ args }) => args['channel'] === channelId && args['thread_ts'] === undefined)
    .map(({ args }) => JSON.stringify([args['text'], args['blocks']]));
