/** *+10 min*: moves a deadline that the thread was warned of, once for each warning. */
import type { Answer, Asker } from './answer.js';
import type { Command } from './command.js';
import { auditOf, type Deps, personOf, reread } from './deps.js';
import { RecordError } from './errors.js';
import { formatDuration } from './format-duration.js';
import { refuseLateExtension } from './left-request.js';
import { isUnfinished, type RecordingJob } from './model.js';

type ExtendCommand = Extract<Command, { name: 'extend' }>;

const extensionMs = 10 * 60_000;

export async function extendRecording(deps: Deps, command: ExtendCommand, asker: Asker): Promise<Answer> {
  const job = await deps.store.findJob(command.id);
  if (!job) throw new RecordError('NOT_FOUND', `No recording is known by the id ${command.id}.`);
  const answer = answerWithoutChange(job);
  if (answer) return answer;
  refuseLateExtension(deps, job, asker);
  const deadlineAt = newDeadline(deps, job);
  const by = personOf(asker);
  const changed = await deps.store.changeJob(
    job.id,
    ['recording', 'paused'],
    // A retry is of a stop at the old deadline.
    { deadlineAt, failure: null, retryAt: null, retries: 0 },
    deps.clock.now(),
    auditOf(deps, { actor: by, action: 'extend', outcome: 'done', channelId: asker.channelId }, job),
    { deadlineAt: job.deadlineAt },
  );
  deps.board.redraw(job.conversationId);
  if (changed) return { kind: 'extended', job: changed };
  const current = await reread(deps, job);
  return answerWithoutChange(current) ?? { kind: 'already-extended', job: current };
}

function answerWithoutChange(job: RecordingJob): Answer | null {
  if (!isUnfinished(job)) return { kind: 'already-finished', job };
  if (job.state === 'stopping') return { kind: 'already-stopping', job };
  // The warning was of another deadline: somebody has moved it since.
  return job.warnedFor === job.deadlineAt ? null : { kind: 'already-extended', job };
}

/** Ten minutes more, but never beyond the longest that a recording may last. */
function newDeadline(deps: Deps, { createdAt, deadlineAt }: RecordingJob): number {
  const latest = createdAt + deps.recordMaxMs;
  if (deadlineAt === null || deadlineAt >= latest) {
    throw new RecordError(
      'STATE_CONFLICT',
      `A recording may last ${formatDuration(deps.recordMaxMs)} at most.`,
      {
        cure: 'It ends at its time (the setting is RECORD_MAX_MINUTES). Start another one after it if the call goes on.',
      },
    );
  }
  return Math.min(deadlineAt + extensionMs, latest);
}
