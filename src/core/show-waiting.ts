import type { Deps } from './deps.js';
import type { RecordingJob } from './model.js';

/** Says on the card that Genesys makes us wait. Cosmetic: a failure of it changes nothing. */
export async function showWaiting(deps: Deps, job: RecordingJob, ms: number): Promise<void> {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  const failure = {
    code: 'RATE_LIMITED',
    message: `Genesys limits how fast it may be asked; trying again in ${seconds} s.`,
    cure: null,
    reference: null,
  };
  try {
    await deps.store.changeJob(job.id, [job.state], { failure }, deps.clock.now());
    deps.board.redraw(job.conversationId);
  } catch (error) {
    deps.logger.warn({ err: error, jobId: job.id }, 'could not show that Genesys makes us wait');
  }
}
