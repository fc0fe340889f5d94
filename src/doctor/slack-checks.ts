/** Slack: the host, the tokens, what they may do, and the clock. */
import type { webApi } from '@slack/bolt';
import type { Config } from '../config.js';
import { toAppTokenError, toBotTokenError } from '../slack/token-errors.js';
import { type Check, type Finding, passed } from './check.js';
import { type ClockSkews, judgeSkew } from './clock-skew.js';
import { reach } from './reach.js';
import { judgeScopes } from './slack-scopes.js';

export interface SlackParts {
  readonly client: webApi.WebClient;
  /** With the app token; null in HTTP mode, which has none. */
  readonly appClient: webApi.WebClient | null;
  readonly skews: ClockSkews;
  /** Who the bot is, asked for once. */
  readonly identity: () => Promise<webApi.AuthTestResponse>;
  readonly scopes: () => Promise<readonly string[] | null>;
}

export function slackChecks({ slack, access }: Config, parts: SlackParts): readonly Check[] {
  const { skews, identity, scopes } = parts;
  const needsGroups = access.userGroups.length > 0;
  return [
    {
      id: 'slack.host',
      title: 'Slack host',
      needs: ['settings'],
      atStart: false,
      look: (signal) => reach(slack.apiUrl, 'SLACK_API_URL', signal),
    },
    {
      id: 'slack.token',
      title: 'Slack bot token',
      needs: ['slack.host'],
      atStart: true,
      look: () => lookAtToken(identity),
    },
    {
      id: 'slack.scopes',
      title: 'Slack scopes',
      needs: ['slack.token'],
      atStart: true,
      look: async () => judgeScopes(await scopes(), needsGroups),
    },
    transportCheck(parts),
    {
      id: 'clock.slack',
      title: 'Clock, by Slack',
      needs: ['slack.token'],
      atStart: true,
      look: async () => judgeSkew(skews.of(slack.apiUrl), 'Slack'),
    },
  ];
}

async function lookAtToken(identity: SlackParts['identity']): Promise<Finding> {
  try {
    const { user, team, team_id: teamId } = await identity();
    return passed(`it is @${user} in ${team} (${teamId})`);
  } catch (error) {
    throw toBotTokenError(error);
  }
}

/** The answer to `apps.connections.open` is the address of a socket; none is opened until somebody connects to it. */
function transportCheck({ appClient }: SlackParts): Check {
  const common = { needs: ['slack.host'], atStart: false };
  if (appClient === null) {
    return {
      ...common,
      id: 'slack.signing-secret',
      title: 'Slack signing secret',
      look: async () => passed('it is set; whether it is the right one shows with the first signed request'),
    };
  }
  return {
    ...common,
    id: 'slack.sockets',
    title: 'Slack app token and Socket Mode',
    async look() {
      try {
        await appClient.apps.connections.open();
        return passed('sockets are allowed');
      } catch (error) {
        throw toAppTokenError(error);
      }
    },
  };
}
