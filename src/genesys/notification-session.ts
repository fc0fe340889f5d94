/** From start to stop: which queues there are, and a line for each channel that it takes to listen to them. */
import { levelOf } from '../core/errors.js';
import type { CallListener } from '../core/ports.js';
import { readCallEvent } from './call-conversation.js';
import { pauseBefore } from './notification-backoff.js';
import { missingFor } from './notification-channel.js';
import type { Frame } from './notification-frames.js';
import { type LineDeps, NotificationLine } from './notification-line.js';
import { maxChannels, shareQueues, topicsPerChannel } from './notification-topics.js';
import { listQueues } from './queues.js';

export interface SessionDeps extends LineDeps {
  /** The queues to listen to; all that the OAuth client can see, if there are none. */
  readonly queueIds: readonly string[];
}

/** Between looks for new queues, in milliseconds. */
const queuesEveryMs = 10 * 60_000;
/** Between log lines about what cannot be read, in milliseconds. */
const unreadableEveryMs = 10 * 60_000;

export class NotificationSession {
  readonly #deps: SessionDeps;
  readonly #listener: CallListener;
  readonly #stop = new AbortController();
  readonly #lines: NotificationLine[] = [];
  /** Lines whose first attempt is under way: a gap is told once for all of them. */
  readonly #starting = new Set<NotificationLine>();
  #gap = false;
  #shares: readonly (readonly string[])[] = [];
  #leftOut = 0;
  #queueNames: ReadonlyMap<string, string> = new Map();
  /** Why the queues could not be read the last time. Those that are listened to already are not affected. */
  #readFailure: string | null = null;
  /** Why some queues may be missing. */
  #queuesProblem: string | null = null;
  readonly #unreadable = { count: 0, loggedAt: Number.NEGATIVE_INFINITY };
  readonly #running: Promise<void>;

  constructor(deps: SessionDeps, listener: CallListener) {
    this.#deps = deps;
    this.#listener = listener;
    this.#running = this.#run();
  }

