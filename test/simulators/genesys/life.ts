/** What happens in the organisation: calls, recordings, and who is told of it. */
import { Calls } from './calls.js';
import { Jobs } from './jobs.js';
import type { Change, NewCall, NewJobs, SimulatedCall, SimulatedJob } from './types.js';

export class Life {
  readonly #calls: Calls;
  readonly #jobs: Jobs;
  readonly #observers = new Set<(change: Change) => void>();

  constructor(now: () => number) {
    this.#calls = new Calls(now);
    this.#jobs = new Jobs(now);
  }

  get calls(): readonly SimulatedCall[] {
    return this.#calls.all();
  }

  get jobs(): readonly SimulatedJob[] {
    return this.#jobs.all();
  }

  startCall(fields?: NewCall): SimulatedCall {
    const call = this.#calls.start(fields);
    this.changed({ kind: 'call-started', call });
    return call;
  }

  answerCall(conversationId: string, agent: string): void {
    this.changed({ kind: 'call-answered', call: this.#calls.answer(conversationId, agent) });
  }

  endCall(conversationId: string): void {
    const call = this.#calls.end(conversationId);
    const running = this.#jobs.activeOf(conversationId);
    if (running) this.#finish(running, 'completed');
    this.changed({ kind: 'call-ended', call });
  }

  startRecordingElsewhere(conversationId: string): SimulatedJob {
    if (!this.#calls.isUp(conversationId)) throw new Error(`No call ${conversationId} is up.`);
    if (this.#jobs.activeOf(conversationId)) throw new Error(`${conversationId} is being recorded already.`);
    return this.#begin(conversationId, true);
  }

  stopRecordingElsewhere(conversationId: string): SimulatedJob {
    const running = this.#jobs.activeOf(conversationId);
    if (!running) throw new Error(`${conversationId} is not being recorded.`);
    return this.#finish(running, 'stopped');
  }

  addCalls(count: number): readonly SimulatedCall[] {
    return Array.from({ length: count }, () => this.#calls.start());
  }

  addJobs(count: number, { state = 'active', startedAt }: NewJobs = {}): readonly SimulatedJob[] {
    return Array.from({ length: count }, () => {
      const call = this.#calls.start(startedAt === undefined ? {} : { startedAt });
      const job = this.#jobs.begin(call.id, true, startedAt);
      if (state === 'completed') this.#calls.end(call.id);
      return state === 'active' ? job : this.#jobs.finish(job, state);
    });
  }

  // Over HTTP, by the bot.

  listActiveCalls(): readonly SimulatedCall[] {
    return this.#calls.active();
  }

  isUp(conversationId: string): boolean {
    return this.#calls.isUp(conversationId);
  }

  isRecorded(conversationId: string): boolean {
    return this.#jobs.activeOf(conversationId) !== undefined;
  }

  /** The caller has made sure that the call is up and not being recorded. */
  startRecording(conversationId: string): SimulatedJob {
    return this.#begin(conversationId, false);
  }

  /** Undefined if no such job runs. */
  stopRecording(jobId: string): SimulatedJob | undefined {
    const running = this.#jobs.findActive(jobId);
    return running && this.#finish(running, 'stopped');
  }

  onChange(observer: (change: Change) => void): () => void {
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  changed(change: Change): void {
    for (const observer of this.#observers) observer(change);
  }

  protected clear(): void {
    this.#calls.clear();
    this.#jobs.clear();
  }

  #begin(conversationId: string, elsewhere: boolean): SimulatedJob {
    const job = this.#jobs.begin(conversationId, elsewhere);
    this.changed({ kind: 'recording-started', job });
    return job;
  }

  #finish(running: SimulatedJob, state: 'stopped' | 'completed'): SimulatedJob {
    const job = this.#jobs.finish(running, state);
    this.changed({ kind: 'recording-ended', job });
    return job;
  }
}
