/** Pause and resume: what is wanted is committed as `pending`, Genesys is asked, the outcome is committed. */
import type { Answer, Asker } from './answer.js';
import { carryOutPending, type Order, priorityOf } from './carry-out-pending.js';
import type { Command } from './command.js';
import { auditOf, type Deps, holdMs, personOf, reread } from './deps.js';
import { RecordError } from './errors.js';
import { findRecording } from './find-recording.js';
import { findLeftOrder } from './left-request.js';
import { type Actor, canBePaused, isUnfinished, jobIdOf, type RecordingJob } from './model.js';
import type { Expected } from './ports.js';

type PauseCommand = Extract<Command, { name: 'pause' | 'resume' }>;

/** Pauses or resumes, as the command says. */
export async function pauseRecording(deps: Deps, command: PauseCommand, asker: Asker): Promise<Answer> {
  if (!deps.recordings.canPause) throw unknownToContract(command.name);
  const job = await findRecording(deps, command.id, priorityOf(command.name));
  if (!job) {
    throw new RecordError('NOT_FOUND', `No recording is known by the id ${command.id}.`, {
      cure: '/record list shows the running recordings with their job ids, /record calls the active calls.',
    });
  }
  if (isUnfinished(job) && !canBePaused(job)) throw cannotBePaused(job);
  const left = await findLeftOrder(deps, job, command.name, asker);
  const order = { by: personOf(asker), channelId: asker.channelId };
  const claimed = left ? null : await claim(deps, job, command.name, order);
  if (asker.newCardId !== undefined) {
    await deps.store.addCard({ id: asker.newCardId, channelId: asker.channelId }, job.conversationId, job.id);
  }
  if (!claimed) {
    deps.board.redraw(job.conversationId);
    return left ?? lostTo(await reread(deps, job), command.name);
  }
  return carryOutPending(deps, claimed);
}

/** The bot's own resumption, when a pause has lasted as long as it may. Not if somebody has made another one meanwhile. */
export async function resumeAtPauseEnd(deps: Deps, job: RecordingJob): Promise<void> {
  const by = { by: { kind: 'bot' } as const, channelId: null };
  const claimed = await claim(deps, job, 'resume', by, { pauseEndsAt: job.pauseEndsAt });
  if (claimed) await carryOutPending(deps, claimed);
}

const unknownToContract = (order: Order) =>
  new RecordError('COMMAND_INVALID', `This bot cannot ${order} a recording here.`, {
    cure: 'Genesys’s recording-jobs contract knows start and stop only. Stop the recording, and start a new one after.',
  });

const cannotBePaused = (job: RecordingJob) =>
  new RecordError('STATE_CONFLICT', 'Genesys never pauses a recording that somebody began by hand.', {
    cure: `Stop it, and start a new one after: /record stop ${jobIdOf(job)}`,
  });

interface Orderer {
  readonly by: Actor;
  readonly channelId: string | null;
}

function claim(
  deps: Deps,
  job: RecordingJob,
  order: Order,
  { by, channelId }: Orderer,
  expected?: Expected,
): Promise<RecordingJob | null> {
  const now = deps.clock.now();
  return deps.store.changeJob(
    job.id,
    [order === 'pause' ? 'recording' : 'paused'],
    {
      pending: order,
      pendingBy: by,
      failure: null,
      retryAt: now + holdMs,
      // The bot's own attempts keep their growing pauses; a person begins anew.
      ...(by.kind === 'person' && { retries: 0 }),
    },
    now,
    auditOf(deps, { actor: by, action: order, outcome: 'asked', channelId }, job),
    { ...expected, pending: null },
  );
}

/** What to say to somebody whose order came second, or was no longer needed. */
function lostTo(job: RecordingJob, order: Order): Answer {
  if (!isUnfinished(job)) return { kind: 'already-finished', job };
  const wanted = job.pending ?? (job.state === 'paused' ? 'pause' : 'resume');
  if (wanted === order) return { kind: order === 'pause' ? 'already-paused' : 'not-paused', job };
  throw new RecordError('STATE_CONFLICT', `That recording is just being ${wanted}d.`, {
    cure: `Once its card says how that went: /record ${order} ${jobIdOf(job)}`,
  });
}
