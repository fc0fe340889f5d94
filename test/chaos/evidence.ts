/** What is known after a run, and what it comes to. */
import { checkAnswers } from './check-answers.js';
import { checkAudit } from './check-audit.js';
import { checkCards } from './check-cards.js';
import { checkDeadlines } from './check-deadlines.js';
import { checkPauses } from './check-pauses.js';
import { checkRecordings } from './check-recordings.js';
import type { Books } from './database.js';
import type { Fleet } from './fleet.js';
import type { People } from './people.js';
import type { RunOptions } from './run.js';
import type { Trouble } from './trouble.js';
import type { World } from './world.js';

export interface Evidence {
  readonly world: World;
  readonly people: People;
  readonly trouble: Trouble;
  readonly fleet: Fleet;
  readonly begunAt: number;
  /** When the trouble ended. */
  readonly calmAt: number;
  /** Null when everything came to rest in time; else what still moved. */
  readonly quiet: string | null;
  readonly books: Books;
  readonly endedAt: number;
}

/** What one check found. */
export interface Finding {
  readonly title: string;
  /** A sentence each. */
  readonly violations: readonly string[];
  /** What was looked at, and what is known to be so and is no violation. */
  readonly counts: readonly (readonly [what: string, count: number])[];
  /** Examples of the latter, a sentence each. */
  readonly notes?: readonly string[];
}

export interface Verdict {
  readonly database: string;
  readonly seed: number;
  readonly facts: readonly (readonly [what: string, count: number | string])[];
  readonly findings: readonly Finding[];
  readonly violations: readonly string[];
  /** Where the logs are kept; null when there was no reason to. */
  readonly logs: string | null;
}

export function judge({ database, seed }: RunOptions, evidence: Evidence): Verdict {
  const findings = [
    checkRest(evidence),
    checkRecordings(evidence),
    checkDeadlines(evidence),
    checkAnswers(evidence),
    checkCards(evidence),
    checkAudit(evidence),
    ...(evidence.world.live ? [checkPauses(evidence, evidence.world.live)] : []),
  ];
  return {
    database,
    seed,
    facts: factsOf(evidence),
    findings,
    violations: findings.flatMap(({ violations }) => violations),
    logs: null,
  };
}

/** Slack and Genesys say what no correct client does; some of it the run itself causes. */
function checkRest({ quiet, fleet, world }: Evidence): Finding {
  const complaints = [...world.slack.violations, ...world.genesys.violations];
  // A process knows only of the 429 that it got itself, and none can ack what it had in hand when it was killed.
  const caused = /before Retry-After had passed|was not acked in time/;
  const broken = complaints.filter((sentence) => !caused.test(sentence));
  return {
    title: 'it comes to rest, no process ends by itself, no rule of Slack or Genesys is broken',
    violations: [
      ...(quiet === null ? [] : [`It did not come to rest: ${quiet}.`]),
      ...fleet.troubles,
      ...broken,
    ],
    counts: [['complaints that the trouble itself causes', complaints.length - broken.length]],
  };
}

function factsOf(evidence: Evidence): Verdict['facts'] {
  const { world, people, trouble, fleet, books, begunAt, calmAt, endedAt } = evidence;
  const { slack, genesys } = world;
  const seconds = (ms: number) => Math.round(ms / 1000);
  const acted = [...people.counts].sort(byName);
  const struck = [...trouble.counts].sort(byName);
  return [
    ['seconds of trouble', seconds(calmAt - begunAt)],
    ['seconds until it was quiet', seconds(endedAt - calmAt)],
    ['processes', fleet.names.length],
    ['kills (SIGKILL)', fleet.kills.length],
    ['starts of a process', fleet.starts],
    ['history scopes granted', world.mayReadHistory ? 'yes' : 'no'],
    ['calls are learned of by', world.alertsBy],
    ['calls', genesys.calls.length],
    ['recordings at Genesys', world.recordings.all.length],
    ...(world.live ? [['pauses at Genesys', world.live.pauses.length] as const] : []),
    ['jobs in the books', books.jobs.length],
    ['requests to Genesys', genesys.journal.length],
    ['requests to Slack', slack.count('any')],
    ...acted.map(([name, count]) => [`did: ${name}`, count] as const),
    ...struck.map(([name, count]) => [`struck: ${name}`, count] as const),
  ];
}

const byName = ([one]: readonly [string, number], [other]: readonly [string, number]) =>
  one.localeCompare(other);
