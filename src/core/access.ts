/** May this person act, here? Nobody may unless a setting names them: themselves, one of their groups, or the channel. */
import { RecordError } from './errors.js';
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
 * Resolves when the person may act in the channel. Throws `NOT_PERMITTED`, which says who may. A group whose
 * members cannot be read permits nobody.
 */
export async function checkAccess(
  policy: AccessPolicy,
  asker: { readonly userId: string; readonly channelId: string },
  groups: UserGroups,
): Promise<void> {
  if (isOpenChannel(policy, asker.channelId) || policy.users.includes(asker.userId)) return;
  const lookups = await Promise.allSettled(policy.userGroups.map((group) => groups.members(group)));
  if (lookups.some((lookup) => lookup.status === 'fulfilled' && lookup.value.has(asker.userId))) return;
  const unread = lookups.find((lookup) => lookup.status === 'rejected');
  const permitted = { users: policy.users, userGroups: policy.userGroups, channels: policy.channels };
  throw unread
    ? new RecordError(
        'NOT_PERMITTED',
        'You are not permitted: the members of a permitted group could not be read.',
        {
          cure: cureOf(unread.reason),
          permitted,
          cause: unread.reason,
        },
      )
    : new RecordError('NOT_PERMITTED', 'You are not permitted to control recordings here.', { permitted });
}

const cureOf = (reason: unknown): string => {
  const detail = reason instanceof RecordError ? [reason.message, reason.cure].filter(Boolean).join(' ') : '';
  return detail || 'Try again in a minute; if it stays so, tell an administrator.';
};
