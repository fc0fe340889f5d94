import type { webApi } from '@slack/bolt';
import { RecordError } from '../core/errors.js';
import type { Clock, UserGroups } from '../core/ports.js';
import { readFailure, type SlackFailure } from './slack-failure.js';

const freshForMs = 60_000;
/** While Slack does not say who is in a group, those count that it named last, for so long, in milliseconds. */
const usedForMs = 10 * 60_000;

/** What is known of a group. */
interface Known {
  /** Null before the first answer, and after a refusal. */
  last: { readonly members: ReadonlySet<string>; readonly readAt: number } | null;
  asking: Promise<ReadonlySet<string>> | null;
}

interface UserGroupsDeps {
  readonly client: webApi.WebClient;
  readonly clock: Pick<Clock, 'now'>;
}

export const createUserGroups = (deps: UserGroupsDeps): UserGroups => new SlackUserGroups(deps);

/**
 * Members of user groups as Slack says, at most a minute old; many who ask at once share one request. Where Slack has
 * trouble, those of the last ten minutes are used; what it refuses to tell is not known from then on.
 */
class SlackUserGroups implements UserGroups {
  readonly #deps: UserGroupsDeps;
  readonly #known = new Map<string, Known>();
  /** Slack wants to be left alone for so long from then on, in milliseconds. */
  #rest = { since: 0, ms: 0 };

  constructor(deps: UserGroupsDeps) {
    this.#deps = deps;
  }

  async members(groupId: string): Promise<ReadonlySet<string>> {
    const group = this.#known.get(groupId) ?? { last: null, asking: null };
    this.#known.set(groupId, group);
    if (group.last && this.#isWithin(group.last.readAt, freshForMs)) return group.last.members;
    const { since, ms } = this.#rest;
    if (this.#isWithin(since, ms)) {
      return this.#lastOf(group, unavailable(groupId, since + ms - this.#deps.clock.now()));
    }
    group.asking ??= this.#read(groupId, group);
    return group.asking;
  }

  async #read(groupId: string, group: Known): Promise<ReadonlySet<string>> {
    const { client, clock } = this.#deps;
    try {
      const members = await readMembers(client, groupId);
      group.last = { members, readAt: clock.now() };
      return members;
    } catch (thrown) {
      const error = toRecordError(groupId, thrown);
      if (error.code !== 'UNAVAILABLE') group.last = null;
      if (error.retryAfterMs) this.#rest = { since: clock.now(), ms: error.retryAfterMs };
      return this.#lastOf(group, error);
    } finally {
      group.asking = null;
    }
  }

  #lastOf({ last }: Known, error: RecordError): ReadonlySet<string> {
    if (last && this.#isWithin(last.readAt, usedForMs)) return last.members;
    throw error;
  }

  /** A clock that was set back makes nothing last longer. */
  #isWithin(since: number, ms: number): boolean {
    const ageMs = this.#deps.clock.now() - since;
    return ageMs >= 0 && ageMs < ms;
  }
}

/** https://docs.slack.dev/reference/methods/usergroups.users.list, scope `usergroups:read`. */
async function readMembers(client: webApi.WebClient, groupId: string): Promise<ReadonlySet<string>> {
  const { users } = await client.usergroups.users.list({ usergroup: groupId });
  if (!Array.isArray(users)) throw unreadable(groupId, 'Slack’s answer holds no list of users');
  return new Set(users);
}

function toRecordError(groupId: string, error: unknown): RecordError {
  if (error instanceof RecordError) return error;
  const failure = readFailure(error);
  if (failure === null || failure.kind === 'passing') {
    return unavailable(groupId, failure?.afterMs ?? undefined, error);
  }
  return refusal(groupId, failure, error);
}

const unavailable = (groupId: string, retryAfterMs?: number, cause?: unknown): RecordError =>
  new RecordError('UNAVAILABLE', `Slack does not say now who is in the user group ${groupId}.`, {
    ...(retryAfterMs === undefined && { cure: 'Try again in a minute.' }),
    retryAfterMs,
    cause,
  });

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
