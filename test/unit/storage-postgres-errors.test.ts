import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { RecordError } from '../../src/core/errors.js';
import { fromConnecting, fromQuerying, isAgain, isLost } from '../../src/storage/postgres-errors.js';

const fromServer = (code: string) => Object.assign(new pg.DatabaseError('words', 5, 'error'), { code });
const fromNode = (code: string) => Object.assign(new Error(code), { code, syscall: 'read' });

describe('errors of Postgres', () => {
  it.each([
    ['a server that shuts down', fromServer('57P01'), 'lost'],
    ['a server that has crashed', fromServer('57P02'), 'lost'],
    ['a transaction idle for too long', fromServer('25P03'), 'lost'],
    ['a broken connection', fromServer('08006'), 'lost'],
    ['a reset socket', fromNode('ECONNRESET'), 'lost'],
    ['a socket that was closed', new Error('Connection terminated unexpectedly'), 'lost'],
    ['no answer in time', new Error('Query read timeout'), 'lost'],
    ['a statement that took too long', fromServer('57014'), 'too busy'],
    ['too many connections', fromServer('53300'), 'too busy'],
    ['a lock that was not released', fromServer('55P03'), 'too busy'],
    ['a full disk', fromServer('53100'), 'disk of the database is full'],
    ['a standby server', fromServer('25006'), 'only be read'],
  ])('calls %s unavailable', (_, error, words) => {
    const mapped = fromQuerying(error, false);
    expect(mapped).toMatchObject({ code: 'UNAVAILABLE', cause: error });
    expect((mapped as RecordError).message).toContain(words);
    expect((mapped as RecordError).cure).toBeTruthy();
  });

  it('says that a change may be done only when the answer to it was lost', () => {
    const lost = fromNode('ECONNRESET');
    expect(fromQuerying(lost, true)).toMatchObject({ maybeDone: true });
    expect(fromQuerying(lost, false)).toMatchObject({ maybeDone: false });
    expect(fromQuerying(fromServer('53100'), true)).toMatchObject({ maybeDone: false });
    expect(fromConnecting(lost, false)).toMatchObject({ maybeDone: false });
  });

  it.each(['28P01', '28000', '3D000'])('calls a refused login (%s) a matter of configuration', (code) => {
    expect(fromConnecting(fromServer(code), false)).toMatchObject({
      code: 'CONFIG_INVALID',
      reference: code,
    });
  });

  it('thinks of TLS where a login is refused for its way rather than for its password', () => {
    expect(fromConnecting(fromServer('28000'), false).cure).toContain('sslmode');
    expect(fromConnecting(fromServer('28P01'), false).cure).not.toContain('sslmode');
  });

  it.each([
    fromNode('ECONNREFUSED'),
    fromNode('ENOTFOUND'),
    fromServer('57P03'),
    fromServer('53300'),
    new Error('timeout exceeded when trying to connect'),
  ])('calls a database that cannot be reached unavailable: $message $code', (error) => {
    expect(fromConnecting(error, false)).toMatchObject({ code: 'UNAVAILABLE', cause: error });
  });

  it.each([
    fromNode('SELF_SIGNED_CERT_IN_CHAIN'),
    fromNode('DEPTH_ZERO_SELF_SIGNED_CERT'),
    fromNode('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
    fromNode('CERT_HAS_EXPIRED'),
    fromNode('ERR_TLS_CERT_ALTNAME_INVALID'),
    fromNode('ERR_SSL_WRONG_VERSION_NUMBER'),
    new Error('The server does not support SSL connections'),
  ])('speaks of certificates where TLS fails: $message', (error) => {
    const mapped = fromConnecting(error, false);
    expect(mapped).toMatchObject({ code: 'UNAVAILABLE', cause: error });
    expect(mapped.message).toContain('TLS');
    expect(mapped.cure).toContain('sslrootcert');
  });

  it('leaves mistakes of ours as they are', () => {
    for (const error of [fromServer('42601'), fromServer('23505'), fromServer('P0001'), new TypeError('x')]) {
      expect(fromQuerying(error, true)).toBe(error);
      expect(isLost(error)).toBe(false);
    }
    expect(isLost('no error at all')).toBe(false);
  });

  it('runs again what lost to a concurrent transaction, and nothing else', () => {
    expect(['40001', '40P01', '23505', '57014'].map((code) => isAgain(fromServer(code)))).toEqual([
      ...[true, true],
      ...[false, false],
    ]);
    expect(fromQuerying(fromServer('40P01'), true)).not.toBeInstanceOf(RecordError);
  });
});
