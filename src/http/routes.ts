import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Logger } from '../core/ports.js';
import { type CallAlertOptions, createCallAlerts } from './call-alerts.js';
import type { Metrics } from './metrics.js';
import { send, sendJson } from './respond.js';

export interface RouteOptions {
  /** Why the bot cannot serve commands now; empty when it can. */
  readonly ready: () => Promise<readonly string[]> | readonly string[];
  readonly metrics: Pick<Metrics, 'render' | 'callAlert'>;
  /** Bolt's listener in HTTP mode. It checks Slack's signature itself. */
  readonly slackEvents?: RequestListener;
  /** With `CALL_ALERTS=webhook` only. */
  readonly callAlerts?: CallAlertOptions;
  readonly logger: Logger;
  /** How long `ready` may take before the answer is no. Default 2,000. */
  readonly readyMs?: number;
}

interface Route {
  readonly methods: readonly string[];
  readonly handle: (request: IncomingMessage, response: ServerResponse) => unknown;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Answers every request; what a route throws is logged and answered with 500. Never rejects. */
export function createRoutes(options: RouteOptions): Handler {
  const routes = tableOf(options);
  return async (request, response) => {
    const { method = '', url = '' } = request;
    const route = routes.get(url.replace(/\?.*/s, ''));
    if (!route) return sendJson(response, 404, { error: 'not found' });
    if (!route.methods.includes(method)) {
      response.setHeader('allow', route.methods.join(', '));
      return sendJson(response, 405, { error: 'method not allowed' });
    }
    try {
      await route.handle(request, response);
    } catch (err) {
      options.logger.error({ err, method }, 'An HTTP request could not be answered');
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: 'internal error' });
    }
  };
}

function tableOf(options: RouteOptions): ReadonlyMap<string, Route> {
  const { slackEvents, callAlerts, metrics, logger } = options;
  const read = ['GET', 'HEAD'];
  const routes = new Map<string, Route>();
  routes.set('/healthz', {
    methods: read,
    handle: (_, response) => sendJson(response, 200, { healthy: true }),
  });
  routes.set('/readyz', {
    methods: read,
    async handle(_, response) {
      const reasons = await reasonsOf(options);
      sendJson(response, reasons.length === 0 ? 200 : 503, { ready: reasons.length === 0, reasons });
    },
  });
  routes.set('/metrics', {
    methods: read,
    async handle(_, response) {
      const { contentType, body } = await metrics.render();
      send(response, 200, contentType, body);
    },
  });
  if (slackEvents) routes.set('/slack/events', { methods: ['POST'], handle: slackEvents });
  if (callAlerts) {
    const handle = createCallAlerts({ ...callAlerts, metrics, logger });
    routes.set('/alerts/calls', { methods: ['POST'], handle });
  }
  return routes;
}

/** A probe needs an answer even when what it asks about hangs or fails; then the answer is no. */
async function reasonsOf({ ready, logger, readyMs = 2_000 }: RouteOptions): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(() => resolve([`readiness could not be found out within ${readyMs} ms`]), readyMs);
  });
  try {
    return await Promise.race([ready(), timeout]);
  } catch (err) {
    logger.error({ err }, 'Readiness could not be found out');
    return ['readiness could not be found out'];
  } finally {
    clearTimeout(timer);
  }
}
