/** Writes the transcript, and waits for what the story expects next. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeExit } from './bot-process.js';
import type { StoryOptions } from './story.js';

export interface Teller {
  /** Time, who, and one line each of what; empty lines are left out. */
  say(who: string, ...what: readonly string[]): void;
  /** The first thing found that is not undefined. Throws, saying what was expected, when it takes too long. */
  until<T>(expected: string, find: () => T | undefined): Promise<T>;
  pause(ms: number): Promise<void>;
  end(): void;
}

const whoWidth = 16;

export function createTeller({ stage, write, stepWithinMs = 20_000, signal }: StoryOptions): Teller {
  const over = new AbortController();
  signal?.addEventListener('abort', () => over.abort(new Error('It was broken off.')), { once: true });
  if (signal?.aborted) over.abort(new Error('It was broken off.'));
  void stage.bot.exited.then((exit) => {
    const log = stage.bot.log().slice(-15).join('\n');
    over.abort(new Error(`The bot has ended (${describeExit(exit)}). Its last lines:\n${log}`));
  });
  return {
    say(who, ...what) {
      const [first = '', ...more] = what.filter(Boolean);
      const time = new Date().toLocaleTimeString('en-GB');
      write(`${time}  ${who.padEnd(whoWidth)} ${first}`);
      for (const line of more) write(`${' '.repeat(time.length + whoWidth + 3)}${line}`);
    },
    async until(expected, find) {
      const bound = Date.now() + stepWithinMs;
      for (;;) {
        over.signal.throwIfAborted();
        const found = find();
        if (found !== undefined) return found;
        if (Date.now() > bound) throw new Error(`Not within ${stepWithinMs / 1_000} s: ${expected}.`);
        await sleep(25);
      }
    },
    async pause(ms) {
      await sleep(ms, undefined, { signal: over.signal }).catch(() => over.signal.throwIfAborted());
    },
    end: () => over.abort(new Error('The story is over.')),
  };
}
