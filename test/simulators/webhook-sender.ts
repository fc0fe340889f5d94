/** What tells the bot of calls with `CALL_ALERTS=webhook`: in earnest a workflow in Genesys, or a program of one's own. */
import { createHmac, randomUUID } from 'node:crypto';
import type { BotProcess } from './bot-process.js';
import type { Change, GenesysSimulator, SimulatedCall } from './genesys/types.js';

export const webhookSecret = 'between-the-demo-and-its-bot';

const events: Readonly<Partial<Record<Change['kind'], string>>> = {
  'call-started': 'call.started',
  'call-answered': 'call.updated',
  'call-changed': 'call.updated',
  'call-ended': 'call.ended',
};

/** Sends an event for every change of a call, once the bot is ready, for as long as both live. */
export function sendCallEvents(genesys: GenesysSimulator, bot: Pick<BotProcess, 'url' | 'ready'>): void {
  // One after another: what happens first is told first.
  let sending = bot.ready();
  const tell = (event: string, call: SimulatedCall) => {
    // A bot that has ended is told nothing more; the demo says that it has.
    sending = sending.then(() => send(bot.url, toBody(event, call))).catch(() => undefined);
  };
  for (const call of genesys.calls) tell('call.started', call);
  genesys.onChange((change) => {
    const event = events[change.kind];
    if (event !== undefined && 'call' in change) tell(event, change.call);
  });
}

const toBody = (event: string, call: SimulatedCall): string =>
  JSON.stringify({
    event,
    eventId: randomUUID(),
    occurredAt: new Date().toISOString(),
    conversationId: call.id,
    caller: call.caller,
    ...(call.queue !== null && { queue: call.queue }),
    agent: call.agent ?? '',
    startedAt: new Date(call.startedAt).toISOString(),
  });

async function send(botUrl: string, body: string): Promise<void> {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', webhookSecret).update(`v1:${timestamp}:${body}`).digest('hex');
  await fetch(`${botUrl}/alerts/calls`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-record-timestamp': timestamp,
      'x-record-signature': `v1=${signature}`,
    },
    body,
  });
}
