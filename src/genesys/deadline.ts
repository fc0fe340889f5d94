/** The time was up first. */
export class TimeUp extends Error {}

/** The caller's signal aborted first. */
export class Cancelled extends Error {}

export interface Limit {
  readonly ms: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Settles as the work does, or rejects at once with {@link TimeUp} or {@link Cancelled}. The work itself goes on:
 * whoever started it must end it. Its late rejection is swallowed. The time is the machine's own, not the injected
 * clock's: it is the network's silence that is measured.
 */
export async function within<T>(work: Promise<T>, { ms, signal }: Limit): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  try {
    return await new Promise<T>((resolve, reject) => {
      onAbort = () => reject(new Cancelled('cancelled by the caller'));
      work.then(resolve, reject);
      if (signal?.aborted) onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      timer = setTimeout(() => reject(new TimeUp(`not done within ${ms} ms`)), ms);
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}
