/** The parts of the simulator that most others need. */
import { type Access, createAccess } from './access.js';
import { type Changes, createChanges } from './changes.js';
import { createTimers, realClock, type Timers } from './clock.js';
import { createFaults, type Faults } from './faults.js';
import { createJournal, type Journal } from './journal.js';
import { Messages } from './messages.js';
import { Modals } from './modals.js';
import { createRateLimits, type RateLimits } from './rate-limits.js';
import { defaults } from './settings.js';
import { createTriggers, type Triggers } from './triggers.js';
import type { SlackSimulatorOptions } from './types.js';
import { World } from './world.js';

export interface Core {
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly commands: readonly string[];
  readonly shouldEscape: boolean;
  readonly ackWithinMs: number;
  readonly clock: Timers;
  readonly changes: Changes;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly limits: RateLimits;
  readonly access: Access;
  readonly triggers: Triggers;
  readonly world: World;
  readonly messages: Messages;
  readonly modals: Modals;
}

export function createCore(options: SlackSimulatorOptions): Core {
  const clock = createTimers(options.clock ?? realClock);
  const changes = createChanges();
  const tokens = { bot: options.botToken ?? defaults.botToken, app: options.appToken ?? defaults.appToken };
  return {
    botToken: tokens.bot,
    appToken: tokens.app,
    signingSecret: options.signingSecret ?? defaults.signingSecret,
    commands: options.commands ?? defaults.commands,
    shouldEscape: options.shouldEscape ?? true,
    ackWithinMs: options.ackWithinMs ?? defaults.ackWithinMs,
    clock,
    changes,
    journal: createJournal(changes),
    faults: createFaults(),
    limits: createRateLimits(clock, options.rateLimits ?? true),
    access: createAccess(tokens, options.scopes ?? defaults.scopes),
    triggers: createTriggers(clock),
    world: new World(changes),
    messages: new Messages(clock, changes),
    modals: new Modals(changes),
  };
}
