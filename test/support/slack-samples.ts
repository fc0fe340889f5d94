/** Jobs, calls and cards as the Slack tests draw them: valid, and different only where a test says so. */
import fc from 'fast-check';
import type { Actor, AuditEntry, Conversation, RecordingJob } from '../../src/core/model.js';

export const conversationId = '6a2b9c1e-0f4d-4b7a-9c3e-5d8f7a1b2c3d';
export const jobId = '0c1f7a52-93d4-4e0b-8a77-2b6c9d1e4f3a';
export const askedAt = Date.UTC(2026, 0, 15, 9, 30);

export const drawnJob = (job: Partial<RecordingJob> = {}): RecordingJob => ({
  id: jobId,
  genesysId: 'genesys-7',
  conversationId,
  recordingType: 'job',
  state: 'recording',
  startedBy: { kind: 'person', userId: 'UADA' },
  startReason: null,
  channelId: 'COPS',
  createdAt: askedAt,
  recordingSince: askedAt + 1_000,
  adopted: false,
  deadlineAt: askedAt + 3_600_000,
  pending: null,
  pendingBy: null,
  overtook: null,
  pausedBy: null,
  pausedAt: null,
  pauseEndsAt: null,
  stoppedBy: null,
  stopReason: null,
  finishedAt: null,
  callWentOn: false,
  failure: null,
  retryAt: null,
  retries: 0,
  warnedFor: null,
  updatedAt: askedAt + 1_000,
  ...job,
});

/** What the organisation's policy records: taken into the books when somebody wanted it paused. */
export const policyJob = (job: Partial<RecordingJob> = {}): RecordingJob =>
  drawnJob({
    genesysId: null,
    recordingType: 'policy',
    startedBy: { kind: 'genesys' },
    channelId: null,
    adopted: true,
    deadlineAt: null,
    ...job,
  });

/** For ten minutes, from a minute after the start. */
export const pausedJob = (job: Partial<RecordingJob> = {}): RecordingJob =>
  policyJob({
    state: 'paused',
    pausedBy: { kind: 'person', userId: 'USAM' },
    pausedAt: askedAt + 60_000,
    pauseEndsAt: askedAt + 660_000,
    ...job,
  });

export const stoppedJob = (job: Partial<RecordingJob> = {}): RecordingJob =>
  drawnJob({
    state: 'stopped',
    stoppedBy: { kind: 'person', userId: 'USAM' },
    finishedAt: askedAt + 1_000 + 192_000,
    ...job,
  });

export const drawnCall = (call: Partial<Conversation> = {}): Conversation => ({
  id: conversationId,
  caller: '+15551234567',
  queue: 'Billing',
  agent: 'Bo Lindqvist',
  startedAt: askedAt - 60_000,
  policyRecording: null,
  version: 3,
  firstSeenAt: askedAt - 50_000,
  endedAt: null,
  policySince: null,
  ...call,
});

/** Anything that could be typed, pasted or sent by another system: also markup, lone surrogates and huge texts. */
export const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom(
    '',
    ' ',
    '<!channel>',
    '<@UADA>',
    '&amp;',
    '`*_~',
    '\u202etxet',
    '\ud800',
    '\u0000',
    '👩‍👩‍👧‍👦',
  ),
  fc.integer({ min: 1, max: 6_000 }).map((length) => '<&😀'.repeat(length)),
);
export const anyTime = fc.oneof(
  fc.integer({ min: 0, max: 4e12 }),
  fc.constantFrom(-1, 8.64e15, 8.65e15, Number.MAX_SAFE_INTEGER),
);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const anyActor: fc.Arbitrary<Actor> = fc.oneof(
  anyText.map((userId) => ({ kind: 'person' as const, userId })),
  fc.constant({ kind: 'bot' as const }),
  fc.constant({ kind: 'genesys' as const }),
);

export const anyJob: fc.Arbitrary<RecordingJob> = fc.record({
  id: anyText,
  genesysId: orNull(anyText),
  conversationId: anyText,
  recordingType: fc.constantFrom('job', 'snippet', 'adhoc', 'policy'),
  state: fc.constantFrom('starting', 'recording', 'paused', 'stopping', 'stopped', 'failed', 'ended'),
  startedBy: anyActor,
  startReason: orNull(anyText),
  channelId: orNull(anyText),
  createdAt: anyTime,
  recordingSince: orNull(anyTime),
  adopted: fc.boolean(),
  deadlineAt: orNull(anyTime),
  pending: fc.constantFrom(null, 'pause', 'resume'),
  pendingBy: orNull(anyActor),
  overtook: orNull(anyActor),
  pausedBy: orNull(anyActor),
  pausedAt: orNull(anyTime),
  pauseEndsAt: orNull(anyTime),
  stoppedBy: orNull(anyActor),
  stopReason: orNull(anyText),
  finishedAt: orNull(anyTime),
  callWentOn: fc.boolean(),
  failure: orNull(
    fc.record({ code: anyText, message: anyText, cure: orNull(anyText), reference: orNull(anyText) }),
  ),
  retryAt: orNull(anyTime),
  retries: fc.nat(9),
  warnedFor: orNull(anyTime),
  updatedAt: anyTime,
});

export const anyCall: fc.Arbitrary<Conversation> = fc.record({
  id: anyText,
  caller: orNull(anyText),
  queue: orNull(anyText),
  agent: orNull(anyText),
  startedAt: orNull(anyTime),
  policyRecording: fc.constantFrom(null, 'none', 'active', 'paused', 'held'),
  version: fc.nat(),
  firstSeenAt: anyTime,
  endedAt: orNull(anyTime),
  policySince: orNull(anyTime),
});

export const anyAudit: fc.Arbitrary<AuditEntry> = fc.record({
  id: fc.uuid(),
  at: anyTime,
  actor: anyActor,
  action: fc.constantFrom('start', 'stop', 'pause', 'resume', 'extend', 'adopt', 'observe', 'read'),
  outcome: fc.constantFrom('asked', 'done', 'failed', 'refused'),
  conversationId: orNull(anyText),
  jobId: orNull(anyText),
  channelId: orNull(anyText),
  reason: orNull(anyText),
  code: orNull(anyText),
  reference: orNull(anyText),
});
