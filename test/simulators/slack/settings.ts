/** Who the simulated workspace, app and bot are. */
import type { Team } from './types.js';

export const defaults = {
  botToken: 'xoxb-sim-1000000001-bot',
  appToken: 'xapp-sim-1-A0SIMAPP01-app',
  signingSecret: 'sim0signing0secret0for0tests0only',
  /** The deprecated token that Slack still puts into each payload. */
  verificationToken: 'simVerificationToken',
  /** The fewest the bot works with. */
  scopes: ['commands', 'chat:write', 'usergroups:read'],
  commands: ['/record'],
  team: { id: 'T0SIMTEAM1', name: 'Simulated Workspace', domain: 'simulated' } satisfies Team,
  appId: 'A0SIMAPP01',
  bot: { userId: 'U0SIMBOT01', botId: 'B0SIMBOT01', name: 'recordbot', realName: 'Record Bot' },
  /** https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response */
  ackWithinMs: 3_000,
} as const;
