import type { Core } from './core.js';
import { defaults } from './settings.js';
import type { PendingInteraction, WorkspaceSnapshot } from './types.js';

/** The whole workspace as plain JSON that nobody else holds on to. */
export function takeSnapshot(
  { world, messages, modals, changes, clock, journal }: Core,
  pending: readonly PendingInteraction[],
  sockets: number,
): WorkspaceSnapshot {
  const { name, userId, botId } = defaults.bot;
  return structuredClone({
    version: changes.version,
    now: clock.now(),
    team: defaults.team,
    bot: { userId, botId, appId: defaults.appId, name },
    users: world.users,
    userGroups: world.groups,
    channels: world.channels,
    messages: messages.list(),
    ephemerals: messages.ephemerals(),
    views: modals.all,
    homes: modals.homes,
    pending,
    sockets,
    violations: journal.violations,
  });
}
