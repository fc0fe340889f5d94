/** What both drivers promise, whatever is stored. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Db } from '../../src/storage/db.js';

export function describeDb(open: () => Promise<Db>): void {
  describe('as a driver', () => {
    let db: Db;

    beforeEach(async () => {
      db = await open();
      await db.query('CREATE TABLE things (id TEXT PRIMARY KEY, n BIGINT)');
    });

    it('binds parameters by their number, in any order and more than once', async () => {
      await db.query('INSERT INTO things (n, id) VALUES ($2, $1)', ['a', 7]);
      expect(await db.query('SELECT * FROM things WHERE n >= $2 AND (id = $1 OR id = $1)', ['a', 7])).toEqual(
        [{ id: 'a', n: 7 }],
      );
    });

    it('keeps text, milliseconds and nothing as they are', async () => {
      const id = `“ü” 日本 🎧 ' " ; -- $1`;
      const at = 253_402_300_799_999;
      const written = await db.query('INSERT INTO things (id, n) VALUES ($1, $2) RETURNING *', [id, at]);
      expect(written).toEqual([{ id, n: at }]);
      await db.query('INSERT INTO things (id, n) VALUES ($1, $2)', ['none', null]);
      expect(await db.query('SELECT n FROM things WHERE id = $1', ['none'])).toEqual([{ n: null }]);
    });

    it('stores text with a NUL, which neither database can hold, with a mark in its place', async () => {
      expect(await db.query('INSERT INTO things (id) VALUES ($1) RETURNING id', ['a\u0000b'])).toEqual([
        { id: 'a\ufffdb' },
      ]);
    });

    it('shows a transaction to others only when it is committed', async () => {
      let seen: Promise<readonly unknown[]> | undefined;
      await db.transaction(async (tx) => {
        await tx.query("INSERT INTO things VALUES ('a', 1)");
        // Not awaited: SQLite answers when the transaction is over, Postgres at once, and neither shows half of it.
        seen = db.query('SELECT COUNT(*) AS n FROM things WHERE id IN ($1, $2)', ['a', 'b']);
        await tx.query("INSERT INTO things VALUES ('b', 1)");
      });
      expect([[{ n: 0 }], [{ n: 2 }]]).toContainEqual(await seen);
    });

    it('leaves a query out of somebody else’s transaction that is rolled back', async () => {
      let mine: Promise<unknown> | undefined;
      const theirs = db.transaction(async (tx) => {
        await tx.query("INSERT INTO things VALUES ('theirs', 1)");
        mine = db.query("INSERT INTO things VALUES ('mine', 1)");
        await tx.query('SELECT 1');
        throw new Error('changed my mind');
      });
      await expect(theirs).rejects.toThrow('changed my mind');
      await mine;
      expect(await db.query('SELECT id FROM things')).toEqual([{ id: 'mine' }]);
    });

    it('undoes all of a transaction when one statement fails, and works on', async () => {
      const failing = db.transaction(async (tx) => {
        await tx.query("INSERT INTO things VALUES ('a', 1)");
        await tx.query("INSERT INTO things VALUES ('a', 2)");
      });
      await expect(failing).rejects.toThrow(/unique/i);
      expect(await db.query('SELECT * FROM things')).toEqual([]);
      await db.transaction((tx) => tx.query("INSERT INTO things VALUES ('a', 3)"));
      expect(await db.query('SELECT n FROM things')).toEqual([{ n: 3 }]);
    });

    it('never loses an update of many transactions at once', async () => {
      await db.query("INSERT INTO things VALUES ('a', 0)");
      await Promise.all(
        Array.from({ length: 50 }, () =>
          db.transaction((tx) => tx.query("UPDATE things SET n = n + 1 WHERE id = 'a'")),
        ),
      );
      expect(await db.query('SELECT n FROM things')).toEqual([{ n: 50 }]);
    });

    it('leaves a mistake in SQL as it is: that is a bug, not an outage', async () => {
      const error: unknown = await db.query('SELEKT').catch((reason) => reason);
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).name).not.toBe('RecordError');
    });
  });
}
