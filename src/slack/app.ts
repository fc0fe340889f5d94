/** The Slack app: Bolt, its transport, its listeners. */
import type { RequestListener } from 'node:http';
import { App } from '@slack/bolt';
import { commonOptions, type Fetch, toSlackLogger } from './clients.js';
import { Gate } from './gate.js';
import { HttpTransport } from './http-mode.js';
import { LeftRequests } from './left-requests.js';
import { inHandOf, registerListeners } from './listeners.js';
import { Modals } from './modals.js';
import { readRequest } from './person-requests.js';
import type { PickerDeps } from './picker.js';
import { reportError } from './report-error.js';
import { RequestInHand, type RequestInHandDeps } from './request-in-hand.js';
import { RequestsInHand, type RequestsInHandDeps } from './requests-in-hand.js';
import { createRespond, nowhere } from './respond.js';
import { SocketModeTransport } from './socket-mode.js';
import { toBotTokenError } from './token-errors.js';
import type { WhisperDeps } from './whisper.js';

export interface SlackConfig {
  readonly botToken: string;
  readonly mode:
    | { readonly kind: 'socket'; readonly appToken: string }
    | { readonly kind: 'http'; readonly signingSecret: string };
  readonly apiUrl: string;
}

export interface SlackAppDeps extends Omit<PickerDeps, 'modals'> {
  readonly config: SlackConfig;
  readonly store: PickerDeps['store'] & RequestsInHandDeps['store'];
  readonly clients: WhisperDeps['clients'];
  readonly sharing: WhisperDeps['sharing'];
  readonly fetch: Fetch;
  /** Between 0 and 1; spreads the reconnects and the retries. */
  readonly random: () => number;
}

export interface SlackApp {
  /** Throws `SLACK_REFUSED` when Slack refuses a token, `UNAVAILABLE` when it cannot be reached. */
  start(): Promise<void>;
  /** Finishes what is in hand, for at most eight seconds and two for answers, and takes no more. */
  stop(): Promise<void>;
  /** Why commands cannot be served now; empty when they can. */
  notReady(): string[];
  /** HTTP mode only: for `POST /slack/events`. */
  readonly requestListener?: RequestListener;
}

const drainMs = 8_000;
const requestTimeoutMs = 10_000;

export function createSlackApp(deps: SlackAppDeps): SlackApp {
  const requests = new RequestsInHand(deps);
  const left = new LeftRequests({ ...deps, requests });
  const gate = new Gate({ ...deps, takeIn: (body, turn) => takeIn({ ...deps, turn }, requests, left, body) });
  const transport = createTransport(deps, gate);
  const app = new App({
    token: deps.config.botToken,
    receiver: transport,
    deferInitialization: true,
    extendedErrorHandler: true,
    convoStore: false,
    logger: toSlackLogger(deps.logger),
    clientOptions: clientOptions(deps, 2),
  });
  registerListeners(app, { ...deps, modals: new Modals(deps) });
  app.error(({ error, context }: { error: Error; context: Parameters<typeof inHandOf>[0] }) =>
    reportError(deps, error, inHandOf(context)),
  );

  return {
    async start() {
      await checkBotToken(app);
      await transport.start();
      left.start();
    },
    async stop() {
      await stop(deps, gate, transport);
      await left.stop();
    },
    notReady: () => transport.notReady(),
    ...('requestListener' in transport && { requestListener: transport.requestListener }),
  };
}

function takeIn(
  deps: SlackAppDeps & Pick<RequestInHandDeps, 'turn'>,
  requests: RequestsInHand,
  left: LeftRequests,
  body: object,
) {
  const request = readRequest(body, deps.clock.now());
  if (request === null) return null;
  const tell: LeftRequests['tell'] = (...told) => left.tell(...told);
  // A click in a modal comes without one.
  const responseUrl = 'response_url' in body ? body.response_url : undefined;
  const respond = typeof responseUrl === 'string' ? createRespond(responseUrl, deps) : nowhere;
  return new RequestInHand(request, respond, { ...deps, requests, tell });
}

function createTransport(deps: SlackAppDeps, gate: Gate): SocketModeTransport | HttpTransport {
  const { config, logger, clock, random } = deps;
  const slackLogger = toSlackLogger(logger);
  const guard = gate.before.bind(gate);
  return config.mode.kind === 'http'
    ? new HttpTransport({ signingSecret: config.mode.signingSecret, slackLogger, logger, clock }, guard)
    : new SocketModeTransport(
        {
          appToken: config.mode.appToken,
          // The socket's line repeats by itself, without end.
          clientOptions: () => clientOptions(deps, 0),
          slackLogger,
          logger,
          clock,
          random,
        },
        guard,
      );
}

const clientOptions = (deps: SlackAppDeps, retries: number) => ({
  ...commonOptions({ ...deps, apiUrl: deps.config.apiUrl }),
  timeout: requestTimeoutMs,
  retryConfig: { retries },
  rejectRateLimitedCalls: true,
});

/** Asks Slack who the bot is, which Bolt would otherwise do at the first command, and too late. */
async function checkBotToken(app: App): Promise<void> {
  try {
    await app.init();
  } catch (error) {
    throw toBotTokenError(error);
  }
}

/** The transport stays open while the rest is finished, so that nothing that arrives meanwhile goes without its ack. */
async function stop({ clock, logger }: SlackAppDeps, gate: Gate, transport: { stop(): Promise<void> }) {
  const timer = new AbortController();
  const timeUp = clock.sleep(drainMs, timer.signal).then(() => {
    if (!timer.signal.aborted) logger.warn({}, 'stopped while requests from Slack were still in hand');
  });
  await Promise.race([gate.idle(), timeUp]);
  await transport.stop();
  await Promise.race([gate.idle(), timeUp]);
  timer.abort();
}
