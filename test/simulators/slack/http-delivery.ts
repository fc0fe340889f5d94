/**
 * Payloads as signed HTTP requests to the app's request URL.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
import { createHmac } from 'node:crypto';
import { type ClientRequest, request } from 'node:http';
import { parseJson } from './api-call.js';
import type { Core } from './core.js';
import type { Outcome, Parcel, Retry, Transport } from './transport.js';
import type { JsonObject } from './types.js';

export interface HttpDelivery extends Transport {
  close(): void;
}

export function createHttpDelivery(core: Core, requestUrl: () => string): HttpDelivery {
  const running = new Set<ClientRequest>();
  return {
    send(parcel, retry, outcome) {
      const { body, contentType } = encode(parcel);
      const timestamp = String(Math.floor(core.clock.now() / 1000));
      const sending = request(requestUrl(), {
        method: 'POST',
        agent: false,
        headers: {
          'content-type': contentType,
          'content-length': Buffer.byteLength(body),
          'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
          'x-slack-request-timestamp': timestamp,
          'x-slack-signature': sign(core.signingSecret, timestamp, body),
          ...retryHeaders(retry),
        },
      });
      running.add(sending);
      sending.on('close', () => running.delete(sending));
      listen(sending, outcome);
      sending.end(body);
      return { via: 'http', socketId: null, isReachable: () => true };
    },
    close() {
      for (const sending of running) sending.destroy();
    },
  };
}

const sign = (secret: string, timestamp: string, body: string) =>
  `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;

const retryHeaders = (retry: Retry | null) =>
  retry === null ? {} : { 'x-slack-retry-num': String(retry.attempt), 'x-slack-retry-reason': retry.reason };

/** Commands come as a form, clicks and views as JSON in a form's `payload`, events as JSON. */
function encode({ type, payload }: Parcel): { readonly body: string; readonly contentType: string } {
  if (type === 'events_api') return { body: JSON.stringify(payload), contentType: 'application/json' };
  const fields: JsonObject = type === 'interactive' ? { payload: JSON.stringify(payload) } : payload;
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
  return { body: form.toString(), contentType: 'application/x-www-form-urlencoded' };
}

function listen(sending: ClientRequest, outcome: Outcome): void {
  sending.on('error', () => outcome.failed(null));
  sending.on('response', (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (part: string) => {
      text += part;
    });
    response.on('error', () => outcome.failed(null));
    response.on('end', () => {
      const status = response.statusCode ?? 0;
      if (status < 200 || status > 299) return outcome.failed(`the request URL answered ${status}`);
      const isJson = (response.headers['content-type'] ?? '').includes('json');
      outcome.acked(isJson ? parseJson(text) : text);
    });
  });
}
