/** What the bot token may do, beside what manifest.yml asks for (a test holds the two together). */
import { type Finding, failed, passed, unseen } from './check.js';

export const neededScopes = ['commands', 'chat:write'] as const;
/** Needed for `RECORD_ALLOWED_USERGROUPS` only. */
export const groupScope = 'usergroups:read';
/**
 * The first two let the bot find a card whose post was taken but never answered; the others let it see whether it is in a
 * channel.
 */
export const optionalScopes = ['channels:history', 'groups:history', 'channels:read', 'groups:read'] as const;

/** `granted`: null where Slack did not say. */
export function judgeScopes(granted: readonly string[] | null, needsGroups: boolean): Finding {
  if (granted === null) return unseen('Slack did not say what the token may do');
  const needed = needsGroups ? [...neededScopes, groupScope] : neededScopes;
  const missing = needed.filter((scope) => !granted.includes(scope));
  if (missing.length > 0) {
    return failed(
      `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing.`,
      'Add the scopes of manifest.yml under OAuth & Permissions, and reinstall the app to the workspace.',
    );
  }
  const lacking = optionalScopes.filter((scope) => !granted.includes(scope));
  const known: readonly string[] = [...neededScopes, groupScope, ...optionalScopes];
  const unused = granted.filter((scope) => scope !== '' && !known.includes(scope));
  const notes = [
    needed.join(', '),
    ...(lacking.length > 0 ? [`the optional ${lacking.join(', ')} not granted`] : []),
    ...(unused.length > 0 ? [`the bot makes no use of ${unused.join(', ')}`] : []),
  ];
  return passed(notes.join('; '));
}
