/** What the fault matrix stands on: a bot that a fault hits, or that dies, at one moment of one operation; and its successor. */
import type { Response as FetchResponse, RequestInit } from 'node-fetch';
import nodeFetch, { Response } from 'node-fetch';
import { expect, vi } from 'vitest';
import type { AuditEntry, RecordingJob } from '../../src/core/model.js';
import type { Fetch } from '../../src/genesys/exchange.js';
import type { Fault, Operation } from '../simulators/genesys/types.js';
import { ada, type CoreProcess, createCoreHarness, createFastClock } from './core-harness.js';

/** Time runs forty times as fast: an attempt's 10 s are this many real milliseconds. */
const speed = 40;
const timeoutMs = 250;

export const faults = ['slow', 'lost', '401', '429', '500', '503', 'garbage', 'hang'] as const;
export type FaultName = (typeof faults)[number];

/** After these Genesys is asked again at once, because it has said that it did nothing. */
export const isAskedAgain = (fault: FaultName): boolean => fault === '401' || fault === '429';

export const moments = [
  /** The process dies before it asks; the fault hits the first request of its successor. */
  'before the request',
  /** The request has no effect; where it is slow, it has one after the bot has stopped waiting. */
  'request lost',
  /** The request has its effect, and the bot does not learn of it as it should. */
  'answer lost',
  /** As before, and the process dies before it can write down what came of it. */
  'before the commit',
  /** What came of it is written down, and the process dies before any card shows it. */
  'before the card',
] as const;
export type Moment = (typeof moments)[number];

type Target = Extract<Operation, 'start' | 'stop' | 'jobs' | 'calls'>;

/** Null: what a gateway before Genesys answers, which the simulator cannot say. */
function faultOf(name: FaultName, takesEffect: boolean): Fault | null {
  switch (name) {
    case 'slow':
      return { kind: 'slow', ms: takesEffect ? timeoutMs / 4 : timeoutMs * 1.5 };
    case 'lost':
      return { kind: takesEffect ? 'cut-after' : 'cut-before' };
    case 'garbage':
      return takesEffect ? { kind: 'garbage' } : null;
    case 'hang':
      return { kind: 'hang', takesEffect };
    case '429':
      return { kind: 'status', status: 429, retryAfter: 1, takesEffect };
    default:
      return { kind: 'status', status: Number(name), takesEffect };
  }
}

function targetOf(url: string, method = 'GET'): Target | null {
  const { pathname } = new URL(url);
  if (pathname.endsWith('/conversations/phone')) return 'calls';
  if (pathname.endsWith('/stop')) return 'stop';
  if (pathname.endsWith('/recording/jobs')) return method === 'POST' ? 'start' : 'jobs';
  return null;
}

export async function createFaultBed() {
  let blow: { readonly moment: Moment; readonly target: Target } | null = null;
  let gateway: Target | null = null;
  let dead = false;
  let died = () => {};
  const death = new Promise<void>((resolve) => {
    died = resolve;
  });
  const seen = new Set<string>();

  const die = (moment: Moment, target: Target | null = blow?.target ?? null): boolean => {
    if (dead || blow?.moment !== moment || blow.target !== target) return false;
    dead = true;
    void bot.kill().then(died);
    return true;
  };

  const fetch = ((url: string, init: RequestInit = {}): Promise<FetchResponse> => {
    const target = targetOf(String(url), init.method);
    if (die('before the request', target)) return new Promise(() => undefined);
    if (target === null || gateway !== target) return nodeFetch(url, init);
    gateway = null;
    return Promise.resolve(new Response('<html>Welcome to nginx!</html>', { status: 200 }));
  }) as Fetch;

  const clock = createFastClock(speed);
  const harness = await createCoreHarness({
    clock,
    timeoutMs,
    fetch,
    onRedraw: (_id, delayMs) => {
      // The redraw that says “working” comes before the answer.
      if (delayMs === undefined && struck()) die('before the card');
    },
  });
  const { genesys } = harness;
  const bot: CoreProcess = harness;
  let current: CoreProcess = harness;
  /** The request whose outcome is written down: one or two more than there were when the fault was set. */
  let decisive = 0;
  const struck = () => blow !== null && genesys.count(blow.target) >= decisive;
  const unwatch = genesys.onChange((change) => {
    if (change.kind === 'request' && change.entry.operation === blow?.target) die('before the commit');
  });

  const inject = (target: Target, fault: FaultName, takesEffect: boolean) => {
    const injected = faultOf(fault, takesEffect);
    if (injected) genesys.inject({ on: target, fault: injected });
    else gateway = target;
  };

  /** Does it with whoever lives; a death in the middle of it is no error. */
  const attempt = async (work: (each: CoreProcess) => Promise<unknown>) => {
    const done = work(current).catch(() => undefined);
    await Promise.race([done, death]);
    if (dead && current === bot) {
      await death;
      current = await harness.successor({ fetch: nodeFetch, onRedraw: () => undefined });
    }
    return done;
  };
  const note = async (conversationId: string) => {
    const job = await current.store.findJobOf(conversationId);
    if (job) seen.add(job.id);
  };

  return {
    genesys,
    clock,
    get current() {
      return current;
    },
    get dead() {
      return dead;
    },
    attempt,
    /** From now on the target suffers the fault at that moment. */
    arm(target: Target, fault: FaultName, moment: Moment) {
      decisive = genesys.count(target) + (isAskedAgain(fault) ? 2 : 1);
      blow = { moment, target };
      if (moment !== 'before the request') inject(target, fault, moment !== 'request lost');
    },
    /** The successor's first request of this kind suffers the fault. */
    injectIntoRecovery(target: Target, fault: FaultName) {
      inject(target, fault, true);
    },
    note,
    /** Genesys behaves again, and time passes until nothing is left to do. */
    async recover(conversationId: string) {
      await attempt(async (each) => {
        await each.tick();
        await each.watch.round();
      });
      await note(conversationId);
      const late = () => genesys.journal.filter((entry) => entry.fault === 'slow' && entry.status === null);
      await vi.waitFor(() => expect(late()).toEqual([]), { timeout: 10_000, interval: 20 });
      // What never came to pass would prove nothing.
      expect([...genesys.faults, gateway].filter(Boolean)).toEqual([]);
      genesys.clearFaults();
      for (let round = 0; round < 5; round += 1) {
        clock.jump(20_000);
        await attempt((each) => each.tick());
        await attempt((each) => each.watch.round());
        await note(conversationId);
      }
    },
    /** Every job of the conversation that was ever current. */
    jobs: async (): Promise<readonly RecordingJob[]> => {
      const jobs = await Promise.all([...seen].map((id) => current.store.findJob(id)));
      return jobs.filter((job) => job !== null);
    },
    auditOf: (jobId: string): Promise<readonly AuditEntry[]> => current.store.listAudit(jobId),
    /** As the board does: what there is to see has been seen. */
    async draw(conversationId: string) {
      for (const { card, conversation } of await current.store.listStaleCards(conversationId)) {
        await current.store.cardDrawn(card.id, `ts-${card.id}`, conversation.version);
      }
    },
    start: (conversationId: string) =>
      attempt((each) =>
        each.record(`start ${conversationId} for 10m`, { ...ada, newCardId: `card-${conversationId}` }),
      ),
    async close() {
      unwatch();
      await harness.close();
    },
  };
}

export type FaultBed = Awaited<ReturnType<typeof createFaultBed>>;
