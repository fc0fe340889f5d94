/** A thousand people who all want the same at the same moment. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BotBed, createBotBed, jobOf, labelsOf, type Mode, textOf } from '../support/bot-bed.js';

const crowd = 1_000;
/** Not Slack's three seconds, which a thousand at once can miss on a busy machine. How long they wait is for the bench to say. */
const ackWithinMs = 60_000;

describe.each<Mode>(['socket', 'http'])('a thousand at once in %s mode', (mode) => {
  let bed: BotBed;

  beforeEach(async () => {
    bed = await createBotBed({ mode, slack: { rateLimits: false, ackWithinMs } });
    await bed.start();
  }, 60_000);
  afterEach(() => bed?.finish());

  it('who start the recording of one call get one recording, one card, and an answer each', async () => {
    const room = bed.channel('ops').id;
    const call = bed.genesys.startCall();
    const results = await Promise.all(
      Array.from({ length: crowd }, () => bed.record(`start ${call.id}`, room)),
    );
    expect(results.filter(({ acked }) => !acked)).toEqual([]);

    const card = await bed.card(room, ':red_circle:');
    expect(textOf(card)).toContain(jobOf(bed.genesys, call.id).id);
    expect(labelsOf(card)).toEqual(['Stop']);
    const answers = () => bed.answers(room);
    await expect.poll(() => answers().length, { timeout: 60_000 }).toBe(crowd - 1);
    expect(answers().filter((answer) => !textOf(answer).includes('has a job already'))).toEqual([]);
    expect(bed.cards(room)).toHaveLength(1);
    expect(bed.genesys.starts.get(call.id)).toEqual({ asked: 1, done: 1 });
    expect(bed.genesys.jobs).toHaveLength(1);
  }, 120_000);
});
