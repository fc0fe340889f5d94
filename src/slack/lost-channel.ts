/** What a person is told when the channel of their card can no longer be written to. */
import { type Card, jobIdOf, type RecordingJob } from '../core/model.js';
import { code, type Message, section, toMessage } from './blocks.js';
import { failureLines, headline, jobLines, stateInWords } from './job-lines.js';
import { channel } from './wording.js';

/** The one who asked for something in that channel; null for nobody. */
export function askerIn({ channelId }: Card, { startedBy, stoppedBy, ...job }: RecordingJob): string | null {
  const asker = job.channelId === channelId ? startedBy : (stoppedBy ?? startedBy);
  if (asker.kind === 'person') return asker.userId;
  return startedBy.kind === 'person' ? startedBy.userId : null;
}

export function renderLostChannel(card: Card, job: RecordingJob, failureCode: string, now: number): Message {
  const where = channel(card.channelId);
  const problem = `I cannot write into ${where}: ${reasons[failureCode] ?? 'Slack does not let me'}.`;
  return toMessage(`${problem} ${stateInWords(job)}: job ${code(jobIdOf(job))}`, [
    section([
      `:warning: ${problem}`,
      'No card is kept there. This is how the recording stands now; `/record status` with its job id shows it at any time.',
    ]),
    section([headline(job), ...jobLines(job, now)]),
    job.failure === null ? null : section(failureLines(job.failure)),
  ]);
}

const reasons: Readonly<Record<string, string>> = {
  is_archived: 'the channel is archived',
  not_in_channel: 'I am not in that channel, and a member can `/invite` me',
  channel_not_found: 'the channel does not exist, or I am not in it',
};
