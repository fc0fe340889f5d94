export interface Endpoints {
  /** Root of API calls, without a slash at its end. */
  readonly baseUrl: string;
  /** Root of the OAuth service, without a slash at its end. */
  readonly loginUrl: string;
}

/**
 * A region's hosts are `api.{region}` and `login.{region}`. A base URL of any other form (a proxy, a simulator) is
 * taken to serve both, unless a login URL is given.
 * Source: https://developer.genesys.cloud/platform/api/
 */
export function readEndpoints(baseUrl: string, loginUrl?: string): Endpoints {
  const base = withoutSlash(baseUrl);
  if (loginUrl) return { baseUrl: base, loginUrl: withoutSlash(loginUrl) };
  const region = /^https:\/\/api\.([^/]+)$/i.exec(base)?.[1];
  return { baseUrl: base, loginUrl: region ? `https://login.${region}` : base };
}

const withoutSlash = (url: string): string => url.trim().replace(/\/+$/, '');
