import type { Clock } from '../core/ports.js';

export interface MintedToken {
  readonly token: string;
  readonly expiresInMs: number;
}

export interface TokenCacheOptions {
  /** Asks for a new token. Its signal aborts when the cache is closed. */
  readonly mint: (signal: AbortSignal) => Promise<MintedToken>;
  readonly clock: Pick<Clock, 'now'>;
  /** The longest time before its expiry at which a token is no longer used; default 60 s. */
  readonly marginMs?: number;
}

interface CachedToken {
  readonly token: string;
  /** From then on the token is not used, although Genesys may still take it. */
  readonly staleAt: number;
}

/**
 * The margin covers the flight of the request that carries the token and clocks that run apart: `marginMs`, but
 * never more than a tenth of the lifetime, or a short-lived token would be stale on arrival. The lifetime counts
 * from the moment the token was asked for, which is before Genesys began to count.
 */
export const staleAt = (askedAt: number, expiresInMs: number, marginMs: number): number =>
  askedAt + expiresInMs - Math.min(marginMs, expiresInMs / 10);

export const isFresh = (cached: CachedToken | null, now: number): cached is CachedToken =>
  cached !== null && now < cached.staleAt;

/** One token for all callers; never stored, never logged. */
export class TokenCache {
  readonly #mint: TokenCacheOptions['mint'];
  readonly #clock: Pick<Clock, 'now'>;
  readonly #marginMs: number;
  readonly #closing = new AbortController();
  #cached: CachedToken | null = null;
  #pending: Promise<string> | null = null;
  /** Grows with each mint and each refusal: a mint from an older generation must not overwrite a newer token. */
  #generation = 0;

  constructor(options: TokenCacheOptions) {
    this.#mint = options.mint;
    this.#clock = options.clock;
    this.#marginMs = options.marginMs ?? 60_000;
  }

  /** A fresh token; rejects as `mint` does. All callers that need a new one share one request. */
  get(): Promise<string> {
    if (isFresh(this.#cached, this.#clock.now())) return Promise.resolve(this.#cached.token);
    this.#pending ??= this.#renew();
    return this.#pending;
  }

  /**
   * Genesys refused this token: forget it, unless it has been replaced already. A mint under way is detached, since
   * it may have been answered before the revocation: those who wait for it still get its token, nobody else does.
   */
  invalidate(token: string): void {
    if (this.#cached?.token !== token) return;
    this.#cached = null;
    this.#pending = null;
    this.#generation += 1;
  }

  /** Aborts a mint under way. */
  close(): void {
    this.#closing.abort();
  }

  async #renew(): Promise<string> {
    this.#generation += 1;
    const generation = this.#generation;
    const askedAt = this.#clock.now();
    try {
      const { token, expiresInMs } = await this.#mint(this.#closing.signal);
      if (generation === this.#generation) {
        this.#cached = { token, staleAt: staleAt(askedAt, expiresInMs, this.#marginMs) };
      }
      return token;
    } finally {
      if (generation === this.#generation) this.#pending = null;
    }
  }
}
