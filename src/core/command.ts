/** `/record …` or a button → {@link Command}. Pure: nothing here knows Slack's syntax or asks anybody. */
import { RecordError } from './errors.js';

export type Command =
  | {
      readonly name: 'start';
      readonly conversationId: string;
      readonly durationMs: number | null;
      readonly reason: string | null;
    }
  /** `id` is a job id or a conversation id: both are UUIDs, and people mix them up. */
  | { readonly name: 'stop'; readonly id: string; readonly reason: string | null }
  | { readonly name: 'pause' | 'resume'; readonly id: string }
  | { readonly name: 'status'; readonly id: string | null }
  /** A button only: ten minutes more. */
  | { readonly name: 'extend'; readonly id: string }
  | { readonly name: 'list' | 'calls' | 'help' }
  /** `/record` alone: the calls to pick from. */
  | { readonly name: 'pick' };

/** Slack lets a slash command be longer than any sensible request. */
const maxTextLength = 2_000;
const maxReasonLength = 500;

const uuid = /(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])/gi;
/** Everything that cannot be seen and is not white space; tabs and newlines are white space. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const controlCharacters = /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]/;
/** Zero-width and direction marks come along when people paste; they mean nothing in a command. */
const invisibleMarks =
  /\u00ad|\u200b|\u200c|\u200d|\u200e|\u200f|[\u202a-\u202e\u2060-\u2064\u2066-\u2069]|\ufeff/g;

const example = '6a2b9c1e-0f4d-4b7a-9c3e-5d8f7a1b2c3d';

const names = ['start', 'stop', 'pause', 'resume', 'status', 'list', 'calls', 'help'] as const;

/** Reads the text after `/record`. Throws `COMMAND_INVALID`, saying what is wrong and what would be right. */
export function parseCommand(text: string): Command {
  if (text.length > maxTextLength) {
    throw invalid(
      `That command is ${text.length} characters long; at most ${maxTextLength} are read.`,
      `Shorten the reason, or send just /record start ${example}`,
    );
  }
  if (controlCharacters.test(text)) {
    throw invalid(
      'That command holds control characters, which cannot be part of it.',
      'Type it again, or paste it as plain text.',
    );
  }
  const words = text.replace(invisibleMarks, '').split(/\s+/u).filter(Boolean);
  const name = words.shift()?.toLowerCase();
  if (name === undefined) return { name: 'pick' };
  switch (name) {
    case 'start':
      return parseStart(words);
    case 'stop':
      return parseStop(words);
    case 'pause':
    case 'resume':
      return { name, id: readId(name, words).id };
    case 'status':
      return { name, id: words.length === 0 ? null : readId(name, words).id };
    case 'list':
    case 'calls':
    case 'help':
      return { name };
    default:
      throw unknownCommand(name);
  }
}

function parseStart(words: readonly string[]): Command {
  const { id, rest } = readId('start', words);
  const { durationMs, rest: reason } = readDuration(rest);
  return { name: 'start', conversationId: id, durationMs, reason: readReason(reason) };
}

function parseStop(words: readonly string[]): Command {
  const { id, rest } = readId('stop', words);
  return { name: 'stop', id, reason: readReason(rest) };
}

/** The one id among the words, whatever surrounds it (a pasted link), and the words that do not hold it. */
function readId(name: string, words: readonly string[]): { id: string; rest: string[] } {
  const wanted = name === 'start' ? 'conversation id' : 'job id or conversation id';
  const right = `Send /record ${name} ${example}; /record calls shows the active calls, /record list the recordings.`;
  const ids = new Set(words.flatMap((word) => word.match(uuid) ?? []).map((id) => id.toLowerCase()));
  const [id] = ids;
  if (id === undefined) {
    throw words.length === 0
      ? invalid(`/record ${name} needs a ${wanted}.`, right)
      : invalid(`“${shorten(words.join(' '))}” holds no ${wanted}.`, right);
  }
  if (ids.size > 1) {
    throw invalid(`That holds ${ids.size} different ids; /record ${name} takes one.`, right);
  }
  return { id, rest: words.filter((word) => word.search(uuid) < 0) };
}

const duration = /^(?:(\d{1,4})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?$/i;

/** `for 10m` at the start of the words. A reason may begin with “for” too, so only a digit after it is a duration. */
function readDuration(words: readonly string[]): { durationMs: number | null; rest: readonly string[] } {
  const [first, second] = words;
  if (first?.toLowerCase() !== 'for' || second === undefined || !/^[\d.,+-]/.test(second)) {
    return { durationMs: null, rest: words };
  }
  const match = duration.exec(second);
  const [hours, minutes, seconds] = [match?.[1], match?.[2], match?.[3]].map((part) => Number(part ?? 0));
  const durationMs = (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
  if (!match || durationMs === 0) {
    throw invalid(
      `“${shorten(second)}” is not a duration.`,
      'Write it like 90s, 10m or 1h30m: /record start <conversation> for 10m',
    );
  }
  return { durationMs, rest: words.slice(2) };
}

function readReason(words: readonly string[]): string | null {
  const reason = words.join(' ');
  if (reason.length > maxReasonLength) {
    throw invalid(
      `The reason is ${reason.length} characters long; at most ${maxReasonLength} are kept.`,
      'Shorten it and send the command again.',
    );
  }
  return reason || null;
}

function unknownCommand(name: string): RecordError {
  const near = names.find((known) => isOneEditAway(name, known));
  return invalid(
    `There is no /record ${shorten(name)}.`,
    near
      ? `Did you mean /record ${near}? /record help shows all commands.`
      : '/record help shows all commands.',
  );
}

/** One letter too many, too few, wrong, or two neighbours swapped. */
function isOneEditAway(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const tails = (fromA: number, fromB: number) => a.slice(start + fromA) === b.slice(start + fromB);
  const swapped = a[start] === b[start + 1] && a[start + 1] === b[start] && tails(2, 2);
  return tails(1, 1) || tails(1, 0) || tails(0, 1) || swapped;
}

const shorten = (text: string, length = 60): string => {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
};

const invalid = (message: string, cure: string) => new RecordError('COMMAND_INVALID', message, { cure });
