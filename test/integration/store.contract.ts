/** What the store promises on every database. Each test starts with an empty one. */
import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../../src/core/ports.js';
import type { Db, Row } from '../../src/storage/db.js';
import { createStore } from '../../src/storage/store.js';
import { silent } from '../support/store-samples.js';
import { describeAudit } from './store-audit.contract.js';
import { describeBacklog } from './store-backlog.contract.js';
import { describeCalls } from './store-calls.contract.js';
import { describeCards } from './store-cards.contract.js';
import { describeDueJobs } from './store-due-jobs.contract.js';
import { describeJobs } from './store-jobs.contract.js';
import { describePauses } from './store-pauses.contract.js';
import { describeReports } from './store-reports.contract.js';
import { describeRequests } from './store-requests.contract.js';
import { describeSchema } from './store-schema.contract.js';
import { describeSharedWork } from './store-shared-work.contract.js';

/** One empty database, opened once or, where several processes may share it, twice. */
export interface OpenDatabase {
  readonly dbs: readonly Db[];
  close(): Promise<void>;
}

/** What a test works with. Set anew before each test, so it is read when needed and not kept. */
export interface Bench {
  store: Store;
  /** Stores of the same database, one for each process that shares it. */
  stores: readonly Store[];
  db: Db;
  /** Every row of every table, but for the schema's own. */
  everything(): Promise<Record<Table, readonly Row[]>>;
}

/** Those that refer to others come before them. */
export const tables = ['replies', 'cards', 'audit', 'jobs', 'conversations', 'deliveries', 'leases'] as const;
type Table = (typeof tables)[number];

export function describeStore(open: () => Promise<OpenDatabase>): void {
  const bench = {} as Bench;
  let database: OpenDatabase;

  beforeEach(async () => {
    database = await open();
    const stores = database.dbs.map((db) => createStore(db, { clock: { now: () => 1_000 }, logger: silent }));
    const [db, store] = [database.dbs[0] as Db, stores[0] as Store];
    await store.migrate();
    Object.assign(bench, {
      ...{ db, store, stores },
      everything: async () => {
        const rows = await Promise.all(
          tables.map((table) => db.query(`SELECT * FROM ${table} ORDER BY 1, 2`)),
        );
        return Object.fromEntries(tables.map((table, index) => [table, rows[index]]));
      },
    });
  });
  afterEach(() => database.close());

  describe('jobs', () => describeJobs(bench));
  describe('what time makes due', () => describeDueJobs(bench));
  describe('pauses', () => describePauses(bench));
  describe('shared work', () => describeSharedWork(bench));
  describe('cards and replies', () => describeCards(bench));
  describe('cards that wait', () => describeBacklog(bench));
  describe('calls', () => describeCalls(bench));
  describe('reports of calls', () => describeReports(bench));
  describe('audit and deliveries', () => describeAudit(bench));
  describe('requests', () => describeRequests(bench));
  describe('schema', () => describeSchema(bench));
}
