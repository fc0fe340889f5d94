import type { IncomingMessage } from 'node:http';
import type { Clock } from '../core/ports.js';

interface BodyLimits {
  readonly maxBytes: number;
  readonly withinMs: number;
}

/** `lost`: the sender has gone, and there is nobody to answer. */
export type NoBody = 'too large' | 'slow' | 'lost';

/**
 * The raw body, or why there is none. Never rejects. What is too large is not kept, but still read to its end: a sender
 * that is cut off while it sends does not read the answer.
 */
export async function readBody(
  request: IncomingMessage,
  { maxBytes, withinMs }: BodyLimits,
  clock: Pick<Clock, 'sleep'>,
): Promise<Buffer | NoBody> {
  if (Number(request.headers['content-length']) > maxBytes) return 'too large';
  const settled = new AbortController();
  const late = clock.sleep(withinMs, settled.signal).then(() => 'slow' as const);
  try {
    return await Promise.race([collect(request, maxBytes), late]);
  } finally {
    settled.abort();
  }
}

function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer | NoBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve('too large');
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('close', () => resolve('lost'));
  });
}
