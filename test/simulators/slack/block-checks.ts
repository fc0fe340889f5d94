/** Small checks from which Block Kit's rules are put together; each reports what is wrong and where. */
import { isObject } from './json.js';

/** Takes a sentence and a JSON pointer, as Slack's `response_metadata.messages` have them. */
export type Report = (sentence: string, pointer: string) => void;
export type Check = (value: unknown, pointer: string, report: Report) => void;
export type Fields = Readonly<Record<string, Check>>;

/** Slack counts characters, not UTF-16 units. */
const lengthOf = (text: string): number => [...text].length;

export const string =
  ({ max, min = 0 }: { readonly max?: number; readonly min?: number } = {}): Check =>
  (value, pointer, report) => {
    if (typeof value !== 'string') report('must be a string', pointer);
    else if (lengthOf(value) < min) report(`must be more than ${min - 1} characters`, pointer);
    else if (max !== undefined && lengthOf(value) > max)
      report(`must be less than ${max + 1} characters`, pointer);
  };

export const boolean: Check = (value, pointer, report) => {
  if (typeof value !== 'boolean') report('must be a boolean', pointer);
};

export const integer =
  (min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): Check =>
  (value, pointer, report) => {
    const fits = Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
    if (!fits) report(`must be an integer from ${min} to ${max}`, pointer);
  };

export const oneOf =
  (...allowed: readonly string[]): Check =>
  (value, pointer, report) => {
    if (!allowed.includes(String(value))) report(`must be one of: ${allowed.join(', ')}`, pointer);
  };

export const pattern =
  (form: RegExp, name: string): Check =>
  (value, pointer, report) => {
    if (typeof value !== 'string' || !form.test(value)) report(`must be ${name}`, pointer);
  };

export const url =
  (max: number): Check =>
  (value, pointer, report) => {
    string({ max })(value, pointer, report);
    if (typeof value === 'string' && !URL.canParse(value)) report('invalid_url', pointer);
  };

export const list =
  (item: Check, { max, min = 1 }: { readonly max: number; readonly min?: number }): Check =>
  (value, pointer, report) => {
    if (!Array.isArray(value)) return report('must be an array', pointer);
    if (value.length < min) report(`no less than ${min} items allowed`, pointer);
    if (value.length > max) report(`no more than ${max} items allowed`, pointer);
    value.forEach((one, index) => {
      item(one, `${pointer}/${index}`, report);
    });
  };

export const anything: Check = () => {};

/** An object with these fields and no others. */
export const object = (required: Fields, optional: Fields = {}): Check => {
  const checks = new Map(Object.entries({ ...required, ...optional }));
  return (value, pointer, report) => {
    if (!isObject(value)) return report('must provide an object', pointer);
    for (const name of Object.keys(required).filter((one) => value[one] === undefined)) {
      report(`missing required field: ${name}`, pointer);
    }
    for (const [name, field] of Object.entries(value).filter(([, one]) => one !== undefined)) {
      const check = checks.get(name) ?? unknownField;
      check(field, `${pointer}/${name}`, report);
    }
  };
};

const unknownField: Check = (_value, pointer, report) => {
  const name = pointer.slice(pointer.lastIndexOf('/') + 1);
  report(`invalid additional property: ${name}`, pointer.slice(0, -name.length - 1));
};

/** An object whose `type` picks the rules from a table. */
export const tagged =
  (table: Readonly<Record<string, Check>>, allowed: readonly string[] = Object.keys(table)): Check =>
  (value, pointer, report) => {
    if (!isObject(value)) return report('must provide an object', pointer);
    const { type } = value;
    const check = allowed.includes(String(type)) ? table[String(type)] : undefined;
    if (type === undefined) report('missing required field: type', pointer);
    else if (!check) report(`unsupported type: ${type}`, `${pointer}/type`);
    else check(value, pointer, report);
  };

/** All of these. */
export const every =
  (...checks: readonly Check[]): Check =>
  (value, pointer, report) => {
    for (const check of checks) check(value, pointer, report);
  };

/** Exactly one of these fields. */
export const exactlyOne =
  (...names: readonly string[]): Check =>
  (value, pointer, report) => {
    const given = names.filter((name) => isObject(value) && value[name] !== undefined);
    if (given.length !== 1) report(`must define exactly one of: ${names.join(', ')}`, pointer);
  };

/** At least one of these fields. */
export const atLeastOne =
  (...names: readonly string[]): Check =>
  (value, pointer, report) => {
    const given = names.some((name) => isObject(value) && value[name] !== undefined);
    if (!given) report(`must define at least one of: ${names.join(', ')}`, pointer);
  };
