import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { RecordError } from '../../src/core/errors.js';
import type { Store } from '../../src/core/ports.js';
import { openStore } from '../../src/storage/open-store.js';
import {
  type AlertBed,
  type AlertBedOptions,
  bedTime,
  conversationId,
  createAlertBed,
  envelope,
  plainEvent,
  signatureOf,
  until,
  webhookSecret,
} from '../support/call-alert-bed.js';
import { silent } from '../support/store-samples.js';

const beds: AlertBed[] = [];
const sockets: Socket[] = [];
const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(beds.splice(0).map((bed) => bed.stop()));
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function raise(options: AlertBedOptions = {}): Promise<AlertBed> {
  const bed = await createAlertBed(options);
  beds.push(bed);
  return bed;
}

/** A database on disk, with nothing in it. */
async function openEmptyStore(bedClock: () => number = () => bedTime): Promise<Store> {
  const dataDir = await mkdtemp(join(tmpdir(), 'alerts-'));
  const clock = { now: bedClock, sleep: async () => undefined };
  const store = openStore({ dataDir }, { clock, logger: silent });
  cleanUps.push(async () => {
    await store.close();
    await rm(dataDir, { recursive: true });
  });
  await store.migrate();
  return store;
}

const remembering = (store: Store): AlertBedOptions => ({
  isClaimed: (...args) => store.isClaimed(...args),
  claimDelivery: (...args) => store.claimDelivery(...args),
});

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

const databaseAway = () => new RecordError('UNAVAILABLE', 'The database cannot be reached.');

describe('a call alert by webhook', () => {
  it.each([
    ['our own JSON', plainEvent({ caller: 'tel:+4930123456' })],
    ['a workflow’s texts', plainEvent({ occurredAt: String(bedTime), caller: '+4930123456', agent: '' })],
    ['EventBridge’s envelope', envelope()],
  ])('is taken as %s', async (_, body) => {
    const bed = await raise();
    const { status, json } = await bed.post(body);
    expect([status, json]).toEqual([202, { accepted: true }]);
    const call = { conversationId, caller: '+4930123456', queue: null, agent: null, startedAt: bedTime };
    expect(bed.accepted).toEqual([
      { call: { ...call, policyRecording: null }, over: false, occurredAt: bedTime },
    ]);
    expect(await bed.outcomes()).toEqual({ accepted: 1 });
  });

  it('is answered only when the call is stored', async () => {
    let store = () => {};
    let arrived = false;
    const bed = await raise({
      accept: () => {
        arrived = true;
        return new Promise((resolve) => {
          store = resolve;
        });
      },
    });
    let answered = false;
    const answer = bed.post(plainEvent()).finally(() => {
      answered = true;
    });
    await until(() => arrived);
    // Whatever was to be answered before the call is stored has been sent by the time another request has been answered.
    expect((await bed.post('{}')).status).toBe(400);
    expect(answered).toBe(false);
    store();
    expect((await answer).status).toBe(202);
  });

  it('ends the call only when its sender says so: whoever leaves may not be the last from outside', async () => {
    const bed = await raise();
    expect((await bed.post(envelope({}, 'user.end', '1'))).json).toEqual({ ignored: 'event' });
    expect((await bed.post(envelope({ mediaType: 'CHAT' }, 'customer.end', '2'))).json).toEqual({
      ignored: 'media',
    });
    expect([bed.accepted, bed.left]).toEqual([[], 0]);
    await bed.post(envelope({}, 'customer.end', '3'));
    await bed.post(envelope({}, 'external.end', '4'));
    await bed.post(plainEvent({ event: 'call.left', eventId: '5' }));
    expect([bed.accepted, bed.left]).toEqual([[], 3]);
    await bed.post(plainEvent({ event: 'call.ended' }));
    expect(bed.accepted.map(({ over }) => over)).toEqual([true]);
    expect(await bed.outcomes()).toEqual({ accepted: 4, ignored: 2 });
  });

  it('may come in pieces, without saying how long it is', async () => {
    const bed = await raise();
    const sending = request(bed.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-record-secret': webhookSecret },
    });
    const body = JSON.stringify(plainEvent({ caller: 'Zoë' }));
    for (const byte of Buffer.from(body)) sending.write(Buffer.from([byte]));
    sending.end();
    const [response] = await once(sending, 'response');
    response.resume();
    expect([response.statusCode, bed.accepted[0]?.call.caller]).toEqual([202, 'Zoë']);
  });

  it('has one path, and no other', async () => {
    const bed = await raise();
    for (const path of ['/alerts', '/alerts/calls/', '/alerts/call']) {
      const response = await fetch(new URL(path, bed.url), { method: 'POST', body: '{}' });
      expect(response.status).toBe(404);
    }
  });

  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'is posted, not sent by %s',
    async (method) => {
      const bed = await raise();
      const response = await fetch(bed.url, { method, headers: { 'x-record-secret': webhookSecret } });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    },
  );
});

