/** The `Store` port, once for both databases. */
import type { Clock, Logger, Store } from '../core/ports.js';
import { appendAudit, listAudit } from './audit.js';
import { forgetUnseenEnds, takeReport } from './call-reports.js';
import { endCalls, findConversation, listOpenConversations, seeCalls, seePolicies } from './calls.js';
import {
  addCard,
  cardDrawn,
  claimCard,
  dropCard,
  findCard,
  listOutdated,
  listStaleCards,
  listStaleJobCards,
  listUnposted,
  postBegun,
  releaseCard,
  reviveCard,
} from './cards.js';
import type { Db } from './db.js';
import {
  claimDelivery,
  closeRequests,
  holdRequests,
  isClaimed,
  pruneDeliveries,
  takeLeftRequests,
} from './deliveries.js';
import { advanceProgress, claimDueJobs, holdJobs, warnOfDeadlines, warnOfPauses } from './due-jobs.js';
import {
  beginJob,
  changeJob,
  countUnfinishedJobs,
  findJob,
  findJobOf,
  listUnfinishedJobs,
  listUnfinishedJobsOf,
} from './jobs.js';
import { countLeases, dropLease, forgetClaims, pruneLeases, takeLease } from './leases.js';
import { migrate } from './migrations.js';
import { forgetReply, listDueReplies, listOverWarnings, replyBegun, replySent } from './replies.js';

export interface StoreDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

/** Works on the database given, and closes it when it is closed. */
export function createStore(db: Db, { clock, logger }: StoreDeps): Store {
  return {
    migrate: async () => {
      await db.reserve();
      await migrate(db, clock.now(), logger);
    },
    ping: async () => void (await db.query('SELECT 1')),
    close: () => db.close(),

    beginJob: (job, audit, card) => db.transaction((tx) => beginJob(tx, job, audit, card)),
    changeJob: (jobId, from, change, at, audit = [], expected = {}) =>
      db.transaction((tx) => changeJob(tx, jobId, from, change, at, audit, expected)),
    findJob: (anyJobId) => findJob(db, anyJobId),
    findJobOf: (conversationId) => findJobOf(db, conversationId),
    listUnfinishedJobs: (limit) => listUnfinishedJobs(db, limit),
    countUnfinishedJobs: (atMost) => countUnfinishedJobs(db, atMost),
    listUnfinishedJobsOf: (conversationIds) => listUnfinishedJobsOf(db, conversationIds),
    claimDueJobs: (now, until, limit) => claimDueJobs(db, now, until, limit),
    holdJobs: (jobIds, until) => holdJobs(db, jobIds, until),
    warnOfDeadlines: (now, aheadMs) => warnOfDeadlines(db, now, aheadMs),
    warnOfPauses: (now, aheadMs) => warnOfPauses(db, now, aheadMs),
    advanceProgress: (now, leastMs) => advanceProgress(db, now, leastMs),

    appendAudit: (entry) => appendAudit(db, entry),
    listAudit: (jobId) => listAudit(db, jobId),

    seeCalls: (calls, now, alert) => seeCalls(db, calls, now, alert),
    seePolicies: (readings, now) => seePolicies(db, readings, now),
    endCalls: (conversationIds, now) => endCalls(db, conversationIds, now),
    takeReport: (report, now, alert) => takeReport(db, report, now, alert),
    findConversation: (conversationId) => findConversation(db, conversationId),
    listOpenConversations: () => listOpenConversations(db),

    addCard: (card, conversationId, jobId) => addCard(db, card, conversationId, jobId),
    findCard: (channelId, ts) => findCard(db, channelId, ts),
    listStaleCards: (conversationId) => listStaleCards(db, conversationId),
    listStaleJobCards: () => listStaleJobCards(db),
    listUnposted: (now, limit) => listUnposted(db, now, limit),
    listOutdated: (now, limit) => listOutdated(db, now, limit),
    cardDrawn: (cardId, ts, version) => cardDrawn(db, cardId, ts, version),
    claimCard: (cardId, holder, now, until) => claimCard(db, cardId, holder, now, until),
    releaseCard: (cardId, holder) => releaseCard(db, cardId, holder),
    postBegun: (cardId, at) => postBegun(db, cardId, at),
    reviveCard: (cardId) => reviveCard(db, cardId),
    dropCard: (cardId) => dropCard(db, cardId),
    ...replyMethods(db),
    ...leaseMethods(db),

    ...deliveriesOf(db),
  };
}

const deliveriesOf = (
  db: Db,
): Pick<
  Store,
  'claimDelivery' | 'isClaimed' | 'holdRequests' | 'takeLeftRequests' | 'closeRequests' | 'pruneDeliveries'
> => ({
  claimDelivery: (key, now, claimant, owed) => claimDelivery(db, key, now, claimant ?? null, owed),
  isClaimed: (key) => isClaimed(db, key),
  holdRequests: (claims, until) => holdRequests(db, claims, until),
  takeLeftRequests: (now, until, claimant, limit) => takeLeftRequests(db, now, until, claimant, limit),
  closeRequests: (keys, at) => closeRequests(db, keys, at),
  pruneDeliveries: async (before) => {
    await pruneDeliveries(db, before);
    await forgetUnseenEnds(db, before);
  },
});

type ReplyMethods = 'listDueReplies' | 'replyBegun' | 'replySent' | 'listOverWarnings' | 'forgetReply';

const replyMethods = (db: Db): Pick<Store, ReplyMethods> => ({
  listDueReplies: (conversationId) => listDueReplies(db, conversationId),
  replyBegun: (replyId, at) => replyBegun(db, replyId, at),
  replySent: (replyId, ts) => replySent(db, replyId, ts),
  listOverWarnings: (conversationId) => listOverWarnings(db, conversationId),
  forgetReply: (replyId) => forgetReply(db, replyId),
});

type LeaseMethods = 'takeLease' | 'dropLease' | 'countLeases' | 'pruneLeases' | 'forgetClaims';

const leaseMethods = (db: Db): Pick<Store, LeaseMethods> => ({
  takeLease: (name, holder, now, until) => takeLease(db, name, holder, now, until),
  dropLease: (name, holder) => dropLease(db, name, holder),
  countLeases: (prefix, now) => countLeases(db, prefix, now),
  pruneLeases: (now) => pruneLeases(db, now),
  forgetClaims: (now) => forgetClaims(db, now),
});
