/** HTTP mode: Bolt checks the signature over the raw body; our own server lends it the requests. */
import type { RequestListener } from 'node:http';
import { type App, HTTPReceiver, type Receiver, type Logger as SlackLogger } from '@slack/bolt';
import type { Clock, Logger } from '../core/ports.js';

/** Bolt refuses what is older; what is as far in the future is no less wrong. In seconds. */
const maxAheadSeconds = 5 * 60;
/** Slack's largest payload is a view of 250 kB; this leaves room. */
const bodyLimitBytes = 1024 * 1024;

export interface HttpModeDeps {
  readonly signingSecret: string;
  readonly slackLogger: SlackLogger;
  readonly logger: Logger;
  readonly clock: Pick<Clock, 'now'>;
}

export class HttpTransport implements Receiver {
  readonly #receiver: HTTPReceiver;
  readonly #deps: HttpModeDeps;
  readonly #guard: (app: App) => App;
  #open = false;

  constructor(deps: HttpModeDeps, guard: (app: App) => App) {
    this.#deps = deps;
    this.#guard = guard;
    this.#receiver = new HTTPReceiver({
      signingSecret: deps.signingSecret,
      endpoints: ['/slack/events'],
      logger: deps.slackLogger,
      bodyLimit: bodyLimitBytes,
    });
  }

  init(app: App): void {
    this.#receiver.init(this.#guard(app));
  }

  async start(): Promise<void> {
    this.#open = true;
  }

  async stop(): Promise<void> {
    this.#open = false;
  }

  notReady(): string[] {
    return this.#open ? [] : ['Slack: requests are not accepted yet'];
  }

  /** For `POST /slack/events`; answers 404 to everything else. */
  readonly requestListener: RequestListener = (request, response) => {
    const refuse = (status: number) => {
      request.resume();
      response.writeHead(status).end();
    };
    if (!this.#open) return refuse(503);
    const timestamp = Number(request.headers['x-slack-request-timestamp']);
    if (timestamp > this.#deps.clock.now() / 1000 + maxAheadSeconds) {
      this.#deps.logger.warn({ timestamp }, 'refused a request from Slack that is dated in the future');
      return refuse(401);
    }
    try {
      this.#receiver.requestListener(request, response);
    } catch {
      // How Bolt says that it does not know the path or the method.
      refuse(404);
    }
  };
}