describe('who may send call alerts', () => {
  it('whoever signs: the bytes as they are, within five minutes either way', async () => {
    const bed = await raise();
    const odd = ` \n{"event" : "call.ended", "occurredAt":"${bedTime}", "eventId":"Ü",\r\n"conversationId":"${conversationId}"}`;
    expect((await bed.postSigned(odd)).status).toBe(202);
    for (const seconds of [-300, 300]) {
      const body = plainEvent({ eventId: `at ${seconds}` });
      expect((await bed.postSigned(body, bedTime + seconds * 1000)).status).toBe(202);
    }
    for (const seconds of [-301, 301]) {
      expect((await bed.postSigned(plainEvent(), bedTime + seconds * 1000)).status).toBe(401);
    }
    expect(bed.accepted).toHaveLength(3);
  });

  const body = JSON.stringify(plainEvent());
  const now = String(bedTime / 1000);
  const signed = (timestamp: string, signature: string) => ({
    'x-record-timestamp': timestamp,
    'x-record-signature': signature,
  });

  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['an empty secret', { 'x-record-secret': '' }],
    ['another secret', { 'x-record-secret': webhookSecret.toUpperCase() }],
    ['the beginning of the secret', { 'x-record-secret': webhookSecret.slice(0, -1) }],
    ['more than the secret', { 'x-record-secret': `${webhookSecret}!` }],
    ['the secret where it does not belong', { authorization: `Bearer ${webhookSecret}` }],
    ['an empty signature', signed(now, '')],
    ['a signature without its version', signed(now, signatureOf(now, body).slice(3))],
    ['a signature of another version', signed(now, signatureOf(now, body).replace('v1', 'v0'))],
    ['a signature cut short', signed(now, signatureOf(now, body).slice(0, -2))],
    ['a signature by another secret', signed(now, signatureOf(now, body, 'another-secret-of-31-letters-q7'))],
    ['a signature of another body', signed(now, signatureOf(now, `${body} `))],
    ['a signature of another time', signed(now, signatureOf(bedTime / 1000 - 1, body))],
    ['a signature without its time', { 'x-record-signature': signatureOf('', body) }],
    ['a signature with a time in words', signed('now', signatureOf('now', body))],
    ['a signature with a negative time', signed(`-${now}`, signatureOf(`-${now}`, body))],
    ['a signature with a time in milliseconds', signed(`${bedTime}`, signatureOf(bedTime, body))],
    // A signature is never overruled: who sends one and the secret must have both right.
    ['a wrong signature beside the secret', { ...signed(now, 'v1=00'), 'x-record-secret': webhookSecret }],
  ])('not whoever shows %s, and nobody is told what was wrong', async (_, headers) => {
    const bed = await raise();
    const { status, json } = await bed.post(body, headers);
    expect([status, json]).toEqual([401, { error: 'unauthorized' }]);
    expect(bed.accepted).toEqual([]);
    expect(await bed.outcomes()).toEqual({ unauthorized: 1 });
  });

  it('is found out from digests of one length, so that a secret of any length is compared whole', async () => {
    const bed = await raise();
    for (const length of [1, 15, 31, 32, 33, 64, 1_000]) {
      expect((await bed.post(body, { 'x-record-secret': 'x'.repeat(length) })).status).toBe(401);
      expect((await bed.post(body, signed(now, `v1=${'0'.repeat(length)}`))).status).toBe(401);
    }
  });

  it('is found out before the body is read into anything', async () => {
    const bed = await raise();
    expect((await bed.post('not JSON', {})).status).toBe(401);
    expect((await bed.post('not JSON')).status).toBe(400);
  });
});

