/** The board without Bolt: only the store, the board and Slack. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { JobChange, NewJob } from '../../src/core/ports.js';
import { type SlackBed, until } from './slack-bed.js';
import { wordsOf } from './slack-blocks.js';
import { sampleAudit, sampleCall, sampleJob } from './store-samples.js';

export function boardBed(bed: SlackBed) {
  const { store, slack, ops } = bed;
  return {
    ...bed,
    /** A job with a card in the channel; the card is not drawn yet. */
    begin: async (
      channelId = ops.id,
      conversationId = `call-${randomUUID()}`,
      given: Partial<NewJob> = {},
    ) => {
      const job = sampleJob({
        conversationId,
        state: 'recording',
        recordingSince: 1_000,
        genesysId: randomUUID(),
        channelId,
        ...given,
      });
      const cardId = randomUUID();
      await store.beginJob(job, sampleAudit(), { id: cardId, channelId });
      return { jobId: job.id, conversationId, cardId };
    },
    change: (jobId: string, change: JobChange, at = 193_000) =>
      store.changeJob(jobId, ['starting', 'recording', 'stopping'], change, at),
    announce: async (count: number, channelId = ops.id) => {
      const calls = Array.from({ length: count }, () =>
        sampleCall({ conversationId: `call-${randomUUID()}` }),
      );
      return store.seeCalls(calls, 1_000, { channelId, newId: randomUUID });
    },
    drawn: () =>
      until(async () => {
        expect(await store.listStaleCards()).toEqual([]);
        expect(await store.listDueReplies()).toEqual([]);
      }),
    posts: (channelId = ops.id) => slack.messages(channelId).map(wordsOf),
  };
}

export const stopped: JobChange = {
  state: 'stopped',
  stoppedBy: { kind: 'person', userId: 'USAM' },
  finishedAt: 193_000,
};
