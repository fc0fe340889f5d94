/**
 * The one table that the user stories run on: both contracts with Genesys, the ways to learn of calls, both of Slack's modes.
 * Where a story differs, it asks what a row can do, and not which row it is.
 */
import type { Api, GenesysSimulator } from '../simulators/genesys/types.js';
import type { Mode } from './bot-bed.js';

export interface StoryRow {
  readonly api: Api;
  readonly alerts: 'poll' | 'notifications';
  readonly mode: Mode;
}

export const storyTable: readonly StoryRow[] = [
  { api: 'recording-jobs', alerts: 'poll', mode: 'socket' },
  { api: 'recording-jobs', alerts: 'poll', mode: 'http' },
  { api: 'conversations', alerts: 'poll', mode: 'socket' },
  { api: 'conversations', alerts: 'notifications', mode: 'http' },
];

/** For `describe.each`. */
export const rowTitle = '$api, calls by $alerts, $mode mode';

/** The policy's recordings are seen, and can be paused. */
export const canPause = ({ api }: StoryRow): boolean => api === 'conversations';

/** Every change of a call is told as it happens. Polling sees calls come, go and change hands. */
export const tellsChanges = ({ alerts }: StoryRow): boolean => alerts === 'notifications';

/** A recording that somebody else begins is noticed without anybody asking for it: the public API lists none. */
export const seesForeignRecordings = (row: StoryRow): boolean =>
  row.api === 'recording-jobs' || tellsChanges(row);

/** A recording is of the call and not of one agent's leg of it. */
export const outlivesTransfer = ({ api }: StoryRow): boolean => api === 'recording-jobs';

/** All that Genesys is asked for a start and for a stop, in order. */
export const costs = {
  'recording-jobs': { start: ['start'], stop: ['stop'] },
  // The leg to record is read before; whether the edge has done it, after.
  conversations: { start: ['call', 'start', 'call'], stop: ['call', 'stop', 'call'] },
} as const;

const orders: readonly string[] = ['start', 'stop', 'pause', 'resume'];

/** What Genesys was asked to do, without what it was only asked to tell. */
export const ordersTo = ({ journal }: GenesysSimulator): readonly string[] =>
  journal.map(({ operation }) => operation).filter((operation) => orders.includes(operation));
