/** Stop: one winner takes the job to `stopping`, Genesys is asked until it has stopped, the outcome is committed. */
import type { Answer, Asker } from './answer.js';
import type { Command } from './command.js';
import {
  auditOf,
  backoffMs,
  type Deps,
  failureOf,
  holdMs,
  personOf,
  reread,
  showWorkingAfterMs,
  whileInFlight,
} from './deps.js';
import { RecordError } from './errors.js';
import { findRecording } from './find-recording.js';
import { asOwnStop, refuseLaterRecording } from './left-request.js';
import { type Actor, jobIdOf, type RecordingJob } from './model.js';
import { showWaiting } from './show-waiting.js';

type StopCommand = Extract<Command, { name: 'stop' }>;

/** These pass by themselves; whatever else Genesys answers to a stop needs somebody to act. */
const passing: readonly string[] = ['UNAVAILABLE', 'RATE_LIMITED', 'UNEXPECTED_RESPONSE'];

export async function stopRecording(deps: Deps, command: StopCommand, asker: Asker): Promise<Answer> {
  const job = await findRecording(deps, command.id, 'stop');
  if (!job) {
    throw new RecordError('NOT_FOUND', `No recording is known by the id ${command.id}.`, {
      cure: '/record list shows the running recordings with their job ids.',
    });
  }
  refuseLaterRecording(job, command.id, asker);
  const order = { by: personOf(asker), reason: command.reason, channelId: asker.channelId };
  const claimed = await claimStop(deps, job, order);
  if (asker.newCardId !== undefined) {
    await deps.store.addCard({ id: asker.newCardId, channelId: asker.channelId }, job.conversationId, job.id);
  }
  if (!claimed) {
    deps.board.redraw(job.conversationId);
    return asOwnStop(lostTo(await reread(deps, job)), asker);
  }
  return carryOutStop(deps, claimed);
}

/** The bot's own stop, when the deadline has come. Not if somebody has moved the deadline meanwhile. */
export async function stopAtDeadline(deps: Deps, job: RecordingJob): Promise<void> {
  const order = { by: { kind: 'bot' } as const, reason: 'its time was up', channelId: null };
  const claimed = await claimStop(deps, job, order, { deadlineAt: job.deadlineAt });
  if (claimed) await carryOutStop(deps, claimed);
}

interface StopOrder {
  readonly by: Actor;
  readonly reason: string | null;
  readonly channelId: string | null;
}

function claimStop(
  deps: Deps,
  job: RecordingJob,
  { by, reason, channelId }: StopOrder,
  expected?: Pick<RecordingJob, 'deadlineAt'>,
) {
  const now = deps.clock.now();
  return deps.store.changeJob(
    job.id,
    ['recording', 'paused'],
    {
      state: 'stopping',
      stoppedBy: by,
      stopReason: reason,
      failure: null,
      retryAt: now + holdMs,
      // The bot's own attempts keep their growing pauses; a person begins anew.
      ...(by.kind === 'person' && { retries: 0 }),
    },
    now,
    auditOf(deps, { actor: by, action: 'stop', outcome: 'asked', channelId, reason }, job),
    expected,
  );
}

const whyNot = (job: RecordingJob): string =>
  job.state === 'starting'
    ? 'That recording is still being started.'
    : 'Genesys has just refused another stop of that recording, and it runs on.';

/** What to say to somebody whose stop came second. */
function lostTo(job: RecordingJob): Answer {
  switch (job.state) {
    case 'stopping':
      return { kind: 'already-stopping', job };
    case 'stopped':
    case 'ended':
    case 'failed':
      return { kind: 'already-finished', job };
    default:
      throw new RecordError('STATE_CONFLICT', whyNot(job), {
        cure: `Stop it once its card says “Recording”: /record stop ${jobIdOf(job)}`,
      });
  }
}

/**
 * Asks Genesys to stop a job that is `stopping`, and commits what came of it. `again`: an earlier attempt may have
 * taken effect, whether its answer was lost or the process that made it.
 */
export function carryOutStop(deps: Deps, job: RecordingJob, again = false): Promise<Answer> {
  return whileInFlight(deps, job.id, async () => {
    deps.board.redraw(job.conversationId, showWorkingAfterMs);
    try {
      if (job.genesysId === null) throw new Error(`job ${job.id} is stopping but Genesys never named it`);
      const outcome = await deps.recordings.stop(
        { genesysId: job.genesysId, conversationId: job.conversationId },
        { priority: 'stop', onWait: (ms) => void showWaiting(deps, job, ms) },
      );
      return await finish(deps, job, outcome, again);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      if (passing.includes(error.code)) return await repeatLater(deps, job, error);
      throw await giveBack(deps, job, error);
    } finally {
      deps.board.redraw(job.conversationId);
    }
  });
}

async function finish(
  deps: Deps,
  job: RecordingJob,
  outcome: 'stopped' | 'already-finished',
  again: boolean,
): Promise<Answer> {
  const now = deps.clock.now();
  // After an attempt whose answer was lost, “already finished” is most likely our own doing.
  const ours = outcome === 'stopped' || again;
  const changed = await deps.store.changeJob(
    job.id,
    ['stopping'],
    {
      state: ours ? 'stopped' : 'ended',
      finishedAt: now,
      failure: null,
      retryAt: null,
    },
    now,
    auditOf(
      deps,
      {
        actor: job.stoppedBy ?? { kind: 'bot' },
        action: 'stop',
        outcome: 'done',
        code: outcome === 'stopped' ? null : 'NOT_FOUND',
      },
      job,
    ),
  );
  deps.logger.info({ jobId: job.id, genesysId: job.genesysId, outcome }, 'recording stopped');
  return { kind: ours ? 'stopped' : 'already-finished', job: changed ?? (await reread(deps, job)) };
}

async function repeatLater(deps: Deps, job: RecordingJob, error: RecordError): Promise<Answer> {
  const now = deps.clock.now();
  const changed = await deps.store.changeJob(
    job.id,
    ['stopping'],
    {
      failure: failureOf(error),
      retryAt: now + Math.max(backoffMs(job.retries), error.retryAfterMs ?? 0),
      retries: job.retries + 1,
    },
    now,
  );
  deps.logger.warn({ err: error, jobId: job.id, retries: job.retries + 1 }, 'stop not done yet');
  return { kind: 'stop-pending', job: changed ?? (await reread(deps, job)) };
}

/** The recording runs on, so its card offers Stop again and says why the last one was refused. */
async function giveBack(deps: Deps, job: RecordingJob, error: RecordError): Promise<RecordError> {
  const now = deps.clock.now();
  const byBot = job.stoppedBy?.kind === 'bot';
  await deps.store.changeJob(
    job.id,
    ['stopping'],
    {
      state: 'recording',
      stoppedBy: null,
      stopReason: null,
      failure: failureOf(error),
      retryAt: byBot ? now + backoffMs(job.retries) : null,
      retries: byBot ? job.retries + 1 : 0,
    },
    now,
    auditOf(
      deps,
      {
        actor: job.stoppedBy ?? { kind: 'bot' },
        action: 'stop',
        outcome: 'failed',
        code: error.code,
        reference: error.reference ?? null,
      },
      job,
    ),
  );
  return error;
}
