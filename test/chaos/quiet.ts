/** Has everything come to rest? */
import type { Books, ChaosDatabase, DeliveryRow, JobRow, ReplyRow } from './database.js';
import type { Fleet } from './fleet.js';
import type { World } from './world.js';

export interface Unrest {
  /** In words. */
  readonly what: string;
  /** How much is still to be drawn and sent. */
  readonly backlog: number;
}

/** Null when it has; else what still moves. */
export async function findUnrest({
  world,
  fleet,
  database,
}: {
  readonly world: World;
  readonly fleet: Fleet;
  readonly database: ChaosDatabase;
}): Promise<Unrest | null> {
  const books = await database.read();
  const backlog = backlogOf(books);
  const what =
    whatWaits(world, fleet) ??
    whatIsDue(books) ??
    (backlog > 0 ? `${backlog} cards and replies are not drawn` : null) ??
    whatDiffers(books, world);
  return what === null ? null : { what, backlog };
}

function whatWaits({ slack }: World, fleet: Fleet): string | null {
  if (fleet.ready.length < fleet.names.length) return 'not all processes are ready';
  const pending = slack.snapshot().pending.length;
  return pending > 0 ? `${pending} requests from Slack wait for their ack` : null;
}

function whatIsDue({ jobs, deliveries }: Books): string | null {
  const now = Date.now();
  const owed = deliveries.filter(isOwed).length;
  if (owed > 0) return `${owed} requests have no answer yet`;
  const moving = jobs.filter(({ state }) => state === 'starting' || state === 'stopping').length;
  if (moving > 0) return `${moving} jobs are starting or stopping`;
  const late = jobs.filter((job) => isRunning(job.state) && (job.deadline_at ?? now) < now).length;
  if (late > 0) return `${late} recordings are past their deadline`;
  const ordered = jobs.filter(({ pending }) => pending !== null).length;
  if (ordered > 0) return `${ordered} pauses or resumptions are on their way`;
  // Only then is it seen whether each of them ends.
  const paused = jobs.filter((job) => job.state === 'paused' && job.pause_ends_at !== null).length;
  return paused > 0 ? `${paused} pauses made by the bot last` : null;
}

function backlogOf({ jobs, cards, replies }: Books): number {
  const stale = cards.filter((card) => card.drawn_version < card.wanted_version).length;
  const posted = new Set(cards.filter(({ ts }) => ts !== null).map(({ id }) => id));
  const owed = replies.filter(
    (reply) => reply.ts === null && posted.has(reply.card_id) && isWanted(reply, jobs),
  );
  return stale + owed.length;
}

/** Nobody is warned of the end of what has ended, or of a time that was moved: such a warning stays unsent. */
function isWanted({ kind, id, job_id }: ReplyRow, jobs: readonly JobRow[]): boolean {
  if (kind !== 'warning') return true;
  const job = jobs.find((one) => one.id === job_id);
  return job !== undefined && isRunning(job.state) && id.endsWith(`/${job.deadline_at}`);
}

export const isOwed = ({ kind, answered_at }: DeliveryRow): boolean => kind !== null && answered_at === null;

export const isRunning = (state: string): boolean => state === 'recording' || state === 'paused';

function whatDiffers({ jobs }: Books, { recordings, live }: World): string | null {
  const inBooks = jobs.filter(({ state }) => isRunning(state));
  const atGenesys = recordings.all.filter(({ endedAt }) => endedAt === null);
  const same =
    inBooks.every((job) => recordings.isMade(job)) &&
    atGenesys.filter(recordings.mustBeKnown).every((one) => inBooks.some((job) => recordings.isOf(job, one)));
  if (!same) return `${inBooks.length} recordings in the books, ${atGenesys.length} at Genesys`;
  const others = inBooks.filter((job) => live?.isMisjudged(job));
  return others.length > 0 ? `${others.length} recordings are paused in one place alone` : null;
}
