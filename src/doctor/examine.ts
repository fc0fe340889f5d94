/** All that is looked at, for settings that are right in themselves. */
import type { Config } from '../config.js';
import type { Clock, Logger, NewId } from '../core/ports.js';
import { createGenesys, type Genesys } from '../genesys/genesys.js';
import { createSlackClients, type Fetch } from '../slack/clients.js';
import { createUserGroups } from '../slack/user-groups.js';
import { type Check, type CheckResult, type Limits, runChecks } from './check.js';
import { type ClockSkews, createClockSkews } from './clock-skew.js';
import { genesysChecks } from './genesys-checks.js';
import { machineChecks } from './machine-checks.js';
import { once } from './once.js';
import { slackChecks } from './slack-checks.js';
import { slackPlaceChecks } from './slack-place-checks.js';

export interface ExamineDeps {
  readonly fetch: Parameters<typeof createGenesys>[1]['fetch'];
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: NewId;
  /** For what the adapters have to tell; the findings are the results. */
  readonly logger: Logger;
}

/** Each request is given up after that, and asked again within the other, both in milliseconds. */
const patience = { timeoutMs: 6_000, budgetMs: 12_000 } as const;

/** Looks at everything, changes nothing, and gives the results one after the other. Never throws. */
export async function* examine(
  config: Config,
  deps: ExamineDeps,
  limits: Omit<Limits, 'clock'> = {},
): AsyncGenerator<CheckResult> {
  const skews = createClockSkews(deps.clock);
  const genesys = createGenesys(
    { ...config.genesys, ...patience },
    { ...deps, fetch: skews.watch(deps.fetch) },
  );
  try {
    const slack = slackSide(config, { ...deps, skews, fetch: deps.fetch as unknown as Fetch });
    const asGenesys = genesysChecks(config, { ...deps, genesys, skews, now: deps.clock.now });
    const checks = [...slack, ...asGenesys, ...machineChecks(config, deps.logger)];
    yield* runChecks(checks, { clock: deps.clock, ...limits });
  } finally {
    genesys.close();
  }
}

export interface DiagnoseDeps extends Pick<ExamineDeps, 'clock' | 'newId' | 'logger'> {
  readonly fetch: Fetch;
  /** The bot's own, with its token. */
  readonly genesys: Pick<Genesys, 'ready' | 'client'>;
  /** Aborts when the bot stops: what fails from then on says nothing. */
  readonly signal: AbortSignal;
}

/** In milliseconds. Longer than with the doctor: whoever has to wait at Genesys lets people's commands go first. */
const patienceAtStart = { checkMs: 40_000, totalMs: 120_000 } as const;

/**
 * For a bot that has just started: looks once at everything that only reads and that it does not read anyway, and logs a
 * warning for each thing that is wrong, with its cure. What it may order at Genesys is not tried: an order about nothing at each start would puzzle
 * whoever reads Genesys's own audit. How much is left out stands in the last line. Never rejects.
 */
export async function diagnose(config: Config, deps: DiagnoseDeps): Promise<void> {
  const { clock, logger, signal } = deps;
  const skews = createClockSkews(clock);
  const asGenesys = genesysChecks(config, { ...deps, skews, now: clock.now });
  const all = [...slackSide(config, { ...deps, skews }), ...asGenesys];
  const checks = all.filter(({ atStart }) => atStart === 'looks');
  const left = all.filter(({ atStart }) => atStart === 'never').map(({ id }) => id);
  const unseen: string[] = [];
  let wrong = 0;
  for await (const { ok, id, title, detail, cure } of runChecks(checks, { clock, ...patienceAtStart })) {
    if (signal.aborted) return;
    if (ok === null) unseen.push(id);
    if (ok !== false) continue;
    wrong += 1;
    logger.warn({ check: id, cure }, `${title}: ${detail}`);
  }
  logger.info(
    { wrong, of: checks.length, unseen, left },
    `the bot has looked at what it may do: ${wrong} of ${checks.length} things are wrong, not seen: ${unseen.length}, ` +
      `left to npm run doctor: ${left.length}`,
  );
}

interface SlackSideDeps extends Pick<ExamineDeps, 'clock' | 'logger'> {
  readonly fetch: Fetch;
  readonly skews: ClockSkews;
}

function slackSide(config: Config, { fetch, skews, clock, logger }: SlackSideDeps): readonly Check[] {
  const create = (botToken: string) =>
    createSlackClients({ botToken, apiUrl: config.slack.apiUrl, fetch: skews.watch(fetch), clock, logger })
      .interactive;
  const { mode } = config.slack;
  const client = create(config.slack.botToken);
  const identity = once(() => client.auth.test());
  const scopes = async () => (await identity()).response_metadata?.scopes ?? null;
  const userGroups = createUserGroups({ client, clock });
  const appClient = mode.kind === 'socket' ? create(mode.appToken) : null;
  return [
    ...slackChecks(config, { client, appClient, skews, identity, scopes }),
    ...slackPlaceChecks(config, { client, userGroups, scopes }),
  ];
}
