/** Every operation × every fault of Genesys × every moment at which it can hit, or the bot can die. */
import { describe, expect, it } from 'vitest';
import type { AuditEntry, JobState } from '../../src/core/model.js';
import { alertChannelId, sam } from '../support/core-harness.js';
import {
  createFaultBed,
  type FaultBed,
  type FaultName,
  faults,
  isAskedAgain,
  type Moment,
  moments,
} from '../support/fault-bed.js';

type Target = 'start' | 'stop' | 'jobs' | 'calls';

interface Scene {
  readonly id: string;
  /** Until when the recording was to run; null when nobody here asked for it. */
  readonly deadlineAt: number | null;
}

interface Expected {
  readonly promise: string;
  /** The newest job's state; null where there is none. */
  readonly state: JobState | null;
  readonly late?: boolean;
  readonly startedBy?: 'person' | 'genesys';
  readonly stoppedBy?: 'person' | 'bot' | null;
}

interface Row {
  readonly subject: string;
  /** The request that is hit. */
  readonly target: Target;
  /** The first request of a successor that is hit when the first process died before it could ask. */
  readonly recovery?: Target;
  readonly arrange: (bed: FaultBed) => Promise<Scene>;
  readonly act: (bed: FaultBed, scene: Scene) => Promise<unknown>;
  readonly expected: (fault: FaultName, moment: Moment) => Expected;
}

const minute = 60_000;

/** A call whose alert is drawn. */
async function aCall(bed: FaultBed): Promise<string> {
  const { id } = bed.genesys.startCall();
  await bed.current.watch.round();
  await bed.draw(id);
  return id;
}

async function aRecordedCall(bed: FaultBed): Promise<Scene> {
  const id = await aCall(bed);
  await bed.start(id);
  await bed.note(id);
  await bed.draw(id);
  const { deadlineAt } = await bed.current.jobOf(id);
  bed.clock.jump(1_000);
  return { id, deadlineAt };
}

const started: Expected = { promise: 'is one recording', state: 'recording', startedBy: 'person' };
const neverRan: Expected = {
  promise: 'is one start that failed, and no recording',
  state: 'failed',
  startedBy: 'person',
};
function expectStarted(fault: FaultName, moment: Moment): Expected {
  if (moment === 'before the request') return neverRan;
  if (moment !== 'request lost' || isAskedAgain(fault)) return started;
  return fault === 'slow'
    ? { ...started, late: true, promise: 'is one recording, found when it appears' }
    : neverRan;
}

/** Genesys said that it did nothing, and then that the recording is over: it may well have been the call's end. */
function expectStopped(fault: FaultName, moment: Moment, promise: string): Expected {
  const unclaimed = isAskedAgain(fault) && (moment === 'answer lost' || moment === 'before the card');
  return unclaimed
    ? { promise: 'is one recording that is over, by whose doing nobody claims', state: 'ended' }
    : { promise, state: 'stopped' };
}

