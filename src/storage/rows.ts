/** Rows → the domain's types. Each row is checked: one that does not fit is a bug, and throws. */
import { z } from 'zod';
import type { Actor, AuditEntry, Card, Conversation, PersonRequest, RecordingJob } from '../core/model.js';
import type { Row, SqlValue } from './db.js';

const text = z.string();
const maybeText = text.nullable();
const whole = z.int();
const maybeWhole = whole.nullable();

const actor = text.transform((value, context): Actor => {
  if (value === 'bot' || value === 'genesys') return { kind: value };
  if (value.startsWith('person:')) return { kind: 'person', userId: value.slice('person:'.length) };
  context.addIssue(`no actor: ${value}`);
  return z.NEVER;
});

const failure = z.object({ code: text, message: text, cure: maybeText, reference: maybeText });

const jobRow = z.object({
  id: text,
  genesys_id: maybeText,
  conversation_id: text,
  recording_type: z.enum(['job', 'snippet', 'adhoc', 'policy']),
  state: z.enum(['starting', 'recording', 'paused', 'stopping', 'stopped', 'failed', 'ended']),
  started_by: actor,
  start_reason: maybeText,
  channel_id: maybeText,
  created_at: whole,
  recording_since: maybeWhole,
  adopted: z.literal([0, 1]).transform(Boolean),
  deadline_at: maybeWhole,
  pending: z.enum(['pause', 'resume']).nullable(),
  pending_by: actor.nullable(),
  overtook: actor.nullable(),
  paused_by: actor.nullable(),
  paused_at: maybeWhole,
  pause_ends_at: maybeWhole,
  stopped_by: actor.nullable(),
  stop_reason: maybeText,
  finished_at: maybeWhole,
  call_went_on: z.literal([0, 1]).transform(Boolean),
  failure: text
    .transform((json): unknown => JSON.parse(json))
    .pipe(failure)
    .nullable(),
  retry_at: maybeWhole,
  retries: whole,
  warned_for: maybeWhole,
  updated_at: whole,
});

const conversationRow = z.object({
  id: text,
  caller: maybeText,
  queue: maybeText,
  agent: maybeText,
  started_at: maybeWhole,
  policy_recording: z.enum(['none', 'active', 'paused', 'held']).nullable(),
  version: whole,
  first_seen_at: whole,
  ended_at: maybeWhole,
  policy_since: maybeWhole,
});

const cardRow = z.object({
  id: text,
  channel_id: text,
  ts: maybeText,
  conversation_id: text,
  job_id: maybeText,
  drawn_version: whole,
  attempted_at: maybeWhole,
  revived: z.literal([0, 1]).transform(Boolean),
});

const flag = z.literal([0, 1]).transform(Boolean);
const warningKinds = ['warning', 'pause-warning'] as const;
const replyRow = z.object({
  id: text,
  kind: z.enum(['finished', ...warningKinds]),
  attempted_at: maybeWhole,
  is_over: flag,
});
const overWarningRow = z.object({
  id: text,
  kind: z.enum(warningKinds),
  ts: text,
  extended_by: actor.nullable(),
});

const auditRow = z.object({
  id: text,
  at: whole,
  actor,
  action: z.enum(['start', 'stop', 'pause', 'resume', 'extend', 'adopt', 'observe', 'read']),
  outcome: z.enum(['asked', 'done', 'failed', 'refused']),
  conversation_id: maybeText,
  job_id: maybeText,
  channel_id: maybeText,
  reason: maybeText,
  code: maybeText,
  reference: maybeText,
});

const requestRow = z.object({
  key: text,
  kind: z.enum(['command', 'card-button', 'list-button', 'reply-button']),
  words: text,
  value: maybeText,
  user_id: text,
  channel_id: text,
  asked_at: whole,
  takeovers: whole,
});

export const jobColumns = Object.keys(jobRow.shape);
export const conversationColumns = Object.keys(conversationRow.shape);
export const cardColumns = Object.keys(cardRow.shape);

export const toJob = (row: Row): RecordingJob => inWords(jobRow.parse(row));
export const toConversation = (row: Row): Conversation => inWords(conversationRow.parse(row));
export const toCard = (row: Row): Card => inWords(cardRow.parse(row));
export const toReplyHead = (row: Row) => inWords(replyRow.parse(row));
export const toOverWarningHead = (row: Row) => inWords(overWarningRow.parse(row));
export const toAuditEntry = (row: Row): AuditEntry => inWords(auditRow.parse(row));

/** The time of the claim is the time of the request: it is claimed when it comes in. */
export const toRequest = ({ claimed_at: asked_at, ...row }: Row): PersonRequest =>
  inWords(requestRow.parse({ ...row, asked_at }));

type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;
type InWords<T> = { [K in keyof T as CamelCase<K & string>]: T[K] };

/** `first_seen_at` → `firstSeenAt`. */
const camelCase = (column: string) =>
  column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const inWords = <T extends object>(row: T): InWords<T> =>
  Object.fromEntries(Object.entries(row).map(([column, value]) => [camelCase(column), value])) as InWords<T>;

type Stored = string | number | boolean | null | Actor | NonNullable<RecordingJob['failure']>;

/** Values under the names and in the form in which those columns store them; columns without one are left out. */
const toColumns = (
  columns: readonly string[],
  values: Readonly<Record<string, Stored | undefined>>,
): Record<string, SqlValue> =>
  Object.fromEntries(
    columns
      .map((column) => [column, values[camelCase(column)]] as const)
      .filter((entry): entry is [string, Stored] => entry[1] !== undefined)
      .map(([column, value]) => [column, toSqlValue(value)]),
  );

export const fromJob = (job: Partial<RecordingJob>) => toColumns(jobColumns, { ...job });
export const fromAuditEntry = (entry: AuditEntry) => toColumns(Object.keys(auditRow.shape), { ...entry });

function toSqlValue(value: Stored): SqlValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === null || typeof value !== 'object') return value;
  if ('code' in value) return JSON.stringify(value);
  return value.kind === 'person' ? `person:${value.userId}` : value.kind;
}
