/** What is recorded at Genesys during a run, by whichever contract. */
import type { GenesysSimulator, JournalEntry } from '../simulators/genesys/types.js';
import type { JobRow } from './database.js';

/** One recording that somebody has begun. Times in milliseconds since 1970. */
export interface Recording {
  readonly id: string;
  readonly conversationId: string;
  /** Begun without the bot. */
  readonly elsewhere: boolean;
  readonly startedAt: number;
  readonly endedAt: number | null;
}

export interface Recordings {
  /** Oldest first, with those that have ended. */
  readonly all: readonly Recording[];
  /** False where the contract does not tell of a recording that was begun elsewhere. */
  mustBeKnown(recording: Recording): boolean;
  /** What people call it by. */
  nameOf(recording: Recording): string;
  /** Whether that job of the bot's stands, or stood, for that recording. */
  isOf(job: JobRow, recording: Recording): boolean;
  /** Whether Genesys has, or had, what that job stands for. */
  wasMade(job: JobRow): boolean;
  /** Whether Genesys makes now what that job stands for. */
  isMade(job: JobRow): boolean;
  /** What ran already when that start reached Genesys. */
  ranBefore(start: JournalEntry): Recording | undefined;
  /** What Genesys must answer before that recording can end: its stop, and its start, or the bot knows nothing of it. */
  isNeededToEnd(recording: Recording, entry: JournalEntry): boolean;
  /** Whether that stop was sent for that job. */
  isStopOf(job: JobRow, stop: JournalEntry): boolean;
  startElsewhere(conversationId: string): void;
  stopElsewhere(conversationId: string): void;
}

export const isRunning = ({ endedAt }: Recording): boolean => endedAt === null;

const ranAt = ({ startedAt, endedAt }: Recording, at: number): boolean =>
  startedAt <= at && (endedAt ?? Number.POSITIVE_INFINITY) > at;

/** In the contract `recording-jobs` Genesys names each of them. */
export function createJobRecordings(genesys: GenesysSimulator): Recordings {
  const isOf = (job: JobRow, { id }: Recording) => job.genesys_id === id;
  return {
    get all() {
      return genesys.jobs;
    },
    isOf,
    mustBeKnown: () => true,
    nameOf: ({ id }) => id,
    wasMade: (job) => genesys.jobs.some((recording) => isOf(job, recording)),
    isMade: (job) => genesys.jobs.some((recording) => isOf(job, recording) && isRunning(recording)),
    ranBefore({ at, status, fault, body }) {
      if (status !== 409 || fault !== null) return undefined;
      const { conversationId } = body as { conversationId: string };
      return genesys.jobs.find((job) => job.conversationId === conversationId && ranAt(job, at));
    },
    isNeededToEnd: ({ id, conversationId }, { operation, path, body }) =>
      (operation === 'stop' && path.includes(id)) ||
      (operation === 'start' && (body as { conversationId?: unknown })?.conversationId === conversationId),
    isStopOf: (job, { path }) => job.genesys_id === path.split('/').at(-2),
    startElsewhere: (id) => void genesys.startRecordingElsewhere(id),
    stopElsewhere: (id) => void genesys.stopRecordingElsewhere(id),
  };
}
