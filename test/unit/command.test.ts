import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Command, parseCommand } from '../../src/core/command.js';
import { RecordError } from '../../src/core/errors.js';

const id = '6a2b9c1e-0f4d-4b7a-9c3e-5d8f7a1b2c3d';
const other = '0b9d7a55-3c1f-4e0e-8a44-9f1e2d3c4b5a';

function attempt(text: string): Command | RecordError {
  try {
    return parseCommand(text);
  } catch (error) {
    if (error instanceof RecordError) return error;
    throw error;
  }
}

function refusalOf(text: string): RecordError {
  const outcome = attempt(text);
  if (outcome instanceof RecordError) return outcome;
  throw new Error(`understood: ${text}`);
}

const idsIn = (command: Command): string[] => {
  const { conversationId, id: jobId } = command as { conversationId?: string; id?: string | null };
  return [conversationId, jobId].filter((value) => value != null);
};
const reasonOf = (command: Command): string => ('reason' in command ? (command.reason ?? '') : '');

describe('a command that is understood', () => {
  const start = { name: 'start', conversationId: id, durationMs: null, reason: null };
  const cases: [string, Command][] = [
    ['', { name: 'pick' }],
    ['  \t ', { name: 'pick' }],
    ['help', { name: 'help' }],
    ['LIST', { name: 'list' }],
    ['calls', { name: 'calls' }],
    ['status', { name: 'status', id: null }],
    [`status ${id}`, { name: 'status', id }],
    [`pause ${id}`, { name: 'pause', id }],
    [`resume ${id}`, { name: 'resume', id }],
    [`stop ${id}`, { name: 'stop', id, reason: null }],
    [`stop ${id}  customer   asked`, { name: 'stop', id, reason: 'customer asked' }],
    [`start ${id}`, { ...start, name: 'start' }],
    [`Start ${id.toUpperCase()}`, { ...start, name: 'start' }],
    [`start ${id} for 10m`, { ...start, name: 'start', durationMs: 600_000 }],
    [`start ${id} for 90s complaint`, { ...start, name: 'start', durationMs: 90_000, reason: 'complaint' }],
    [`start ${id} For 1H30M`, { ...start, name: 'start', durationMs: 5_400_000 }],
    [`start for 10m ${id} claim`, { ...start, name: 'start', durationMs: 600_000, reason: 'claim' }],
    [`start ${id} for quality assurance`, { ...start, name: 'start', reason: 'for quality assurance' }],
    [`start ${id} for`, { ...start, name: 'start', reason: 'for' }],
    [`start ${id} жалоба 🎧 苦情`, { ...start, name: 'start', reason: 'жалоба 🎧 苦情' }],
    [`start ${id}\n\tsecond line`, { ...start, name: 'start', reason: 'second line' }],
    [`start \u200b${id}\u202c`, { ...start, name: 'start' }],
    [
      `start https://apps.mypurecloud.de/directory/#/engage/admin/interactions/${id}`,
      { ...start, name: 'start' },
    ],
    [`stop https://a.example/${id}?job=${id} done`, { name: 'stop', id, reason: 'done' }],
  ];
  it.each(cases)('reads %j', (text, command) => {
    expect(parseCommand(text)).toEqual(command);
  });
});

describe('a command that is not understood', () => {
  const cases: [string, string, RegExp, RegExp][] = [
    ['no argument to start', 'start', /needs a conversation id/, /\/record calls/],
    ['no argument to stop', 'stop', /needs a job id or conversation id/, /\/record list/],
    ['two ids', `start ${id} ${other}`, /2 different ids/, /\/record start/],
    ['not a UUID', 'start 12345', /“12345” holds no conversation id/, /\/record start [0-9a-f-]{36}/],
    ['a UUID with a letter too many', `stop ${id}f`, /holds no job id/, /\/record stop/],
    ['10,000 characters', `start ${id} ${'x'.repeat(10_000)}`, /at most 2000/, /Shorten/],
    ['a long reason', `start ${id} ${'x'.repeat(501)}`, /501 characters.*at most 500/, /Shorten/],
    ['control characters', `start ${id}\u0007`, /control characters/, /plain text/],
    ['a broadcast', 'start <!channel>', /“<!channel>” holds no conversation id/, /\/record start/],
    ['an emoji', 'start 🎧', /“🎧” holds no/, /\/record start/],
    ['another script', 'start разговор', /“разговор” holds no/, /\/record start/],
    ['a duration of nothing', `start ${id} for 0m`, /“0m” is not a duration/, /90s, 10m or 1h30m/],
    ['a duration without a unit', `start ${id} for 10`, /“10” is not a duration/, /90s, 10m or 1h30m/],
    ['a negative duration', `start ${id} for -5m`, /“-5m” is not a duration/, /1h30m/],
    ['a slip of the finger', `strat ${id}`, /no \/record strat/, /Did you mean \/record start\?/],
    ['a letter too few', 'lst', /no \/record lst/, /Did you mean \/record list\?/],
    ['a letter too many', 'callss', /no \/record callss/, /Did you mean \/record calls\?/],
    ['something else', 'dance', /no \/record dance/, /\/record help/],
    ['a very long word', 'd'.repeat(100), /d…/, /\/record help/],
  ];
  it.each(cases)('explains %s', (_, text, message, cure) => {
    const error = refusalOf(text);
    expect(error.code).toBe('COMMAND_INVALID');
    expect(error.message).toMatch(message);
    expect(error.cure).toMatch(cure);
  });

  it('whatever is typed, either one id comes out of it or a sentence that says what would be right', () => {
    const verb = fc.constantFrom('start', 'stop', 'pause', 'resume', 'status', 'list', 'help', '', 'Start');
    const piece = fc.oneof(
      fc.constantFrom(id, other, 'for 10m', '<!channel>', '\u0000', '\u202e', '🎧', '&lt;', '-'),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme', maxLength: 3_000 }),
    );
    fc.assert(
      fc.property(verb, fc.array(piece, { maxLength: 6 }), (name, pieces) => {
        const outcome = attempt([name, ...pieces].join(' '));
        if (outcome instanceof RecordError) {
          expect(outcome.code).toBe('COMMAND_INVALID');
          expect(outcome.message.length).toBeLessThan(200);
          expect(outcome.cure).toMatch(/\/record|Shorten|Write|Type/);
        } else {
          for (const named of idsIn(outcome)) expect([id, other]).toContain(named);
          expect(reasonOf(outcome).length).toBeLessThanOrEqual(500);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
