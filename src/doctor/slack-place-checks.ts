/** Whether the channels, people and user groups that the settings name are there, and can be used. */
import type { webApi } from '@slack/bolt';
import type { Config } from '../config.js';
import type { UserGroups } from '../core/ports.js';
import { type Check, type Finding, failed, passed, unseen } from './check.js';
import { once } from './once.js';
import { type SeenChannel, seeChannel, seeUser } from './slack-places.js';

export interface PlaceParts {
  readonly client: webApi.WebClient;
  readonly userGroups: UserGroups;
  readonly scopes: () => Promise<readonly string[] | null>;
}

/** So many of a list are looked at: Slack takes twenty of the slowest of these requests in a minute. */
const mostLooks = 20;

export function slackPlaceChecks({ callAlerts, access }: Config, parts: PlaceParts): readonly Check[] {
  const scopes = async () => (await parts.scopes()) ?? [];
  const see = async (channelId: string) => seeChannel(parts.client, channelId, await scopes());
  const checks: Check[] = [];
  if (callAlerts.source !== 'off') {
    const { channelId } = callAlerts;
    checks.push(
      ...alertChecks(
        channelId,
        once(() => see(channelId)),
      ),
    );
  }
  const common = { needs: ['slack.scopes'], atStart: 'looks' } as const;
  if (access.userGroups.length > 0) {
    checks.push({
      ...common,
      id: 'slack.user-groups',
      title: 'Slack user groups (RECORD_ALLOWED_USERGROUPS)',
      look: () => lookAtEach(access.userGroups, (id) => lookAtGroup(parts.userGroups, id)),
    });
  }
  if (access.users.length > 0) {
    checks.push({
      ...common,
      id: 'slack.users',
      title: 'Slack users (RECORD_ALLOWED_USERS)',
      look: async () =>
        (await scopes()).includes('users:read')
          ? lookAtEach(access.users, (id) => lookAtUser(parts.client, id))
          : unseen('the bot has no scope that shows people (users:read), and needs none'),
    });
  }
  if (access.channels.length > 0) {
    const look = async (id: string) => judgeChannel(id, await see(id), 'RECORD_ALLOWED_CHANNELS');
    checks.push({
      ...common,
      id: 'slack.channels',
      title: 'Slack channels (RECORD_ALLOWED_CHANNELS)',
      look: () => lookAtEach(access.channels, look),
    });
  }
  return checks;
}

async function lookAtGroup(userGroups: UserGroups, id: string): Promise<Finding> {
  const { size } = await userGroups.members(id);
  if (size > 0) return passed(`${id} has ${size} ${size === 1 ? 'member' : 'members'}`);
  return failed(
    `nobody is in ${id}.`,
    'Correct RECORD_ALLOWED_USERGROUPS, or add people to the group in Slack.',
  );
}

function alertChecks(channelId: string, see: () => Promise<SeenChannel | null>): readonly Check[] {
  return [
    {
      id: 'slack.alert-channel',
      title: 'Slack channel for call alerts',
      needs: ['slack.token'],
      atStart: 'looks',
      look: async () => judgeChannel(channelId, await see(), 'CALL_ALERT_CHANNEL'),
    },
    {
      id: 'slack.alert-member',
      title: 'The bot in the channel for call alerts',
      needs: ['slack.alert-channel'],
      atStart: 'looks',
      look: async () => judgeMembership(channelId, (await see())?.isMember ?? null),
    },
  ];
}

function judgeChannel(channelId: string, seen: SeenChannel | null, setting: string): Finding {
  if (seen === null) {
    return failed(
      `${channelId} is not there, or it is private and the bot is not in it.`,
      `If it is private, /invite the bot into it; otherwise correct ${setting}.`,
    );
  }
  const name = seen.name === null ? channelId : `#${seen.name} (${channelId})`;
  if (!seen.isArchived) return passed(`${name} is there`);
  return failed(`${name} is archived.`, `Unarchive it, or let ${setting} name another channel.`);
}

function judgeMembership(channelId: string, isMember: boolean | null): Finding {
  const cure = 'In that channel, /invite the bot.';
  if (isMember === null) {
    return unseen(
      'no scope of the bot shows it, nor whether the channel is archived (the optional channels:read or groups:read would)',
      cure,
    );
  }
  return isMember
    ? passed('it is in')
    : failed(`it is not in ${channelId}, so no card can be posted there.`, cure);
}

async function lookAtUser(client: webApi.WebClient, userId: string): Promise<Finding> {
  const user = await seeUser(client, userId);
  if (user && !user.isDeactivated) return passed(`${userId} is @${user.name}`);
  const why = user ? 'is deactivated' : 'is not there';
  return failed(`${userId} ${why}.`, 'Correct RECORD_ALLOWED_USERS.');
}

/** One after the other, to be no burden; ends at the first that is wrong. */
async function lookAtEach(ids: readonly string[], look: (id: string) => Promise<Finding>): Promise<Finding> {
  const details: string[] = [];
  for (const id of ids.slice(0, mostLooks)) {
    const finding = await look(id);
    if (finding.ok === false) return finding;
    details.push(finding.detail);
  }
  if (ids.length > mostLooks) details.push(`${ids.length - mostLooks} more were not looked at`);
  return passed(details.join(', '));
}
