/**
 * An answer for one person, without a `response_url`: in the channel for that person's eyes alone or, where the bot is not
 * in it, in a conversation of the two. https://docs.slack.dev/reference/methods/chat.postEphemeral
 *
 * Slack has no key by which it would know a repetition: an answer that it took, and whose confirmation was lost, is told
 * twice.
 */
import type { PersonRequest } from '../core/model.js';
import { context, type Message } from './blocks.js';
import type { SlackClients } from './clients.js';
import { type Delivery, Outlet, type OutletDeps, priorities } from './outlet.js';
import type { Place } from './posting.js';
import { type RepeatDeps, repeatUntilDone } from './repeat.js';
import { channel } from './wording.js';

export interface WhisperDeps extends RepeatDeps, Pick<OutletDeps, 'sharing'> {
  readonly clients: Pick<SlackClients, 'interactive'>;
  /** Asked right before it is sent. */
  readonly isOurs: (key: string) => Promise<boolean>;
}

/** As long as a `response_url` would have worked, in milliseconds. Later nobody waits for it any more. */
export const answerWithinMs = 30 * 60_000;

/** `left`: to others, or to the next process. */
export type Told = 'told' | 'given up' | 'left';

export class Whispers {
  readonly #deps: WhisperDeps;
  readonly #outlet: Outlet;

  constructor(deps: WhisperDeps) {
    this.#deps = deps;
    this.#outlet = new Outlet({ ...deps, client: deps.clients.interactive });
  }

  /** Tries until Slack has taken it, with growing pauses. Never rejects. */
  async tell(request: PersonRequest, message: Message): Promise<Told> {
    const { clock } = this.#deps;
    let told: Told = 'left';
    let place = whereAsked(request);
    let words = message;
    await repeatUntilDone(this.#deps, 'an answer could not be given', async () => {
      const late = clock.now() >= request.askedAt + answerWithinMs;
      const sent = late ? 'refused' : await this.#send(request, place, words);
      if (sent === 'refused' && !late && isWhereAsked(place)) {
        // The bot has no say there, so it goes to the person directly.
        [place, words] = [directTo(request), withOrigin(message, request)];
        return false;
      }
      if (sent === 'refused') told = 'given up';
      if (sent === 'done') told = 'told';
      return sent !== 'again';
    });
    return told;
  }

  async #send({ key }: PersonRequest, place: Place, message: Message): Promise<Delivery | 'refused'> {
    const { clients, isOurs, logger } = this.#deps;
    let refused = false;
    const sent = await this.#outlet.inLane(place, priorities.reply, async () => {
      if (!(await isOurs(key))) return 'over';
      try {
        await this.#outlet.send(clients.interactive, place, message);
        return 'done';
      } catch (error) {
        const failure = this.#outlet.readLasting(place, error);
        if (failure === 'again') return failure;
        logger.info({ channelId: place.channelId, code: failure.code }, 'an answer cannot be given there');
        refused = true;
        return 'over';
      }
    });
    return refused ? 'refused' : sent;
  }
}

const isWhereAsked = ({ onlyFor }: Place): boolean => onlyFor !== undefined;

const whereAsked = ({ channelId, userId }: PersonRequest): Place => ({
  channelId,
  ts: null,
  onlyFor: userId,
});

/** Slack takes a user id for the conversation with that user. https://docs.slack.dev/reference/methods/chat.postMessage */
const directTo = ({ userId }: PersonRequest): Place => ({ channelId: userId, ts: null });

function withOrigin(message: Message, { channelId }: PersonRequest): Message {
  const origin = context([`In answer to what you asked in ${channel(channelId)}.`]);
  return origin === null ? message : { ...message, blocks: [...message.blocks, origin] };
}
