/** The main job played through without a browser, told as it happens, and checked at every step. */
import type { NewCall, SimulatedCall } from './genesys/types.js';
import { isRecorded } from './recordings.js';
import type { Stage } from './stage.js';
import { checkGenesys, findCall, jobIdOn, press, type Scene, seeCard, seeReply } from './story-steps.js';
import { createTeller } from './story-teller.js';

export interface StoryOptions {
  readonly stage: Stage;
  /** How long the recording runs; a pause lasts half of it. */
  readonly waitMs: number;
  readonly write: (line: string) => void;
  /** How long each step may take. Default 20,000 ms. */
  readonly stepWithinMs?: number;
  /** Aborted when the story is to be broken off. */
  readonly signal?: AbortSignal;
}

/** True if the story holds. Never hangs: each step has its bound. */
export async function playStory(options: StoryOptions): Promise<boolean> {
  const { stage, waitMs } = options;
  const teller = createTeller(options);
  try {
    teller.say('Bot', `is ready, as process ${stage.bot.pid}`);
    await tell({ stage, teller }, waitMs);
    options.write('\nThe story holds.');
    return true;
  } catch (error) {
    options.write(`\nThe story does not hold. ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    teller.end();
  }
}

async function tell(scene: Scene, waitMs: number): Promise<void> {
  const hasPauses = scene.stage.genesys.api === 'conversations';
  await startAndStop(scene, waitMs);
  if (hasPauses) await pauseAndResume(scene, waitMs / 2);
  const pauses = hasPauses ? 1 : 0;
  checkGenesys(scene, { start: 1, stop: 1, pause: pauses, resume: pauses });
  scene.teller.say(
    'Genesys',
    `got one request to start, one to stop${hasPauses ? ', one to pause, one to resume' : ''}`,
  );
}

async function startAndStop(scene: Scene, waitMs: number): Promise<void> {
  const { stage, teller } = scene;
  stage.genesys.startCall({ caller: 'tel:+13175550118', queue: 'Claims', agent: 'Grace Nakamura' });
  const call = comeIn(scene, { caller: 'tel:+442079460142', queue: 'Billing', agent: 'Ben Whitaker' });
  await findCall(scene, call);
  const alert = await seeCard(scene, call, 'Start recording');

  await press(scene, alert, 'Start recording');
  await teller.until('Genesys records the call', () => isRecorded(stage.genesys, call.id) || undefined);
  const jobId = jobIdOn(await seeCard(scene, call, 'Stop', 'Job '));
  await pass(scene, waitMs, 'the call is recorded');

  await press(scene, alert, 'Stop');
  await teller.until('Genesys has stopped', () => !isRecorded(stage.genesys, call.id) || undefined);
  await seeCard(scene, call, 'Start recording', 'Recording stopped');
  await seeReply(scene, alert, /stopped/i);
  checkJob(scene, call, jobId);
}

/** Where Genesys names the recording, the card has shown that name. */
function checkJob({ stage: { genesys }, teller }: Scene, call: SimulatedCall, jobId: string): void {
  if (genesys.api === 'conversations') {
    teller.say('Genesys', 'the snippet has ended');
    return;
  }
  const job = genesys.jobs.find(({ id }) => id === jobId);
  if (job?.state !== 'stopped' || job.conversationId !== call.id)
    throw new Error(`Genesys has job ${jobId} as ${job?.state}.`);
  const seconds = Math.round(((job.endedAt ?? 0) - job.startedAt) / 1_000);
  teller.say('Genesys', `job ${jobId} is stopped after ${seconds} s`);
}

async function pauseAndResume(scene: Scene, waitMs: number): Promise<void> {
  const { stage, teller } = scene;
  const call = comeIn(scene, {
    caller: 'tel:+4930231250',
    queue: 'Retention',
    agent: 'Chloé Lefèvre',
    policyRecording: true,
  });
  const isPaused = () => stage.genesys.calls.some(({ id, securePaused }) => id === call.id && securePaused);
  const alert = await seeCard(scene, call, 'Pause', 'policy');

  await press(scene, alert, 'Pause');
  await teller.until('Genesys has paused', () => isPaused() || undefined);
  await seeCard(scene, call, 'Resume', 'PAUSED');
  await pass(scene, waitMs, 'nothing is recorded: the card number is read out');

  await press(scene, alert, 'Resume');
  await teller.until('Genesys has resumed', () => !isPaused() || undefined);
  await seeCard(scene, call, 'Pause', 'Recording');
}

function comeIn({ stage: { genesys }, teller }: Scene, fields: NewCall): SimulatedCall {
  const call = genesys.startCall(fields);
  const policy = call.policyRecording ? '; the policy records it' : '';
  teller.say('Genesys', `${call.caller.slice(4)} calls ${call.queue}; ${call.agent} answers${policy}`);
  return call;
}

async function pass({ teller }: Scene, ms: number, meanwhile: string): Promise<void> {
  teller.say('(time)', `${ms / 1_000} s pass: ${meanwhile}`);
  await teller.pause(ms);
}
