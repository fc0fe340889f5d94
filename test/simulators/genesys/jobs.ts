/** The recording jobs: at most one active per conversation. */
import { randomUUID } from 'node:crypto';
import { toTime } from './calls.js';
import type { SimulatedJob, SimulatedJobState } from './types.js';

export class Jobs {
  readonly #jobs = new Map<string, SimulatedJob>();
  /** Job ids by conversation id. */
  readonly #active = new Map<string, string>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  all(): readonly SimulatedJob[] {
    return [...this.#jobs.values()];
  }

  activeOf(conversationId: string): SimulatedJob | undefined {
    return this.#jobs.get(this.#active.get(conversationId.toLowerCase()) ?? '');
  }

  findActive(jobId: string): SimulatedJob | undefined {
    const job = this.#jobs.get(jobId.toLowerCase());
    return job?.state === 'active' ? job : undefined;
  }

  /** The caller has made sure that the conversation is not being recorded. */
  begin(conversationId: string, elsewhere: boolean, startedAt = this.#now()): SimulatedJob {
    const id = randomUUID();
    const conversation = conversationId.toLowerCase();
    this.#active.set(conversation, id);
    return this.#keep({
      id,
      conversationId: conversation,
      state: 'active',
      elsewhere,
      startedAt,
      endedAt: null,
    });
  }

  finish(job: SimulatedJob, state: Exclude<SimulatedJobState, 'active'>): SimulatedJob {
    this.#active.delete(job.conversationId);
    return this.#keep({ ...job, state, endedAt: this.#now() });
  }

  clear(): void {
    this.#jobs.clear();
    this.#active.clear();
  }

  #keep(job: SimulatedJob): SimulatedJob {
    this.#jobs.set(job.id, job);
    return job;
  }
}

export const toRecordingJob = (job: SimulatedJob): object => ({
  id: job.id,
  conversationId: job.conversationId,
  state: job.state,
  startTime: toTime(job.startedAt),
  ...(job.endedAt !== null && { endTime: toTime(job.endedAt) }),
});
