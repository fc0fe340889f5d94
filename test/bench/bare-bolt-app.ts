/**
 * What the bot is measured against: the least that a Bolt app can do for `/record start`. It acks, asks Genesys once,
 * posts once; it keeps nothing, checks nobody, and forgets all of it when it ends.
 */
import { App } from '@slack/bolt';

const setting = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};

const genesys = setting('GENESYS_BASE_URL');
const app = new App({
  token: setting('SLACK_BOT_TOKEN'),
  appToken: setting('SLACK_APP_TOKEN'),
  socketMode: true,
  clientOptions: { slackApiUrl: setting('SLACK_API_URL') },
});
const token = await mintToken();

app.command('/record', async ({ command, ack, respond, client }) => {
  await ack();
  const [name, conversationId] = command.text.split(' ');
  if (name !== 'start') {
    await respond('/record start <conversation>');
    return;
  }
  const answer = await fetch(`${genesys}/api/v2/recording/jobs`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ conversationId }),
  });
  const { id } = (await answer.json()) as { id: string };
  await client.chat.postMessage({ channel: command.channel_id, text: `Recording: job ${id}` });
});

process.once('SIGTERM', () => process.exit(0));
await app.start();

async function mintToken(): Promise<string> {
  const answer = await fetch(`${genesys}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: setting('GENESYS_CLIENT_ID'),
      client_secret: setting('GENESYS_CLIENT_SECRET'),
    }),
  });
  const { access_token } = (await answer.json()) as { access_token: string };
  return access_token;
}
