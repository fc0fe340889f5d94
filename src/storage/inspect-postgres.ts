import { RecordError } from '../core/errors.js';
import type { Logger } from '../core/ports.js';
import type { Db, Row } from './db.js';
import type { SeenDatabase } from './inspected.js';
import { readVersion } from './migrations.js';
import { openPostgres, type PostgresOptions } from './postgres.js';

/** Throws as queries do, and `CONFIG_INVALID` when the bot could read the database but not keep its tables in it. */
export async function inspectPostgres(options: PostgresOptions, logger: Logger): Promise<SeenDatabase> {
  const db = openPostgres(options, logger);
  try {
    return await inspect(db, new URL(options.databaseUrl).host);
  } finally {
    await db.close();
  }
}

const facts = `
  SELECT current_setting('server_version') AS server,
         current_database() AS name,
         current_user AS who,
         current_schema() AS schema,
         pg_is_in_recovery() AS is_copy,
         current_setting('default_transaction_read_only') AS read_only,
         COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create,
         to_regclass('schema_migrations') IS NOT NULL AS has_tables,
         COALESCE(has_table_privilege(to_regclass('schema_migrations'), 'INSERT'), true) AS may_write`;

async function inspect(db: Db, host: string): Promise<SeenDatabase> {
  const [seen = {}] = await db.query(facts);
  const { server, name, schema, has_tables: hasTables } = seen;
  expectUse(seen);
  const version = hasTables ? await readVersion(db) : 0;
  return { name: `Postgres ${server}, database ${name} on ${host}, schema ${schema}`, version };
}

function expectUse(seen: Row): void {
  const {
    is_copy: isCopy,
    read_only: readOnly,
    may_create: mayCreate,
    may_write: mayWrite,
    schema,
    who,
  } = seen;
  if (isCopy || readOnly === 'on') {
    throw new RecordError('CONFIG_INVALID', 'The database can only be read.', {
      cure: 'Let DATABASE_URL name the primary server, where writing is allowed.',
    });
  }
  if (!mayCreate) {
    const where =
      schema === null ? 'no schema of its search path is there' : `it may not in schema ${schema}`;
    throw new RecordError('CONFIG_INVALID', `The database user ${who} cannot create tables: ${where}.`, {
      cure: `Let an administrator of the database run: GRANT CREATE, USAGE ON SCHEMA ${schema ?? 'public'} TO ${who};`,
    });
  }
  if (!mayWrite) {
    throw new RecordError('CONFIG_INVALID', `The database user ${who} may not write to the bot's tables.`, {
      cure: 'Let DATABASE_URL name the user who owns these tables.',
    });
  }
}
