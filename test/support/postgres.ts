/** Tests that need Postgres: they run where one answers, say how to get one where none does, and fail then with CI=true. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';

const { TEST_DATABASE_URL, CI } = process.env;

export const postgresUrl = TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

const hint =
  'no Postgres answers: start one with `docker run -d -p 5432:5432 -e POSTGRES_HOST_AUTH_METHOD=trust postgres:15`, ' +
  'or let TEST_DATABASE_URL name one';

/** An empty schema of this test file's own. */
export interface PostgresSchema {
  readonly url: string;
  readonly schema: string;
  /** Drops everything in it. */
  reset(): Promise<void>;
  /** Runs one statement as the owner, outside of what is tested. */
  run(sql: string): Promise<readonly Record<string, unknown>[]>;
}

/** `describe` with a schema, which is made before the tests and dropped after them. */
export function describePostgres(name: string, suite: (schema: PostgresSchema) => void): void {
  describe.runIf(answers || CI === 'true')(name, () => {
    const schema = `test_${randomUUID().replaceAll('-', '')}`;
    const admin = new pg.Pool({ connectionString: postgresUrl, max: 1, options: `-c search_path=${schema}` });
    // A test may end every connection of the server's, this one too; the next statement gets a new one.
    admin.on('error', () => undefined);
    const reset = async () => {
      await admin.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await admin.query(`CREATE SCHEMA ${schema}`);
    };
    beforeAll(async () => {
      if (!answers) throw new Error(hint);
      await reset();
    });
    afterAll(async () => {
      if (answers) await admin.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await admin.end();
    });
    suite({ url: postgresUrl, schema, reset, run: async (sql) => (await admin.query(sql)).rows });
  });
}

async function isAnswering(): Promise<boolean> {
  const client = new pg.Client({ connectionString: postgresUrl, connectionTimeoutMillis: 3_000 });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    process.stderr.write(`Postgres tests ${CI === 'true' ? 'fail' : 'are skipped'}: ${hint}\n`);
    return false;
  }
}

const answers = await isAnswering();
