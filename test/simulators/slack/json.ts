import type { JsonObject } from './types.js';

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The string at a key, if there is one that is not empty. */
export const textAt = (object: JsonObject, key: string): string | undefined => {
  const value = object[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** The objects in the array at a key; none if there is no array. */
export const objectsAt = (object: JsonObject, key: string): readonly JsonObject[] => {
  const value = object[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
};

/** Form fields and clients in other languages write booleans as text. */
export const isTrue = (value: unknown): boolean => value === true || value === 'true' || value === '1';
