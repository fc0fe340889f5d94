import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settings } from '../../src/config.js';
import { parseCommand } from '../../src/core/command.js';
import { groupScope, neededScopes, optionalScopes } from '../../src/doctor/slack-scopes.js';
import { eventsProbe, probes } from '../../src/genesys/probes.js';
import { statusError } from '../../src/genesys/refusals.js';

const root = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const rows = readme
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()));
/** The cells of the row whose first one is, or holds, that code. */
const rowOf = (name: string) => rows.find(([first = '']) => first.includes(`\`${name}\``)) ?? [];

describe('the README', () => {
  it.each(settings)(
    'explains $name, with its default and its bounds',
    ({ name, default: standard, accepts }) => {
      const [first, meaning, last] = rowOf(name);
      expect(first).toBe(`\`${name}\``);
      if (standard !== null) expect(last).toBe(`\`${standard}\``);
      const [, bounds] = /whole number from (\d+ to \d+)$/.exec(accepts) ?? [];
      if (bounds !== undefined) expect(meaning).toContain(bounds);
    },
  );

  it.each(['start', 'stop', 'pause', 'resume', 'status', 'list', 'calls', 'help'])(
    'shows an example of /record %s that the bot takes',
    (name) => {
      const [, example = ''] = rows.find(([first]) => first?.startsWith(`\`/record ${name}`)) ?? [];
      const [, words = ''] = /^`\/record (.*)`$/.exec(example) ?? [];
      expect(parseCommand(words)).toMatchObject({ name });
    },
  );

  it('shows what /record alone does', () => expect(rowOf('/record')).toHaveLength(3));

  const deps = { now: 0, newId: () => 'an id' };
  const listening = 'CALL_ALERTS=notifications';
  it.each([
    ...probes['recording-jobs'](deps).map(({ permission }) => [permission, 'recording-jobs']),
    ...probes.conversations(deps).map(({ permission }) => [permission, 'conversations']),
    [eventsProbe().permission, listening],
    ['routing:queue:view', 'conversations'],
    ['routing:queue:view', listening],
  ] as [string, string][])('names the permission %s, and that it is for %s', (permission, contract) => {
    const [first, whose] = rowOf(permission);
    expect(first).toBe(`\`${permission}\``);
    expect(whose).toContain(contract);
  });

  it.each([...neededScopes, groupScope, ...optionalScopes])('says what the scope %s is for', (scope) => {
    expect(rowOf(scope)).toHaveLength(2);
  });
});

describe('the words that the README quotes', () => {
  const start = { purpose: 'start the recording', permission: 'recording:job:control', idempotent: false };
  const genesys = { fromGenesys: true, message: null, code: null, permissions: [], reference: undefined };
  const sources = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(new URL(`src/${file}`, root), 'utf8'));
  const said = [...sources, ...[400, 403, 429].map((status) => statusError(start, status, genesys).message)];

  const quotes = [...readme.matchAll(/“([^”]+)”/g)].map(([, quote = '']) => quote);

  it('are some', () => expect(quotes.length).toBeGreaterThan(8));

  it.each(quotes)('are the bot’s own: %s', (quote) => {
    const parts = quote.split('…').map((part) => part.trim());
    for (const part of parts) expect(said.some((text) => text.includes(part))).toBe(true);
  });

  it.each(['400', '403', '404', '409', '429', 'no call alerts', 'the card is not updated'])(
    'are for every symptom: %s',
    (symptom) => {
      const troubleshooting = readme.slice(readme.indexOf('## Troubleshooting'));
      expect(troubleshooting).toContain(symptom);
    },
  );
});
