/**
 * `npm run demo`: the real bot against both simulators, and a page to use it from.
 * `npm run demo -- --story`: the main job played through without a browser; exit code 0 if it holds.
 * Both with `--api conversations` on the public API of Genesys Cloud, with pauses.
 */
import { parseArgs } from 'node:util';
import { describeExit } from './bot-process.js';
import { servePage } from './page-server.js';
import { raiseStage, type Stage } from './stage.js';
import { alertSources } from './stage-settings.js';
import { playStory } from './story.js';

const usage = `npm run demo -- [options]
  --port N     the page's port (any free one by default)
  --api NAME   the contract with Genesys: recording-jobs (by default) or conversations, which has pauses
  --alerts BY  how the bot learns of calls: poll, notifications (by default with conversations) or webhook
  --http       the bot in HTTP mode instead of Socket Mode
  --log FILE   the bot's log, as well
  --story      play the main job through without a browser
  --wait N     seconds that the story records for (10)
`;

const apis = ['recording-jobs', 'conversations'] as const;

type Settings = ReturnType<typeof readSettings>;

const write = (line: string) => void process.stdout.write(`${line}\n`);

function readSettings() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      api: { type: 'string', default: 'recording-jobs' },
      alerts: { type: 'string' },
      http: { type: 'boolean', default: false },
      log: { type: 'string' },
      story: { type: 'boolean', default: false },
      wait: { type: 'string', default: '10' },
      help: { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  const waitMs = Number(values.wait) * 1_000;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('--port takes 0 to 65535.');
  if (!(waitMs >= 0 && waitMs <= 3_600_000)) throw new Error('--wait takes 0 to 3600 seconds.');
  const api = apis.find((name) => name === values.api);
  if (!api) throw new Error(`--api takes ${apis.join(' or ')}.`);
  const alerts = alertSources.find((name) => name === values.alerts);
  if (values.alerts !== undefined && !alerts) throw new Error(`--alerts takes ${alertSources.join(', ')}.`);
  if (alerts === 'notifications' && api === 'recording-jobs') {
    throw new Error('--alerts notifications takes --api conversations: the other contract has none.');
  }
  return { ...values, port, waitMs, api, alerts };
}

/** Aborts at the first Ctrl-C or SIGTERM; at the second one the process ends at once, and the bot with it. */
function watchSignals(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interrupted.signal.aborted) process.exit(130);
      interrupted.abort();
    });
  }
  return interrupted.signal;
}

const aborted = (signal: AbortSignal) =>
  new Promise<'interrupted'>((resolve) => {
    if (signal.aborted) resolve('interrupted');
    signal.addEventListener('abort', () => resolve('interrupted'), { once: true });
  });

/** The exit code. */
async function main(): Promise<number> {
  const settings = readSettings();
  if (settings.help) {
    process.stdout.write(usage);
    return 0;
  }
  const interruption = watchSignals();
  const stage = await raiseStage({
    http: settings.http,
    api: settings.api,
    ...(settings.alerts && { alerts: settings.alerts }),
    population: !settings.story,
    ...(settings.log === undefined ? {} : { logFile: settings.log }),
  });
  try {
    const started = await Promise.race([stage.bot.ready(), aborted(interruption)]);
    if (started === 'interrupted') return settings.story ? 1 : 0;
    return await (settings.story
      ? tellStory(stage, settings, interruption)
      : show(stage, settings, interruption));
  } finally {
    await stage.close();
  }
}

async function tellStory(stage: Stage, { waitMs }: Settings, signal: AbortSignal): Promise<number> {
  return (await playStory({ stage, waitMs, write, signal })) ? 0 : 1;
}

async function show(stage: Stage, { port }: Settings, interruption: AbortSignal): Promise<number> {
  const page = await servePage({ slack: stage.slack, genesys: stage.genesys, stage: stage.view, port });
  stage.onBotChange(page.stageChanged);
  try {
    write(`Open ${page.url} in a browser.\nCtrl-C ends the demo and leaves nothing running.`);
    const end = await Promise.race([stage.bot.exited, aborted(interruption)]);
    if (end === 'interrupted') return 0;
    process.stderr.write(`The bot has ended by itself (${describeExit(end)}). Its last lines:\n`);
    for (const line of stage.bot.log().slice(-15)) process.stderr.write(`${line}\n`);
    return 1;
  } finally {
    await page.close();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
