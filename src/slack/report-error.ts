/** The one place where what listeners throw ends: in the log, and as an answer to the one who asked. */
import { UnknownError } from '@slack/bolt';
import { levelOf, RecordError } from '../core/errors.js';
import type { NewId } from '../core/ports.js';
import { renderError, renderUnforeseen } from './error-message.js';
import { createRespond, type RespondDeps } from './respond.js';

interface ReportDeps extends RespondDeps {
  readonly newId: NewId;
}

/** `body` is Slack's payload. */
export async function reportError(deps: ReportDeps, thrown: unknown, body: object): Promise<void> {
  const error = thrown instanceof UnknownError ? thrown.original : thrown;
  const level = levelOf(error);
  const given = error instanceof RecordError ? error.reference : undefined;
  // A user's own mistake needs no looking up.
  const reference = given ?? (level === 'info' ? undefined : deps.newId().slice(0, 8));
  deps.logger[level]({ err: error, reference, ...whose(body) }, 'a request was not carried out');
  const responseUrl = 'response_url' in body ? body.response_url : undefined;
  if (typeof responseUrl !== 'string') return;
  const message =
    error instanceof RecordError ? renderError(error, reference) : renderUnforeseen(reference ?? 'none');
  await createRespond(responseUrl, deps)(message);
}

function whose(body: object): object {
  if ('user_id' in body)
    return { userId: body.user_id, channelId: 'channel_id' in body ? body.channel_id : null };
  const idOf = (value: unknown) => (typeof value === 'object' && value && 'id' in value ? value.id : null);
  return {
    userId: 'user' in body ? idOf(body.user) : null,
    channelId: 'channel' in body ? idOf(body.channel) : null,
  };
}
