/** What to do about a token that Slack does not take. What is no answer of Slack's, a bug that is, stays as it is. */
import { RecordError } from '../core/errors.js';
import { readFailure } from './slack-failure.js';

const networkCure = 'Look at the network and at SLACK_API_URL, then start again.';

/** An error of a request with the bot token. */
export function toBotTokenError(error: unknown): unknown {
  const failure = readFailure(error);
  if (failure === null) return error;
  if (failure.kind === 'passing') {
    const message = 'Slack could not be reached to check the bot token.';
    return new RecordError('UNAVAILABLE', message, { cure: networkCure, cause: error });
  }
  return new RecordError('SLACK_REFUSED', `Slack refuses the bot token: ${failure.code}.`, {
    cure: 'Set SLACK_BOT_TOKEN to the Bot User OAuth Token (xoxb-…) of the app, under OAuth & Permissions.',
    cause: error,
  });
}

/** An error of asking for a socket with the app token. */
export function toAppTokenError(error: unknown): unknown {
  const failure = readFailure(error);
  if (failure === null) return error;
  if (failure.kind === 'passing') {
    const message = 'Slack could not be reached to ask for a socket.';
    return new RecordError('UNAVAILABLE', message, { cure: networkCure, cause: error });
  }
  return new RecordError('SLACK_REFUSED', `Slack refuses the app token: ${failure.code}.`, {
    cure: 'Set SLACK_APP_TOKEN to an app-level token (xapp-…) with the scope connections:write, and switch on Socket Mode in the app’s settings.',
    cause: error,
  });
}
