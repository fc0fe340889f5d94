import type { webApi } from '@slack/bolt';
import { RecordError } from '../core/errors.js';
import type { Clock, UserGroups } from '../core/ports.js';
import { readFailure, type SlackFailure } from './slack-failure.js';

const cachedForMs = 60_000;

/**
 * Members of user groups as Slack says, at most a minute old; many who ask at once share one request. A failure is
 * not remembered: the next one asks again.
 */
export function createUserGroups(deps: { client: webApi.WebClient; clock: Pick<Clock, 'now'> }): UserGroups {
  const cache = new Map<string, { members: Promise<ReadonlySet<string>>; until: number }>();
  return {
    members(groupId) {
      const known = cache.get(groupId);
      if (known && deps.clock.now() < known.until) return known.members;
      const entry = { members: readMembers(deps.client, groupId), until: Number.POSITIVE_INFINITY };
      cache.set(groupId, entry);
      entry.members.then(
        () => {
          entry.until = deps.clock.now() + cachedForMs;
        },
        () => {
          if (cache.get(groupId) === entry) cache.delete(groupId);
        },
      );
      return entry.members;
    },
  };
}

/** https://docs.slack.dev/reference/methods/usergroups.users.list, scope `usergroups:read`. */
async function readMembers(client: webApi.WebClient, groupId: string): Promise<ReadonlySet<string>> {
  try {
    const { users } = await client.usergroups.users.list({ usergroup: groupId });
    if (!Array.isArray(users)) throw unreadable(groupId, 'Slack’s answer holds no list of users');
    return new Set(users);
  } catch (error) {
    throw toRecordError(groupId, error);
  }
}

function toRecordError(groupId: string, error: unknown): RecordError {
  if (error instanceof RecordError) return error;
  const failure = readFailure(error);
  if (failure === null || failure.kind === 'passing') {
    const seconds = failure?.afterMs ? ` in ${Math.ceil(failure.afterMs / 1000)} s` : ' in a minute';
    return new RecordError('UNAVAILABLE', `Slack does not say now who is in the user group ${groupId}.`, {
      cure: `Try again${seconds}.`,
      cause: error,
    });
  }
  return refusal(groupId, failure, error);
}

function refusal(groupId: string, failure: Exclude<SlackFailure, { kind: 'passing' }>, cause: unknown) {
  if (failure.code === 'missing_scope') {
    return new RecordError('SLACK_REFUSED', 'The bot may not read user groups: it lacks a scope.', {
      cure: 'An administrator adds the scope usergroups:read under OAuth & Permissions and installs the app again.',
      cause,
    });
  }
  if (failure.kind === 'refused') return unreadable(groupId, `Slack answered ${failure.code}`, cause);
  return new RecordError('SLACK_REFUSED', `Slack does not know the user group ${groupId}.`, {
    cure: `An administrator corrects RECORD_ALLOWED_USERGROUPS; Slack answered ${failure.code}.`,
    cause,
  });
}

const unreadable = (groupId: string, detail: string, cause?: unknown) =>
  new RecordError('SLACK_REFUSED', `The members of the user group ${groupId} cannot be read.`, {
    cure: `An administrator looks at the bot’s token and scopes; ${detail}.`,
    cause,
  });
