/** Years of recordings, written by the database itself. One SQL text for both databases. */

/** What a database holds. */
export interface Holding {
  readonly finished: number;
  readonly running: number;
}

/** A statement with its parameters already in it: bulk work has no strangers' text. */
export type Run = (sql: string) => Promise<unknown>;

/** Between two calls, in milliseconds: a million of them are two years. */
const everyMs = 60_000;
const minuteMs = 60_000;

/** Eight digits of `number`, and the rest of a UUID; `kind` tells the ids of one row's call, job and card apart. */
const uuid = (kind: number, number = 'i') =>
  `CAST(10000000 + ${number} AS TEXT) || '-0000-4000-8000-00000000000${kind}'`;

/**
 * Each recording has its conversation, which was once a call that was up, its card, and its audit entries; a finished one
 * also has the reply in the thread. Every card is drawn and every reply sent. Those that run do so since less than an hour and
 * for half a day to come, so that nothing comes due while somebody measures.
 */
export async function fill(run: Run, { finished, running }: Holding, now: number): Promise<void> {
  const createdAt = `CASE WHEN i <= ${finished} THEN ${now} - (${finished} - i + 60) * CAST(${everyMs} AS BIGINT) ELSE ${now} - (i - ${finished}) * ${minuteMs} / 200 END`;
  const isOver = `i <= ${finished}`;
  const rows = `WITH RECURSIVE numbers (i) AS (
      SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ${finished + running}
    ), recordings AS (
      SELECT i, ${createdAt} AS at, ${uuid(1)} AS conversation, ${uuid(2)} AS job, ${uuid(3)} AS card,
        'C0OPS' || CAST(i % 40 AS TEXT) AS channel, 'person:U0SUPER' || CAST(i % 90 AS TEXT) AS person
      FROM numbers
    )`;
  await run(`INSERT INTO conversations
      (id, caller, queue, agent, started_at, version, first_seen_at, seen_at, ended_at)
    ${rows}
    SELECT conversation, '+1317555' || CAST(1000 + i % 9000 AS TEXT), 'Claims', 'Grace Nakamura', at - 30000, 4,
      at - 20000, at - 20000, CASE WHEN ${isOver} THEN at + 7 * ${minuteMs} END
    FROM recordings`);
  await run(`INSERT INTO jobs
      (id, genesys_id, conversation_id, state, started_by, start_reason, channel_id, created_at, recording_since,
       adopted, deadline_at, stopped_by, stop_reason, finished_at, retries, updated_at)
    ${rows}
    SELECT job, ${uuid(4)}, conversation, CASE WHEN ${isOver} THEN 'stopped' ELSE 'recording' END, person,
      'a complaint', channel, at, at + 300, 0, at + 12 * 60 * ${minuteMs},
      CASE WHEN ${isOver} THEN person END, NULL, CASE WHEN ${isOver} THEN at + 5 * ${minuteMs} END, 0,
      CASE WHEN ${isOver} THEN at + 5 * ${minuteMs} ELSE at + 300 END
    FROM recordings`);
  await run(`INSERT INTO cards (id, channel_id, ts, conversation_id, job_id, drawn_version, wanted_version)
    ${rows}
    SELECT card, channel, CAST(at / 1000 AS TEXT) || '.' || CAST(100000 + i % 900000 AS TEXT), conversation, job, 4, 4
    FROM recordings`);
  await run(`INSERT INTO replies (id, kind, card_id, job_id, due_at, ts)
    ${rows}
    SELECT card || '/' || job, 'finished', card, job, at + 5 * ${minuteMs}, CAST(at / 1000 + 301 AS TEXT) || '.000100'
    FROM recordings WHERE ${isOver}`);
  await run(`INSERT INTO audit
      (id, at, actor, action, outcome, conversation_id, job_id, channel_id, reason)
    ${rows}, steps (step, action, outcome, after) AS (
      SELECT 5, 'start', 'asked', 0 UNION ALL SELECT 6, 'start', 'done', 300
      UNION ALL SELECT 7, 'stop', 'asked', 299000 UNION ALL SELECT 8, 'stop', 'done', 300000
    )
    SELECT ${uuid(0)} || CAST(step AS TEXT), at + after, person, action, outcome, conversation, job, channel, 'a complaint'
    FROM recordings CROSS JOIN steps WHERE ${isOver} OR action = 'start'`);
}
