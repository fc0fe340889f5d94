/** How far the clocks of others are from ours, by the `Date` of their answers (RFC 9110, 6.6.1). */
import type { Clock } from '../core/ports.js';
import { type Finding, failed, passed, unseen } from './check.js';

/** Whoever is further off than this fails: Slack refuses signatures five minutes off, and deadlines are wall time. */
const worstMs = 60_000;
/** From here on it is worth a word. */
const noticedMs = 5_000;

type FetchLike = (
  url: string,
  init?: never,
) => Promise<{ readonly headers: { get(name: string): string | null } }>;

export interface ClockSkews {
  /** The same fetch, which takes note of each answer's date. */
  watch<F>(fetch: F): F;
  /** Milliseconds that the host's clock is ahead of ours, behind if negative; null when it has not told. */
  of(url: string): number | null;
}

export function createClockSkews(clock: Pick<Clock, 'now'>): ClockSkews {
  const byHost = new Map<string, number>();
  const note = (host: string, ms: number) => {
    const known = byHost.get(host);
    // The smallest is the truest: the others hold an answer's way as well.
    if (known === undefined || Math.abs(ms) < Math.abs(known)) byHost.set(host, ms);
  };
  return {
    watch<F>(fetch: F): F {
      const watched: FetchLike = async (url, init) => {
        const sentAt = clock.now();
        const response = await (fetch as FetchLike)(url, init);
        const skew = skewOf(response.headers.get('date'), sentAt, clock.now());
        if (skew !== null) note(new URL(String(url)).host, skew);
        return response;
      };
      return watched as F;
    },
    of: (url) => byHost.get(new URL(url).host) ?? null,
  };
}

/** A date has whole seconds and was made at some time between sending and receiving: within that nothing is proven. */
export function skewOf(date: string | null, sentAt: number, receivedAt: number): number | null {
  const earliest = Date.parse(date ?? '');
  if (Number.isNaN(earliest)) return null;
  if (earliest > receivedAt) return earliest - receivedAt;
  return Math.min(0, earliest + 999 - sentAt);
}

/** `whose` completes "the clock of …". */
export function judgeSkew(skewMs: number | null, whose: string): Finding {
  if (skewMs === null) return unseen(`the answers of ${whose} hold no date`);
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const words = `this machine's clock is ${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} ${whose}'s`;
  if (Math.abs(skewMs) > worstMs) return failed(`${words}.`, 'Let NTP set the clock of this machine.');
  if (Math.abs(skewMs) >= noticedMs) return passed(`${words}: let NTP keep it`);
  return passed(`agrees with ${whose}'s to within ${noticedMs / 1000} s`);
}
