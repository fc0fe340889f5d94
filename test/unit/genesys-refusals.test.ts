import { describe, expect, it } from 'vitest';
import { noAnswerError, statusError, unexpectedError } from '../../src/genesys/refusals.js';

const asked = { purpose: 'list the active calls', permission: 'conversation:phone:view', idempotent: true };
const nobodys = { fromGenesys: false, message: null, code: null, permissions: [], reference: undefined };

describe('what may be a wrong host', () => {
  it.each([
    ['no connection', noAnswerError(asked, { kind: 'not-sent', code: 'ENOTFOUND' })],
    ['what cannot be read', noAnswerError(asked, { kind: 'unreadable', code: null })],
    ['an answer that breaks the contract', unexpectedError(asked, 'with something else', undefined)],
    ['a 404 that is none of Genesys’s', statusError(asked, 404, nobodys)],
    ['a token that is refused though it is new', statusError(asked, 401, nobodys)],
  ])('names both settings that may be wrong: %s', (_, { cure }) => {
    expect(cure).toContain('GENESYS_REGION (or GENESYS_BASE_URL)');
  });
});
