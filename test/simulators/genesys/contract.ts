/** What a contract is made of: endpoints, each with what it means, what it takes and what it does. */
import type { Auth, Token } from './auth.js';
import type { Channels } from './channels.js';
import type { CredentialsPlace } from './credentials.js';
import type { ApiErrorFields, Reply } from './errors.js';
import type { Received } from './http.js';
import type { Life } from './life.js';
import type { GenesysSimulatorOptions, Operation, Permission } from './types.js';

export type Settings = Pick<GenesysSimulatorOptions, 'withoutSnippet'> & {
  /** How many calls of each queue the activity query names. */
  activityLimit: number | undefined;
};

export interface World {
  readonly auth: Auth;
  readonly life: Life;
  readonly channels: Channels;
  readonly settings: Settings;
  /** Something that no correct client does. */
  readonly violate: (sentence: string) => void;
}

/** A request that has a valid token and the permission. */
export interface Exchange {
  readonly world: World;
  readonly request: Received;
  /** Those of the path, in its order. */
  readonly ids: readonly string[];
  readonly token: Token;
  readonly tookEffect: () => void;
}

export interface Endpoint {
  /** Such as `PUT /api/v2/…/{id}`. */
  readonly request: string;
  /** Where the body decides what is meant, a function of it. */
  readonly operation: Operation | ((body: unknown) => Operation);
  readonly permission: Permission | null;
  /** Refuses, where the organisation does not have it; before any permission is looked at. */
  readonly isThere?: (settings: Settings) => void;
  /** In one uninterrupted step. Throws a `Refusal` where Genesys refuses. */
  readonly work: (exchange: Exchange) => Reply;
}

export interface Contract {
  readonly credentialsIn: CredentialsPlace;
  readonly endpoints: readonly Endpoint[];
  /** Known paths that take no method at all. */
  readonly forbiddenPaths: readonly string[];
  /** All that its endpoints take. */
  readonly permissions: readonly Permission[];
  /** The 403 for a permission that is missing. */
  readonly lacks: (permission: Permission) => ApiErrorFields;
}

/** What a request means. */
export interface Route {
  readonly operation: Operation;
  /** Null for a token, and for what is no part of the contract. */
  readonly endpoint: Endpoint | null;
  readonly ids: readonly string[];
  /** The methods that the path takes; null for an unknown path. */
  readonly allowed: readonly string[] | null;
}

export const permissionsOf = (endpoints: readonly Endpoint[]): readonly Permission[] => [
  ...new Set(endpoints.flatMap(({ permission }) => permission ?? [])),
];
