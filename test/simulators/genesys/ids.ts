import { createHash } from 'node:crypto';

/** The same UUID for the same things, so that a queue or an agent keeps its id. */
export function idFor(...things: readonly string[]): string {
  const hex = createHash('sha256').update(things.join('\n')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const queueIdOf = (name: string): string => idFor('queue', name);

export const userIdOf = (name: string): string => idFor('user', name);

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const isUuid = (text: unknown): text is string => typeof text === 'string' && uuid.test(text);
