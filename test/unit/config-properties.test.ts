import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfig, settings } from '../../src/config.js';
import { RecordError } from '../../src/core/errors.js';

const env = fc.record(
  Object.fromEntries(
    settings.map(({ name }) => [
      name,
      fc.oneof(
        fc.string(),
        fc.string({ unit: 'binary' }),
        fc.webUrl(),
        fc.constantFrom('poll', 'off', '*', '1'),
      ),
    ]),
  ),
  { requiredKeys: [] },
);

// Long and odd enough not to occur in an error's own words.
const marker = fc.stringMatching(/^[A-Z0-9]{8,24}q7$/);

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cure } = error as { cure?: string };
  return [error.message, error.stack, cure, JSON.stringify(error), String(error.cause)].join('\n');
}

describe('readConfig, whatever it is given', () => {
  it('returns settings or throws a RecordError, nothing else', () => {
    fc.assert(
      fc.property(env, (values) => {
        try {
          readConfig(values);
        } catch (error) {
          expect(error).toBeInstanceOf(RecordError);
          expect((error as RecordError).code).toBe('CONFIG_INVALID');
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('never tells a value, whichever setting it was put into and in whatever shape', () => {
    const shapes = fc.constantFrom(
      (text: string) => text,
      (text: string) => `xoxb-${text} `,
      (text: string) => `postgres://bot:${text}@db:x/recordings`,
      (text: string) => `https://user:${text}@api.example.com`,
      (text: string) => `U0ANNA,${text}-,${text}`,
      (text: string) => `${text}\n${text}`,
    );
    const names = fc.subarray(
      settings.map(({ name }) => name),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(marker, shapes, names, (secret, shape, chosen) => {
        // The listed ones hold the value; others are missing, so that there is always something to complain about.
        const values = Object.fromEntries(chosen.map((name) => [name, shape(secret)]));
        let told = '';
        try {
          readConfig({ ...values, LOG_LEVEL: 'wrong' });
        } catch (error) {
          told = textOf(error);
        }
        expect(told).toContain('LOG_LEVEL');
        expect(told).not.toContain(secret);
      }),
      { numRuns: 1_000 },
    );
  });
});