const rows: readonly Row[] = [
  {
    subject: 'a start',
    target: 'start',
    recovery: 'jobs',
    arrange: async (bed) => ({ id: await aCall(bed), deadlineAt: null }),
    act: (bed, { id }) => bed.start(id),
    expected: expectStarted,
  },
  {
    subject: 'a stop',
    target: 'stop',
    arrange: aRecordedCall,
    act: (bed, { id }) => bed.attempt((each) => each.record(`stop ${id}`, sam)),
    expected: (fault, moment) => ({
      ...expectStopped(fault, moment, 'is one recording that was stopped'),
      stoppedBy: 'person',
    }),
  },
  {
    subject: 'a stop at the deadline',
    target: 'stop',
    async arrange(bed) {
      const scene = await aRecordedCall(bed);
      bed.clock.jump(10 * minute);
      return scene;
    },
    act: (bed) => bed.attempt((each) => each.tick()),
    expected: (fault, moment) => ({ ...expectStopped(fault, moment, 'is kept'), stoppedBy: 'bot' }),
  },
  {
    subject: 'the adoption of a recording that a start has met (409)',
    target: 'jobs',
    async arrange(bed) {
      const id = await aCall(bed);
      bed.genesys.startRecordingElsewhere(id);
      return { id, deadlineAt: null };
    },
    act: (bed, { id }) => bed.start(id),
    expected: () => ({ ...started, promise: 'is made up for, and the deadline of who asked holds' }),
  },
  {
    subject: 'the discovery of a recording that others started',
    target: 'jobs',
    async arrange(bed) {
      const id = await aCall(bed);
      bed.genesys.startRecordingElsewhere(id);
      return { id, deadlineAt: null };
    },
    act: (bed) => bed.attempt((each) => each.watch.round()),
    expected: () => ({
      promise: 'is made once, and it has no deadline',
      state: 'recording',
      startedBy: 'genesys',
    }),
  },
  {
    subject: 'the discovery that others stopped a recording',
    target: 'jobs',
    async arrange(bed) {
      const scene = await aRecordedCall(bed);
      bed.genesys.stopRecordingElsewhere(scene.id);
      return scene;
    },
    act: (bed) => bed.attempt((each) => each.watch.round()),
    expected: () => ({ promise: 'is made once', state: 'ended', stoppedBy: null }),
  },
  {
    subject: 'a call alert',
    target: 'calls',
    arrange: async (bed) => ({ id: bed.genesys.startCall().id, deadlineAt: null }),
    act: (bed) => bed.attempt((each) => each.watch.round()),
    expected: () => ({ promise: 'is one alert', state: null }),
  },
  {
    subject: 'the settlement of a start that a crash left half done',
    target: 'jobs',
    async arrange(bed) {
      const id = await aCall(bed);
      bed.genesys.inject({ on: 'start', fault: { kind: 'hang', takesEffect: true } });
      bed.genesys.inject({ on: 'jobs', fault: { kind: 'status', status: 500 } });
      await bed.start(id);
      await bed.note(id);
      const { deadlineAt } = await bed.current.jobOf(id);
      bed.clock.jump(2_000);
      return { id, deadlineAt };
    },
    act: (bed) => bed.attempt((each) => each.tick()),
    expected: () => ({ ...started, promise: 'adopts it' }),
  },
];

function wordingOf({ target }: Row, fault: FaultName, moment: Moment): string {
  const refused = isAskedAgain(fault);
  const carriedOut = target === 'start' || target === 'stop' ? ' after it was carried out' : '';
  switch (moment) {
    case 'before the request':
      return `before which the bot dies, and whose successor first meets the same (${fault}),`;
    case 'request lost':
      if (fault === 'slow') return 'whose request arrives only when the bot has stopped waiting';
      return refused ? `that is refused at first (${fault})` : `whose request is lost (${fault})`;
    case 'answer lost':
      if (fault === 'slow') return 'whose answer is slow';
      return refused
        ? `that is refused (${fault})${carriedOut}`
        : `whose answer is lost (${fault})${carriedOut}`;
    case 'before the commit':
      return `whose answer (${fault}) comes to a bot that dies before it can write it down`;
    case 'before the card':
      return `that has met a fault (${fault}) and is written down by a bot that dies before its card is drawn`;
  }
}

const cells = rows.flatMap((row) =>
  faults.flatMap((fault) =>
    moments.map((moment) => {
      const expected = row.expected(fault, moment);
      const name = `${row.subject} ${wordingOf(row, fault, moment)} ${expected.promise}`;
      return { name, row, fault, moment, expected };
    }),
  ),
);

describe.concurrent('whatever Genesys does, and whenever the bot dies', () => {
  for (const cell of cells) it(cell.name, { timeout: 60_000 }, () => play(cell));
});

