/** The bot's own HTTP server with its call alert webhook; the call's way on into the core is left to the test. */
import { createHmac } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { CallReport } from '../../src/core/model.js';
import type { Clock } from '../../src/core/ports.js';
import type { CallAlertOptions } from '../../src/http/call-alerts.js';
import { createMetrics } from '../../src/http/metrics.js';
import { createHttpServer } from '../../src/http/server.js';
import { createLogger } from '../../src/logger.js';
import { createManualClock } from '../simulators/slack/manual-clock.js';

export const webhookSecret = 'a-secret-of-31-letters-or-so-q7!';
export const conversationId = '6a2b9c1e-0f4d-4b7a-9c3e-5d8f7a1b2c3d';
/** Where the clock of a bed stands at first. */
export const bedTime = Date.parse('2026-11-24T09:00:00Z');

/** A fresh event in the bot's own shape. */
export const plainEvent = (fields: object = {}) => ({
  event: 'call.started',
  eventId: 'event-1',
  occurredAt: new Date(bedTime).toISOString(),
  conversationId,
  ...fields,
});

/** A fresh event as EventBridge delivers it. */
export const envelope = (eventBody: object = {}, what = 'customer.start', id = 'envelope-1') => ({
  version: '0',
  id,
  'detail-type': `v2.detail.events.conversation.{id}.${what}`,
  source: 'aws.partner/genesys.com/cloud/0f1e2d3c/calls',
  account: '123456789012',
  time: new Date(bedTime).toISOString(),
  region: 'eu-central-1',
  resources: [],
  detail: {
    topicName: `v2.detail.events.conversation.${conversationId}.${what}`,
    version: '2',
    eventBody: {
      eventTime: bedTime,
      conversationId,
      participantId: '1f0e9d8c-7b6a-4594-8372-615040302010',
      sessionId: '2f0e9d8c-7b6a-4594-8372-615040302010',
      mediaType: 'VOICE',
      provider: 'Edge',
      direction: 'INBOUND',
      ani: 'tel:+4930123456',
      dnis: 'tel:+49800111222',
      ...eventBody,
    },
    metadata: { CorrelationId: '3f0e9d8c-7b6a-4594-8372-615040302010' },
  },
});

export const signatureOf = (timestamp: number | string, body: string, secret = webhookSecret): string =>
  `v1=${createHmac('sha256', secret).update(`v1:${timestamp}:${body}`).digest('hex')}`;

interface SteppedClock extends Clock {
  advance(ms: number): void;
  /** How many sleep. */
  readonly sleepers: number;
}

/** Stands still until it is told to go on. */
export function createSteppedClock(startsAt = bedTime): SteppedClock {
  const clock = createManualClock(startsAt);
  let sleepers = 0;
  return {
    now: clock.now,
    advance: clock.advance,
    get sleepers() {
      return sleepers;
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        sleepers += 1;
        const wake = () => {
          sleepers -= 1;
          cancel();
          resolve();
        };
        const cancel = clock.after(ms, wake);
        signal?.addEventListener('abort', wake, { once: true });
      }),
  };
}

export interface AlertBedOptions {
  readonly accept?: CallAlertOptions['accept'];
  readonly isClaimed?: CallAlertOptions['isClaimed'];
  readonly claimDelivery?: CallAlertOptions['claimDelivery'];
  readonly clock?: Clock;
  readonly secret?: string;
}

export async function createAlertBed(options: AlertBedOptions = {}) {
  const accepted: CallReport[] = [];
  let left = 0;
  const lines: string[] = [];
  const claimed = new Set<string>();
  const metrics = createMetrics();
  const stepped = createSteppedClock();
  const server = createHttpServer({
    port: 0,
    host: '127.0.0.1',
    ready: () => [],
    metrics,
    logger: createLogger('debug', { write: (line) => lines.push(line) }),
    callAlerts: {
      secret: options.secret ?? webhookSecret,
      clock: options.clock ?? stepped,
      accept: async (report) => {
        await options.accept?.(report);
        accepted.push(report);
      },
      somebodyLeft: () => {
        left += 1;
      },
      isClaimed: options.isClaimed ?? (async (key) => claimed.has(key)),
      claimDelivery: options.claimDelivery ?? (async (key) => claimed.size < claimed.add(key).size),
    },
  });
  const { port } = await server.start();
  const url = `http://127.0.0.1:${port}/alerts/calls`;

  /** Sends a body with the secret, unless other headers are given. */
  async function post(body: unknown, headers: Record<string, string> = { 'x-record-secret': webhookSecret }) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(url, {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: response.status, headers: response.headers, json: (await response.json()) as object };
  }

  return {
    accepted,
    /** How often it was told that somebody has left a call. */
    get left() {
      return left;
    },
    lines,
    clock: stepped,
    port,
    url,
    post,
    /** Sends a body that is signed as of `atMs`. */
    postSigned(body: unknown, atMs = bedTime) {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const timestamp = String(Math.floor(atMs / 1000));
      return post(text, {
        'x-record-timestamp': timestamp,
        'x-record-signature': signatureOf(timestamp, text),
      });
    },
    /** The counter's value for each outcome. */
    async outcomes(): Promise<Record<string, number>> {
      const { body } = await metrics.render();
      const rows = body.matchAll(/^call_alert_deliveries_total\{outcome="(\w+)"\} (\d+)$/gm);
      return Object.fromEntries([...rows].map(([, outcome, count]) => [outcome, Number(count)]));
    },
    stop: () => server.stop(),
  };
}

export type AlertBed = Awaited<ReturnType<typeof createAlertBed>>;

/** Waits until the condition holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await turn();
}
