/**
 * In the contract `conversations` recordings have no names, and no list says afterwards what was recorded: so it is
 * written down as it happens. Snippets begin and end on an agent's leg; the policy's recording is paused and resumed.
 */
import type { Change, GenesysSimulator, SimulatedCall } from '../simulators/genesys/types.js';
import type { JobRow } from './database.js';
import type { Recording, Recordings } from './recordings.js';

type By = 'bot' | 'elsewhere';

/** One pause of what the policy records. Times in milliseconds since 1970. */
export interface Pause {
  readonly conversationId: string;
  readonly by: By;
  readonly from: number;
  /** Null while it lasts. */
  readonly to: number | null;
  /** `end`: the call has ended. */
  readonly endedBy: By | 'end' | null;
}

export interface LiveRecordings extends Recordings {
  /** Oldest first. */
  readonly pauses: readonly Pause[];
  /** Whether that unfinished job is paused in the books and not at Genesys, or the other way round. */
  isMisjudged(job: JobRow): boolean;
  /** Whatever `work` changes at Genesys is done by an agent, or by another client, and not by the bot. */
  elsewhere(work: () => void): void;
}

type Open<T> = { -readonly [Key in keyof T]: T[Key] };

export function createLiveRecordings(genesys: GenesysSimulator): LiveRecordings {
  const chronicle = new Chronicle();
  genesys.onChange((change) => chronicle.note(change));
  const upOf = (id: string) => genesys.calls.find((call) => call.id === id && call.endedAt === null);
  const { elsewhere } = chronicle;
  const isByPolicy = ({ recording_type }: JobRow) => recording_type === 'policy';
  return {
    get all() {
      return chronicle.recordings;
    },
    pauses: chronicle.pauses,
    elsewhere,
    isMisjudged: (job) =>
      isByPolicy(job) && upOf(job.conversation_id)?.securePaused !== (job.state === 'paused'),
    isOf,
    // Of a snippet that an agent begins the bot hears only by events, or when it happens to read the call.
    mustBeKnown: ({ elsewhere }) => !elsewhere,
    nameOf: ({ conversationId }) => conversationId,
    wasMade: (job) =>
      isByPolicy(job)
        ? genesys.calls.some((call) => call.id === job.conversation_id && call.policyRecording)
        : chronicle.recordings.some((recording) => isOf(job, recording)),
    isMade(job) {
      const call = upOf(job.conversation_id);
      if (isByPolicy(job)) return call?.policyRecording === true;
      return call?.legs.some((leg) => leg.snippet || leg.adhoc) === true;
    },
    // The call is read before, and again after, whether the edge has done it.
    isNeededToEnd: ({ conversationId }, { operation, path }) =>
      ['start', 'stop', 'call'].includes(operation) && path.includes(conversationId),
    isStopOf: (job, { path, at }) =>
      path.includes(job.conversation_id) && (job.finished_at ?? Number.POSITIVE_INFINITY) >= at,
    ranBefore: ({ path, at }) =>
      chronicle.recordings.find(
        ({ conversationId, startedAt, endedAt }) =>
          path.includes(conversationId) && startedAt < at && (endedAt ?? Number.POSITIVE_INFINITY) > at,
      ),
    startElsewhere: (id) => elsewhere(() => genesys.startSnippetElsewhere(id)),
    stopElsewhere: (id) => elsewhere(() => genesys.stopSnippetElsewhere(id)),
  };
}

/** Of its call, and at its time: from when it was asked for until it was known to have ended. */
function isOf(job: JobRow, { conversationId, startedAt, endedAt }: Recording): boolean {
  if (job.recording_type === 'policy' || job.state === 'failed') return false;
  return (
    job.conversation_id === conversationId &&
    startedAt <= (job.finished_at ?? Number.POSITIVE_INFINITY) &&
    (endedAt ?? Number.POSITIVE_INFINITY) >= job.created_at
  );
}

class Chronicle {
  readonly recordings: Open<Recording>[] = [];
  readonly pauses: Open<Pause>[] = [];
  #by: By = 'bot';

  /** The simulator changes at once, so whatever changes meanwhile is of this making. */
  elsewhere = (work: () => void): void => {
    this.#by = 'elsewhere';
    try {
      work();
    } finally {
      this.#by = 'bot';
    }
  };

  note(change: Change): void {
    if (!('call' in change)) return;
    this.#noteSnippets(change.call);
    this.#notePause(change.call);
  }

  #noteSnippets({ id: conversationId, legs }: SimulatedCall): void {
    for (const leg of legs) {
      const known = this.recordings.find(({ id, endedAt }) => id.startsWith(leg.id) && endedAt === null);
      const runs = leg.snippet || leg.adhoc;
      if (known && !runs) known.endedAt = Date.now();
      if (known || !runs) continue;
      const id = `${leg.id}/${this.recordings.length}`;
      const elsewhere = this.#by === 'elsewhere';
      this.recordings.push({ id, conversationId, elsewhere, startedAt: Date.now(), endedAt: null });
    }
  }

  #notePause({ id: conversationId, securePaused, endedAt }: SimulatedCall): void {
    const known = this.pauses.find((pause) => pause.conversationId === conversationId && pause.to === null);
    if (known && (!securePaused || endedAt !== null)) {
      known.to = Date.now();
      known.endedBy = endedAt === null ? this.#by : 'end';
    } else if (!known && securePaused && endedAt === null) {
      this.pauses.push({ conversationId, by: this.#by, from: Date.now(), to: null, endedBy: null });
    }
  }
}
