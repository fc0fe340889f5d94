/** Who may send call alerts: whoever knows the secret, and shows it or signs with it. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** How far the signature's time may be from ours, either way, in seconds. */
const maxSkewSeconds = 5 * 60;

export interface SignedRequest {
  readonly headers: IncomingHttpHeaders;
  /** Exactly the bytes that came: parsing and writing JSON again would change them. */
  readonly body: Buffer;
}

/**
 * Why the request is refused, for the log; null when it is genuine. A signature (`X-Record-Signature`, with
 * `X-Record-Timestamp`) goes before the bare secret (`X-Record-Secret`), which is for senders that cannot sign.
 */
export function findAuthProblem(
  { headers, body }: SignedRequest,
  secret: string,
  now: number,
): string | null {
  const signature = headers['x-record-signature'];
  if (signature !== undefined) {
    const timestamp = String(headers['x-record-timestamp'] ?? '');
    if (!/^\d{1,12}$/.test(timestamp)) return 'its timestamp is missing or not in seconds';
    if (Math.abs(now / 1000 - Number(timestamp)) > maxSkewSeconds) {
      return 'its timestamp is more than 5 minutes away from this clock';
    }
    return isSame(String(signature), sign(secret, timestamp, body)) ? null : 'its signature does not match';
  }
  const shown = headers['x-record-secret'];
  if (shown === undefined) return 'it has neither a signature nor the secret';
  return isSame(String(shown), secret) ? null : 'its secret is not the right one';
}

/** `v1=` and the HMAC-SHA256, in hexadecimal, of `v1:`, the timestamp, `:` and the raw body. */
const sign = (secret: string, timestamp: string, body: Buffer): string =>
  `v1=${createHmac('sha256', secret).update(`v1:${timestamp}:`).update(body).digest('hex')}`;

/** Takes as long whatever is compared: digests are of one length, and no byte of them tells of the text. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
