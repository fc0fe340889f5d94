/** What Postgres and the way to it report → what the reader can do. Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
import pg from 'pg';
import { RecordError } from '../core/errors.js';
import { closedMessage } from './db.js';

const unreachableCure = 'Check that the server of DATABASE_URL runs and can be reached from here.';

const tlsCure =
  'Let sslrootcert in DATABASE_URL name the certificate by which the server is known, and its host be the one in that ' +
  'certificate; where the server has no TLS, leave sslmode out.';

/**
 * The URL cannot be used as it stands: a certificate that it names is not there, or what it says of TLS makes no sense.
 * Without the cause, which may quote it.
 */
export function fromUrl(error: unknown): RecordError {
  const code = codeOf(error);
  const isFile = error instanceof Error && 'syscall' in error;
  const what = isFile ? 'names a file that cannot be read' : 'is not one that the database driver can use';
  return new RecordError('CONFIG_INVALID', `DATABASE_URL ${what}.`, {
    cure: isFile
      ? 'Check the paths in it: sslrootcert, sslcert and sslkey.'
      : 'Compare it with https://node-postgres.com/features/ssl, and percent-encode special characters in it.',
    reference: code || undefined,
  });
}

/** OpenSSL's words for a certificate that does not do, and what `pg` says without a code. */
const isTls = (error: unknown): boolean =>
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/.test(
    codeOf(error),
  ) ||
  (error instanceof Error && error.message.includes('does not support SSL'));

/** An error of getting a connection. Nothing was asked yet. */
export function fromConnecting(error: unknown, closing: boolean): RecordError {
  if (closing) return new RecordError('UNAVAILABLE', closedMessage, { cause: error });
  const code = codeOf(error);
  // Login refused, no such database.
  if (/^28|^3D/.test(code)) {
    // Also what a server says that takes nobody without encryption.
    const orTls = code === '28000' ? ' If the server wants TLS, add sslmode=verify-full to it.' : '';
    return new RecordError('CONFIG_INVALID', 'The database refuses the login.', {
      cure: `Check the user, the password and the database name in DATABASE_URL.${orTls}`,
      reference: code,
      cause: error,
    });
  }
  if (isTls(error)) return unavailable('The database is there, but TLS with it fails.', tlsCure, error);
  return unavailable('The database cannot be reached.', unreachableCure, error);
}

/** An error of a query; `commits` tells that its success would have been lasting. Bugs stay as they are. */
export function fromQuerying(error: unknown, commits: boolean): unknown {
  const code = codeOf(error);
  if (isLost(error)) {
    return unavailable('The connection to the database was lost.', unreachableCure, error, commits);
  }
  // Out of connections or memory, waited too long for a lock or an answer.
  if (/^53[023]|^55P03$|^57014$/.test(code)) return busy(error);
  if (code === '53100') {
    return unavailable('The disk of the database is full.', 'Free some space on the database server.', error);
  }
  if (code === '25006') {
    return unavailable(
      'The database can only be read at the moment.',
      'Let DATABASE_URL name the primary server.',
      error,
    );
  }
  if (code === '42501') {
    return new RecordError('CONFIG_INVALID', 'The database user may not do what the bot needs.', {
      cure: 'Let the user of DATABASE_URL create and use tables in its schema.',
      reference: code,
      cause: error,
    });
  }
  return error;
}

export const busy = (cause: unknown): RecordError =>
  unavailable('The database is too busy to answer.', 'Try again in a moment.', cause);

/** A serialisation failure or a deadlock: the same transaction succeeds when it is run again. */
export const isAgain = (error: unknown): boolean => ['40001', '40P01'].includes(codeOf(error));

/** `pg` reports some losses by message only. */
const lossMessages = /^(Connection terminated|Query read timeout|Client has encountered a connection error)/;

/** True when the connection is gone, and with it whatever it was asked and had not committed. */
export function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Class 08: connection exception; 57P: shut down or crashed; 25P03, 57P05: idle for too long.
  if (error instanceof pg.DatabaseError) return /^08|^57P|^25P0[34]/.test(codeOf(error));
  return 'syscall' in error || lossMessages.test(error.message);
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

function unavailable(message: string, cure: string, cause: unknown, maybeDone = false): RecordError {
  return new RecordError('UNAVAILABLE', message, {
    cure,
    reference: codeOf(cause) || undefined,
    maybeDone,
    cause,
  });
}
