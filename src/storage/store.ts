/** The `Store` port, once for both databases. */
import type { Clock, Logger, Store } from '../core/ports.js';
import { appendAudit, listAudit } from './audit.js';
import { endCalls, findConversation, listOpenConversations, seeCalls } from './calls.js';
import { addCard, cardDrawn, dropCard, findCard, listStaleCards } from './cards.js';
import type { Db } from './db.js';
import { claimDelivery, pruneDeliveries } from './deliveries.js';
import { beginJob, changeJob, findJob, findJobOf, listDueJobs, listUnfinishedJobs } from './jobs.js';
import { migrate } from './migrations.js';
import { listDueReplies, replySent } from './replies.js';

export interface StoreDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

/** Works on the database given, and closes it when it is closed. */
export function createStore(db: Db, { clock, logger }: StoreDeps): Store {
  return {
    migrate: () => migrate(db, clock.now(), logger),
    ping: async () => void (await db.query('SELECT 1')),
    close: () => db.close(),

    beginJob: (job, audit, card) => db.transaction((tx) => beginJob(tx, job, audit, card)),
    changeJob: (jobId, from, change, at, audit) =>
      db.transaction((tx) => changeJob(tx, jobId, from, change, at, audit)),
    findJob: (anyJobId) => findJob(db, anyJobId),
    findJobOf: (conversationId) => findJobOf(db, conversationId),
    listUnfinishedJobs: () => listUnfinishedJobs(db),
    listDueJobs: (now, limit) => listDueJobs(db, now, limit),

    appendAudit: (entry) => appendAudit(db, entry),
    listAudit: (jobId) => listAudit(db, jobId),

    seeCalls: (calls, now, alert) => seeCalls(db, calls, now, alert),
    endCalls: (conversationIds, now) => endCalls(db, conversationIds, now),
    findConversation: (conversationId) => findConversation(db, conversationId),
    listOpenConversations: () => listOpenConversations(db),

    addCard: (card, conversationId, jobId) => addCard(db, card, conversationId, jobId),
    findCard: (channelId, ts) => findCard(db, channelId, ts),
    listStaleCards: (conversationId) => listStaleCards(db, conversationId),
    cardDrawn: (cardId, ts, version) => cardDrawn(db, cardId, ts, version),
    dropCard: (cardId) => dropCard(db, cardId),
    listDueReplies: (conversationId) => listDueReplies(db, conversationId),
    replySent: (replyId, ts) => replySent(db, replyId, ts),

    claimDelivery: (key, now) => claimDelivery(db, key, now),
    pruneDeliveries: (before) => pruneDeliveries(db, before),
  };
}
