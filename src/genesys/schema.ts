/** Only the fields that are used, turned into the domain's types here: Genesys's shapes do not leave this file. */
import { z } from 'zod';
import type { ActiveRecording } from '../core/model.js';

/** In this contract every recording has a name. */
export interface NamedRecording {
  readonly genesysId: string;
}

/** A UUID today; nothing here depends on that. */
const id = z.string().min(1).max(128);

const count = z.number().int().nonnegative().optional().catch(undefined);

const listingPage = z.object({ entities: z.array(z.unknown()), pageCount: count, total: count });

export interface Page {
  readonly entities: readonly unknown[];
  readonly pageCount: number | undefined;
  readonly total: number | undefined;
  /** What Genesys counts on the page, where that is not entities but groups of them. */
  readonly groups?: number;
  /** True where Genesys says that it leaves some out. */
  readonly truncated?: boolean;
}

/** Null when it is not a page of a listing. */
export function readPage(json: unknown): Page | null {
  const page = listingPage.safeParse(json).data;
  return page ? { entities: page.entities, pageCount: page.pageCount, total: page.total } : null;
}

const startedJob = z.object({ id, conversationId: id.nullish() });

export type StartedJob = NamedRecording & Pick<ActiveRecording, 'recordingType'>;

/** Null when it names no job, or one of another conversation. */
export function readStartedJob(json: unknown, conversationId: string): StartedJob | null {
  const job = startedJob.safeParse(json).data;
  if (!job || !isSame(job.conversationId, conversationId)) return null;
  return { genesysId: job.id, recordingType: 'job' };
}

/** The contract promises no body for a stop; where there is one, it must be about that job. */
export function confirmsStop(json: unknown, genesysId: string): boolean {
  if (json === undefined || json === null) return true;
  const job = z.object({ id: id.nullish() }).safeParse(json).data;
  return job !== undefined && isSame(job.id, genesysId);
}

const isSame = (answered: string | null | undefined, asked: string): boolean =>
  answered == null || answered.toLowerCase() === asked.toLowerCase();

const listedJob = z.object({ id, conversationId: id, state: z.string().optional().catch(undefined) });

/** In a listing of active jobs a word for "finished" can only mean that it has finished since. */
const finished = /^(stopped|completed|ended|finished|failed|cancell?ed)$/i;

/** `unreadable` when it lacks an id; `finished` when it does not run any more. */
export function readActiveJob(
  entity: unknown,
): (ActiveRecording & NamedRecording) | 'unreadable' | 'finished' {
  const job = listedJob.safeParse(entity).data;
  if (!job) return 'unreadable';
  if (job.state !== undefined && finished.test(job.state)) return 'finished';
  return { genesysId: job.id, conversationId: job.conversationId, recordingType: 'job', paused: false };
}
