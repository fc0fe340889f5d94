/**
 * How fast is the bot beside a bare Bolt app, in the same run on the same machine? Each of the two runs as a process of its
 * own, in Socket Mode, against simulators of its own, in turns: bot, bare, bare, bot, … Of each measurement the median of
 * all rounds is shown. Absolute figures are of this machine; the ratios are what can be compared.
 *
 * Genesys allows one token 300 requests a minute. Bot and simulator keep to it here as they do elsewhere: each turn has a
 * new process with a new token, and starts fewer recordings than that.
 */
import { type Contender, contenders, inRing } from './contenders.js';
import { type Measured, measure, warmUpStarts } from './measurements.js';
import { median } from './statistics.js';

/** The bot keeps the last tenth of the 300 for stops. */
const mostStarts = 270 - warmUpStarts;

const rows: readonly (readonly [name: keyof Measured, title: string, unit: string])[] = [
  ['ackAloneP50', 'ack of /record help, one at a time, p50', 'ms'],
  ['ackAloneP99', 'ack of /record help, one at a time, p99', 'ms'],
  ['ackCrowdP50', 'ack of /record help, 20 at once, p50', 'ms'],
  ['ackCrowdP99', 'ack of /record help, 20 at once, p99', 'ms'],
  ['ackRushLast', 'ack of /record help, 1,000 at once, the last', 'ms'],
  ['startsPerSecond', 'whole starts: command, Genesys, card', '/s'],
];

export function readStarts(text: string): number {
  const starts = Number(text);
  if (Number.isInteger(starts) && starts >= 1 && starts <= mostStarts) return starts;
  throw new Error(
    `--starts takes a whole number from 1 to ${mostStarts}: more is not for one token in a minute.`,
  );
}

export async function compareSpeed(
  { rounds, starts }: { readonly rounds: number; readonly starts: number },
  print: (line?: string) => void,
): Promise<void> {
  const results: Record<Contender, Measured[]> = { bot: [], bare: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      results[contender].push(await inRing(contender, (ring) => measure(ring, starts)));
    }
    print(`round ${round + 1} of ${rounds} done`);
  }
  print();
  print(row('', 'bot', 'bare Bolt', 'bot : bare'));
  for (const [name, title, unit] of rows) print(compare(name, title, unit, results));
  print();
  print(`Medians of ${rounds} rounds of ${starts} starts. Acks: less is better. Starts: more is better.`);
}

function compare(
  name: keyof Measured,
  title: string,
  unit: string,
  results: Readonly<Record<Contender, readonly Measured[]>>,
): string {
  const bot = median(results.bot.map((measured) => measured[name]));
  const bare = median(results.bare.map((measured) => measured[name]));
  const digits = unit === 'ms' ? 2 : 0;
  return row(
    title,
    `${bot.toFixed(digits)} ${unit}`,
    `${bare.toFixed(digits)} ${unit}`,
    (bot / bare).toFixed(2),
  );
}

const row = (title: string, ...cells: readonly string[]): string =>
  title.padEnd(44) + cells.map((cell) => cell.padStart(12)).join('');
