/** Where the tests' Postgres is, as in `test/support/postgres.ts`, which cannot be loaded outside of a test. */
export const postgresServerUrl =
  process.env['TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
