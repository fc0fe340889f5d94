/** The channels, people and user groups that the settings name. */
import type { webApi } from '@slack/bolt';
import { RecordError } from '../core/errors.js';
import { readFailure } from '../slack/slack-failure.js';

/** What can be seen of a channel with the scopes that the bot has. */
export interface SeenChannel {
  /** Null, all three, where no scope shows it. */
  readonly name: string | null;
  readonly isArchived: boolean | null;
  readonly isMember: boolean | null;
}

/**
 * Null when there is no such channel, or when it is private and the bot is not in it: Slack tells the two apart for
 * nobody.
 *
 * `conversations.info` takes an optional scope that the bot has no other use for. `chat.getPermalink` takes none, and tells by
 * its refusal: it knows the channel, or not even that.
 * https://docs.slack.dev/reference/methods/chat.getPermalink
 */
export async function seeChannel(
  client: webApi.WebClient,
  channelId: string,
  scopes: readonly string[],
): Promise<SeenChannel | null> {
  if (scopes.some((scope) => ['channels:read', 'groups:read'].includes(scope))) {
    const seen = await askFor(() => client.conversations.info({ channel: channelId }));
    if (seen.refusal === 'channel_not_found') return null;
    if (seen.refusal === null) {
      const {
        name = null,
        is_archived: isArchived = false,
        is_member: isMember = null,
      } = seen.answer.channel ?? {};
      return { name, isArchived, isMember };
    }
    // A private channel takes a scope of its own: without it the question is asked in the other way.
    if (seen.refusal !== 'missing_scope') throw refused(seen.refusal);
  }
  const { refusal } = await askFor(() =>
    client.chat.getPermalink({ channel: channelId, message_ts: noMessage }),
  );
  if (refusal === 'channel_not_found') return null;
  if (refusal !== null && refusal !== 'message_not_found') throw refused(refusal);
  return { name: null, isArchived: null, isMember: null };
}

/** Of the year 2001: no workspace is that old. */
const noMessage = '1000000000.000000';

/** `name` as people see it; null when there is no such user. Takes the scope `users:read`. */
export async function seeUser(
  client: webApi.WebClient,
  userId: string,
): Promise<{ readonly name: string; readonly isDeactivated: boolean } | null> {
  const seen = await askFor(() => client.users.info({ user: userId }));
  if (seen.refusal === 'user_not_found' || seen.refusal === 'user_not_visible') return null;
  if (seen.refusal !== null) throw refused(seen.refusal);
  const { name = userId, deleted = false } = seen.answer.user ?? {};
  return { name, isDeactivated: deleted };
}

type Told<T> = { readonly answer: T; readonly refusal: null } | { readonly refusal: string };

/** Slack's answer, or its word for why it refuses. Throws `UNAVAILABLE` where there is neither. */
async function askFor<T>(ask: () => Promise<T>): Promise<Told<T>> {
  try {
    return { answer: await ask(), refusal: null };
  } catch (error) {
    const failure = readFailure(error);
    if (failure === null) throw error;
    if (failure.kind !== 'passing') return { refusal: failure.code };
    throw new RecordError('UNAVAILABLE', 'Slack gives no answer to that just now.', {
      cure: 'Try again in a minute; https://slack-status.com says whether Slack has trouble.',
      cause: error,
    });
  }
}

const refused = (code: string): RecordError =>
  new RecordError('SLACK_REFUSED', `Slack refuses to tell: ${code}.`, {
    cure: 'Look at the app’s scopes under OAuth & Permissions, and reinstall it.',
  });
