/** What docs/call-alerts-webhook.md tells an administrator to paste works as it stands. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type AlertBed,
  type AlertBedOptions,
  bedTime,
  conversationId,
  createAlertBed,
  createSteppedClock,
  envelope,
  plainEvent,
  signatureOf,
  webhookSecret,
} from '../support/call-alert-bed.js';

const doc = readFileSync(new URL('../../docs/call-alerts-webhook.md', import.meta.url), 'utf8');

/** The first block of that kind, without its indentation. */
function block(kind: string): string {
  const found = new RegExp(`^( *)\`\`\`${kind}\n([\\s\\S]*?)\n *\`\`\``, 'm').exec(doc);
  if (!found) throw new Error(`no block ${kind}`);
  return (found[2] ?? '').replaceAll(new RegExp(`^${found[1]}`, 'gm'), '');
}

let bed: AlertBed | undefined;
afterEach(() => bed?.stop());

async function raise(options: AlertBedOptions = {}): Promise<AlertBed> {
  bed = await createAlertBed(options);
  return bed;
}

const tools = ['curl', 'openssl'];
const found = await Promise.all(
  tools.map((tool) => promisify(execFile)('sh', ['-c', `command -v ${tool}`]).catch(() => null)),
);
if (found.includes(null))
  process.stderr.write('The documentation’s shell example is not run: it needs curl and openssl.\n');

describe('the documentation of the webhook', () => {
  it('shows a request that is taken', async () => {
    const { post, accepted } = await raise();
    expect((await post(block('json'))).json).toEqual({ accepted: true });
    expect(accepted[0]?.call).toEqual({
      conversationId,
      caller: '+4930123456',
      queue: 'Support',
      agent: 'Ada Lovelace',
      startedAt: bedTime - 30_000,
      policyRecording: null,
    });
  });

  it('shows a signature that is right', async () => {
    const example = Object.fromEntries(
      block('text')
        .split('\n')
        .map((line) => line.split(/\s+(.*)/)),
    );
    const { secret, timestamp, body, signature } = example;
    expect(signature).toBe(signatureOf(timestamp, body, secret));
    const { post } = await raise({ secret, clock: createSteppedClock(Number(timestamp) * 1000) });
    const headers = { 'x-record-timestamp': timestamp, 'x-record-signature': signature };
    expect((await post(body, headers)).json).toEqual({ accepted: true });
  });

  it.runIf(!found.includes(null))('shows a shell script that signs and sends', async () => {
    const { url, accepted } = await raise({ clock: { now: Date.now, sleep: () => new Promise(() => {}) } });
    const env = {
      PATH: process.env['PATH'],
      BOT_URL: new URL(url).origin,
      CALL_ALERT_WEBHOOK_SECRET: webhookSecret,
    };
    const { stdout } = await promisify(execFile)('sh', ['-euc', block('sh')], { env });
    expect(stdout).toBe('{"accepted":true}');
    expect(accepted).toHaveLength(1);
  });

  it('shows a data action whose template makes a request of its inputs, all of them or only the required', async () => {
    const contract = JSON.parse(block('json contract'));
    const render = (inputs: Record<string, string>) =>
      block('velocity').replaceAll(/\$esc\.jsonString\("\$!\{input\.(\w+)\}"\)/g, (_, name) => {
        expect(contract.properties).toHaveProperty(name);
        return JSON.stringify(inputs[name] ?? '').slice(1, -1);
      });
    const { post, accepted } = await raise();
    const required = { event: 'call.updated', occurredAt: String(bedTime), conversationId };
    const optional = {
      caller: 'tel:+4930123456',
      queue: 'A "quoted" \\ queue',
      agent: 'Ada',
      startedAt: `${bedTime}`,
    };
    expect(Object.keys({ ...required, eventId: '' }).sort()).toEqual(contract.required.toSorted());
    expect(Object.keys({ ...required, ...optional, eventId: '' }).sort()).toEqual(
      Object.keys(contract.properties).sort(),
    );
    expect((await post(render({ ...required, eventId: '1' }))).json).toEqual({ accepted: true });
    expect((await post(render({ ...required, ...optional, eventId: '2' }))).json).toEqual({ accepted: true });
    expect(accepted.map(({ call }) => [call.caller, call.queue, call.agent, call.startedAt])).toEqual([
      [null, null, null, null],
      ['+4930123456', 'A "quoted" \\ queue', 'Ada', bedTime],
    ]);
  });

  it('shows an EventBridge rule all of whose events are taken, the last one for a leaving', async () => {
    const pattern = JSON.parse(block('json pattern'));
    const alerts = await raise();
    for (const [index, type] of pattern['detail-type'].entries()) {
      const event = { ...envelope({ mediaType: pattern.detail.eventBody.mediaType[0] }), id: String(index) };
      expect((await alerts.post({ ...event, 'detail-type': type })).json).toEqual({ accepted: true });
    }
    expect(alerts.accepted.map(({ over }) => over)).toEqual([false, false, false]);
    expect(alerts.left).toBe(pattern['detail-type'].length - 3);
    expect(JSON.parse(block('json targets'))).toHaveLength(1);
  });

  it('shows triggers whose events are taken', async () => {
    const rows = [
      ...doc.matchAll(/^\| `v2\.detail\.events\.conversation\.\{id\}\.(\w+\.\w+)` \| `(.+?)` /gm),
    ];
    const alerts = await raise();
    for (const [index, [, topic, event]] of rows.entries()) {
      expect((await alerts.post(plainEvent({ event, eventId: `${index}` }))).json).toEqual({
        accepted: true,
      });
      // Of one topic both ways say the same.
      expect((await alerts.post(envelope({}, topic, `${index}`))).json).toEqual({ accepted: true });
    }
    const up = alerts.accepted.map(({ over }) => over);
    expect([rows.length, up.length / 2 + alerts.left / 2, new Set(up)]).toEqual([4, 4, new Set([false])]);
  });

  it.each([202, 400, 401, 405, 408, 413, 415, 500, 503])('explains status %s', (status) => {
    expect(doc).toMatch(new RegExp(`^\\| ${status} `, 'm'));
  });
});
