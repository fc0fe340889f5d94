/** Slack's date formats, in the reader's own zone. https://docs.slack.dev/messaging/formatting-message-text#date-formatting */

const day = 86_400_000;

export const clockTime = (at: number, seconds = false): string =>
  new Date(at).toLocaleTimeString('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
  });

/** `1:05`, `12:00`, `1:02:03`. */
export function span(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1_000));
  const [hours, minutes, seconds] = [Math.floor(total / 3_600), Math.floor(total / 60) % 60, total % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** Fills in a format such as `{date_short_pretty} {time}`; an unknown token gives the fallback. */
export function slackDate(unixSeconds: number, format: string, fallback: string, now = Date.now()): string {
  const at = unixSeconds * 1_000;
  if (!Number.isFinite(at)) return fallback;
  let known = true;
  const text = format.replace(/\{(\w+)\}/g, (_, token: string) => {
    const value = tokenText(token, at, now);
    known &&= value !== null;
    return value ?? '';
  });
  return known ? text : fallback;
}

function tokenText(token: string, at: number, now: number): string | null {
  if (token === 'time') return clockTime(at);
  if (token === 'time_secs') return clockTime(at, true);
  if (token === 'ago') return `${span(now - at)} ago`;
  if (token === 'date_num') return new Date(at).toLocaleDateString('sv-SE');
  const shape = /^date(?:_(short|long))?(_pretty)?$/.exec(token);
  if (!shape) return null;
  return (shape[2] && prettyDay(at, now)) || dayText(at, shape[1]);
}

function prettyDay(at: number, now: number): string | null {
  const midnight = (time: number) => new Date(time).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(at) - midnight(now)) / day);
  return { '-1': 'yesterday', '0': 'today', '1': 'tomorrow' }[String(days)] ?? null;
}

function dayText(at: number, length: string | undefined): string {
  return new Date(at).toLocaleDateString('en-US', {
    year: 'numeric',
    month: length === 'short' ? 'short' : 'long',
    day: 'numeric',
    ...(length === 'long' ? { weekday: 'long' } : {}),
  });
}
