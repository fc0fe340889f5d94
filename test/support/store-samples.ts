/** Jobs, calls and audit entries as tests need them: valid, and different only where a test says so. */
import { randomUUID } from 'node:crypto';
import type { ActiveCall, AuditEntry, PersonRequest } from '../../src/core/model.js';
import type { Logger, NewJob, Store } from '../../src/core/ports.js';

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

export const sampleJob = (job: Partial<NewJob> = {}): NewJob => ({
  id: randomUUID(),
  conversationId: 'call-1',
  state: 'starting',
  startedBy: { kind: 'person', userId: 'U1' },
  createdAt: 1_000,
  ...job,
});

export const sampleAudit = (entry: Partial<AuditEntry> = {}): AuditEntry => ({
  id: randomUUID(),
  at: 1_000,
  actor: { kind: 'person', userId: 'U1' },
  action: 'start',
  outcome: 'asked',
  conversationId: 'call-1',
  jobId: null,
  channelId: 'C1',
  reason: null,
  code: null,
  reference: null,
  ...entry,
});

export const sampleCall = (call: Partial<ActiveCall> = {}): ActiveCall => ({
  conversationId: 'call-1',
  caller: '+4930123',
  queue: 'Support',
  agent: null,
  startedAt: 500,
  policyRecording: null,
  ...call,
});

export const sampleRequest = (request: Partial<PersonRequest> = {}): PersonRequest => ({
  key: 'request-1',
  kind: 'command',
  words: 'list',
  value: null,
  userId: 'U1',
  channelId: 'C1',
  askedAt: 1_000,
  takeovers: 0,
  ...request,
});

/** The stores by turns: where several processes share the database, neighbours come from different ones. */
export const storeOf = ({ stores }: { readonly stores: readonly Store[] }, index: number): Store =>
  stores[index % stores.length] as Store;