  /** Why no events arrive, or not all of them: one sentence; null when they do. */
  get problem(): string | null {
    if (this.#lines.length === 0) return this.#problemWithoutQueues();
    const ofLine = this.#lines.map((line) => line.problem).find((problem) => problem !== null);
    return ofLine ?? this.#leftOutProblem() ?? this.#queuesProblem ?? this.#refusedProblem();
  }

  /** Resolves when nothing more is told. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#running, ...this.#lines.map((line) => line.stop())]);
  }

  async #run(): Promise<void> {
    const { queueIds, clock, random } = this.#deps;
    if (queueIds.length > 0) this.#listenTo(queueIds);
    for (let attempts = 1; !this.#stop.signal.aborted; ) {
      for (const line of this.#lines) line.retryRefused();
      await this.#readQueues();
      attempts = this.#lines.length === 0 ? attempts + 1 : 1;
      const pauseMs = attempts > 1 ? pauseBefore(attempts, random) : queuesEveryMs;
      await clock.sleep(pauseMs, this.#stop.signal);
    }
  }

  async #readQueues(): Promise<void> {
    const { queueIds } = this.#deps;
    const { signal } = this.#stop;
    try {
      const { items, complete } = await listQueues(this.#deps, { signal });
      if (signal.aborted) return;
      this.#queueNames = new Map(items.flatMap(({ id, name }) => (name ? [[id.toLowerCase(), name]] : [])));
      const seen = items.map(({ id }) => id);
      // From a listing that was cut short no absence follows.
      if (queueIds.length === 0) this.#listenTo(complete ? seen : [...this.#shares.flat(), ...seen]);
      this.#readFailure = null;
      this.#noteMissing(this.#judgeQueues(seen, complete));
    } catch (error) {
      if (signal.aborted) return;
      const failure = error instanceof Error ? error.message : String(error);
      if (failure !== this.#readFailure) {
        this.#deps.logger[levelOf(error)](
          { err: error },
          'The queues of Genesys could not be read; trying again',
        );
      }
      this.#readFailure = failure;
    }
  }

  #noteMissing(problem: string | null): void {
    if (problem !== null && problem !== this.#queuesProblem) this.#deps.logger.warn({}, problem);
    this.#queuesProblem = problem;
  }

  #judgeQueues(seen: readonly string[], complete: boolean): string | null {
    const { queueIds } = this.#deps;
    if (queueIds.length === 0) return judgeListing(seen.length, complete);
    if (!complete) return null;
    const known = new Set(seen.map((id) => id.toLowerCase()));
    const unknown = queueIds.filter((id) => !known.has(id.toLowerCase()));
    if (unknown.length === 0) return null;
    return `Genesys lists no queue ${unknown.slice(0, 3).join(', ')}, which GENESYS_QUEUE_IDS names.`;
  }

  #listenTo(queueIds: readonly string[]): void {
    const { shares, leftOut } = shareQueues(this.#shares, queueIds);
    this.#shares = shares;
    if (leftOut > 0 && leftOut !== this.#leftOut) {
      this.#deps.logger.warn({ leftOut }, 'There are more queues than Genesys lets one client listen to');
    }
    this.#leftOut = leftOut;
    shares.forEach((share, index) => {
      const line = this.#lines[index];
      if (line) line.listenTo(share);
      else this.#startLine(share);
    });
  }

  #startLine(queueIds: readonly string[]): void {
    const line: NotificationLine = new NotificationLine(
      this.#deps,
      {
        onFrame: (frame) => this.#onFrame(frame),
        onUp: () => this.#attempted(line, true),
        onFailed: () => this.#attempted(line, false),
      },
      queueIds,
    );
    this.#lines.push(line);
    this.#starting.add(line);
    line.start();
  }

  #attempted(line: NotificationLine, up: boolean): void {
    this.#starting.delete(line);
    this.#gap ||= up;
    if (!this.#gap || this.#starting.size > 0) return;
    this.#gap = false;
    this.#listener.onGap();
  }

  #onFrame(frame: Frame): void {
    const event =
      frame.kind === 'event'
        ? readCallEvent(frame.body, (queueId) => this.#queueNames.get(queueId.toLowerCase()))
        : 'unreadable';
    if (event === 'unreadable') this.#noteUnreadable();
    else this.#listener.onEvents([event]);
  }

  #noteUnreadable(): void {
    const { clock, logger } = this.#deps;
    this.#unreadable.count += 1;
    if (clock.now() - this.#unreadable.loggedAt < unreadableEveryMs) return;
    logger.warn(
      { count: this.#unreadable.count },
      'Genesys tells of calls in words that the bot does not know',
    );
    this.#unreadable.count = 0;
    this.#unreadable.loggedAt = clock.now();
  }

  #problemWithoutQueues(): string {
    return this.#readFailure ?? this.#queuesProblem ?? 'The bot is about to ask Genesys for its queues.';
  }

  #leftOutProblem(): string | null {
    if (this.#leftOut === 0) return null;
    const most = (maxChannels * topicsPerChannel).toLocaleString('en');
    return `Genesys lets one client listen to ${most} queues: ${this.#leftOut} more are not listened to, and GENESYS_QUEUE_IDS can name those that matter.`;
  }

  #refusedProblem(): string | null {
    const refused = this.#lines.flatMap((line) => line.refused);
    if (refused.length === 0) return null;
    const names = refused.map(({ queueId }) => this.#queueNames.get(queueId.toLowerCase()) ?? queueId);
    const more = names.length > 3 ? ' and others' : '';
    const missing = missingFor(refused).join(', ');
    const why = missing === '' ? refused[0]?.reason : `the bot's OAuth client lacks ${missing}`;
    const which = `${refused.length} of the queues (${names.slice(0, 3).join(', ')}${more})`;
    return `Genesys refuses to tell of the calls of ${which}${why ? `: ${why.replace(/\.$/, '')}` : ''}.`;
  }
}

function judgeListing(count: number, complete: boolean): string | null {
  if (!complete) {
    return 'Genesys’s list of queues could not be read to its end: GENESYS_QUEUE_IDS can name those that matter.';
  }
  return count > 0
    ? null
    : 'The bot’s OAuth client sees no queue in Genesys: its role must cover their divisions.';
}