describe('a call alert that cannot be taken', () => {
  it.each([
    ['text/plain', {}],
    ['application/x-www-form-urlencoded', {}],
    ['application/json; charset=latin1', {}],
    ['application/jsonp', {}],
    ['', {}],
    ['application/json', { 'content-encoding': 'gzip' }],
  ])('is not JSON but %s: 415', async (type, others) => {
    const bed = await raise();
    const headers = { 'x-record-secret': webhookSecret, 'content-type': type, ...others };
    const { status, json } = await bed.post(plainEvent(), headers);
    expect([status, json]).toEqual([415, { error: expect.stringContaining('application/json') }]);
    expect(await bed.outcomes()).toEqual({ wrong_type: 1 });
  });

  it.each(['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"', 'application/json '])(
    'is not one of type %s',
    async (type) => {
      const bed = await raise();
      const headers = { 'x-record-secret': webhookSecret, 'content-type': type };
      expect((await bed.post(plainEvent(), headers)).status).toBe(202);
    },
  );

  it.each([
    ['', 'JSON'],
    ['{"event":', 'JSON'],
    ['[]', 'JSON object'],
    ['null', 'JSON object'],
    ['{}', '"event"'],
    [JSON.stringify(plainEvent({ conversationId: undefined })), '"conversationId"'],
    [JSON.stringify(envelope({ conversationId: undefined })), '"conversationId"'],
  ])('says %s: 400, with the reason', async (text, reason) => {
    const bed = await raise();
    const { status, json } = await bed.post(text);
    expect([status, json]).toEqual([400, { error: expect.stringContaining(reason) }]);
    expect(await bed.outcomes()).toEqual({ malformed: 1 });
  });

  it('is not UTF-8: 400', async () => {
    const bed = await raise();
    const response = await fetch(bed.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-record-secret': webhookSecret },
      body: Buffer.from(JSON.stringify(plainEvent({ caller: 'Zoë' })), 'latin1'),
    });
    expect(response.status).toBe(400);
  });

  it('is stale, or from the future: 400 for who can mend it, 202 for EventBridge, which would only repeat it', async () => {
    const bed = await raise();
    const at = (ms: number) => ({ occurredAt: bedTime + ms });
    expect((await bed.post(plainEvent(at(-600_001)))).json).toEqual({
      error: 'The event is more than 10 minutes old.',
    });
    expect((await bed.postSigned(plainEvent(at(300_001)))).status).toBe(400);
    const stale = await bed.post(envelope({ eventTime: bedTime - 600_001 }));
    expect([stale.status, stale.json]).toEqual([202, { ignored: 'stale' }]);
    const future = await bed.post(envelope({ eventTime: bedTime + 300_001 }));
    expect([future.status, future.json]).toEqual([202, { ignored: 'future' }]);
    expect(bed.accepted).toEqual([]);

    expect((await bed.post(plainEvent(at(-600_000)))).status).toBe(202);
    expect((await bed.post(envelope({ eventTime: bedTime + 300_000 }))).status).toBe(202);
    expect(await bed.outcomes()).toEqual({ stale: 2, future: 2, accepted: 2 });
  });
});

