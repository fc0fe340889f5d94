/** What to do about a token that Slack does not take. What is no answer of Slack's, a bug that is, stays as it is. */
import { webApi } from '@slack/bolt';
import { RecordError } from '../core/errors.js';
import { readFailure } from './slack-failure.js';

/** An error of a request with the bot token. */
export function toBotTokenError(error: unknown): unknown {
  const failure = readFailure(error);
  if (failure === null) return error;
  if (failure.kind === 'passing') return passingError(error, failure.afterMs, 'check the bot token');
  return new RecordError('SLACK_REFUSED', `Slack refuses the bot token: ${failure.code}.`, {
    cure: 'Set SLACK_BOT_TOKEN to the Bot User OAuth Token (xoxb-…) of the app, under OAuth & Permissions.',
    cause: error,
  });
}

/** An error of asking for a socket with the app token. */
export function toAppTokenError(error: unknown): unknown {
  const failure = readFailure(error);
  if (failure === null) return error;
  if (failure.kind === 'passing') return passingError(error, failure.afterMs, 'ask for a socket');
  return new RecordError('SLACK_REFUSED', `Slack refuses the app token: ${failure.code}.`, {
    cure: 'Set SLACK_APP_TOKEN to an app-level token (xapp-…) with the scope connections:write, and switch on Socket Mode in the app’s settings.',
    cause: error,
  });
}

/**
 * It is `UNAVAILABLE` in each case: a start waits until it has passed. Whoever looks must know whose turn it is, though: a
 * Slack that answers is no matter of the network.
 */
function passingError(error: unknown, afterMs: number | null, purpose: string): RecordError {
  const unavailable = (message: string, cure: string) =>
    new RecordError('UNAVAILABLE', message, { cure, cause: error });
  if (afterMs !== null) {
    const message = `Slack takes no more requests just now, not even to ${purpose}.`;
    return unavailable(message, `Try again in ${Math.ceil(afterMs / 1_000)} s.`);
  }
  const status = error instanceof webApi.WebAPIHTTPError ? error.statusCode : null;
  if (status === null && error instanceof webApi.WebAPIRequestError) {
    const cure = 'Look at the network and at SLACK_API_URL, then start again.';
    return unavailable(`Slack could not be reached to ${purpose}.`, cure);
  }
  if (status === null || status >= 500) {
    const said = status === null ? '' : ` (status ${status})`;
    const cure =
      'It is not the bot: https://slack-status.com says whether Slack has trouble. Try again in a minute.';
    return unavailable(`Slack failed${said} when asked to ${purpose}.`, cure);
  }
  const cure =
    'Check SLACK_API_URL, and what stands between this machine and Slack: a proxy may have answered.';
  return unavailable(
    `The answer to the request to ${purpose} (status ${status}) is not one of Slack's.`,
    cure,
  );
}
