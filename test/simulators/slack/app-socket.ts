/** One socket of the app, seen from Slack's side. */
import type { WebSocket } from 'ws';
import { parseJson } from './api-call.js';
import type { Core } from './core.js';
import { isObject, textAt } from './json.js';
import { defaults } from './settings.js';
import type { Outcome, Parcel, Retry } from './transport.js';
import type { DisconnectReason, JsonObject } from './types.js';

const pingEveryMs = 10_000;
/** Slack closes a socket about ten seconds after it has asked for that. */
const leaveWithinMs = 10_000;

export class AppSocket {
  readonly id: string;
  readonly openedAt: number;
  isGreeted = false;
  /** While true nothing comes through, and nobody notices. */
  isSilent = false;
  #isLeaving = false;
  readonly #connection: WebSocket;
  readonly #core: Core;
  readonly #waiting = new Map<string, Outcome[]>();

  constructor(id: string, connection: WebSocket, core: Core, closed: () => void) {
    this.id = id;
    this.#connection = connection;
    this.#core = core;
    this.openedAt = core.clock.now();
    connection.on('message', (data) => this.#read(String(data)));
    connection.on('ping', (data) => {
      if (!this.isSilent) connection.pong(data);
    });
    // A broken connection closes as well; there is nothing else to do about it.
    connection.on('error', () => {});
    const stopPings = this.#pingAgainAndAgain();
    connection.on('close', () => {
      stopPings();
      closed();
    });
  }

  get isOpen(): boolean {
    return this.#connection.readyState === this.#connection.OPEN;
  }

  /** True when it gets no payloads any more. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  greet(sockets: number): void {
    this.isGreeted = true;
    this.#send({
      type: 'hello',
      num_connections: sockets,
      debug_info: { host: 'applink-sim', build_number: 1, approximate_connection_time: 18_060 },
      connection_info: { app_id: defaults.appId },
    });
  }

  hand({ deliveryId, type, payload, acceptsAnswer }: Parcel, retry: Retry | null, outcome: Outcome): void {
    this.#waiting.set(deliveryId, [...(this.#waiting.get(deliveryId) ?? []), outcome]);
    this.#send({
      envelope_id: deliveryId,
      type,
      payload,
      accepts_response_payload: acceptsAnswer,
      ...(type === 'events_api'
        ? { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? '' }
        : {}),
    });
  }

  askToLeave(reason: DisconnectReason): void {
    this.#send({ type: 'disconnect', reason, debug_info: { host: 'applink-sim' } });
    // After a warning payloads still come; after the others the socket is as good as gone.
    this.#isLeaving ||= reason !== 'warning';
    this.#core.clock.after(leaveWithinMs, () => this.#connection.close(1000));
  }

  cut(): void {
    this.#connection.terminate();
  }

  #send(message: JsonObject): void {
    if (!this.isSilent && this.isOpen) this.#connection.send(JSON.stringify(message));
  }

  #read(text: string): void {
    if (this.isSilent) return;
    const message = parseJson(text);
    const envelopeId = isObject(message) ? textAt(message, 'envelope_id') : undefined;
    const outcomes = envelopeId === undefined ? undefined : this.#waiting.get(envelopeId);
    if (!isObject(message) || !outcomes) {
      this.#core.journal.violate(`The bot acked an envelope that ${this.id} never brought.`);
      return;
    }
    // The same envelope may have come more than once: the ack is for one that still waits, if there is one.
    const outcome = outcomes.find((one) => one.isWaiting()) ?? outcomes[0];
    if (outcome) outcomes.splice(outcomes.indexOf(outcome), 1);
    const { payload } = message;
    if (outcome) outcome.acked(payload);
    else this.#core.journal.violate(`The bot acked envelope ${envelopeId} more often than it came.`);
  }

  #pingAgainAndAgain(): () => void {
    let stop = () => {};
    const again = () => {
      stop = this.#core.clock.after(pingEveryMs, () => {
        if (!this.isSilent && this.isOpen) this.#connection.ping('Ping from applink-sim');
        again();
      });
    };
    again();
    return () => stop();
  }
}
