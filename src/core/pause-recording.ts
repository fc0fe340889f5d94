/** Pause and resume: what is wanted is committed as `pending`, Genesys is asked, the outcome is committed. */
import type { Answer, Asker } from './answer.js';
import { carryOutPending, notPaused, type Order, priorityOf } from './carry-out-pending.js';
import type { Command } from './command.js';
import { auditOf, type Deps, holdMs, personOf, reread } from './deps.js';
import { RecordError } from './errors.js';
import { findRecording } from './find-recording.js';
import { findLeftOrder, withdrawnCode } from './left-request.js';
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
  if (isUnfinished(job) && !canBePaused(job)) throw await cannotBePaused(deps, job);
  const left = await findLeftOrder(deps, job, command.name, asker);
  const order = { by: personOf(asker), channelId: asker.channelId };
  const taken = left ? null : await take(deps, job, command.name, order);
  if (asker.newCardId !== undefined) {
    await deps.store.addCard({ id: asker.newCardId, channelId: asker.channelId }, job.conversationId, job.id);
  }
  if (taken && !taken.waits) return carryOutPending(deps, taken.job);
  deps.board.redraw(job.conversationId);
  if (taken) return { kind: 'pause-pending', job: taken.job };
  return left ?? lostTo(await reread(deps, job), command.name);
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

/** Whoever wants a pause has something that must not be recorded: a recording that goes on beside this one is named. */
async function cannotBePaused({ store }: Deps, job: RecordingJob): Promise<RecordError> {
  const { conversationId } = job;
  const call = await store.findConversation(conversationId);
  const isRecordedTwice = call?.policyRecording === 'active' || call?.policyRecording === 'held';
  return isRecordedTwice
    ? new RecordError(
        'STATE_CONFLICT',
        'Genesys never pauses a recording that somebody began by hand, and the organisation’s policy records that call as well.',
        {
          cure: `To keep something out of both, stop the one: /record stop ${jobIdOf(job)} and pause the other: /record pause ${conversationId}`,
        },
      )
    : new RecordError('STATE_CONFLICT', 'Genesys never pauses a recording that somebody began by hand.', {
        cure: `Stop it, and start a new one after: /record stop ${jobIdOf(job)}`,
      });
}

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

interface Taken {
  readonly job: RecordingJob;
  /** True while the opposite order may still be on its way to Genesys. Upkeep carries this one out right after it. */
  readonly waits: boolean;
}

/** Looks again when somebody has come in between: a few times, for nobody changes a job that often. */
async function take(deps: Deps, job: RecordingJob, order: Order, orderer: Orderer): Promise<Taken | null> {
  for (let look = 0; look < 3; look += 1) {
    const claimed = await claim(deps, job, order, orderer);
    if (claimed) return { job: claimed, waits: false };
    const current = await reread(deps, job);
    if (!isUnfinished(current) || wantedOf(current) === order) return null;
    const taken = await overtake(deps, current, order, orderer);
    if (taken) return taken;
  }
  return null;
}

const wantedOf = (job: RecordingJob): Order => job.pending ?? (job.state === 'paused' ? 'pause' : 'resume');

/**
 * The last wish counts: the opposite order gives way that Genesys has not confirmed yet. A card number that is about to be read
 * out does not wait until Genesys is well again. That order may have taken effect although its answer was lost, so from here
 * on it is not known whether the recording is paused, until Genesys confirms this one. Null where there is none, or no more.
 */
async function overtake(
  deps: Deps,
  { id, conversationId, pending, pendingBy, retryAt }: RecordingJob,
  order: Order,
  { by, channelId }: Orderer,
): Promise<Taken | null> {
  if (pending === null) return null;
  const now = deps.clock.now();
  const waits = isInHand(deps, { id, retryAt }, now);
  const job = { id, conversationId };
  const changed = await deps.store.changeJob(
    id,
    ['recording', 'paused'],
    {
      ...{ state: 'recording', ...notPaused, pending: order, pendingBy: by, overtook: pendingBy },
      ...{ failure: null, retries: 0, retryAt: waits ? retryAt : now + holdMs },
    },
    now,
    [
      auditOf(deps, { ...withdrawn, actor: pendingBy ?? { kind: 'bot' }, action: pending }, job),
      auditOf(deps, { actor: by, action: order, outcome: 'asked', channelId }, job),
    ],
    { pending, pendingBy, retryAt },
  );
  return changed && { job: changed, waits };
}

const withdrawn = {
  outcome: 'failed',
  code: withdrawnCode,
  reason: 'the opposite was asked for before Genesys had confirmed it',
} as const;

/** Perhaps a process is asking Genesys for it: this one, or one that holds it. */
const isInHand = (
  { inFlight }: Pick<Deps, 'inFlight'>,
  { id, retryAt }: Pick<RecordingJob, 'id' | 'retryAt'>,
  now: number,
): boolean => inFlight.has(id) || (retryAt !== null && retryAt > now && retryAt <= now + holdMs);

/** What to say to somebody whose order came second, or was no longer needed. */
function lostTo(job: RecordingJob, order: Order): Answer {
  if (!isUnfinished(job)) return { kind: 'already-finished', job };
  if (wantedOf(job) === order) return { kind: order === 'pause' ? 'already-paused' : 'not-paused', job };
  throw new RecordError('STATE_CONFLICT', 'Somebody else is just changing that recording.', {
    cure: `Once its card says how that went: /record ${order} ${jobIdOf(job)}`,
  });
}
