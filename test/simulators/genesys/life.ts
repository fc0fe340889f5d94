/** What is recorded of the calls: by jobs in the one contract, by policy and of single legs in the other. */
import { agentLegOf, changeLegs, failOnEdge, recordLeg, setSecurePause } from './call-changes.js';
import { CallLife, type LifeOptions } from './call-life.js';
import { Jobs } from './jobs.js';
import type { EdgeError, NewJobs, RecordingControls, SimulatedCall, SimulatedJob } from './types.js';

const edgeError: EdgeError = {
  code: 'recording.command.failed',
  message: 'The edge could not carry out the recording command.',
};

export class Life extends CallLife implements RecordingControls {
  readonly #jobs: Jobs;
  /** What the next command for a call fails with, by conversation id. */
  readonly #failures = new Map<string, EdgeError>();

  constructor(options: LifeOptions) {
    super(options);
    this.#jobs = new Jobs(options.now);
  }

  get jobs(): readonly SimulatedJob[] {
    return this.#jobs.all();
  }

  protected override hangUp(id: string): SimulatedCall {
    const call = super.hangUp(id);
    const running = this.#jobs.activeOf(id);
    if (running) this.#finish(running, 'completed');
    return call;
  }

  pauseElsewhere(id: string): void {
    this.#setPauseElsewhere(id, true);
  }

  resumeElsewhere(id: string): void {
    this.#setPauseElsewhere(id, false);
  }

  startSnippetElsewhere(id: string, type: 'snippet' | 'adhoc' = 'snippet'): void {
    this.change(id, (call) => {
      const leg = agentLegOf(call);
      if (!leg) throw new Error(`No agent is on the call ${id}.`);
      return recordLeg(call, leg.id, type, true);
    });
  }

  stopSnippetElsewhere(id: string): void {
    this.change(id, (call) => {
      const runs = call.legs.some((leg) => leg.snippet || leg.adhoc);
      if (!runs) throw new Error(`No snippet of ${id} is recorded.`);
      return changeLegs(call, () => true, { snippet: false, adhoc: false });
    });
  }

  failOnEdge(id: string, error = edgeError): void {
    if (!this.isUp(id)) throw new Error(`No call ${id} is up.`);
    this.#failures.set(id.toLowerCase(), error);
  }

  startRecordingElsewhere(id: string): SimulatedJob {
    if (!this.isUp(id)) throw new Error(`No call ${id} is up.`);
    if (this.#jobs.activeOf(id)) throw new Error(`${id} is being recorded already.`);
    return this.#begin(id, true);
  }

  stopRecordingElsewhere(id: string): SimulatedJob {
    const running = this.#jobs.activeOf(id);
    if (!running) throw new Error(`${id} is not being recorded.`);
    return this.#finish(running, 'stopped');
  }

  addJobs(count: number, { state = 'active', startedAt }: NewJobs = {}): readonly SimulatedJob[] {
    return Array.from({ length: count }, () => {
      const call = this.addCall(startedAt === undefined ? {} : { startedAt });
      if (state === 'completed') super.hangUp(call.id);
      const job = this.#jobs.begin(call.id, true, startedAt);
      return state === 'active' ? job : this.#jobs.finish(job, state);
    });
  }

  // Over HTTP, by the bot.

  isRecorded(id: string): boolean {
    return this.#jobs.activeOf(id) !== undefined;
  }

  /** The caller has made sure that the call is up and not being recorded. */
  startRecording(id: string): SimulatedJob {
    return this.#begin(id, false);
  }

  /** Undefined if no such job runs. */
  stopRecording(jobId: string): SimulatedJob | undefined {
    const running = this.#jobs.findActive(jobId);
    return running && this.#finish(running, 'stopped');
  }

  /** A recording command that Genesys has accepted, for one leg or for the call. False if it fails on the edge. */
  command(id: string, legId: string | undefined, to: (call: SimulatedCall) => SimulatedCall): boolean {
    const error = this.#failures.get(id.toLowerCase());
    this.#failures.delete(id.toLowerCase());
    this.change(id, (call) => (error ? failOnEdge(call, error, legId) : to(call)));
    return error === undefined;
  }

  protected override clear(): void {
    super.clear();
    this.#jobs.clear();
    this.#failures.clear();
  }

  #setPauseElsewhere(id: string, paused: boolean): void {
    this.change(id, (call) => {
      if (!call.policyRecording) throw new Error(`The call ${id} is not recorded by policy.`);
      return setSecurePause(call, paused);
    });
  }

  #begin(id: string, elsewhere: boolean): SimulatedJob {
    const job = this.#jobs.begin(id, elsewhere);
    this.changed({ kind: 'recording-started', job });
    return job;
  }

  #finish(running: SimulatedJob, state: 'stopped' | 'completed'): SimulatedJob {
    const job = this.#jobs.finish(running, state);
    this.changed({ kind: 'recording-ended', job });
    return job;
  }
}
