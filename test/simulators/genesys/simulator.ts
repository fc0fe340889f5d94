/**
 * A Genesys Cloud organisation as far as one of the two contracts goes: a real HTTP server that refuses what Genesys
 * refuses, tells of calls where it is asked to, remembers every request, and misbehaves when told to.
 */
import { setTimeout as realSleep } from 'node:timers/promises';
import { Auth } from './auth.js';
import { Channels } from './channels.js';
import type { Contract, Settings } from './contract.js';
import { conversations } from './conversations.js';
import { Faults } from './faults.js';
import { Journal } from './journal.js';
import { Life } from './life.js';
import { Listener } from './listener.js';
import { NotificationService } from './notification-service.js';
import { recordingJobs } from './recording-jobs.js';
import { createRouter } from './routes.js';
import { serve } from './serve.js';
import type {
  Api,
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

const contracts: Readonly<Record<Api, Contract>> = { 'recording-jobs': recordingJobs, conversations };
const usualQueues = ['Billing', 'Claims', 'Sales', 'Support'];

/** Rejects if the port is taken. */
export async function createGenesysSimulator(
  options: GenesysSimulatorOptions = {},
): Promise<GenesysSimulator> {
  const simulator = new Simulator(options);
  await simulator.listen(options.port ?? 0);
  return simulator;
}

class Simulator extends Life implements GenesysSimulator {
  readonly api: Api;
  readonly client: Required<SimulatedClient>;
  readonly notifications: NotificationService;
  readonly violations: string[] = [];
  readonly #auth: Auth;
  readonly #channels: Channels;
  readonly #journal: Journal;
  readonly #faults = new Faults();
  readonly #listener: Listener;
  readonly #settings: Settings;

  constructor(options: GenesysSimulatorOptions) {
    const { api = 'recording-jobs', now = Date.now, clients = [defaultClient] } = options;
    const { sleep = sleepInRealTime, policyRecording = false, queues = usualQueues } = options;
    super({ now, policyRecording, queues });
    const [first] = clients;
    if (!first) throw new Error('The simulator needs a client.');
    this.api = api;
    const contract = contracts[api];
    const withPermissions = clients.map((client) => ({ permissions: contract.permissions, ...client }));
    this.client = { permissions: contract.permissions, ...first };
    this.#settings = { activityLimit: undefined, ...options };
    this.#auth = new Auth({
      clients: withPermissions,
      credentialsIn: contract.credentialsIn,
      now,
      tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 86_400,
      requestsPerMinute: options.requestsPerMinute ?? 300,
    });
    this.#journal = new Journal(now);
    this.#channels = new Channels(now);
    this.notifications = new NotificationService(this.#channels, sleep, !options.withoutSnippet);
    this.#listener = this.#createListener(contract, sleep);
    this.onChange((change) => {
      if ('call' in change) this.notifications.tell(change.call);
    });
  }

  #createListener(contract: Contract, sleep: Required<GenesysSimulatorOptions>['sleep']): Listener {
    const world = {
      contract,
      routeOf: createRouter(contract),
      auth: this.#auth,
      channels: this.#channels,
      settings: this.#settings,
      life: this,
      journal: this.#journal,
      faults: this.#faults,
      violate: (sentence: string) => void this.violations.push(sentence),
    };
    return new Listener(
      (request, response, signal) => serve({ ...world, sleep: (ms) => sleep(ms, signal) }, request, response),
      (...upgrade) => this.notifications.upgrade(...upgrade),
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
    this.#channels.revokeTokens();
  }

  setActivityLimit(limit: number | undefined): void {
    this.#settings.activityLimit = limit;
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
    this.notifications.reset();
    this.violations.length = 0;
    this.changed({ kind: 'reset' });
  }

  close(): Promise<void> {
    this.notifications.close();
    return this.#listener.close();
  }
}

const sleepInRealTime = (ms: number, signal: AbortSignal) => realSleep(ms, undefined, { signal });
