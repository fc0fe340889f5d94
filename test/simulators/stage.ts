/** What the demo, its story and their tests play on: both simulators, their people, and the real bot. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type BotProcess, describeExit, spawnBot } from './bot-process.js';
import { populatedQueues, startPopulation } from './genesys/population.js';
import { createGenesysSimulator } from './genesys/simulator.js';
import type { Api, GenesysSimulator } from './genesys/types.js';
import type { CastMember, StageView } from './page-model.js';
import { createSlackSimulator } from './slack/simulator.js';
import type { SlackSimulator } from './slack/types.js';
import { type AlertSource, genesysSettings, slackSettings } from './stage-settings.js';
import { sendCallEvents } from './webhook-sender.js';

export const ada = 'U0ADA00001';
const sam = 'U0SAM00001';
export const kim = 'U0KIM00001';
const supervisorsGroup = 'S0SHIFTLEAD';

export const callAlerts = 'C0CALLALERT';
const supervisors = 'C0SUPERVISE';
const quality = 'C0QUALITY01';

const cast: readonly CastMember[] = [
  {
    id: ada,
    name: 'Ada Okafor',
    title: 'Supervisor',
    colour: '#b3541e',
    may: true,
    why: 'Named in RECORD_ALLOWED_USERS',
  },
  {
    id: sam,
    name: 'Sam Rivera',
    title: 'Shift lead',
    colour: '#1f6f8b',
    may: true,
    why: 'In the user group @shift-leads, named in RECORD_ALLOWED_USERGROUPS',
  },
  {
    id: kim,
    name: 'Kim Larsen',
    title: 'Agent',
    colour: '#6a5acd',
    may: false,
    why: 'Named nowhere: the bot refuses',
  },
];

/** Where the contract knows it: half of the calls are there to be paused, and half to be started and stopped. */
const policyQueues = ['Billing', 'Claims'];

const topics = {
  [callAlerts]: 'Every live call, as the bot finds it',
  [supervisors]: 'Shift talk; the bot is in here too',
  [quality]: 'Quality reviews; the bot has not been invited',
};

export interface StageOptions {
  /** The contract that both sides speak. Default `recording-jobs`. */
  readonly api?: Api;
  /** How the bot learns of calls. Default: `notifications` where the contract has them, else `poll`. */
  readonly alerts?: AlertSource;
  /** Signed HTTP instead of Socket Mode. */
  readonly http?: boolean;
  /** Calls that come and go by themselves. Default true. */
  readonly population?: boolean;
  /** Settings of the bot that differ from the stage's own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly logFile?: string;
}

export interface Stage {
  readonly slack: SlackSimulator;
  readonly genesys: GenesysSimulator;
  readonly bot: BotProcess;
  readonly view: () => StageView;
  /** Called when the bot has become ready, and when it has ended. */
  onBotChange(listener: () => void): void;
  /** Ends everything, in the order in which nothing complains. May be called twice. */
  close(): Promise<void>;
}

/** Raises the stage; the bot has been started, but may not be ready yet: see `bot.ready()`. */
export async function raiseStage(options: StageOptions = {}): Promise<Stage> {
  const slack = await createSlackSimulator();
  const genesys = await createGenesysSimulator({
    api: options.api ?? 'recording-jobs',
    queues: populatedQueues,
  });
  const alerts = options.alerts ?? (genesys.api === 'conversations' ? 'notifications' : 'poll');
  furnish(slack);
  const stopPopulation = options.population === false ? null : populate(genesys);
  const shut = async () => {
    await stopPopulation?.();
    await Promise.all([slack.close(), genesys.close()]);
  };
  const bot = await spawnBot({
    env: {
      ...slackSettings(slack, options.http ?? false),
      ...genesysSettings(genesys, alerts),
      CALL_ALERT_CHANNEL: callAlerts,
      RECORD_ALLOWED_USERS: ada,
      RECORD_ALLOWED_USERGROUPS: supervisorsGroup,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      ...options.env,
    },
    ...(options.logFile === undefined ? {} : { logFile: options.logFile }),
  }).catch(async (error: unknown) => {
    await shut();
    throw error;
  });
  if (options.http) slack.setRequestUrl(`${bot.url}/slack/events`);
  if (alerts === 'webhook') sendCallEvents(genesys, bot);
  const watched = watch(bot, options.http ?? false);
  let closing: Promise<void> | undefined;
  return {
    slack,
    genesys,
    bot,
    ...watched,
    close() {
      closing ??= bot.stop().then(shut);
      return closing;
    },
  };
}

function watch(bot: BotProcess, http: boolean): Pick<Stage, 'view' | 'onBotChange'> {
  const listeners: (() => void)[] = [];
  let state: StageView['bot'] = {
    state: 'starting',
    mode: http ? 'HTTP mode' : 'Socket Mode',
    detail: `Process ${bot.pid}`,
  };
  const change = (next: Partial<StageView['bot']>) => {
    if (state.state === 'ended') return;
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  };
  bot.ready().then(
    () => change({ state: 'ready' }),
    () => undefined,
  );
  void bot.exited.then((exit) => change({ state: 'ended', detail: describeExit(exit) }));
  return {
    view: () => ({ cast, topics, bot: state }),
    onBotChange: (listener) => void listeners.push(listener),
  };
}

function furnish(slack: SlackSimulator): void {
  for (const { id, name } of cast) {
    slack.addUser({ id, name: name.split(' ')[0]?.toLowerCase() ?? name, realName: name });
  }
  slack.addUserGroup({ id: supervisorsGroup, handle: 'shift-leads', members: [sam] });
  const members = cast.map(({ id }) => id);
  slack.addChannel({ id: callAlerts, name: 'call-alerts', members, botIn: true });
  slack.addChannel({ id: supervisors, name: 'supervisors', members, botIn: true });
  slack.addChannel({ id: quality, name: 'quality', members, botIn: false });
  slack.post({
    channelId: supervisors,
    userId: ada,
    text: 'Morning! The record bot is live: `/record help` shows what it can do.',
  });
  slack.post({ channelId: supervisors, userId: sam, text: 'Nice. I’ll try it on the next Claims call.' });
  slack.post({ channelId: supervisors, userId: kim, text: 'Do agents get to use it as well?' });
  slack.post({
    channelId: supervisors,
    userId: ada,
    text: 'Supervisors and @shift-leads only, it has to be traceable. Ask one of us and we start it for you.',
  });
  slack.post({
    channelId: quality,
    userId: sam,
    text: 'Reviews this week: Claims on Tuesday, Retention on Thursday.',
  });
}

function populate(genesys: GenesysSimulator): () => Promise<void> {
  const clock = {
    now: () => Date.now(),
    sleep: (ms: number, signal?: AbortSignal) =>
      sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined),
  };
  const population = startPopulation(genesys, { clock, random: Math.random, policyQueues });
  return () => population.stop();
}
