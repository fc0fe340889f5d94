/** The models of the public API as Genesys's official SDK declares them: which fields there are, and what is in them. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { resolve } = createRequire(import.meta.url);
const declarations = readFileSync(
  join(resolve('purecloud-platform-client-v2/package.json'), '..', 'index.d.ts'),
  'utf8',
);

/** The type of each field, as it is written there. Throws for a model that there is none of. */
function fieldsOf(model: string): ReadonlyMap<string, string> {
  const [, body] = new RegExp(`export interface ${model} \\{(.*?)\n\t\\}`, 's').exec(declarations) ?? [];
  if (body === undefined) throw new Error(`The SDK declares no ${model}.`);
  return new Map([...body.matchAll(/"(\w+)"\??: (.+);/g)].map(([, name = '', type = '']) => [name, type]));
}

/** Paths of the fields that Genesys's API does not have. */
export function strangersIn(model: string, value: unknown, path = model): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((one) => strangersIn(model, one, path));
  if (typeof value !== 'object' || value === null) return [];
  const fields = fieldsOf(model);
  return Object.entries(value).flatMap(([name, inner]) => {
    const type = fields.get(name);
    if (type === undefined) return [`${path}.${name}`];
    const [, innerModel] = /Models\.(\w+)/.exec(type) ?? [];
    return innerModel === undefined ? [] : strangersIn(innerModel, inner, `${path}.${name}`);
  });
}