async function play({ row, fault, moment, expected }: (typeof cells)[number]) {
  const bed = await createFaultBed();
  try {
    const scene = await row.arrange(bed);
    bed.arm(row.target, fault, moment);
    const askedAt = bed.clock.now();
    await row.act(bed, scene);
    await bed.note(scene.id);
    if (moment === 'before the request') {
      expect(bed.dead).toBe(true);
      bed.injectIntoRecovery(row.recovery ?? row.target, fault);
    }
    await bed.recover(scene.id);
    expect(bed.dead).toBe(moment.startsWith('before'));
    await expectTruth(bed, scene, expected, askedAt);
  } finally {
    await bed.close();
  }
}

async function expectTruth(bed: FaultBed, scene: Scene, expected: Expected, askedAt: number) {
  const { genesys, current } = bed;
  const { id } = scene;
  expect(genesys.violations).toEqual([]);
  expect(genesys.starts.get(id)?.done ?? 0).toBeLessThanOrEqual(1);
  expect(genesys.countEffects('stop')).toBeLessThanOrEqual(1);

  const jobs = await bed.jobs();
  const running = genesys.jobs.filter((job) => job.conversationId === id && job.state === 'active');
  const inTheBooks = await current.store.listUnfinishedJobs();
  expect(inTheBooks.map((job) => [job.genesysId, job.state])).toEqual(
    running.map((job) => [job.id, 'recording']),
  );
  // A recording that appears late may be given up first: then the job that failed stays, and it gets another one.
  if (!expected.late) expect(jobs).toHaveLength(expected.state === null ? 0 : 1);
  for (const job of jobs) expect(unanswered(await bed.auditOf(job.id))).toEqual([]);

  const newest = await current.store.findJobOf(id);
  expect(newest?.state ?? null).toBe(expected.state);
  if (expected.startedBy) expect(newest?.startedBy.kind).toBe(expected.startedBy);
  if (expected.stoppedBy !== undefined) expect(newest?.stoppedBy?.kind ?? null).toBe(expected.stoppedBy);
  expectDeadline(newest?.deadlineAt ?? null, scene, expected, askedAt);
  await expectCards(bed, id, newest?.id ?? null, expected.state);
}

/** Asked for and never settled, or settled more than once, or settled without having been asked for. */
function unanswered(entries: readonly AuditEntry[]): readonly string[] {
  const wrong: string[] = [];
  let open: AuditEntry | null = null;
  for (const entry of entries) {
    const line = `${entry.action} ${entry.outcome}`;
    if (entry.outcome === 'asked') {
      if (open) wrong.push(`${open.action} has no outcome`);
      open = entry;
    } else if (entry.action !== 'observe') {
      if (!open) wrong.push(`nobody asked for “${line}”`);
      open = null;
    }
  }
  if (open) wrong.push(`${open.action} has no outcome`);
  return wrong;
}

function expectDeadline(deadlineAt: number | null, scene: Scene, expected: Expected, askedAt: number) {
  if (scene.deadlineAt !== null) expect(deadlineAt).toBe(scene.deadlineAt);
  else if (expected.startedBy !== 'person') expect(deadlineAt).toBeNull();
  else {
    expect(deadlineAt).toBeGreaterThanOrEqual(askedAt + 10 * minute);
    // The hand-over to a clock that runs fast: far less than the pauses of a recovery.
    expect(deadlineAt).toBeLessThan(askedAt + 10 * minute + 20_000);
  }
}

/** One alert, which is due to be redrawn with the newest job, and one word of how it ended in each thread. */
async function expectCards(bed: FaultBed, id: string, jobId: string | null, state: JobState | null) {
  const { store } = bed.current;
  const stale = await store.listStaleCards(id);
  const alerts = stale.filter(({ card }) => card.channelId === alertChannelId);
  expect(alerts.map(({ job }) => [job?.id ?? null, job?.state ?? null])).toEqual([[jobId, state]]);
  await bed.draw(id);
  const told = (await store.listDueReplies(id)).map((reply) => `${reply.kind} ${reply.card.id}`);
  expect(new Set(told).size).toBe(told.length);
  const over = state === 'stopped' || state === 'ended';
  expect(told.some((each) => each.startsWith('finished'))).toBe(over);
}
