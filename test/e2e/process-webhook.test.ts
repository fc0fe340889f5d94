/** Call alerts that somebody else sends: a signed request becomes a card, whatever Slack does meanwhile. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRecorded } from '../simulators/recordings.js';
import { type BotBed, createBotBed, labelsOf, until } from '../support/bot-bed.js';
import { signatureOf } from '../support/call-alert-bed.js';

const secret = 'a-secret-between-the-sender-and-the-bot';

describe.each(['recording-jobs', 'conversations'] as const)('with %s', (api) => {
  let bed: BotBed;

  beforeEach(async () => {
    bed = await createBotBed({
      genesys: { api },
      env: { CALL_ALERTS: 'webhook', CALL_ALERT_WEBHOOK_SECRET: secret },
    });
    await bed.start();
  }, 60_000);
  afterEach(() => bed?.finish());

  async function send(conversationId: string, signedWith = secret): Promise<number> {
    const occurredAt = new Date().toISOString();
    const body = JSON.stringify({ event: 'call.started', eventId: randomUUID(), occurredAt, conversationId });
    const timestamp = Math.floor(Date.now() / 1_000);
    const response = await fetch(`${bed.bot.url}/alerts/calls`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-record-timestamp': String(timestamp),
        'x-record-signature': signatureOf(timestamp, body, signedWith),
      },
      body,
    });
    return response.status;
  }

  it('makes a signed request the card of its call, which can be recorded from it', async () => {
    const [call, other] = [bed.genesys.startCall(), bed.genesys.startCall()];
    expect(await send(other.id, 'somebody else’s secret')).toBe(401);
    expect(await send(call.id)).toBe(202);
    const alert = await bed.card(bed.alerts.id, 'Call in progress', call.id);
    await bed.press(alert, 'Start recording');
    const recording = await bed.card(bed.alerts.id, ':red_circle:');
    expect(isRecorded(bed.genesys, call.id)).toBe(true);
    await bed.press(recording, 'Stop');
    await bed.card(bed.alerts.id, 'Recording stopped');
  });

  it('takes the request while Slack is down, and posts the card once Slack is back', async () => {
    const call = bed.genesys.startCall();
    bed.slack.inject({
      method: 'chat.postMessage',
      fault: { kind: 'status', status: 503 },
      times: 'until-cleared',
    });
    expect(await send(call.id)).toBe(202);
    await until(() => expect(bed.slack.count('chat.postMessage')).toBeGreaterThan(0));
    expect(bed.cards(bed.alerts.id)).toEqual([]);
    bed.slack.clearFaults();
    const alert = await bed.card(bed.alerts.id, 'Call in progress', call.id);
    expect(labelsOf(alert)).toEqual(['Start recording']);
  });
});
