/** The one button that makes sense now. */
import type { types } from '@slack/bolt';
import { canBeStopped, type PolicyRecording, type RecordingJob } from '../core/model.js';
import { pauseButton, resumeButton, startButton, stopButton } from './blocks.js';

/** For a recording; null while something is on its way, and when it is over. `index` as for the buttons themselves. */
export function jobButton(job: RecordingJob, index?: number): types.Button | null {
  if (job.state !== 'recording' && job.state !== 'paused') return null;
  if (job.pending !== null) return oppositeButton(job, index);
  if (canBeStopped(job)) return stopButton(job.id, index);
  return job.state === 'paused' ? resumeButton(job.id, index) : pauseButton(job.id, index);
}

/** Only where Genesys has not done it at once: under a finger that presses twice nothing changes into its opposite. */
function oppositeButton({ id, pending, retries }: RecordingJob, index?: number): types.Button | null {
  if (retries === 0) return null;
  return pending === 'pause' ? resumeButton(id, index) : pauseButton(id, index);
}

/** For a call of which the bot keeps no running recording; null where nothing can be asked of Genesys just now. */
export function callButton(
  conversationId: string,
  policyRecording: PolicyRecording | null,
  index?: number,
): types.Button | null {
  switch (policyRecording) {
    case 'active':
      return pauseButton(conversationId, index);
    case 'paused':
      return resumeButton(conversationId, index);
    case 'held':
      return null;
    default:
      return startButton(conversationId, index);
  }
}
