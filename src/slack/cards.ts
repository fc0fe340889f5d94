/** A card as a message: everything it says comes from the rows, so that drawing it twice is harmless. */
import { type CardView, type Conversation, isUnfinished, jobIdOf, type RecordingJob } from '../core/model.js';
import { actions, code, context, type Message, section, toMessage } from './blocks.js';
import { callButton, jobButton } from './controls.js';
import { failureLines, headline, jobLines, stateInWords } from './job-lines.js';
import { policyLine } from './pause-lines.js';
import { callFacts } from './wording.js';

export interface CardSettings {
  /** Everybody who reads the channel may control recordings there, so callers' numbers are not masked. */
  readonly openChannel: boolean;
  /** When it is drawn, in milliseconds since 1970. */
  readonly now: number;
}

export function renderCard(
  view: Pick<CardView, 'conversation' | 'job'> & { readonly card: Pick<CardView['card'], 'jobId'> },
  { openChannel, now }: CardSettings,
): Message {
  const { conversation, job } = view;
  const facts = context(callFacts(conversation, openChannel));
  if (job === null) {
    return toMessage(
      `${callWords(conversation)}: conversation ${code(conversation.id)}`,
      [
        section([
          callHeadline(conversation),
          policyOf(conversation),
          `Conversation ${code(conversation.id)}`,
        ]),
        facts,
        buttons(view),
      ],
      conversation.version,
    );
  }
  return toMessage(
    `${stateInWords(job, conversation)}: job ${code(jobIdOf(job))} of conversation ${code(job.conversationId)}`,
    [
      section([headline(job, conversation), ...jobLines(job, now, conversation)]),
      job.failure === null ? null : section(failureLines(job.failure)),
      waiting(job),
      ...callContexts(view),
      facts,
      buttons(view),
    ],
    conversation.version,
  );
}

const callWords = (conversation: Conversation): string =>
  conversation.endedAt === null ? 'Call in progress' : 'Call ended';

const callHeadline = (conversation: Conversation): string =>
  `:telephone_receiver: *${callWords(conversation)}*`;

/** Of a call that is over nothing is recorded any more. */
const policyOf = ({ endedAt, policyRecording, policySince }: Conversation): string | null =>
  endedAt === null ? policyLine(policyRecording, policySince) : null;

/**
 * Whether the call goes on. A finished job's own card says nothing of it, for that card is not redrawn when the call
 * ends; on a call's card it matters again who records the call, now that the job does not.
 */
function callContexts({ card, conversation, job }: Parameters<typeof renderCard>[0]) {
  const isFinished = job !== null && !isUnfinished(job);
  if (isFinished && card.jobId !== null) return [];
  return [context([callHeadline(conversation), isFinished ? policyOf(conversation) : null])];
}

/** Says that the bot itself goes on trying, so that nobody has to. */
function waiting(job: RecordingJob) {
  const trying = job.retries > 0 && job.retryAt !== null && isUnfinished(job);
  return trying ? context(['The bot tries again by itself.']) : null;
}

/** Those that make sense now. A job's own card ends with the job; a call's card goes on as long as the call. */
function buttons({ card, conversation, job }: Parameters<typeof renderCard>[0]) {
  if (job !== null && isUnfinished(job)) return actions([jobButton(job)]);
  const ofCall = card.jobId === null && conversation.endedAt === null;
  return ofCall ? actions([callButton(conversation.id, conversation.policyRecording)]) : null;
}

/** For a channel that the bot can only reach through a `response_url`: the card stands still there. */
export function withInviteHint(message: Message, botUserId: string | undefined): Message {
  const name = botUserId === undefined ? 'and my name' : `<@${botUserId}>`;
  const hint = context([`Invite me with \`/invite\` ${name} to keep this card up to date.`]);
  return hint === null ? message : { ...message, blocks: [...message.blocks, hint] };
}
