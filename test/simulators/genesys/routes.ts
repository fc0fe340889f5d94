/** Which request means which operation in the contract `recording-jobs`, and what permission it takes. */
import type { Operation, Permission } from './types.js';

const paths: readonly {
  readonly path: RegExp;
  readonly methods: Readonly<Record<string, Operation>>;
}[] = [
  { path: /^\/oauth\/token$/, methods: { POST: 'token' } },
  { path: /^\/api\/v2\/conversations\/phone$/, methods: { GET: 'calls' } },
  { path: /^\/api\/v2\/recording\/jobs$/, methods: { GET: 'jobs', POST: 'start' } },
  { path: /^\/api\/v2\/recording\/jobs\/([^/]+)\/stop$/, methods: { POST: 'stop' } },
  // A job by its id takes nothing in this contract, and DELETE would drop the recording's metadata.
  { path: /^\/api\/v2\/recording\/jobs\/([^/]+)$/, methods: {} },
];

export interface Route {
  readonly operation: Operation;
  /** The id in the path, or ''. */
  readonly id: string;
  /** The methods that the path takes; null for an unknown path. */
  readonly allowed: readonly string[] | null;
}

export function findRoute(method: string, path: string): Route {
  for (const known of paths) {
    const match = known.path.exec(path);
    if (!match) continue;
    return {
      operation: known.methods[method] ?? 'other',
      id: match[1] ?? '',
      allowed: Object.keys(known.methods),
    };
  }
  return { operation: 'other', id: '', allowed: null };
}

export const permissions: Readonly<Record<Exclude<Operation, 'token' | 'other'>, Permission>> = {
  calls: 'conversation:phone:view',
  jobs: 'recording:job:view',
  start: 'recording:job:control',
  stop: 'recording:job:control',
};
