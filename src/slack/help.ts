/** Every command, with an example. */
import type { Answer } from '../core/answer.js';
import { type Message, section, toMessage } from './blocks.js';

const conversation = '6a2b9c1e-0f4d-4b7a-9c3e-5d8f7a1b2c3d';
const job = '0c1f7a52-93d4-4e0b-8a77-2b6c9d1e4f3a';

type Line = readonly [example: string, meaning: string];

const pausing: readonly Line[] = [
  [`/record pause ${job}`, 'pauses it, where Genesys records by its own policy; the bot resumes it in time'],
  [`/record resume ${job}`, 'resumes it'],
];

const commandsFor = ({ canPause }: Help): readonly Line[] => [
  ['/record', 'a window with the active calls to pick from'],
  [`/record start ${conversation}`, 'records that call'],
  [`/record start ${conversation} for 10m complaint`, 'the same for ten minutes at most, with a reason'],
  [`/record stop ${job} resolved`, 'stops it, with a reason if you like'],
  ...(canPause ? pausing : []),
  [`/record status ${job}`, 'everything about one recording: who did what, and when'],
  ['/record status', 'how the bot itself is'],
  ['/record list', 'the recordings that run now, with their buttons'],
  ['/record calls', 'the active calls, with their buttons'],
  ['/record help', 'this'],
];

type Help = Pick<Extract<Answer, { kind: 'help' }>, 'canPause'>;

export function renderHelp(help: Help): Message {
  return toMessage('How to use /record', [
    section([
      '*Recording calls from Slack*',
      ...commandsFor(help).map(([example, meaning]) => `\`${example}\` – ${meaning}`),
    ]),
    section([
      'Durations are written like `90s`, `10m` or `1h30m`. Where a job id is wanted, the conversation id works too, and so does a link that holds it.',
    ]),
  ]);
}
