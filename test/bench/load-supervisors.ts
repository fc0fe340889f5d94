/** Supervisors who give the bot commands, one after another, and how long each waits for what it asked for. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedMessage, SlackSimulator } from '../simulators/slack/types.js';
import type { ContactCentre } from './load-centre.js';

export const commandNames = ['start', 'stop', 'pause', 'resume', 'status'] as const;
export type CommandName = (typeof commandNames)[number];

export interface Sample {
  readonly command: CommandName;
  /**
   * From the delivery to whatever tells first that it is done, in milliseconds: the answer to the asker, or the card. Cards
   * share the fifty updates a minute that Slack takes.
   */
  readonly ms: number;
}

/** What the card of the recording says when it is done. */
const cardWords: Readonly<Record<Exclude<CommandName, 'status'>, string>> = {
  start: 'Recording:',
  stop: 'Recording stopped:',
  pause: 'PAUSED',
  resume: 'Recording:',
};
/** A recording of one's own, and a pause of the policy's. */
const stories: readonly (readonly CommandName[])[] = [
  ['start', 'status', 'stop'],
  ['pause', 'status', 'resume'],
];

/** What the asker alone is told: no refusal. */
const doneWords = /^(Started|Stopped|Paused|Resumed)/;

/**
 * Between the beginnings of two commands, in milliseconds. Most change a card once or twice: at one a second they alone would
 * be more than the fifty updates a minute that Slack takes, and what is measured would be Slack.
 */
const everyMs = 2_000;
const patienceMs = 30_000;
/** Each takes one message a second. */
const channelCount = 6;

export class Supervisors {
  /** What went wrong, a sentence each. */
  readonly troubles: string[] = [];
  readonly #slack: SlackSimulator;
  readonly #centre: ContactCentre;
  readonly #userId: string;
  readonly #channels: readonly string[];
  #stories = 0;

  constructor(slack: SlackSimulator, centre: ContactCentre, userId: string) {
    this.#slack = slack;
    this.#centre = centre;
    this.#userId = userId;
    this.#channels = Array.from(
      { length: channelCount },
      (_, index) => slack.addChannel({ name: `supervisors-${index + 1}`, members: [userId] }).id,
    );
  }

  /** Each story once: what a process does for the first time takes longer, and is not what is compared. */
  async warmUp(): Promise<void> {
    for (const _ of stories) await this.#tell();
  }

  /** Until the signal aborts, and then to the end of the story in hand. */
  async work(signal: AbortSignal): Promise<readonly Sample[]> {
    const samples: Sample[] = [];
    while (!signal.aborted) samples.push(...(await this.#tell()));
    return samples;
  }

  async #tell(): Promise<readonly Sample[]> {
    const story = stories[this.#stories % stories.length] ?? [];
    const channelId = this.#channels[this.#stories % channelCount] ?? '';
    this.#stories += 1;
    const { id } = this.#centre.take(story.includes('pause'));
    const samples: Sample[] = [];
    try {
      for (const command of story) {
        const begunAt = performance.now();
        const ms = await this.#ask(command, id, channelId);
        if (ms !== null) samples.push({ command, ms });
        await sleep(Math.max(0, everyMs - (performance.now() - begunAt)));
        if (ms === null) break;
      }
    } finally {
      this.#centre.giveBack(id);
    }
    return samples;
  }

  /** Null, and a note of it, when it was not answered as it should be. */
  async #ask(command: CommandName, id: string, channelId: string): Promise<number | null> {
    const before = this.#whispers(channelId).length;
    const isDone = () => {
      const whisper = this.#whispers(channelId)[before];
      if (command === 'status') return whisper ? 'answered' : null;
      if (whisper) return doneWords.test(whisper.text) ? 'answered' : `refused: ${whisper.text}`;
      return this.#shows(channelId, id, cardWords[command]) ? 'answered' : null;
    };
    const begunAt = performance.now();
    const outcome = until(this.#slack, isDone);
    const { acked, error } = await this.#slack.command({
      userId: this.#userId,
      channelId,
      text: `${command} ${id}`,
    });
    const end = await outcome;
    if (acked && end?.outcome === 'answered') return end.at - begunAt;
    this.troubles.push(
      `/record ${command} ${id}: ${acked ? (end?.outcome ?? 'not answered in 30 s') : error}.`,
    );
    return null;
  }

  #whispers(channelId: string) {
    return this.#slack.ephemerals(this.#userId, channelId);
  }

  #shows(channelId: string, id: string, words: string): boolean {
    const isCard = ({ threadTs, text }: SimulatedMessage) => threadTs === null && text.includes(id);
    return this.#slack.messages(channelId).some((message) => isCard(message) && message.text.includes(words));
  }
}

/** What `check` gives as soon as it gives something; null when it does not in time. */
function until(
  slack: SlackSimulator,
  check: () => string | null,
): Promise<{ readonly outcome: string; readonly at: number } | null> {
  return new Promise((resolve) => {
    const end = (result: { readonly outcome: string; readonly at: number } | null) => {
      clearTimeout(timer);
      unsubscribe();
      resolve(result);
    };
    const timer = setTimeout(() => end(null), patienceMs);
    const unsubscribe = slack.onChange(() => {
      const outcome = check();
      if (outcome !== null) end({ outcome, at: performance.now() });
    });
  });
}
