/** The bot's processes: started, killed without a word, started again; and when each of them was up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type BotProcess, describeExit, spawnBot } from '../simulators/bot-process.js';

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Kill {
  readonly at: number;
  readonly name: string;
}

interface Slot {
  readonly name: string;
  bot: BotProcess | undefined;
  upSince: number | null;
  /** Set before it is ended on purpose. */
  expected: boolean;
}

export interface FleetOptions {
  readonly size: number;
  readonly env: Readonly<Record<string, string>>;
  readonly entry: string | undefined;
  readonly logFile: (name: string) => string;
}

const readyWithinMs = 90_000;

export class Fleet {
  readonly kills: Kill[] = [];
  /** Ends that nobody caused, and exit codes other than 0 after SIGTERM. */
  readonly troubles: string[] = [];
  starts = 0;
  readonly #options: FleetOptions;
  readonly #slots: readonly Slot[];
  readonly #up: Span[] = [];

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.size }, (_, index) => ({
      name: `bot-${index + 1}`,
      bot: undefined,
      upSince: null,
      expected: false,
    }));
  }

  get names(): readonly string[] {
    return this.#slots.map(({ name }) => name);
  }

  /** Those that run, ready or not. */
  get running(): readonly string[] {
    return this.#slots.filter(({ bot }) => bot).map(({ name }) => name);
  }

  get ready(): readonly string[] {
    return this.#slots.filter(({ upSince }) => upSince !== null).map(({ name }) => name);
  }

  /** When at least one process was ready, each one's spans. */
  get up(): readonly Span[] {
    const now = Date.now();
    const still = this.#slots.flatMap(({ upSince }) =>
      upSince === null ? [] : [{ from: upSince, to: now }],
    );
    return [...this.#up, ...still];
  }

  /** Does not wait until it is ready. */
  async start(name: string): Promise<void> {
    const slot = this.#slot(name);
    if (slot.bot) return;
    const { env, entry, logFile } = this.#options;
    const bot = await spawnBot({
      env,
      ...(entry === undefined ? {} : { entry }),
      logFile: logFile(name),
      readyWithinMs,
    });
    this.starts += 1;
    slot.bot = bot;
    slot.expected = false;
    bot.ready().then(
      () => {
        if (slot.bot === bot && !slot.expected) slot.upSince = Date.now();
      },
      () => undefined,
    );
    void bot.exited.then(async (exit) => {
      if (slot.bot !== bot || slot.expected) return;
      this.#down(slot);
      await bot.stop();
      const log = bot.log();
      if (!log.some((line) => line.includes('is in use by another process'))) {
        this.troubles.push(
          `${name} ended by itself (${describeExit(exit)}): ${log.slice(-3).join(' ').slice(0, 600)}`,
        );
      }
      await this.start(name);
    });
  }

  /** SIGKILL. */
  async kill(name: string): Promise<void> {
    const slot = this.#slot(name);
    const { bot } = slot;
    if (!bot) return;
    slot.expected = true;
    this.kills.push({ at: Date.now(), name });
    process.kill(bot.pid, 'SIGKILL');
    this.#down(slot);
    await bot.exited;
    await bot.stop();
  }

  async startAll(): Promise<void> {
    await Promise.all(this.#slots.map(({ name }) => this.start(name)));
  }

  /** Resolves when all are ready; false when the time was up first. */
  async allReady(withinMs: number): Promise<boolean> {
    const until = Date.now() + withinMs;
    while (Date.now() < until) {
      if (this.ready.length === this.#slots.length) return true;
      await sleep(50);
    }
    return false;
  }

  /** SIGTERM; whoever does not end with 0 is noted. */
  async stopAll(): Promise<void> {
    await Promise.all(
      this.#slots.map(async (slot) => {
        const { bot } = slot;
        if (!bot) return;
        slot.expected = true;
        this.#down(slot);
        const exit = await bot.stop();
        if (exit.code !== 0) this.troubles.push(`${slot.name} did not stop cleanly (${describeExit(exit)})`);
      }),
    );
  }

  #down(slot: Slot): void {
    if (slot.upSince !== null) this.#up.push({ from: slot.upSince, to: Date.now() });
    slot.upSince = null;
    slot.bot = undefined;
  }

  #slot(name: string): Slot {
    const slot = this.#slots.find((one) => one.name === name);
    if (!slot) throw new Error(`There is no ${name}.`);
    return slot;
  }
}
