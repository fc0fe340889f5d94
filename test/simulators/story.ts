/** The main job played through without a browser, told as it happens, and checked at every step. */
import type { SimulatedCall } from './genesys/types.js';
import { buttonsOf, plainLines, wordsOf } from './reading.js';
import type { MessageContent, SimulatedMessage } from './slack/types.js';
import { ada, callAlerts, type Stage } from './stage.js';
import { createTeller, type Teller } from './story-teller.js';

export interface StoryOptions {
  readonly stage: Stage;
  /** How long the recording runs. */
  readonly waitMs: number;
  readonly write: (line: string) => void;
  /** How long each step may take. Default 20,000 ms. */
  readonly stepWithinMs?: number;
  /** Aborted when the story is to be broken off. */
  readonly signal?: AbortSignal;
}

/** True if the story holds. Never hangs: each step has its bound. */
export async function playStory(options: StoryOptions): Promise<boolean> {
  const teller = createTeller(options);
  try {
    await tell(options.stage, teller, options.waitMs);
    options.write('\nThe story holds.');
    return true;
  } catch (error) {
    options.write(`\nThe story does not hold. ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    teller.end();
  }
}

async function tell(stage: Stage, teller: Teller, waitMs: number): Promise<void> {
  teller.say('Bot', `is ready, as process ${stage.bot.pid}`);
  const call = await findCall(stage, teller);
  const alert = await seeAlert(stage, teller, call);
  const jobId = await startRecording(stage, teller, call, alert);
  teller.say('(time)', `${waitMs / 1_000} s pass while the call is recorded`);
  await teller.pause(waitMs);
  await stopRecording(stage, teller, alert, jobId);
  checkGenesys(stage, teller, call, jobId);
}

async function findCall({ slack, genesys }: Stage, teller: Teller): Promise<SimulatedCall> {
  genesys.startCall({ caller: 'tel:+13175550118', queue: 'Claims', agent: 'Grace Nakamura' });
  const call = genesys.startCall({ caller: 'tel:+442079460142', queue: 'Billing', agent: 'Ben Whitaker' });
  teller.say('Genesys', `${call.caller.slice(4)} calls ${call.queue}; ${call.agent} answers`);
  teller.say('Ada', 'types /record calls');
  const result = await slack.command({ userId: ada, channelId: callAlerts, text: 'calls' });
  if (!result.acked) throw new Error(`/record calls was not acked: ${result.error}.`);
  const answer = await teller.until('the answer to /record calls names the call', () =>
    slack.ephemerals(ada, callAlerts).find((line) => wordsOf(line).includes(call.id)),
  );
  teller.say('Bot', '(only to Ada)', ...lines(slack, answer));
  return call;
}

async function seeAlert({ slack }: Stage, teller: Teller, call: SimulatedCall): Promise<SimulatedMessage> {
  const alert = await teller.until('#call-alerts shows a card of the call with Start recording', () =>
    slack
      .messages(callAlerts)
      .find((line) => wordsOf(line).includes(call.id) && findButton(line, 'Start recording')),
  );
  teller.say('#call-alerts', ...lines(slack, alert), showButtons(alert));
  return alert;
}

async function startRecording(
  { slack, genesys }: Stage,
  teller: Teller,
  call: SimulatedCall,
  alert: SimulatedMessage,
): Promise<string> {
  await press(slack, teller, alert, 'Start recording');
  const job = await teller.until('Genesys records the call', () =>
    genesys.jobs.find(({ conversationId, state }) => conversationId === call.id && state === 'active'),
  );
  const card = await teller.until('the card shows the job id and a Stop button', () => {
    const now = slack.message(callAlerts, alert.ts);
    return now && wordsOf(now).includes(job.id) && findButton(now, 'Stop') ? now : undefined;
  });
  teller.say('#call-alerts', ...lines(slack, card), showButtons(card));
  return job.id;
}

async function stopRecording(
  { slack, genesys }: Stage,
  teller: Teller,
  alert: SimulatedMessage,
  jobId: string,
): Promise<void> {
  await press(slack, teller, alert, 'Stop');
  await teller.until('Genesys has stopped the job', () =>
    genesys.jobs.find(({ id, state }) => id === jobId && state === 'stopped'),
  );
  const card = await teller.until('the card says that it was stopped', () => {
    const now = slack.message(callAlerts, alert.ts);
    return now && /stopped/i.test(wordsOf(now)) && !findButton(now, 'Stop') ? now : undefined;
  });
  teller.say('#call-alerts', ...lines(slack, card), showButtons(card));
  const reply = await teller.until('the result stands in the thread of the card', () =>
    slack.messages(callAlerts).find((line) => line.threadTs === alert.ts && /stopped/i.test(wordsOf(line))),
  );
  teller.say('  in its thread', ...lines(slack, reply));
}

function checkGenesys({ slack, genesys }: Stage, teller: Teller, call: SimulatedCall, jobId: string): void {
  const job = genesys.jobs.find(({ id }) => id === jobId);
  if (job?.state !== 'stopped' || job.conversationId !== call.id)
    throw new Error(`Genesys has job ${jobId} as ${job?.state}.`);
  const [starts, stops] = [genesys.count('start'), genesys.count('stop')];
  if (starts !== 1 || stops !== 1)
    throw new Error(`Genesys got ${starts} starts and ${stops} stops instead of one each.`);
  const broken = [...slack.violations, ...genesys.violations];
  if (broken.length > 0) throw new Error(`Rules were broken: ${broken.join('; ')}`);
  const seconds = Math.round(((job.endedAt ?? 0) - job.startedAt) / 1_000);
  teller.say('Genesys', `job ${jobId} is stopped after ${seconds} s; one start and one stop were asked for`);
}

async function press(
  slack: Stage['slack'],
  teller: Teller,
  message: SimulatedMessage,
  label: string,
): Promise<void> {
  const now = slack.message(message.channelId, message.ts);
  const button = now && findButton(now, label);
  if (!button) throw new Error(`The card has no button ${label}.`);
  teller.say('Ada', `presses [${label}]`);
  const { actionId, blockId } = button;
  const result = await slack.click({
    userId: ada,
    channelId: message.channelId,
    messageTs: message.ts,
    actionId,
    ...(blockId === undefined ? {} : { blockId }),
  });
  if (!result.acked) throw new Error(`The click on ${label} was not acked: ${result.error}.`);
}

const findButton = (line: Pick<MessageContent, 'blocks'>, label: string) =>
  buttonsOf(line).find((button) => button.label === label);

const showButtons = (line: Pick<MessageContent, 'blocks'>): string =>
  buttonsOf(line)
    .map(({ label }) => `[${label}]`)
    .join(' ');

const lines = ({ users }: Stage['slack'], content: MessageContent) =>
  plainLines(content, new Map(users.map(({ id, realName }) => [id, realName])));
