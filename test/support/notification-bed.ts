/** The adapter's call events over real HTTP and real sockets, with a clock set by hand. */
import fetch from 'node-fetch';
import { expect } from 'vitest';
import type { CallEvent } from '../../src/core/model.js';
import { createGenesys } from '../../src/genesys/genesys.js';
import { type OpenSocket, openWebSocket } from '../../src/genesys/web-socket.js';
import { createLogBook, createManualClock, type ManualClock } from './genesys-bed.js';

export interface Org {
  readonly url: string;
  readonly client?: { readonly clientId: string; readonly clientSecret: string };
}

export function createNotificationBed(
  org: Org,
  queueIds: readonly string[] = [],
  clock: ManualClock = createManualClock(),
) {
  const log = createLogBook();
  const heard = { events: [] as CallEvent[], gaps: 0, texts: 0, sockets: 0 };
  const openSocket: OpenSocket = (uri, listener) => {
    heard.sockets += 1;
    const onText = (text: string) => {
      heard.texts += 1;
      listener.onText(text);
    };
    return openWebSocket(uri, { ...listener, onText });
  };
  const { clientId, clientSecret } = org.client ?? { clientId: 'client-id', clientSecret: 'hush' };
  const genesys = createGenesys(
    { baseUrl: org.url, clientId, clientSecret, recordingApi: 'conversations' },
    { fetch, clock, random: () => 1, logger: log, openSocket },
  );
  const events = genesys.events(queueIds);
  const start = () =>
    events.start({
      onEvents: (batch) => heard.events.push(...batch),
      onGap: () => {
        heard.gaps += 1;
      },
    });
  return {
    clock,
    log,
    heard,
    events,
    start,
    /** Resolves when so many gaps were told. */
    async gaps(count: number): Promise<void> {
      await until(() => heard.gaps).toBe(count);
    },
    async close(): Promise<void> {
      await events.stop();
      genesys.close();
    },
  };
}

export type NotificationBed = ReturnType<typeof createNotificationBed>;

/** Waits for what goes over real sockets, which no clock of ours drives. */
export const until = <T>(value: () => T) => expect.poll(value, { interval: 5, timeout: 10_000 });
