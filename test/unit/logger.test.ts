import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordError } from '../../src/core/errors.js';
import type { Logger } from '../../src/core/ports.js';
import { createLogger } from '../../src/logger.js';

type Level = Parameters<typeof createLogger>[0];

function captured(use: (logger: Logger) => void, level: Level = 'debug') {
  const lines: string[] = [];
  use(createLogger(level, { write: (line: string) => lines.push(line) }));
  return lines;
}

/** What was logged by one call: the line as it stands, and read back. */
function logged(fields: object, message = 'a message') {
  const [line = '', ...others] = captured((logger) => logger.info(fields, message));
  expect(others).toEqual([]);
  return { line, entry: JSON.parse(line) };
}

const secret = 'SecretValue0123456789';
const slackTokens = [`xoxb-${secret}`, `xapp-1-${secret}`, `xoxp-1-${secret}`, `xoxe.xoxp-1-${secret}`];
const shaped = [
  ...slackTokens,
  `Bearer ${secret}`,
  `bearer ${secret}.${secret}==`,
  `Bearer%20${secret}`,
  `Basic ${secret}${secret}==`,
  `https://hooks.slack.com/commands/T0/1/${secret}`,
  `https:\\/\\/hooks.slack.com\\/actions\\/T0\\/1\\/${secret}`,
  `https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT0%2F${secret}`,
  `https://hooks.slack-gov.com/commands/T0/${secret}`,
  `postgres://bot:${secret}@db:5432/recordings`,
];

describe('createLogger', () => {
  it('writes one line of JSON with level, time, fields and message', () => {
    const { entry } = logged({ jobId: 'J1', tries: 2, complete: false, none: null }, 'Recording started');
    expect(entry).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      jobId: 'J1',
      tries: 2,
      complete: false,
      none: null,
      msg: 'Recording started',
    });
  });

  it('writes nothing below its level', () => {
    const use = (logger: Logger) => {
      logger.debug({}, 'd');
      logger.info({}, 'i');
      logger.warn({}, 'w');
      logger.error({}, 'e');
    };
    const messages = (level: Level) => captured(use, level).map((line) => JSON.parse(line).msg);
    expect(messages('trace')).toEqual(['d', 'i', 'w', 'e']);
    expect(messages('warn')).toEqual(['w', 'e']);
    expect(messages('silent')).toEqual([]);
  });

  it('takes a message as it is, without formatting it', () => {
    expect(logged({ a: 1 }, '100 %s %d %j {}').entry.msg).toBe('100 %s %d %j {}');
  });
});

describe('createLogger, on secrets', () => {
  it.each([
    'token',
    'access_token',
    'botToken',
    'SLACK_APP_TOKEN',
    'client_secret',
    'clientSecret',
    'signing-secret',
    'password',
    'authorization',
    'Authorization',
    'cookie',
    'Set-Cookie',
    'response_url',
    'responseUrl',
    'response_urls',
    'trigger_id',
    'triggerId',
    'x-slack-signature',
    'ticket',
    'DATABASE_URL',
    'databaseUrl',
  ])('hides what a field named %s holds, at any depth', (name) => {
    for (const value of [secret, { deep: secret }, [secret]]) {
      const { line } = logged({ [name]: value, body: { list: [{ a: { b: { c: { [name]: value } } } }] } });
      expect(line).not.toContain(secret);
      expect(line).toContain('[redacted]');
    }
  });

  it('still says whether a secret was there', () => {
    const { entry } = logged({ token: '', secret: null, hasToken: true, tokenId: 'T1', cookie: 0 });
    expect(entry).toMatchObject({ token: '', secret: null, hasToken: true, tokenId: 'T1' });
  });

  it.each(shaped)('hides %s wherever it stands', (text) => {
    const cause = Object.assign(new Error(`cause ${text}`), { config: { url: text } });
    const error = new RecordError('UNAVAILABLE', `refused: ${text}`, { cause, reference: text });
    const places = [
      logged({}, `before ${text} after`),
      logged({ a: text, b: [text, { c: `"${text}"` }], [text]: 1 }),
      logged({ body: JSON.stringify({ inner: JSON.stringify({ x: text, y: `\n${text}\n` }) }) }),
      logged({ form: `a=1&b%3D${text}&c=2` }),
      logged({ [`client_secret=${secret}`]: text }),
      logged({ err: error }),
      logged(error),
      logged({ errors: new AggregateError([error], text) }),
      logged({ map: new Map([[text, text]]), set: new Set([text]), json: { toJSON: () => ({ text }) } }),
    ];
    for (const { line } of places) {
      expect(line).not.toContain(secret);
      expect(line).toContain('[redacted]');
    }
  });

  it.each([
    `client_secret=${secret}&grant_type=client_credentials`,
    `{"access_token":"${secret}","expires_in":86400}`,
    JSON.stringify(JSON.stringify({ trigger_id: secret })),
    `token: "${secret}"`,
    `https://127.0.0.1:4010/link?ticket=${secret}&app_id=A0`,
    `response_url=http%3A%2F%2F127.0.0.1%2F${secret}`,
    `'signing_secret' : '${secret}'`,
  ])('hides a value that stands beside its name in a text: %s', (text) => {
    expect(logged({ body: text }).line).not.toContain(secret);
    expect(logged({}, text).line).not.toContain(secret);
    expect(logged(new Error(text)).line).not.toContain(secret);
  });

  it('leaves the names of settings and plain prose readable', () => {
    const message =
      'SLACK_BOT_TOKEN is not set: it takes a token that begins with xoxb-. See Basic Information.';
    expect(logged({}, message).entry.msg).toBe(message);
  });

  it('shows no token, whatever stands around it, and stays one line of valid JSON', () => {
    const token = fc.stringMatching(/^x(oxb|app)-[0-9]{4}-[A-Za-z0-9]{12}$/);
    const around = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\\', '"', '\\"', '\n', '://', '@', '%3D'),
    );
    fc.assert(
      fc.property(token, around, around, fc.jsonValue(), (hidden, before, after, other) => {
        const text = `${before}${hidden}${after}`;
        const { line, entry } = logged({ text, nested: { other, deep: JSON.stringify([text]) } }, text);
        expect(line).not.toContain(hidden);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(entry.level).toBe('info');
      }),
      { numRuns: 300 },
    );
  });
});

