import { expect, it } from 'vitest';
import { levelOf, RecordError } from '../../src/core/errors.js';

it('logs a mistake as info, an outage elsewhere as warn, and our own as error', () => {
  const level = (code: ConstructorParameters<typeof RecordError>[0]) => levelOf(new RecordError(code, 'x'));
  expect(
    ['COMMAND_INVALID', 'NOT_PERMITTED', 'NOT_FOUND', 'STATE_CONFLICT'].map((c) => level(c as 'NOT_FOUND')),
  ).toEqual(Array(4).fill('info'));
  expect(
    ['RATE_LIMITED', 'UNAVAILABLE', 'GENESYS_REFUSED', 'SLACK_REFUSED'].map((c) => level(c as 'NOT_FOUND')),
  ).toEqual(Array(4).fill('warn'));
  expect([
    level('CONFIG_INVALID'),
    level('UNEXPECTED_RESPONSE'),
    levelOf(new Error('bug')),
    levelOf('x'),
  ]).toEqual(Array(4).fill('error'));
});
