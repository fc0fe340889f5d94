/** Slack: the host, the tokens, what they may do, and the clock. */
import type { webApi } from '@slack/bolt';
import type { Config } from '../config.js';
import { toAppTokenError, toBotTokenError } from '../slack/token-errors.js';
import { type Check, type Finding, passed, unseen } from './check.js';
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
      atStart: 'shows',
      look: (signal) => reach(slack.apiUrl, 'SLACK_API_URL', signal),
    },
    {
      id: 'slack.token',
      title: 'Slack bot token',
      needs: ['slack.host'],
      atStart: 'looks',
      look: () => lookAtToken(identity),
    },
    {
      id: 'slack.scopes',
      title: 'Slack scopes',
      needs: ['slack.token'],
      atStart: 'looks',
      look: async () => judgeScopes(await scopes(), needsGroups),
    },
    transportCheck(parts),
    {
      id: 'clock.slack',
      title: 'Clock, by Slack',
      needs: ['slack.token'],
      atStart: 'looks',
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

function transportCheck({ appClient }: SlackParts): Check {
  // A bot that starts opens its sockets, and ends with a sentence where it may not.
  const common = { needs: ['slack.host'], atStart: 'shows' } as const;
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
    look: (signal) => lookAtSockets(appClient, signal),
  };
}

/**
 * The answer to `apps.connections.open` is the address of a socket, on another host than the API's. Only that host is
 * reached: nobody opens the socket, and its ticket expires by itself.
 */
async function lookAtSockets(appClient: webApi.WebClient, signal: AbortSignal): Promise<Finding> {
  const { url = '' } = await appClient.apps.connections.open().catch((error: unknown) => {
    throw toAppTokenError(error);
  });
  if (!URL.canParse(url)) return unseen('sockets are allowed, but Slack did not say where');
  const { ok, detail, cure } = await reach(url, null, signal);
  return { ok, detail: ok ? `sockets are allowed; ${detail}` : `sockets are allowed, but ${detail}`, cure };
}
