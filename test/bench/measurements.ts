/** What is measured of a contender. Times in milliseconds. */
import { type Ring, untilTrue } from './contenders.js';
import { percentile } from './statistics.js';

export interface Measured {
  readonly ackAloneP50: number;
  readonly ackAloneP99: number;
  readonly ackCrowdP50: number;
  readonly ackCrowdP99: number;
  readonly ackRushLast: number;
  readonly startsPerSecond: number;
}

const questions = 200;
/** Commands that arrive at the same moment. */
const crowd = 20;
/** As many as ask when something has happened that everybody sees. Slack shows a timeout to whoever waits for three seconds. */
const rush = 1_000;
/** Starts under way at the same time. */
const lanes = 8;
/** So many questions and starts pass before anything is measured: compilers warm up, connections open. */
const warmUpQuestions = 60;
export const warmUpStarts = 20;

export async function measure(ring: Ring, starts: number): Promise<Measured> {
  const asker = createAsker(ring);
  await asker.ask(warmUpQuestions, 1);
  await start(ring, warmUpStarts);

  const alone = await asker.ask(questions, 1);
  const crowded = await asker.ask(questions, crowd);
  const rushed = await asker.ask(rush, rush);
  const startsPerSecond = await start(ring, starts);
  return {
    ackAloneP50: percentile(alone, 50),
    ackAloneP99: percentile(alone, 99),
    ackCrowdP50: percentile(crowded, 50),
    ackCrowdP99: percentile(crowded, 99),
    ackRushLast: percentile(rushed, 100),
    startsPerSecond,
  };
}

/** Asks `/record help`, `atOnce` of them at the same moment, the next ones when all have been answered. */
function createAsker({ slack }: Ring) {
  const { id: userId } = slack.addUser({ name: 'ada' });
  const { id: channelId } = slack.addChannel({ name: 'questions', members: [userId] });
  let answered = 0;
  const ask = async () => {
    const askedAt = performance.now();
    const { acked } = await slack.command({ userId, channelId, text: 'help' });
    if (!acked) throw new Error('A question was not acked.');
    return performance.now() - askedAt;
  };
  return {
    /** From the typing of each to its ack, as the one who typed it feels it. */
    async ask(count: number, atOnce: number): Promise<readonly number[]> {
      const acks: number[] = [];
      while (acks.length < count) {
        acks.push(...(await Promise.all(Array.from({ length: atOnce }, ask))));
        answered += atOnce;
        await untilTrue(slack, () => slack.ephemerals(userId, channelId).length >= answered);
      }
      return acks;
    },
  };
}

/**
 * Whole starts a second: from the command to the card in the channel, with Genesys asked between the two. Each start has
 * a channel of its own, because Slack takes one message a second per channel, which the bot heeds and the bare app does not:
 * in one channel only that would be measured.
 */
async function start({ slack, genesys }: Ring, count: number): Promise<number> {
  const { id: userId } = slack.addUser({ name: 'sam' });
  const jobsBefore = genesys.countEffects('start');
  const places = Array.from({ length: count }, (_, index) => ({
    channelId: slack.addChannel({ name: `start-${index}`, members: [userId] }).id,
    conversationId: genesys.startCall().id,
  }));
  const startedAt = performance.now();
  const left = places.values();
  const lane = async () => {
    for (const { channelId, conversationId } of left) {
      const card = () => slack.messages(channelId).some(({ text }) => text.startsWith('Recording'));
      await slack.command({ userId, channelId, text: `start ${conversationId}` });
      await untilTrue(slack, card);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const seconds = (performance.now() - startedAt) / 1000;
  const done = genesys.countEffects('start') - jobsBefore;
  if (done !== count) throw new Error(`${done} recordings were started instead of ${count}.`);
  return count / seconds;
}
