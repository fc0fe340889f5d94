/** Start: the intent is committed, Genesys is asked once, the outcome is committed. A lost answer is settled by looking. */
import type { Answer, Asker } from './answer.js';
import type { Command } from './command.js';
import { auditOf, type Deps, holdMs, personOf, showWorkingAfterMs, whileInFlight } from './deps.js';
import { RecordError } from './errors.js';
import { formatDuration } from './format-duration.js';
import { findLeftStart } from './left-request.js';
import { canBeStopped, type RecordingJob } from './model.js';
import { confirmStart, failStart, type Started, settleConflict, settleStart } from './settle-start.js';
import { showWaiting } from './show-waiting.js';

type StartCommand = Extract<Command, { name: 'start' }>;

export async function startRecording(deps: Deps, command: StartCommand, asker: Asker): Promise<Answer> {
  const left = await findLeftStart(deps, command, asker);
  if (left) return withDropped(command, left);
  await refuseWhatCannotStart(deps, command);
  const { begun, job } = await recordIntent(deps, command, asker);
  if (!begun) return { kind: 'already-recording', job };
  return withDropped(command, await whileInFlight(deps, job.id, () => askGenesys(deps, job)));
}

function withDropped({ durationMs }: StartCommand, answer: Answer): Answer {
  const isDropped = answer.kind === 'adopted' && !canBeStopped(answer.job) && durationMs !== null;
  return isDropped ? { ...answer, droppedMs: durationMs } : answer;
}

async function refuseWhatCannotStart(deps: Deps, command: StartCommand): Promise<void> {
  if (command.durationMs !== null && command.durationMs > deps.recordMaxMs) {
    const limit = formatDuration(deps.recordMaxMs);
    throw new RecordError('COMMAND_INVALID', `A recording may last ${limit} at most.`, {
      cure: `Ask for ${limit} or less (the setting is RECORD_MAX_MINUTES), or leave the duration out.`,
    });
  }
  const namesake = await deps.store.findJob(command.conversationId);
  if (namesake && namesake.conversationId !== command.conversationId) {
    throw new RecordError('COMMAND_INVALID', 'That is the id of a recording job, not of a conversation.', {
      cure: `Its conversation is ${namesake.conversationId}: send /record start ${namesake.conversationId}`,
    });
  }
}

function recordIntent(deps: Deps, command: StartCommand, asker: Asker) {
  const now = deps.clock.now();
  const job = { id: deps.newId(), conversationId: command.conversationId };
  return deps.store.beginJob(
    {
      ...job,
      state: 'starting',
      startedBy: personOf(asker),
      startReason: command.reason,
      channelId: asker.channelId,
      createdAt: now,
      deadlineAt: now + (command.durationMs ?? deps.recordMaxMs),
      retryAt: now + holdMs,
    },
    auditOf(
      deps,
      {
        actor: personOf(asker),
        action: 'start',
        outcome: 'asked',
        channelId: asker.channelId,
        reason: command.reason,
      },
      job,
    ),
    asker.newCardId === undefined ? undefined : { id: asker.newCardId, channelId: asker.channelId },
  );
}

async function askGenesys(deps: Deps, job: RecordingJob): Promise<Answer> {
  deps.board.redraw(job.conversationId, showWorkingAfterMs);
  try {
    const asked = await requestStart(deps, job);
    // Outside of what catches Genesys's errors: a database that fails here says nothing about the recording.
    if (!(asked instanceof RecordError)) {
      return { kind: 'started', job: await confirmStart(deps, job, { ...asked, paused: false }, false) };
    }
    if (asked.code === 'STATE_CONFLICT') return await settleConflict(deps, job, asked);
    if (asked.maybeDone) return await settleStart(deps, job, asked);
    throw await failStart(deps, job, asked);
  } finally {
    deps.board.redraw(job.conversationId);
  }
}

async function requestStart(deps: Deps, job: RecordingJob): Promise<Started | RecordError> {
  try {
    return await deps.recordings.start(job.conversationId, {
      priority: 'start',
      onWait: (ms) => void showWaiting(deps, job, ms),
    });
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    return error;
  }
}
