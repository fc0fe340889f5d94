/** The settings that let the bot reach both simulators. */
import type { GenesysSimulator } from './genesys/types.js';
import type { SlackSimulator } from './slack/types.js';
import { webhookSecret } from './webhook-sender.js';

/** How the bot may learn of calls here. */
export const alertSources = ['poll', 'notifications', 'webhook'] as const;
export type AlertSource = (typeof alertSources)[number];

export const slackSettings = (slack: SlackSimulator, http: boolean): Record<string, string> => ({
  SLACK_BOT_TOKEN: slack.botToken,
  ...(http ? { SLACK_SIGNING_SECRET: slack.signingSecret } : { SLACK_APP_TOKEN: slack.appToken }),
  SLACK_API_URL: slack.apiUrl,
});

export const genesysSettings = (genesys: GenesysSimulator, alerts: AlertSource): Record<string, string> => ({
  GENESYS_CLIENT_ID: genesys.client.clientId,
  GENESYS_CLIENT_SECRET: genesys.client.clientSecret,
  GENESYS_BASE_URL: genesys.url,
  GENESYS_RECORDING_API: genesys.api,
  CALL_ALERTS: alerts,
  CALL_ALERT_POLL_SECONDS: '2',
  // A webhook does not tell what a policy records: the bot looks for itself, and nobody should wait for that here.
  ...(alerts === 'webhook' && { CALL_ALERT_WEBHOOK_SECRET: webhookSecret, RECONCILE_SECONDS: '6' }),
});
