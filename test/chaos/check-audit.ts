/** Do the audit entries match what happened at Genesys, one to one? */
import type { AuditRow } from './database.js';
import type { Evidence, Finding } from './evidence.js';

export function checkAudit(evidence: Evidence): Finding {
  const { audit } = evidence.books;
  const asked = audit.filter(({ outcome }) => outcome === 'asked');
  const starts = evidence.world.recordings.all.filter(({ elsewhere }) => !elsewhere);
  return {
    title: 'the audit entries match the effects one to one',
    violations: [
      ...unpaired(audit),
      ...unasked(evidence),
      ...denied(evidence),
      ...unaskedStops(evidence),
      ...claimed(evidence),
    ],
    counts: [
      ['audit entries', audit.length],
      ['… asked', asked.length],
      ['starts that took effect', starts.length],
      ['stops that took effect', stopsOf(evidence).length],
    ],
  };
}

const inPairs: readonly string[] = ['start', 'adopt', 'stop'];
/** One at a time: what is pending has its outcome before the other is asked for, or with that. */
const inTurn: readonly string[] = ['pause', 'resume'];

/** By what it answers: a start may end as the adoption of what runs already. */
const orderOf = (action: AuditRow['action']): string => (action === 'adopt' ? 'start' : action);

/** What Genesys has done of itself, or somebody else there, was not asked for. */
const isAnswer = ({ action, actor, outcome }: AuditRow): boolean =>
  outcome !== 'refused' && (inPairs.includes(action) || (inTurn.includes(action) && actor !== 'genesys'));

/** For each `asked` exactly one outcome, in turn: `asked`, outcome, `asked`, outcome … */
function unpaired(audit: readonly AuditRow[]): readonly string[] {
  const turns = new Map<string, AuditRow['outcome'][]>();
  for (const { action, outcome, job_id } of audit.filter(isAnswer)) {
    const key = `the ${inTurn.includes(action) ? 'pauses' : orderOf(action)} of job ${job_id}`;
    turns.set(key, [...(turns.get(key) ?? []), outcome]);
  }
  return [...turns].flatMap(([key, outcomes]) => {
    const isInTurn = outcomes.every((outcome, index) => (outcome === 'asked') === (index % 2 === 0));
    if (isInTurn && outcomes.length % 2 === 0) return [];
    return [`The audit of ${key} is: ${outcomes.join(', ')}.`];
  });
}

/** Each recording that the bot began was asked for before, by an ask of its own. */
function unasked({ books, world }: Evidence): readonly string[] {
  const asks = books.audit.filter(({ action, outcome }) => action === 'start' && outcome === 'asked');
  const begun = new Map<string, number>();
  return world.recordings.all.flatMap(({ id, conversationId, startedAt, elsewhere }) => {
    if (elsewhere) return [];
    const before = asks.filter(
      (entry) => entry.conversation_id === conversationId && entry.at <= startedAt,
    ).length;
    const effects = (begun.get(conversationId) ?? 0) + 1;
    begun.set(conversationId, effects);
    return effects > before
      ? [`Recording ${id} of ${conversationId} began, start ${effects} of ${before} that were asked for.`]
      : [];
  });
}

/** No start is called failed whose recording ran by then. */
function denied({ books, world }: Evidence): readonly string[] {
  const failures = books.audit.filter(({ action, outcome }) => action === 'start' && outcome === 'failed');
  return failures.flatMap((failure) => {
    const asked = books.audit.find(
      (entry) => entry.job_id === failure.job_id && entry.action === 'start' && entry.outcome === 'asked',
    );
    const running = world.recordings.all.find(
      ({ conversationId, elsewhere, startedAt, endedAt }) =>
        !elsewhere &&
        conversationId === failure.conversation_id &&
        startedAt >= (asked?.at ?? 0) &&
        startedAt < failure.at &&
        (endedAt ?? Number.POSITIVE_INFINITY) > failure.at,
    );
    return running
      ? [`The audit says that the start of job ${failure.job_id} failed, and recording ${running.id} ran.`]
      : [];
  });
}

const stopsOf = ({ world }: Evidence) =>
  world.genesys.journal.filter(({ operation, tookEffect }) => operation === 'stop' && tookEffect);

function unaskedStops(evidence: Evidence): readonly string[] {
  const { books, world } = evidence;
  return stopsOf(evidence).flatMap((stop) => {
    const jobs = books.jobs.filter((job) => world.recordings.isStopOf(job, stop)).map(({ id }) => id);
    const asked = books.audit.some(
      (entry) =>
        entry.action === 'stop' &&
        entry.outcome === 'asked' &&
        jobs.includes(entry.job_id ?? '') &&
        entry.at <= stop.at,
    );
    return asked ? [] : [`${stop.path} was stopped by the bot, and nobody had asked for it.`];
  });
}

/** What the audit calls done, Genesys has done. */
function claimed({ books, world: { recordings } }: Evidence): readonly string[] {
  const askedAt = new Map<string | null, number>();
  return books.audit.flatMap(({ action, outcome, job_id, code, at }) => {
    if (action === 'stop' && outcome === 'asked') askedAt.set(job_id, at);
    if (outcome !== 'done' || !inPairs.includes(action)) return [];
    const job = books.jobs.find(({ id }) => id === job_id);
    if (!job || !recordings.wasMade(job))
      return [`The audit says ${action} done for job ${job_id}, and Genesys has no such recording.`];
    if (action !== 'stop') return [];
    const runsOn = recordings.all.filter(
      (recording) =>
        recordings.isOf(job, recording) &&
        recording.startedAt <= (askedAt.get(job_id) ?? at) &&
        (recording.endedAt ?? Number.POSITIVE_INFINITY) > at,
    );
    return runsOn.map(({ id }) => `The audit says stop done (${code}) for job ${job_id}, and ${id} ran on.`);
  });
}