describe('a body without end', () => {
  const headers = { 'content-type': 'application/json', 'x-record-secret': webhookSecret };
  const limit = 64 * 1024;
  const sized = (bytes: number) => {
    const text = JSON.stringify(plainEvent({ padding: '' }));
    return text.replace('"padding":""', `"padding":"${'x'.repeat(bytes - text.length)}"`);
  };

  it('is refused when it says that it is too long, and a body as long as allowed is not', async () => {
    const bed = await raise();
    const { status, json } = await bed.post(sized(limit + 1));
    expect([status, json]).toEqual([413, { error: 'The body is larger than 65536 bytes.' }]);
    expect((await bed.post(sized(limit))).status).toBe(202);
    expect(await bed.outcomes()).toEqual({ too_large: 1, accepted: 1 });
  });

  it('is refused when it says nothing and goes on, while it still comes', async () => {
    const bed = await raise();
    const sending = request(bed.url, { method: 'POST', headers });
    sending.on('error', () => {});
    sending.write(sized(limit));
    sending.write('x');
    const [response] = await once(sending, 'response');
    response.resume();
    expect(response.statusCode).toBe(413);
    sending.destroy();
    expect((await bed.post(plainEvent())).status).toBe(202);
  });

  it('does not cost the sender its connection once it has come whole', async () => {
    const bed = await raise();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const send = async (body: string) => {
      const sending = request(bed.url, { method: 'POST', headers, agent });
      sending.end(body);
      const [response] = await once(sending, 'response');
      response.resume();
      await once(response, 'end');
      return [response.statusCode, sending.reusedSocket];
    };
    expect(await send(sized(10 * limit))).toEqual([413, false]);
    expect(await send(sized(limit))).toEqual([202, true]);
    agent.destroy();
  });

  it('is refused when it does not come in time, and the connection with it', async () => {
    const bed = await raise();
    const socket = await dial(bed.port);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.write(
      `POST /alerts/calls HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-record-secret: ${webhookSecret}\r\ncontent-length: 100\r\n\r\n{"event"`,
    );
    await until(() => bed.clock.sleepers === 1);
    bed.clock.advance(4_999);
    expect([bed.clock.sleepers, answer]).toEqual([1, '']);
    bed.clock.advance(1);
    await once(socket, 'close');
    expect(answer).toMatch(
      /^HTTP\/1\.1 408 [\s\S]*connection: close[\s\S]*"The body did not come in time\."/i,
    );
    expect(await bed.outcomes()).toEqual({ slow: 1 });
  });

  it('whose sender goes away is nobody’s trouble', async () => {
    const bed = await raise();
    const socket = await dial(bed.port);
    socket.write(
      'POST /alerts/calls HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
    );
    await until(() => bed.clock.sleepers === 1);
    socket.destroy();
    await until(async () => (await bed.outcomes())['lost'] === 1);
    expect(bed.clock.sleepers).toBe(0);
    expect(bed.lines.join()).not.toContain('error');
    expect((await bed.post(plainEvent())).status).toBe(202);
  });
});

describe('a call alert that comes again', () => {
  it.each([
    ['with our own id', plainEvent(), plainEvent({ event: 'call.ended' })],
    ['with the same envelope', envelope(), envelope({}, 'customer.end')],
  ])('%s has no effect', async (_, first, again) => {
    const bed = await raise();
    expect((await bed.post(first)).json).toEqual({ accepted: true });
    for (const body of [first, again]) {
      const { status, json } = await bed.post(body);
      expect([status, json]).toEqual([202, { duplicate: true }]);
    }
    expect(bed.accepted).toHaveLength(1);
    expect(await bed.outcomes()).toEqual({ accepted: 1, duplicate: 2 });
  });

  it('with the same signature has no effect', async () => {
    const bed = await raise();
    await bed.postSigned(plainEvent());
    bed.clock.advance(1_000);
    expect((await bed.postSigned(plainEvent())).json).toEqual({ duplicate: true });
    expect(bed.accepted).toHaveLength(1);
  });

  it('is told from one of another sender that has the same id', async () => {
    const bed = await raise();
    await bed.post(plainEvent({ eventId: 'same' }));
    expect((await bed.post(envelope({}, 'acd.start', 'same'))).json).toEqual({ accepted: true });
  });

  it('is known to all processes that share the database, and after a restart', async () => {
    const store = await openEmptyStore();
    const one = await raise(remembering(store));
    const other = await raise(remembering(store));
    expect((await one.post(plainEvent())).json).toEqual({ accepted: true });
    for (const event of ['call.started', 'call.left']) {
      expect((await other.post(plainEvent({ event }))).json).toEqual({ duplicate: true });
    }
    expect([other.accepted, other.left]).toEqual([[], 0]);
  });

  it('is forgotten after an hour, as the database forgets it', async () => {
    const store = await openEmptyStore();
    const bed = await raise(remembering(store));
    await bed.post(plainEvent());
    bed.clock.advance(3_599_999);
    const again = plainEvent({ occurredAt: bed.clock.now() });
    expect((await bed.post(again)).json).toEqual({ duplicate: true });
    bed.clock.advance(1);
    await store.pruneDeliveries(bed.clock.now() - 3_599_999);
    expect((await bed.post(again)).json).toEqual({ accepted: true });
  });

  it('after its first attempt failed is taken, so that no call is lost', async () => {
    let away = true;
    const store = await openEmptyStore();
    const bed = await raise({
      ...remembering(store),
      accept: async () => {
        if (away) throw databaseAway();
      },
    });
    const { status, headers, json } = await bed.post(plainEvent());
    expect([status, headers.get('retry-after')]).toEqual([503, '5']);
    expect(json).toEqual({ error: 'The event cannot be stored now; send it again.' });
    away = false;
    expect((await bed.post(plainEvent())).json).toEqual({ accepted: true });
    expect(await bed.outcomes()).toEqual({ unavailable: 1, accepted: 1 });
  });

  it('after it could not be noted as done is taken once more', async () => {
    let away = true;
    const bed = await raise({
      claimDelivery: async () => {
        if (away) throw databaseAway();
        return true;
      },
    });
    expect((await bed.post(plainEvent())).status).toBe(503);
    away = false;
    expect((await bed.post(plainEvent())).json).toEqual({ accepted: true });
  });
});

