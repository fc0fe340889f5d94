/**
 * A Genesys Cloud organisation as far as the contract `recording-jobs` goes: a real HTTP server that refuses what
 * Genesys refuses, remembers every request, and misbehaves when told to.
 */
import { setTimeout as realSleep } from 'node:timers/promises';
import { Auth, allPermissions } from './auth.js';
import { Faults } from './faults.js';
import { Journal } from './journal.js';
import { Life } from './life.js';
import { Listener } from './listener.js';
import { serve } from './serve.js';
import type {
  GenesysSimulator,
  GenesysSimulatorOptions,
  Injection,
  Operation,
  Permission,
  SimulatedClient,
} from './types.js';

const defaultClient: SimulatedClient = {
  clientId: '7f1c2f0e-3b5d-4c58-9a49-5f2d7c1b8e60',
  clientSecret: 'a-secret-that-only-the-simulator-knows',
};

/** Rejects if the port is taken. */
export async function createGenesysSimulator(
  options: GenesysSimulatorOptions = {},
): Promise<GenesysSimulator> {
  const simulator = new Simulator(options);
  await simulator.listen(options.port ?? 0);
  return simulator;
}

class Simulator extends Life implements GenesysSimulator {
  readonly client: Required<SimulatedClient>;
  readonly violations: string[] = [];
  readonly #auth: Auth;
  readonly #journal: Journal;
  readonly #faults = new Faults();
  readonly #listener: Listener;

  constructor(options: GenesysSimulatorOptions) {
    const { now = Date.now, clients = [defaultClient], sleep = sleepInRealTime } = options;
    super(now);
    const [first] = clients;
    if (!first) throw new Error('The simulator needs a client.');
    this.client = { permissions: allPermissions, ...first };
    this.#auth = new Auth({
      clients,
      now,
      tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 86_400,
      requestsPerMinute: options.requestsPerMinute ?? 300,
    });
    this.#journal = new Journal(now);
    const world = {
      auth: this.#auth,
      life: this,
      journal: this.#journal,
      faults: this.#faults,
      violate: (sentence: string) => void this.violations.push(sentence),
    };
    this.#listener = new Listener(
      (request, response, signal) => serve({ ...world, sleep: (ms) => sleep(ms, signal) }, request, response),
      (error) => world.violate(`The simulator itself failed: ${String(error)}`),
    );
  }

  listen = (port: number): Promise<void> => this.#listener.listen(port);

  get port(): number {
    return this.#listener.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  inject(injection: Injection): () => void {
    const takeBack = this.#faults.add(injection);
    this.changed({ kind: 'faults' });
    return () => {
      takeBack();
      this.changed({ kind: 'faults' });
    };
  }

  clearFaults(): void {
    this.#faults.clear();
    this.changed({ kind: 'faults' });
  }

  get faults(): readonly Required<Injection>[] {
    return this.#faults.list();
  }

  revokeTokens(): void {
    this.#auth.revokeTokens();
  }

  setPermissions(permissions: readonly Permission[], clientId = this.client.clientId): void {
    this.#auth.setPermissions(clientId, permissions);
  }

  setTokenLifetime(seconds: number): void {
    this.#auth.setLifetime(seconds);
  }

  get journal() {
    return this.#journal.entries;
  }

  get starts() {
    return this.#journal.starts;
  }

  count(operation: Operation | 'any'): number {
    return this.#journal.countOf(operation).asked;
  }

  countEffects(operation: Operation | 'any'): number {
    return this.#journal.countOf(operation).done;
  }

  resetJournal(): void {
    this.#journal.clear();
  }

  reset(): void {
    this.clear();
    for (const part of [this.#auth, this.#faults, this.#journal]) part.clear();
    this.violations.length = 0;
    this.changed({ kind: 'reset' });
  }

  close(): Promise<void> {
    return this.#listener.close();
  }
}

const sleepInRealTime = (ms: number, signal: AbortSignal) => realSleep(ms, undefined, { signal });
