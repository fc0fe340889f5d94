/** The one place where what listeners throw ends: in the log, and as an answer to the one who asked. */
import { UnknownError } from '@slack/bolt';
import { levelOf, RecordError } from '../core/errors.js';
import type { Logger, NewId } from '../core/ports.js';
import type { Message } from './blocks.js';
import { renderError, renderUnforeseen } from './error-message.js';
import type { RequestInHand } from './request-in-hand.js';

interface ReportDeps {
  readonly logger: Logger;
  readonly newId: NewId;
}

/** `inHand`: whose request it was; null where nobody is owed an answer. */
export async function reportError(
  deps: ReportDeps,
  thrown: unknown,
  inHand: RequestInHand | null,
): Promise<void> {
  const { userId = null, channelId = null } = inHand?.request ?? {};
  const message = describeError(deps, thrown, { userId, channelId });
  await inHand?.respond(message);
}

/** Writes the log line, and gives what there is to tell. `whose` goes into the log. */
export function describeError(deps: ReportDeps, thrown: unknown, whose: object): Message {
  const error = thrown instanceof UnknownError ? thrown.original : thrown;
  const level = levelOf(error);
  const given = error instanceof RecordError ? error.reference : undefined;
  // A user's own mistake needs no looking up.
  const reference = given ?? (level === 'info' ? undefined : deps.newId().slice(0, 8));
  deps.logger[level]({ err: error, reference, ...whose }, 'a request was not carried out');
  return error instanceof RecordError ? renderError(error, reference) : renderUnforeseen(reference ?? 'none');
}
