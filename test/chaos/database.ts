/** The databases that the bots share in a run, and what stands in them. */
import { randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'libsql';
import pg from 'pg';
import type { AuditAction, AuditOutcome, JobState } from '../../src/core/model.js';
import type { DatabaseKind } from './options.js';

export interface JobRow {
  readonly seq: number;
  readonly id: string;
  readonly genesys_id: string | null;
  readonly conversation_id: string;
  readonly recording_type: string;
  readonly state: JobState;
  readonly started_by: string;
  readonly channel_id: string | null;
  readonly created_at: number;
  readonly recording_since: number | null;
  readonly deadline_at: number | null;
  readonly pending: 'pause' | 'resume' | null;
  readonly paused_by: string | null;
  readonly pause_ends_at: number | null;
  readonly stopped_by: string | null;
  readonly finished_at: number | null;
  readonly retries: number;
}

export interface CardRow {
  readonly id: string;
  readonly channel_id: string;
  readonly ts: string | null;
  readonly conversation_id: string;
  readonly job_id: string | null;
  readonly drawn_version: number;
  readonly wanted_version: number;
}

export interface ReplyRow {
  readonly id: string;
  readonly kind: string;
  readonly card_id: string;
  readonly job_id: string;
  readonly ts: string | null;
}

export interface AuditRow {
  readonly seq: number;
  readonly at: number;
  readonly actor: string;
  readonly action: AuditAction;
  readonly outcome: AuditOutcome;
  readonly conversation_id: string | null;
  readonly job_id: string | null;
  readonly channel_id: string | null;
  readonly code: string | null;
}

/** Without the columns that say what was asked. */
export interface DeliveryRow {
  readonly key: string;
  readonly kind: string | null;
  readonly takeovers: number;
  readonly answered_at: number | null;
}

export interface ConversationRow {
  readonly id: string;
  readonly queue: string | null;
  readonly agent: string | null;
  readonly policy_recording: string | null;
  readonly ended_at: number | null;
}

/** Everything the bot has written down. */
export interface Books {
  readonly conversations: readonly ConversationRow[];
  readonly jobs: readonly JobRow[];
  readonly cards: readonly CardRow[];
  readonly replies: readonly ReplyRow[];
  readonly audit: readonly AuditRow[];
  readonly deliveries: readonly DeliveryRow[];
}

export interface ChaosDatabase {
  readonly kind: DatabaseKind;
  /** The bots' settings for it. */
  readonly env: Readonly<Record<string, string>>;
  read(): Promise<Books>;
  /** Cuts every connection the bots have, as a restart of the server does. Nothing where there is no server. */
  cut(): Promise<void>;
  drop(): Promise<void>;
}

type Query = (sql: string) => Promise<readonly unknown[]>;

async function readBooks(query: Query): Promise<Books> {
  const all = async <Row>(table: string, order: string) =>
    (await query(`SELECT * FROM ${table} ORDER BY ${order}`)) as readonly Row[];
  return {
    conversations: await all<ConversationRow>('conversations', 'id'),
    jobs: await all<JobRow>('jobs', 'seq'),
    cards: await all<CardRow>('cards', 'seq'),
    replies: await all<ReplyRow>('replies', 'id'),
    audit: await all<AuditRow>('audit', 'seq'),
    deliveries: await all<DeliveryRow>('deliveries', 'key'),
  };
}

/** A database of its own, at the server of the tests. */
export async function createPostgres(serverUrl: string): Promise<ChaosDatabase> {
  const name = `chaos_${randomUUID().replaceAll('-', '')}`;
  const admin = new pg.Pool({ connectionString: serverUrl, max: 1 });
  admin.on('error', () => undefined);
  const url = new URL(serverUrl);
  await admin.query(`CREATE DATABASE ${name}`).catch((cause: unknown) => {
    const cure = 'Start one, let TEST_DATABASE_URL name one, or add --database sqlite.';
    throw new Error(`No database can be created at the Postgres of ${url.host}. ${cure}`, { cause });
  });
  url.pathname = `/${name}`;
  return {
    kind: 'postgres',
    env: { DATABASE_URL: url.href },
    async read() {
      const types = { getTypeParser };
      const client = new pg.Client({ connectionString: url.href, application_name: 'chaos', types });
      client.on('error', () => undefined);
      await client.connect();
      try {
        // One picture, however much is written meanwhile.
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
        return await readBooks(async (sql) => (await client.query(sql)).rows);
      } finally {
        await client.end();
      }
    },
    async cut() {
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name <> 'chaos'`,
        [name],
      );
    },
    async drop() {
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}

const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text');

export async function createSqlite(): Promise<ChaosDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'chaos-data-'));
  return {
    kind: 'sqlite',
    env: { DATA_DIR: folder },
    read: () => readCopy(folder),
    cut: async () => undefined,
    drop: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The file belongs to one process alone, so a copy is read: as after a power cut, with what the log adds to it. */
async function readCopy(folder: string): Promise<Books> {
  for (let attempt = 1; ; attempt += 1) {
    const copy = await mkdtemp(join(tmpdir(), 'chaos-copy-'));
    try {
      for (const file of ['recordings.db', 'recordings.db-wal']) {
        await copyFile(join(folder, file), join(copy, file)).catch((error) => {
          if (!file.endsWith('-wal')) throw error;
        });
      }
      const connection = new Sqlite(join(copy, 'recordings.db'));
      try {
        return await readBooks(async (sql) => connection.prepare(sql).all());
      } finally {
        connection.close();
      }
    } catch (error) {
      // Copied in the middle of a checkpoint.
      if (attempt === 10) throw error;
      await sleep(100);
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  }
}
