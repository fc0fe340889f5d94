/**
 * Our own Web API clients and Bolt's logger. Slack's defaults (no timeout, ten retries over half an hour, silent
 * waiting on 429 that holds up every other method) suit neither people who wait nor posts that must not be doubled.
 */
import { LogLevel, type Logger as SlackLogger, webApi } from '@slack/bolt';
import type { Clock, Logger } from '../core/ports.js';
import { TokenWatch } from './token-watch.js';

export type Fetch = webApi.FetchFunction;

export interface ClientSettings {
  readonly botToken: string;
  /** Slack's API root, such as `https://slack.com/api/`. */
  readonly apiUrl: string;
  readonly fetch: Fetch;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

export interface SlackClients {
  /** For what somebody waits for: gives up after 10 s. */
  readonly interactive: webApi.WebClient;
  /** For what nobody waits for; its slow requests never stand in the way of the other's. */
  readonly background: webApi.WebClient;
  /** Why Slack refuses whatever they ask; empty when it does not, or has not been asked since. */
  notReady(): string[];
}

const interactiveTimeoutMs = 10_000;
const backgroundTimeoutMs = 20_000;

/** Neither client retries nor waits on 429: a post is at least once, so whoever posts must know of each attempt. */
export function createSlackClients(settings: ClientSettings): SlackClients {
  const watch = new TokenWatch(settings);
  const create = (timeout: number) =>
    new WatchedClient(watch, settings.botToken, {
      ...commonOptions(settings),
      timeout,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    });
  const interactive = create(interactiveTimeoutMs);
  return {
    interactive,
    background: create(backgroundTimeoutMs),
    notReady: () => watch.notReady(() => interactive.auth.test()),
  };
}

/** Every method of the client goes through `apiCall`. */
class WatchedClient extends webApi.WebClient {
  readonly #watch: TokenWatch;

  constructor(watch: TokenWatch, ...settings: ConstructorParameters<typeof webApi.WebClient>) {
    super(...settings);
    this.#watch = watch;
  }

  override apiCall(...call: Parameters<webApi.WebClient['apiCall']>): Promise<webApi.WebAPICallResult> {
    return this.#watch.follow(super.apiCall(...call));
  }
}

/** A fresh object each time: Bolt and its clients write into what they are given. Never with `headers`, for that reason. */
export const commonOptions = (
  settings: Pick<ClientSettings, 'apiUrl' | 'fetch' | 'logger'>,
): webApi.WebClientOptions => ({
  slackApiUrl: settings.apiUrl,
  fetch: settings.fetch,
  logger: toSlackLogger(settings.logger),
  allowAbsoluteUrls: false,
});

/** Bolt's log lines through ours. Its debug lines hold whole payloads, secrets included: they are dropped. */
export function toSlackLogger(logger: Logger): SlackLogger {
  const write =
    (level: 'info' | 'warn' | 'error') =>
    (...parts: unknown[]) => {
      const err = parts.find((part) => part instanceof Error);
      const words = parts.filter((part) => !(part instanceof Error)).map(String);
      logger[level](err ? { err, source: 'bolt' } : { source: 'bolt' }, words.join(' ') || 'Slack client');
    };
  return {
    debug: () => {},
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    setLevel: () => {},
    setName: () => {},
    getLevel: () => LogLevel.INFO,
  };
}
