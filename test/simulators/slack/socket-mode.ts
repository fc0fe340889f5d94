/**
 * Socket Mode: tickets, hello, envelopes, acks, disconnects, pings.
 * https://docs.slack.dev/apis/events-api/using-socket-mode
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { AppSocket } from './app-socket.js';
import type { Core } from './core.js';
import { newSecret } from './ids.js';
import type { Outcome, Parcel, Retry, Sent, Transport } from './transport.js';
import type { DisconnectReason } from './types.js';

/** https://docs.slack.dev/apis/events-api/using-socket-mode#connections */
const mostSockets = 10;
const ticketLifetimeMs = 30_000;

export class SocketMode implements Transport {
  readonly #core: Core;
  readonly #server = new WebSocketServer({ noServer: true, autoPong: false });
  readonly #tickets = new Map<string, number>();
  #sockets: readonly AppSocket[] = [];
  #opened = 0;
  #turn = 0;
  #gap = false;
  #silent = false;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Those that have said hello. */
  get live(): readonly AppSocket[] {
    return this.#sockets.filter((socket) => socket.isGreeted && socket.isOpen);
  }

  /** A ticket for one socket. */
  newTicket(): string {
    const ticket = newSecret();
    this.#tickets.set(ticket, this.#core.clock.now() + ticketLifetimeMs);
    return ticket;
  }

  accept(request: IncomingMessage, connection: Duplex, head: Buffer, ticket: string): void {
    const expiresAt = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    if (expiresAt === undefined || this.#core.clock.now() > expiresAt) {
      this.#note('none', 'refused', 'no valid ticket');
      connection.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, connection, head, (socket) => this.#open(socket));
  }

  /** Any socket may get it: they take turns. */
  send(parcel: Parcel, retry: Retry | null, outcome: Outcome): Sent | null {
    const ready = this.live.filter((socket) => !socket.isLeaving);
    const socket = ready[this.#turn % ready.length];
    this.#turn += 1;
    if (!socket) return null;
    socket.hand(parcel, retry, outcome);
    return { via: 'socket', socketId: socket.id, isReachable: () => socket.isOpen && !socket.isSilent };
  }

  disconnect(reason: DisconnectReason, socketId?: string): void {
    for (const socket of this.#chosen(socketId)) {
      socket.askToLeave(reason);
      this.#note(socket.id, 'disconnect-sent', reason);
    }
  }

  cut(socketId?: string): void {
    for (const socket of this.#chosen(socketId)) socket.cut();
  }

  setSilent(on: boolean): void {
    this.#silent = on;
    for (const socket of this.#sockets) socket.isSilent = on;
  }

  setGap(on: boolean): void {
    this.#gap = on;
    if (on) return;
    for (const socket of this.#sockets.filter((one) => !one.isGreeted)) this.#greet(socket);
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #chosen(socketId: string | undefined): readonly AppSocket[] {
    return this.#sockets.filter((socket) => socketId === undefined || socket.id === socketId);
  }

  #open(connection: WebSocket): void {
    this.#opened += 1;
    const socket = new AppSocket(`socket-${this.#opened}`, connection, this.#core, () =>
      this.#closed(socket),
    );
    socket.isSilent = this.#silent;
    this.#sockets = [...this.#sockets, socket];
    if (this.#sockets.length > mostSockets) {
      this.#core.journal.violate(`The app opened more than ${mostSockets} sockets.`);
      this.disconnect('too_many_websockets', socket.id);
      return;
    }
    if (!this.#gap) this.#greet(socket);
  }

  #greet(socket: AppSocket): void {
    socket.greet(this.#sockets.length);
    this.#note(socket.id, 'opened', null);
  }

  #closed(socket: AppSocket): void {
    this.#sockets = this.#sockets.filter((one) => one !== socket);
    this.#note(socket.id, 'closed', null);
  }

  #note(socketId: string, event: 'opened' | 'disconnect-sent' | 'closed' | 'refused', reason: string | null) {
    this.#core.journal.add({ kind: 'socket', at: this.#core.clock.now(), socketId, event, reason });
  }
}
