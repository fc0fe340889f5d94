/** Recordings that people begin, on either contract: a job in the one, a snippet of an agent's leg in the other. */
import type { GenesysSimulator } from './genesys/types.js';

/** A policy's recording does not count. */
export const isRecorded = (
  { api, calls, jobs }: Pick<GenesysSimulator, 'api' | 'calls' | 'jobs'>,
  conversationId: string,
): boolean =>
  api === 'recording-jobs'
    ? jobs.some((job) => job.conversationId === conversationId && job.state === 'active')
    : calls.some(({ id, legs }) => id === conversationId && legs.some((leg) => leg.snippet || leg.adhoc));

/** Somebody begins to record the call without the bot. */
export function recordElsewhere(genesys: GenesysSimulator, conversationId: string): void {
  if (genesys.api === 'recording-jobs') genesys.startRecordingElsewhere(conversationId);
  else genesys.startSnippetElsewhere(conversationId);
}

export function stopElsewhere(genesys: GenesysSimulator, conversationId: string): void {
  if (genesys.api === 'recording-jobs') genesys.stopRecordingElsewhere(conversationId);
  else genesys.stopSnippetElsewhere(conversationId);
}
