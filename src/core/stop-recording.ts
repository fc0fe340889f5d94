/** Stop: one winner takes the job to `stopping`, Genesys is asked until it has stopped, the outcome is committed. */
import type { Answer, Asker } from './answer.js';
import { carryOutStop } from './carry-out-stop.js';
import type { Command } from './command.js';
import { auditOf, type Deps, holdMs, personOf, reread } from './deps.js';
import { RecordError } from './errors.js';
import { findRecording } from './find-recording.js';
import { asOwnStop, refuseLaterRecording } from './left-request.js';
import { type Actor, canBeStopped, isUnfinished, jobIdOf, type RecordingJob } from './model.js';
import type { Expected } from './ports.js';

type StopCommand = Extract<Command, { name: 'stop' }>;

export async function stopRecording(deps: Deps, command: StopCommand, asker: Asker): Promise<Answer> {
  const job = await findRecording(deps, command.id, 'stop');
  if (!job) {
    throw new RecordError('NOT_FOUND', `No recording is known by the id ${command.id}.`, {
      cure: '/record list shows the running recordings with their job ids.',
    });
  }
  refuseLaterRecording(job, command.id, asker);
  refuseWhatCannotStop(job);
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

function refuseWhatCannotStop(job: RecordingJob): void {
  if (canBeStopped(job) || !isUnfinished(job)) return;
  throw new RecordError('STATE_CONFLICT', 'Genesys records that call by the organisation’s own policy.', {
    cure: `Nobody can stop that from outside; it ends with the call. To keep a part of it out of the recording: /record pause ${jobIdOf(job)}`,
  });
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

function claimStop(deps: Deps, job: RecordingJob, { by, reason, channelId }: StopOrder, expected?: Expected) {
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
