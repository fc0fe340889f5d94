/** Whether a host can be reached: its name, the connection and TLS told apart. Nothing is sent but what these take. */
import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { type Finding, failed, passed } from './check.js';

/** `setting` is the one to look at when the host is the wrong one; null where somebody else has named it. */
export async function reach(url: string, setting: string | null, signal: AbortSignal): Promise<Finding> {
  const { protocol, hostname, port } = new URL(url);
  const isTls = ['https:', 'wss:'].includes(protocol);
  // URL keeps the brackets around an IPv6 address; nobody else wants them.
  const host = hostname.replace(/^\[|\]$/g, '');
  const target = { host, port: Number(port || (isTls ? 443 : 80)) };
  const where = `${hostname}:${target.port}`;
  try {
    await lookup(host);
  } catch (error) {
    return failed(
      `the name ${host} is not known here (${codeOf(error)}).`,
      setting === null
        ? 'Let the resolver of this machine know that name (DNS).'
        : `Check the host in ${setting}, and that this machine can resolve names (DNS).`,
    );
  }
  const socket = connect(target);
  signal.addEventListener('abort', () => socket.destroy(), { once: true });
  try {
    await event(socket, 'connect');
  } catch (error) {
    socket.destroy();
    return failed(
      `${where} takes no connection (${codeOf(error)}).`,
      setting === null
        ? `Let the firewall let this machine out to ${where}.`
        : `Check ${setting}, and that a firewall lets this machine out to ${where}.`,
    );
  }
  const finding = isTls ? await handshake(socket, host, where) : passed(`${where} takes connections`);
  socket.destroy();
  return finding;
}

async function handshake(socket: Socket, host: string, where: string): Promise<Finding> {
  // An address has no name that could be sent along (RFC 6066, 3).
  const secured = connectTls({ socket, host, ...(isIP(host) === 0 && { servername: host }) });
  try {
    await event(secured, 'secureConnect');
    return passed(`${where} takes connections (${secured.getProtocol()})`);
  } catch (error) {
    return failed(
      `${where} takes connections, but TLS fails (${codeOf(error)}).`,
      'Where a proxy looks into TLS, let NODE_EXTRA_CA_CERTS name its certificate; otherwise the host is not the one it should be.',
    );
  } finally {
    secured.destroy();
  }
}

const event = (socket: Socket | TLSSocket, name: 'connect' | 'secureConnect'): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once(name, () => resolve());
    socket.once('close', () => reject(new Error('closed')));
    // Stays for good: an error after the answer must not end the process.
    socket.on('error', reject);
  });

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
