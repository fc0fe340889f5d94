/**
 * Reads single settings and notes what is wrong with them, so that all problems can be told at once. What is noted
 * never holds a value: a secret pasted into the wrong variable must not end up on a screen or in a log.
 */
import { isIP } from 'node:net';
import { type SettingName, settings } from './config-settings.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Reader {
  /** The trimmed value or its default; undefined when there is neither. */
  optional(name: SettingName): string | undefined;
  /** The value if it is set and the check holds; else undefined, and a problem is noted if it is set. */
  checked(name: SettingName, check: (value: string) => boolean): string | undefined;
  /** Like `checked`, and being unset is a problem as well. The empty stand-in never leaves readConfig. */
  required(name: SettingName, check: (value: string) => boolean): string;
  /** Entries between commas, without empty ones and repetitions. */
  list(name: SettingName, check: (entry: string) => boolean): readonly string[];
  /** A whole number in decimal digits, from `min` to `max`. */
  integer(name: SettingName, min: number, max: number): number;
  /** `what` completes "NAME …", and is followed by what the setting takes. */
  problem(name: SettingName, what: string): void;
  readonly problems: readonly string[];
}

const settingsByName = new Map(settings.map((setting) => [setting.name, setting]));

export function createReader(env: Environment): Reader {
  const problems: string[] = [];
  const problem = (name: SettingName, what: string): void => {
    problems.push(`${name} ${what}: it takes ${settingsByName.get(name)?.accepts}.`);
  };
  const optional = (name: SettingName): string | undefined =>
    env[name]?.trim() || (settingsByName.get(name)?.default ?? undefined);

  const checked: Reader['checked'] = (name, check) => {
    const value = optional(name);
    if (value === undefined || check(value)) return value;
    problem(name, 'is not valid');
    return undefined;
  };
  const required: Reader['required'] = (name, check) => {
    if (optional(name) === undefined) problem(name, 'is not set');
    return checked(name, check) ?? '';
  };
  const list: Reader['list'] = (name, check) => {
    const entries = (optional(name) ?? '').split(',').map((entry) => entry.trim());
    entries.forEach((entry, index) => {
      if (entry !== '' && !check(entry)) problem(name, `is not valid at entry ${index + 1}`);
    });
    return [...new Set(entries.filter((entry) => entry !== ''))];
  };
  const integer: Reader['integer'] = (name, min, max) => {
    const isWithin = (value: string) =>
      /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max;
    return Number(required(name, isWithin));
  };
  return { optional, checked, required, list, integer, problem, problems };
}

/** Printable ASCII without spaces: what may stand in an HTTP header or a form without surprises. */
export const isOneWord = (value: string): boolean => /^[\x21-\x7e]+$/.test(value);

/** A host name has at most 253 characters (RFC 1035, 2.3.4). */
export const isHost = (value: string): boolean =>
  isIP(value) !== 0 ||
  (value.length <= 253 &&
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.?$/i.test(value));

export const isPostgresUrl = (value: string): boolean => {
  const url = parseUrl(value);
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol)) return false;
  return [url.username, url.password, url.pathname].every(isDecodable);
};

/** Percent-encoded bytes must be UTF-8, or the driver throws. A percent sign by itself it takes as it is. */
function isDecodable(encoded: string): boolean {
  try {
    for (const bytes of encoded.match(/(%[0-9a-f]{2})+/gi) ?? []) decodeURIComponent(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Tokens and secrets travel to these hosts, so plain HTTP is for this machine only (the simulators). */
export const isServiceUrl = (value: string): boolean => {
  const url = parseUrl(value);
  if (!url || !/^https?:\/\//i.test(value)) return false;
  if (url.username || url.password || /[?#]/.test(value)) return false;
  return url.protocol === 'https:' || isLoopback(url.hostname);
};

// URL has normalised the host by now: 127.1 and 2130706433 read 127.0.0.1.
const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);

function parseUrl(value: string): URL | null {
  // URL.parse does the same without an exception, but only from Node 22 on.
  return URL.canParse(value) ? new URL(value) : null;
}
