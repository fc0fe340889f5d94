/** The two that are compared, each as a process of its own against simulators of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startBot } from '../simulators/bot-process.js';
import { createGenesysSimulator } from '../simulators/genesys/simulator.js';
import type { GenesysSimulator } from '../simulators/genesys/types.js';
import { createSlackSimulator } from '../simulators/slack/simulator.js';
import type { SlackSimulator } from '../simulators/slack/types.js';

export const contenders = ['bot', 'bare'] as const;
export type Contender = (typeof contenders)[number];

export interface Ring {
  readonly slack: SlackSimulator;
  readonly genesys: GenesysSimulator;
}

type Env = Readonly<Record<string, string>>;
/** Starts the process, and gives the function that ends it. */
type Start = (env: Env) => Promise<() => Promise<unknown>>;

const { PATH = '' } = process.env;
const bareApp = fileURLToPath(new URL('./bare-bolt-app.ts', import.meta.url));
const readyWithinMs = 20_000;

const starts: Readonly<Record<Contender, Start>> = {
  async bot(env) {
    const bot = await startBot({
      env: { ...env, CALL_ALERTS: 'off', RECORD_ALLOWED_CHANNELS: '*', LOG_LEVEL: 'info' },
    });
    return () => bot.stop();
  },
  async bare(env) {
    const child = spawn(process.execPath, ['--import', 'tsx', bareApp], {
      env: { PATH, ...env },
      // Bolt logs little; the bot's log is read as well, so this one is.
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.resume();
    const ended = once(child, 'close');
    return async () => {
      child.kill();
      await ended;
    };
  },
};

/** Lets one contender into a ring of its own, for as long as `work` lasts. */
export async function inRing<T>(contender: Contender, work: (ring: Ring) => Promise<T>): Promise<T> {
  const slack = await createSlackSimulator({ rateLimits: false });
  const genesys = await createGenesysSimulator();
  try {
    const stop = await starts[contender]({
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      GENESYS_CLIENT_ID: genesys.client.clientId,
      GENESYS_CLIENT_SECRET: genesys.client.clientSecret,
      GENESYS_BASE_URL: genesys.url,
    });
    try {
      await socketsOf(slack, contender === 'bot' ? 2 : 1);
      const result = await work({ slack, genesys });
      const broken = [...slack.violations, ...genesys.violations];
      if (broken.length > 0) throw new Error(`${contender} broke rules: ${broken.join('; ')}`);
      return result;
    } finally {
      await stop();
    }
  } finally {
    await Promise.all([slack.close(), genesys.close()]);
  }
}

const socketsOf = (slack: SlackSimulator, count: number): Promise<void> =>
  untilTrue(slack, () => slack.sockets.length >= count);

/** Resolves as soon as a change in the workspace makes it true; rejects after a generous while. */
export function untilTrue(slack: SlackSimulator, check: () => boolean): Promise<void> {
  if (check()) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      unsubscribe();
    };
    const timer = setTimeout(() => {
      end();
      reject(new Error(`Not within ${readyWithinMs} ms.`));
    }, readyWithinMs);
    const unsubscribe = slack.onChange(() => {
      if (!check()) return;
      end();
      resolve();
    });
  });
}
