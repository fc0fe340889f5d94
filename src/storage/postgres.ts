/** Postgres through a bounded pool. Connections may be lost at any time; the next query gets a new one. */
import pg from 'pg';
import type { Logger } from '../core/ports.js';
import { type Db, LostRace, type Queryable, storable } from './db.js';
import { busy, fromConnecting, fromQuerying, fromUrl, isAgain, isLost } from './postgres-errors.js';

export interface PostgresOptions {
  readonly databaseUrl: string;
  /** The schema to work in, which must exist; the server's default (`public`) if not given. */
  readonly schema?: string | undefined;
  /**
   * How long the server may work on a statement, in milliseconds. Statements take a few; whatever takes longer waits for a
   * lock or has lost its server.
   */
  readonly statementTimeoutMs?: number;
  /**
   * How long to wait for an answer, in milliseconds. Longer than the server's own limit: it is for a server that has
   * vanished without a word.
   */
  readonly answerTimeoutMs?: number;
  /** How long to wait for a connection, new or free, in milliseconds. */
  readonly connectTimeoutMs?: number;
}

/** A bot that freezes in a transaction must not keep its locks, in milliseconds. */
const idleInTransactionTimeoutMs = 30_000;
const maxConnections = 10;
const maxAttempts = 10;

/** Connects at the first query, not before. */
export function openPostgres(options: PostgresOptions, logger: Logger): Db {
  const pool = createPool(options, logger);

  return {
    dialect: 'postgres',
    query: (sql, params) => untilSettled(() => withClient(pool, (client) => ask(client, sql, params, true))),
    transaction: (run) => untilSettled(() => withClient(pool, (client) => runIn(client, run))),
    reserve: async () => undefined,
    async close() {
      if (!pool.ending) await pool.end();
    },
  };
}

/** Runs again what a deadlock or a lost race has undone. Whoever won has committed by then, so there is no pause. */
async function untilSettled<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isAgain(error) && !(error instanceof LostRace)) throw error;
      if (attempt === maxAttempts) throw busy(error);
    }
  }
}

function createPool(options: PostgresOptions, logger: Logger): pg.Pool {
  const { databaseUrl, schema } = options;
  const { statementTimeoutMs = 10_000, answerTimeoutMs = 12_000, connectTimeoutMs = 5_000 } = options;
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'genesys-record-bot',
    max: maxConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: answerTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    keepAlive: true,
    ...(schema === undefined ? {} : { options: `-c search_path=${schema}` }),
    types: { getTypeParser },
  });
  // The error carries the client and with it the settings: only its message is for the log.
  pool.on('error', (error) => logger.warn({ reason: error.message }, 'lost an idle database connection'));
  // In a transaction, between two queries, nobody else listens: without this the process would die.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** BIGINT as a number, for this pool only. All of ours are milliseconds and counters, far below 2^53. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text');

async function withClient<T>(pool: pg.Pool, use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await connect(pool);
  let lost = false;
  try {
    return await use(client);
  } catch (error) {
    lost = isLost(causeOf(error));
    throw error;
  } finally {
    client.release(lost);
  }
}

/** What the pool throws rather than rejects with, it has found in the URL: it reads that for each new connection. */
function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return pool.connect().catch((error: unknown) => {
      throw fromConnecting(error, pool.ending);
    });
  } catch (error) {
    throw fromUrl(error);
  }
}

/** READ COMMITTED: what must not happen twice is guarded by unique indexes and by the WHERE of each UPDATE. */
async function runIn<T>(client: pg.PoolClient, run: (tx: Queryable) => Promise<T>): Promise<T> {
  await ask(client, 'BEGIN', [], false);
  try {
    const result = await run({ query: (sql, params) => ask(client, sql, params, false) });
    await ask(client, 'COMMIT', [], true);
    return result;
  } catch (error) {
    if (!isLost(causeOf(error))) await ask(client, 'ROLLBACK', [], false);
    throw error;
  }
}

async function ask(
  client: pg.PoolClient,
  sql: string,
  params: Parameters<Queryable['query']>[1] = [],
  commits: boolean,
) {
  try {
    const { rows } = await client.query(sql, storable(params));
    return rows;
  } catch (error) {
    throw fromQuerying(error, commits);
  }
}

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined);
