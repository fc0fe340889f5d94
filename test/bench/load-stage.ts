/** What the load plays on: the built bot as a process of its own; Slack, Genesys and everybody else in this one. */
import { type ChaosDatabase, createPostgres, createSqlite } from '../chaos/database.js';
import type { DatabaseKind } from '../chaos/options.js';
import { createRandom } from '../chaos/random.js';
import { type BotProcess, startBot } from '../simulators/bot-process.js';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import type { GenesysSimulator } from '../simulators/genesys/types.js';
import { createSlackSimulator } from '../simulators/slack/simulator.js';
import type { SlackSimulator } from '../simulators/slack/types.js';
import { type CentreOptions, ContactCentre, queueNames } from './load-centre.js';
import { Supervisors } from './load-supervisors.js';

export interface Stage {
  readonly slack: SlackSimulator;
  readonly genesys: GenesysSimulator;
  readonly centre: ContactCentre;
  readonly supervisors: Supervisors;
  readonly database: ChaosDatabase;
  readonly bot: BotProcess;
  readonly alertChannelId: string;
}

export interface StageOptions extends CentreOptions {
  readonly database: DatabaseKind;
  /** Calls that are up before the bot starts: enough for the quiet before the load. */
  readonly openingCalls: number;
}

/** As the tests have it. */
const { TEST_DATABASE_URL: serverUrl = 'postgres://postgres@127.0.0.1:5432/postgres' } = process.env;

export async function onStage<T>(options: StageOptions, play: (stage: Stage) => Promise<T>): Promise<T> {
  const slack = await createSlackSimulator();
  const genesys = await createGenesysSimulator({ api: 'conversations', queues: queueNames(options.queues) });
  const database = options.database === 'postgres' ? await createPostgres(serverUrl) : await createSqlite();
  try {
    const { id: userId } = slack.addUser({ name: 'ada' });
    const { id: alertChannelId } = slack.addChannel({ name: 'call-alerts', members: [userId] });
    const centre = new ContactCentre(genesys, createRandom(1), options);
    const supervisors = new Supervisors(slack, centre, userId);
    centre.fill(options.openingCalls);
    const bot = await startBot({
      env: { ...settingsFor(slack, genesys, alertChannelId), ...database.env },
    });
    try {
      return await play({ slack, genesys, centre, supervisors, database, bot, alertChannelId });
    } finally {
      await bot.stop();
    }
  } finally {
    await Promise.all([slack.close(), genesys.close()]);
    await database.drop();
  }
}

const settingsFor = (slack: SlackSimulator, genesys: GenesysSimulator, alertChannelId: string) => ({
  SLACK_BOT_TOKEN: slack.botToken,
  SLACK_APP_TOKEN: slack.appToken,
  SLACK_API_URL: slack.apiUrl,
  GENESYS_CLIENT_ID: genesys.client.clientId,
  GENESYS_CLIENT_SECRET: genesys.client.clientSecret,
  GENESYS_BASE_URL: genesys.url,
  GENESYS_RECORDING_API: genesys.api,
  CALL_ALERTS: 'notifications',
  CALL_ALERT_CHANNEL: alertChannelId,
  RECORD_ALLOWED_CHANNELS: '*',
  LOG_LEVEL: 'info',
});
