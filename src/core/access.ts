/** May this person act, here? Nobody may unless a setting names them: themselves, one of their groups, or the channel. */
import { type Permitted, RecordError } from './errors.js';
import type { UserGroups } from './ports.js';

export interface AccessPolicy {
  readonly users: readonly string[];
  readonly userGroups: readonly string[];
  readonly channels: readonly string[];
  /** `*` among the channels: anybody, anywhere. */
  readonly anybody: boolean;
}

/** True when everybody who reads the channel may act in it. */
export const isOpenChannel = (policy: AccessPolicy, channelId: string): boolean =>
  policy.anybody || policy.channels.includes(channelId);

/**
 * Resolves when the person may act in the channel. Throws `NOT_PERMITTED`, which says who may. Where the members of a group
 * cannot be read nobody is permitted either, but that is no refusal of theirs: `UNAVAILABLE` if it passes by itself,
 * `SLACK_REFUSED` if an administrator must act first.
 */
export async function checkAccess(
  policy: AccessPolicy,
  asker: { readonly userId: string; readonly channelId: string },
  groups: UserGroups,
): Promise<void> {
  if (isOpenChannel(policy, asker.channelId) || policy.users.includes(asker.userId)) return;
  const unread = await findMembership(policy.userGroups, asker.userId, groups);
  if (unread === null) return;
  const permitted = { users: policy.users, userGroups: policy.userGroups, channels: policy.channels };
  const [passing] = unread.filter((reason) => !isRefusal(reason));
  if (passing !== undefined) throw unknown(passing);
  const [refusal] = unread.filter(isRefusal);
  if (refusal) throw unreadable(refusal, permitted);
  throw new RecordError('NOT_PERMITTED', 'You are not permitted to control recordings here.', { permitted });
}

/** Null as soon as one group has that member; else why groups could not be read. */
async function findMembership(
  userGroups: readonly string[],
  userId: string,
  groups: UserGroups,
): Promise<readonly unknown[] | null> {
  const unread: unknown[] = [];
  const lookups = userGroups.map(async (group) => {
    const members = await groups.members(group).catch((error: unknown) => {
      unread.push(error);
      throw error;
    });
    if (!members.has(userId)) throw new Error(`no member of ${group}`);
    return null;
  });
  return Promise.any(lookups).catch(() => unread);
}

const isRefusal = (reason: unknown): reason is RecordError =>
  reason instanceof RecordError && reason.code === 'SLACK_REFUSED';

const unreadable = ({ message, cure }: RecordError, permitted: Permitted): RecordError =>
  new RecordError(
    'SLACK_REFUSED',
    'Your permission could not be checked: the members of a permitted group cannot be read.',
    { cure: [message, cure, 'Nothing was done.'].filter(Boolean).join(' '), permitted },
  );

function unknown(reason: unknown): RecordError {
  const { message, retryAfterMs } = reason instanceof RecordError ? reason : {};
  return new RecordError('UNAVAILABLE', 'Your permission could not be checked just now.', {
    cure: [message, retryAfterMs ? 'Nothing was done.' : 'Nothing was done; try again in a minute.']
      .filter(Boolean)
      .join(' '),
    retryAfterMs,
    cause: reason,
  });
}
