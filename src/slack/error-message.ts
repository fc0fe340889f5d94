/** An error as a message: what happened, what to do about it, and what to quote when asking for help. */
import type { Permitted, RecordError } from '../core/errors.js';
import { code, type Message, outside, section, toMessage } from './blocks.js';
import { channel, user, userGroup } from './wording.js';

const maxNames = 10;

/** `reference`: where the log says more. */
export function renderError(error: RecordError, reference = error.reference): Message {
  const text = outside(error.message, 1_000);
  return toMessage(text, [
    section([
      `:warning: *${text.replaceAll('*', '')}*`,
      cureOf(error),
      error.retryAfterMs === undefined ? null : `Try again in ${Math.ceil(error.retryAfterMs / 1000)} s.`,
      error.permitted === undefined ? null : permittedLine(error.permitted),
      reference === undefined ? null : `Reference ${code(reference)}`,
    ]),
  ]);
}

/** “Try again shortly” says less than the line that says when. */
const cureOf = ({ cure, retryAfterMs }: RecordError): string | null =>
  cure === undefined || (retryAfterMs !== undefined && /^Try again[^.]*\.$/.test(cure))
    ? null
    : outside(cure, 1_000);

function permittedLine({ users, userGroups, channels }: Permitted): string {
  const names = [
    ...users.slice(0, maxNames).map(user),
    ...userGroups.slice(0, maxNames).map((group) => `the members of ${userGroup(group)}`),
    ...channels.slice(0, maxNames).map((id) => `everybody in ${channel(id)}`),
  ];
  if (names.length === 0) {
    return 'Nobody is permitted yet: an administrator names users, user groups or channels in the bot’s settings (`RECORD_ALLOWED_USERS`, `RECORD_ALLOWED_USERGROUPS`, `RECORD_ALLOWED_CHANNELS`).';
  }
  const more = users.length + userGroups.length + channels.length - names.length;
  return `Permitted: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

/** For a bug: nothing of the error itself is shown, only where to find it in the log. */
export function renderUnforeseen(reference: string): Message {
  return toMessage('Something went wrong inside the bot.', [
    section([
      ':warning: *Something went wrong inside the bot.*',
      '`/record list` shows what runs now. If it happens again, give an administrator this reference: the log says more.',
      `Reference ${code(reference)}`,
    ]),
  ]);
}

export function renderOldButton(): Message {
  const text = 'This button no longer works, and nothing was changed.';
  return toMessage(text, [
    section([text, '`/record list` shows the recordings that run now, `/record calls` the active calls.']),
  ]);
}