describe('what is said of call alerts', () => {
  it('a bug is answered with 500, without detail, and counted', async () => {
    const bed = await raise({
      accept: () => {
        throw new Error('inner detail');
      },
    });
    const { status, json } = await bed.post(plainEvent());
    expect([status, json]).toEqual([500, { error: 'internal error' }]);
    expect(bed.lines.join()).toContain('inner detail');
    expect(await bed.outcomes()).toEqual({ failed: 1 });
  });

  it('the log warns of each reason at most once a minute, and says how often it kept silent', async () => {
    const bed = await raise();
    const warnings = () => bed.lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'warn');
    for (let attempt = 0; attempt < 20; attempt += 1) await bed.post('{}', {});
    await bed.post('{}', { 'x-record-secret': 'wrong' });
    expect(warnings()).toEqual([
      expect.objectContaining({
        status: 401,
        reason: 'it has neither a signature nor the secret',
        from: '127.0.0.1',
        unsaidBefore: 0,
        msg: 'A call alert was not taken',
      }),
      expect.objectContaining({ reason: 'its secret is not the right one' }),
    ]);
    bed.clock.advance(59_999);
    await bed.post('{}', {});
    expect(warnings()).toHaveLength(2);
    bed.clock.advance(1);
    await bed.post('{}', {});
    expect(warnings().at(-1)).toMatchObject({ status: 401, unsaidBefore: 20 });
  });

  it('neither the log nor an answer shows what was sent, nor a secret', async () => {
    const bed = await raise({ accept: () => Promise.reject(databaseAway()) });
    const marker = 'Marker0123456789';
    const bodies = [
      marker,
      `{"event":"${marker}"}`,
      plainEvent({ queue: marker }),
      plainEvent({ caller: [marker] }),
    ];
    const answers: unknown[] = [];
    for (const body of bodies) {
      answers.push(await bed.post(body), await bed.postSigned(body));
      answers.push(await bed.post(body, { 'x-record-secret': marker, 'content-type': `text/${marker}` }));
      answers.push(await bed.post(body, { 'x-record-secret': marker }));
      answers.push(await bed.post(body, { 'x-record-signature': marker, 'x-record-timestamp': marker }));
    }
    const said = bed.lines.join() + JSON.stringify(answers);
    expect(said).not.toContain(marker);
    expect(said).not.toContain(webhookSecret);
    expect(said).not.toMatch(/v1=[0-9a-f]/);
  });
});

describe('garbage from somebody who knows the secret', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.json(), fc.lorem());
  const values = {
    event: fc.jsonValue(),
    eventId: fc.jsonValue(),
    'detail-type': fc.integer(),
    id: fc.jsonValue(),
  };
  const object = fc.record(values, { requiredKeys: [] }).map((value) => JSON.stringify(value));

  it('is neither taken nor a bug', async () => {
    const bed = await raise();
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, object), fc.boolean(), async (body, isSigned) => {
        const { status } = await (isSigned ? bed.postSigned(body) : bed.post(body));
        expect(status).toBe(400);
      }),
      { numRuns: 400 },
    );
    expect(bed.accepted).toEqual([]);
  });

  it('in the headers lets nobody in', async () => {
    const bed = await raise();
    const header = fc.stringMatching(/^[\x21-\x7e]{0,80}$/);
    const names = fc.constantFrom(
      'x-record-secret',
      'x-record-signature',
      'x-record-timestamp',
      'content-type',
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(names, header), async (headers) => {
        const { status } = await bed.post(plainEvent(), headers);
        expect([401, 415]).toContain(status);
      }),
      { numRuns: 300 },
    );
    expect(bed.accepted).toEqual([]);
  });
});
