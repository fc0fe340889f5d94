/** Calls that come, change and go, the queues that they come through, and who is told of it. */
import * as changes from './call-changes.js';
import { Calls } from './calls.js';
import { queueIdOf } from './ids.js';
import type { CallControls, Change, NewCall, SimulatedCall, SimulatedQueue } from './types.js';

export interface LifeOptions {
  readonly now: () => number;
  readonly policyRecording: boolean;
  /** Names of queues that are there from the start. */
  readonly queues: readonly string[];
}

export class CallLife implements CallControls {
  readonly #options: LifeOptions;
  readonly #calls: Calls;
  readonly #queues = new Set<string>();
  readonly #observers = new Set<(change: Change) => void>();

  constructor(options: LifeOptions) {
    this.#options = options;
    this.#calls = new Calls(options.now, options.policyRecording);
    for (const name of options.queues) this.#queues.add(name);
  }

  get calls(): readonly SimulatedCall[] {
    return this.#calls.all();
  }

  listActiveCalls(): readonly SimulatedCall[] {
    return this.#calls.active();
  }

  findCall(id: string): SimulatedCall | undefined {
    return this.#calls.find(id);
  }

  isUp(id: string): boolean {
    return this.#calls.isUp(id);
  }

  get queues(): readonly SimulatedQueue[] {
    const names = [...this.#queues].sort((one, other) => one.localeCompare(other));
    return names.map((name) => ({ id: queueIdOf(name), name }));
  }

  addQueue(name: string): SimulatedQueue {
    this.#queues.add(name);
    return { id: queueIdOf(name), name };
  }

  startCall(fields?: NewCall): SimulatedCall {
    const call = this.addCall(fields);
    this.changed({ kind: 'call-started', call });
    return call;
  }

  addCalls(count: number): readonly SimulatedCall[] {
    return Array.from({ length: count }, () => this.addCall());
  }

  /** Nobody is told of it. */
  protected addCall(fields?: NewCall): SimulatedCall {
    const call = this.#calls.start(fields);
    if (call.queue !== null) this.#queues.add(call.queue);
    return call;
  }

  answerCall(id: string, agent: string): void {
    const call = this.#calls.change(id, (before, now) => changes.answerCall(before, agent, now));
    this.changed({ kind: 'call-answered', call });
  }

  endCall(id: string): void {
    this.changed({ kind: 'call-ended', call: this.hangUp(id) });
  }

  /** Nobody is told of it. */
  protected hangUp(id: string): SimulatedCall {
    return this.#calls.change(id, changes.endCall);
  }

  ringAgent(id: string, agent: string): void {
    this.change(id, (call, now) => changes.ringAgent(call, agent, now));
  }

  holdCall(id: string): void {
    this.change(id, changes.holdCall);
  }

  unholdCall(id: string): void {
    this.change(id, changes.unholdCall);
  }

  consultAgent(id: string, agent: string): void {
    this.change(id, (call, now) => changes.consultAgent(call, agent, now));
  }

  transferCall(id: string, agent: string, queue?: string | null): void {
    this.change(id, (call, now) => changes.transferCall(call, agent, now, queue));
    if (queue != null) this.#queues.add(queue);
  }

  onChange(observer: (change: Change) => void): () => void {
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  changed(change: Change): void {
    for (const observer of this.#observers) observer(change);
  }

  protected change(id: string, to: (call: SimulatedCall, now: number) => SimulatedCall): void {
    this.changed({ kind: 'call-changed', call: this.#calls.change(id, to) });
  }

  protected clear(): void {
    this.#calls.clear();
    this.#queues.clear();
    for (const name of this.#options.queues) this.#queues.add(name);
  }
}
