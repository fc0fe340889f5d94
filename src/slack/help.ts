/** Every command, with an example. */
import { type Message, section, toMessage } from './blocks.js';

const conversation = '6a2b9c1e-0f4d-4b7a-9c3e-5d8f7a1b2c3d';
const job = '0c1f7a52-93d4-4e0b-8a77-2b6c9d1e4f3a';

const commands: readonly (readonly [example: string, meaning: string])[] = [
  [`/record start ${conversation}`, 'records that call'],
  [`/record start ${conversation} for 10m complaint`, 'the same for ten minutes at most, with a reason'],
  [`/record stop ${job} resolved`, 'stops it, with a reason if you like'],
  [`/record status ${job}`, 'everything about one recording: who did what, and when'],
  ['/record status', 'how the bot itself is'],
  ['/record list', 'the recordings that run now, with buttons to stop them'],
  ['/record calls', 'the active calls, with buttons to start and stop'],
  ['/record help', 'this'],
];

export function renderHelp(): Message {
  return toMessage('How to use /record', [
    section([
      '*Recording calls from Slack*',
      ...commands.map(([example, meaning]) => `\`${example}\` – ${meaning}`),
    ]),
    section([
      'Durations are written like `90s`, `10m` or `1h30m`. Where a job id is wanted, the conversation id works too, and so does a link that holds it.',
    ]),
  ]);
}
