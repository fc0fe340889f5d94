/**
 * Nobody who was told “received” is left without an answer: what another process has left is carried out and answered
 * here, and what Slack did not take is told again.
 */
import type { Answer, Asker } from '../core/answer.js';
import type { Command } from '../core/command.js';
import { levelOf, RecordError } from '../core/errors.js';
import type { PersonRequest } from '../core/model.js';
import type { Clock, Logger, NewId } from '../core/ports.js';
import { renderAnswer } from './answers.js';
import type { Message } from './blocks.js';
import { renderOldButton } from './error-message.js';
import { toCommand, wantsCard } from './person-requests.js';
import { describeError } from './report-error.js';
import type { RequestsInHand } from './requests-in-hand.js';
import { answerWithinMs, type WhisperDeps, Whispers } from './whisper.js';

export interface LeftRequestsDeps extends Pick<WhisperDeps, 'sharing' | 'clients' | 'random'> {
  readonly requests: RequestsInHand;
  readonly controller: { execute(command: Command, asker: Asker): Promise<Answer> };
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: NewId;
}

/** How often holds are renewed, and left requests looked for, in milliseconds. */
const tickMs = 1_000;
/** Requests taken over at once, so that a backlog does not crowd out the people at work. */
const batch = 20;
/** A request that so many processes have not survived is not tried once more. */
const mostTakeovers = 5;
/** How long `stop` waits for what is being carried out, in milliseconds; the rest is left to others. */
const drainMs = 2_000;

export class LeftRequests {
  readonly #deps: LeftRequestsDeps;
  readonly #ending = new AbortController();
  readonly #whispers: Whispers;
  readonly #work = new Set<Promise<void>>();
  #running: Promise<void> | undefined;
  #failing = false;

  constructor(deps: LeftRequestsDeps) {
    this.#deps = deps;
    this.#whispers = new Whispers({
      ...deps,
      signal: this.#ending.signal,
      isOurs: (key) => deps.requests.isOurs(key, { surely: true }),
    });
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Leaves to others what is not answered by then. Never throws. */
  async stop(): Promise<void> {
    const { clock, requests, logger } = this.#deps;
    this.#ending.abort();
    await this.#running;
    const timer = new AbortController();
    await Promise.race([Promise.all(this.#work), clock.sleep(drainMs, timer.signal)]);
    timer.abort();
    await requests.release().catch((error: unknown) => {
      logger.warn(
        { err: error },
        'unanswered requests could not be left to others; they are free in seconds',
      );
    });
  }

  /** Tells it by another way than the `response_url`, for as long as that takes. Does not wait for it. */
  tell(request: PersonRequest, message: Message): void {
    this.#track(this.#tell(request, message));
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await this.#tick();
      await this.#deps.clock.sleep(tickMs, signal);
    }
  }

  async #tick(): Promise<void> {
    const { requests, logger } = this.#deps;
    try {
      await requests.renew();
      for (const request of await requests.takeLeft(batch)) this.#track(this.#takeOver(request));
      this.#failing = false;
    } catch (error) {
      if (!this.#failing)
        logger[levelOf(error)]({ err: error }, 'requests could not be looked after; trying again');
      this.#failing = true;
    }
  }

  /** `work` never rejects. */
  #track(work: Promise<void>): void {
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }

  async #takeOver(request: PersonRequest): Promise<void> {
    const { requests, clock, logger } = this.#deps;
    const { kind, userId, channelId, takeovers } = request;
    const ageMs = clock.now() - request.askedAt;
    if (ageMs >= answerWithinMs) return this.#giveUp(request);
    logger.info(
      { kind, userId, channelId, takeovers, ageMs },
      'taking over a request that another process has left',
    );
    const message = await this.#carryOut(request);
    if (message === null) await requests.close(request.key);
    else await this.#tell(request, message);
  }

  /** Null where the card in the channel is the answer. */
  async #carryOut(request: PersonRequest): Promise<Message | null> {
    const { controller, clock, newId } = this.#deps;
    const { userId, channelId, askedAt: leftSince } = request;
    try {
      if (request.takeovers > mostTakeovers) throw interrupted();
      const command = toCommand(request);
      if (command === null) return renderOldButton();
      const place = { userId, channelId, leftSince };
      const asker = wantsCard(request, command) ? { ...place, newCardId: newId() } : place;
      return renderAnswer(await controller.execute(command, asker), clock.now());
    } catch (error) {
      return describeError(this.#deps, error, { userId, channelId });
    }
  }

  async #tell(request: PersonRequest, message: Message): Promise<void> {
    const told = await this.#whispers.tell(request, message);
    if (told === 'told') await this.#deps.requests.close(request.key);
    else if (told === 'given up') await this.#giveUp(request);
    else if (!this.#ending.signal.aborted) this.#deps.requests.forget(request.key);
  }

  async #giveUp({ key, kind, userId, channelId }: PersonRequest): Promise<void> {
    const { requests, logger } = this.#deps;
    logger.error(
      { kind, userId, channelId },
      'somebody could not be answered; they can look with /record list',
    );
    await requests.close(key);
  }
}

const interrupted = (): RecordError =>
  new RecordError(
    'UNAVAILABLE',
    'The bot was interrupted each time it tried to do that, and does not try again.',
    {
      cure: 'Look with /record list how things stand, and tell an administrator: the log says more.',
    },
  );
