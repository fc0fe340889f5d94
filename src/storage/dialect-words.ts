/** Schema statements that the two databases word differently. */

/** Where the dialects have no common word. */
export interface Words {
  /** A column that numbers rows in the order of their insertion. */
  readonly sequence: string;
  /** Statements after which the table's rows can be neither changed nor deleted. */
  readonly appendOnly: (table: string) => readonly string[];
}

export type Migration = (words: Words) => readonly string[];

export const sqliteWords: Words = {
  sequence: 'INTEGER PRIMARY KEY AUTOINCREMENT',
  appendOnly: (table) => [
    `CREATE TRIGGER ${table}_no_update BEFORE UPDATE ON ${table}
       BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`,
    `CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table}
       BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`,
    // INSERT OR REPLACE deletes without asking the triggers for DELETE.
    `CREATE TRIGGER ${table}_no_replace BEFORE INSERT ON ${table}
       WHEN EXISTS (SELECT 1 FROM ${table} WHERE id = NEW.id OR seq = NEW.seq)
       BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`,
  ],
};

export const postgresWords: Words = {
  sequence: 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
  appendOnly: (table) => [
    `CREATE FUNCTION ${table}_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION '${table} is append-only'; END $$`,
    `CREATE TRIGGER ${table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ${table}
       FOR EACH STATEMENT EXECUTE FUNCTION ${table}_refuse_change()`,
  ],
};