describe('createLogger, on errors', () => {
  it('tells code, reference, cure and the whole chain of causes', () => {
    const root = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const middle = new TypeError('fetch failed', { cause: root });
    const err = new RecordError('UNAVAILABLE', 'Genesys does not answer.', {
      reference: 'ctx-1',
      cure: 'Try again.',
      retryAfterMs: 5,
      cause: middle,
    });
    expect(logged({ err }).entry.err).toEqual({
      type: 'RecordError',
      code: 'UNAVAILABLE',
      message: 'Genesys does not answer.',
      reference: 'ctx-1',
      cure: 'Try again.',
      retryAfterMs: 5,
      maybeDone: false,
      stack: expect.stringContaining('logger.test.ts'),
      cause: {
        type: 'TypeError',
        message: 'fetch failed',
        stack: expect.any(String),
        cause: {
          type: 'Error',
          code: 'ECONNREFUSED',
          message: 'connect ECONNREFUSED',
          stack: expect.any(String),
        },
      },
    });
  });

  it('takes an error in the place of fields', () => {
    expect(logged(new Error('broken'), 'It failed').entry).toMatchObject({
      err: { type: 'Error', message: 'broken' },
      msg: 'It failed',
    });
  });

  it('takes errors under any name and at any depth, and causes that are no errors', () => {
    const { entry } = logged({ list: [{ original: new Error('inner', { cause: 'a text' }) }] });
    expect(entry.list[0].original).toMatchObject({ message: 'inner', cause: 'a text' });
  });
});

describe('createLogger, on values that are hard to log', () => {
  it('survives circles, getters that throw, and things JSON does not know', () => {
    const circle: { name: string; self?: object } = { name: 'circle' };
    circle.self = circle;
    const error = new Error('own cause');
    error.cause = error;
    const { entry } = logged({
      circle,
      error,
      hostile: Object.defineProperty({}, 'trap', {
        enumerable: true,
        get() {
          throw new Error('trapped');
        },
      }),
      big: 12n,
      fn: () => 1,
      symbol: Symbol('s'),
      bytes: Buffer.from(secret),
      date: new Date(0),
      nothing: undefined,
      kept: 'kept',
    });
    expect(entry).toMatchObject({
      circle: { name: 'circle', self: '[circular]' },
      error: { message: 'own cause', cause: '[circular]' },
      hostile: '[unreadable]',
      big: '12',
      bytes: '[21 bytes]',
      date: '1970-01-01T00:00:00.000Z',
      kept: 'kept',
    });
    expect(Object.keys(entry)).not.toContain('fn');
  });

  it('keeps the line short when somebody logs half of the process', () => {
    const wide = (depth: number): object =>
      depth === 0 ? {} : Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`k${i}`, wide(depth - 1)]));
    const shared = { leaf: 'x'.repeat(100_000) };
    let graph: object = shared;
    for (let depth = 0; depth < 30; depth += 1) graph = { left: graph, right: graph };
    const { line, entry } = logged({
      long: Array.from({ length: 1_000 }, () => 1),
      record: Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`k${i}`, i])),
      text: 'y'.repeat(100_000),
      texts: Array.from({ length: 190 }, () => 'z'.repeat(9_000)),
      tree: wide(5),
      graph,
    });
    expect(line.length).toBeLessThan(500_000);
    expect(entry.long.at(-1)).toBe('… 800 more');
    expect(entry.record['…']).toBe('800 more');
    expect(entry.text).toMatch(/^y+… \(100000 characters\)$/);
  });

  it('does not change what it is given', () => {
    const fields = { token: secret, nested: { text: `Bearer ${secret}` } };
    logged(fields);
    expect(fields).toEqual({ token: secret, nested: { text: `Bearer ${secret}` } });
  });
});
